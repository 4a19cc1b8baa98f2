"""How much may come out of packed input."""

import pytest

from fulgurite.errors import TooLarge
from fulgurite.importers.packed.caps import FREE_BYTES, Budget, Caps


def test_each_cap_is_told() -> None:
    budget = Budget(Caps(total_bytes=50, document_bytes=40, members=2), 10)
    budget.members(2)
    with pytest.raises(TooLarge, match="more than 2 files"):
        budget.members(1)
    with pytest.raises(TooLarge, match="more than 40 bytes in one document"):
        budget.announced(41)
    budget.out(40, 40)
    with pytest.raises(TooLarge, match="more than 50 bytes come out"):
        budget.out(11, 11)


def test_the_ratio_counts_beyond_what_is_free() -> None:
    budget = Budget(Caps(), 10)
    budget.out(FREE_BYTES, FREE_BYTES)
    with pytest.raises(TooLarge, match="more than 250 times"):
        budget.out(1, 1)


def test_what_is_far_too_dense_shows_at_once() -> None:
    budget = Budget(Caps(), 1 << 30)
    budget.announced(FREE_BYTES, 1)
    with pytest.raises(TooLarge, match="more than 250 times"):
        budget.announced(FREE_BYTES + 1, 1)
    budget.ahead(16 << 20, 0)
    with pytest.raises(TooLarge, match="more than 250 times"):
        budget.ahead(17 << 20, 1000)
