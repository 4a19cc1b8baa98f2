"""The table of submissions."""

from datetime import timedelta

from fulgurite.model.hashes import digests_of, sha256_of
from fulgurite.model.task import Submission
from fulgurite.store import Store
from tests.store.values import NOW, data_id, sandbox_id, submitted

DATA = b"MZ one"
HOSTILE = "..\\a\0b\u202egpj.exe" + "x" * 5000


def test_a_submission_comes_back_as_it_was(store: Store) -> None:
    submission = Submission(data_id=data_id(1), sha256=sha256_of(DATA), requested_at=NOW, key_id=7, file_name=HOSTILE)
    store.submit(DATA, digests_of(DATA), submission, None, file_type="data", now=NOW)
    assert store.submission(data_id(1)) == submission
    assert store.tasks_of(data_id(1)) == ()
    assert store.submission(data_id(2)) is None


def test_the_newest_is_the_one_asked_for_last(store: Store) -> None:
    submitted(store, 1, DATA, at=NOW + timedelta(seconds=1))
    submitted(store, 2, DATA, at=NOW)
    newest = store.newest_submission(sha256_of(DATA))
    assert newest is not None
    assert newest.data_id == data_id(1)
    assert [task.sandbox_id for task in store.tasks_of(data_id(1))] == [sandbox_id(1)]
    assert store.newest_submission(sha256_of(b"another")) is None
