"""What is deleted is found no more, by any name, and nothing else is missing."""

from datetime import timedelta

import pytest

from fulgurite.errors import NotFound, StoreError
from fulgurite.model.hashes import digests_of
from fulgurite.store import Store, checking, deleting
from tests import builders
from tests.store.values import LIMITS, NOW, found, imported, reported, sandbox_id, submitted

DATA = b"MZ one"


def test_without_its_last_analysis_a_file_has_the_one_before(store: Store) -> None:
    reported(store, 1, DATA)
    before = found(store, DATA)
    reported(store, 2, DATA, at=NOW + timedelta(days=1))
    assert found(store, DATA) != before
    deleting.analysis(store, sandbox_id(2))
    assert found(store, DATA) == before
    assert store.report(sandbox_id(2)) is None
    assert store.task(sandbox_id(2)) is None
    assert store.finder.body(bytes.fromhex(sandbox_id(2))) is None
    assert list(checking.check(store)) == []


def test_a_foreign_report_leaves_nothing(store: Store) -> None:
    imported(store, 1, builders.sample(DATA))
    deleting.analysis(store, sandbox_id(1))
    assert all(store.finder.found(bytes.fromhex(digest)) is None for digest in digests_of(DATA))
    assert list(checking.check(store)) == []


@pytest.mark.parametrize("kind", ["md5", "sha1", "sha256"])
def test_a_file_goes_with_all_that_is_known_of_it(store: Store, kind: str) -> None:
    reported(store, 1, DATA)
    reported(store, 2, DATA)
    imported(store, 3, builders.sample(DATA))
    reported(store, 4, b"MZ other")
    assert deleting.file(store, getattr(digests_of(DATA), kind)) == 3
    assert all(store.finder.found(bytes.fromhex(digest)) is None for digest in digests_of(DATA))
    assert [store.report(sandbox_id(number)) is None for number in (1, 2, 3, 4)] == [True, True, True, False]
    assert store.sample(digests_of(DATA).sha256) is None
    # Its bytes stay until the next compaction.
    assert [finding.kind for finding in checking.check(store)] == ["orphan"]


def test_what_runs_is_not_deleted(store: Store) -> None:
    submitted(store, 1, DATA)
    store.claim(NOW, LIMITS)
    with pytest.raises(StoreError, match="under way"):
        deleting.file(store, digests_of(DATA).md5)
    with pytest.raises(StoreError, match="under way"):
        deleting.analysis(store, sandbox_id(1))
    assert store.task(sandbox_id(1)) is not None


def test_what_came_again_meanwhile_stays(store: Store) -> None:
    reported(store, 1, DATA)
    with pytest.raises(StoreError, match="come again"):
        deleting.file(store, digests_of(DATA).sha256, idle_since=NOW - timedelta(days=1))
    assert store.report(sandbox_id(1)) is not None
    assert deleting.file(store, digests_of(DATA).sha256, idle_since=NOW + timedelta(days=1)) == 1


def test_what_is_unknown_is_not_found(store: Store) -> None:
    with pytest.raises(NotFound):
        deleting.file(store, "0" * 64)
    with pytest.raises(NotFound):
        deleting.analysis(store, "0" * 24)
