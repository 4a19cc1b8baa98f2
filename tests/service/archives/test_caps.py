"""Budgets, without any archive."""

import pytest

from fulgurite.service.archives.caps import ArchiveRefused, Budget, Caps


def test_what_is_announced_does_not_count_what_comes_out_does() -> None:
    budget = Budget(Caps(entries=2, total_bytes=10, file_bytes=6), 1000)
    budget.announced([5, 5])
    budget.announced([5, 5])
    budget.out(6, 6)
    with pytest.raises(ArchiveRefused, match="more than 10 bytes"):
        budget.out(5, 5)
    with pytest.raises(ArchiveRefused, match="more than 6 bytes"):
        budget.out(1, 7)


def test_entries() -> None:
    budget = Budget(Caps(entries=2), 1000)
    budget.entry()
    with pytest.raises(ArchiveRefused, match="more than 2 entries"):
        budget.announced([0, 0])
    budget.entry()
    with pytest.raises(ArchiveRefused, match="more than 2 entries"):
        budget.entry()


def test_the_ratio_counts_from_16_mib_on() -> None:
    budget = Budget(Caps(ratio=2), 1000)
    budget.out(16 << 20, 1)
    with pytest.raises(ArchiveRefused, match="more than 2 times"):
        budget.out(1, 1)


def test_time() -> None:
    budget = Budget(Caps(seconds=0), 1000)
    with pytest.raises(ArchiveRefused, match="within 0 s"):
        budget.out(1, 1)
