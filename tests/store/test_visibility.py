"""Privacy, asked of the store by every way there is."""

from collections.abc import Callable
from typing import Any

import pytest

from fulgurite.model.hashes import digests_of
from fulgurite.model.task import RunOptions
from fulgurite.model.viewer import EVERYTHING, PUBLIC, Viewer
from fulgurite.service.submit import submit
from fulgurite.store import Store, histories
from fulgurite.store.reports import Subject
from fulgurite.store.visibility import SEEN, seen_by
from tests.store import values

OWNER, OTHER = Viewer(key_id=1), Viewer(key_id=2)
DATA = b"MZ private"
WAYS: dict[str, Callable[[Store, Viewer, dict[str, str]], Any]] = {
    "digests": lambda store, viewer, _: store.digests(digests_of(DATA).md5, viewer),
    "is_known": lambda store, viewer, _: store.is_known(digests_of(DATA).sha1, viewer),
    "submission": lambda store, viewer, ids: store.submission(ids["data_id"], viewer),
    "newest_submission": lambda store, viewer, _: store.newest_submission(digests_of(DATA).sha256, viewer),
    "history": lambda store, viewer, _: histories.count(store.database, Subject(digests_of(DATA).sha256), viewer),
    "task": lambda store, viewer, ids: store.task(ids["sandbox_id"], viewer),
    "newest_open_task": lambda store, viewer, _: store.newest_open_task(digests_of(DATA).sha256, viewer),
}
REPORT_WAYS: dict[str, Callable[[Store, Viewer, dict[str, str]], Any]] = {
    "report": lambda store, viewer, ids: store.report(ids["sandbox_id"], viewer),
    "last_report": lambda store, viewer, _: store.last_report(digests_of(DATA).md5, viewer),
    "report_of_data_id": lambda store, viewer, ids: store.report_of_data_id(ids["data_id"], viewer),
}


@pytest.fixture
def ids(store: Store) -> dict[str, str]:
    """A private submission of key 1."""
    done = submit(store, DATA, options=RunOptions(), file_name=None, key_id=1, now=values.NOW, private_to=1)
    return {"data_id": done.data_id, "sandbox_id": done.sandbox_id or ""}


@pytest.mark.parametrize("way", WAYS)
def test_what_is_private_is_seen_by_its_key_and_administrators(store: Store, ids: dict[str, str], way: str) -> None:
    seen = [bool(WAYS[way](store, viewer, ids)) for viewer in (OWNER, EVERYTHING, OTHER, PUBLIC)]
    assert seen == [True, True, False, False]


@pytest.mark.parametrize("way", REPORT_WAYS)
def test_its_report_is_as_private(store: Store, ids: dict[str, str], way: str) -> None:
    assert values.ran(store) == ids["sandbox_id"]
    seen = [bool(REPORT_WAYS[way](store, viewer, ids)) for viewer in (OWNER, EVERYTHING, OTHER, PUBLIC)]
    assert seen == [True, True, False, False]


def test_the_index_tells_nothing_of_it(store: Store, ids: dict[str, str]) -> None:
    digest = bytes.fromhex(digests_of(DATA).sha256)
    for is_run in (False, True):
        if is_run:
            values.ran(store)
        found = store.finder.found(digest)
        assert found is not None
        assert (found.gzipped, found.running, found.has_private) == (b"", bytes(12), True)
        assert store.finder.body(bytes.fromhex(ids["sandbox_id"])) is None
    store.indexing.rebuild()
    assert store.finder.body(bytes.fromhex(ids["sandbox_id"])) is None


def test_the_condition_is_one_of_sql(store: Store, ids: dict[str, str]) -> None:
    sql = f"SELECT data_id FROM submissions WHERE {SEEN}"  # noqa: S608 - fixed
    assert store.database.value(sql, seen_by(OWNER)) == ids["data_id"]
    assert store.database.value(sql, seen_by(PUBLIC)) is None
