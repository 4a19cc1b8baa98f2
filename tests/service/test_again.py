"""A kept file is looked at again."""

from datetime import timedelta

import msgspec
import pytest

from fulgurite.errors import OverLimit
from fulgurite.model.key import Role
from fulgurite.model.task import RunOptions
from fulgurite.model.usage import Claim, Kind
from fulgurite.model.viewer import EVERYTHING, PUBLIC, Viewer
from fulgurite.service import again
from fulgurite.service.submit import submit
from fulgurite.store import Store, histories
from fulgurite.store.reports import Subject
from tests.store.values import NOW

LATER = NOW + timedelta(minutes=1)
OPTIONS = RunOptions(system="windows7", timeout="long", file_name="a.exe")


def submitted(store: Store, options: RunOptions | None = OPTIONS) -> again.Kept:
    told = submit(store, b"MZ", options=options, file_name="a.exe", key_id=3, now=NOW)
    kept = again.kept(store, told.data_id, PUBLIC)
    assert kept is not None
    return kept


def test_a_rescan_has_the_options_of_before(store: Store) -> None:
    kept = submitted(store)
    data_id, sandbox_id = again.rescan(store, kept, key_id=5, now=LATER)
    assert data_id != kept.submission.data_id
    new = store.submission(data_id)
    assert new == msgspec.structs.replace(kept.submission, data_id=data_id, requested_at=LATER, key_id=5)
    assert sandbox_id is not None
    task = store.task(sandbox_id)
    assert task is not None
    assert (task.options, task.data_id) == (OPTIONS, data_id)


def test_without_an_analysis_before_there_is_none(store: Store) -> None:
    assert again.rescan(store, submitted(store, None), key_id=5, now=LATER)[1] is None


def test_one_more_analysis_of_a_submission(store: Store) -> None:
    kept = submitted(store, None)
    sandbox_id = again.detonate(store, kept, RunOptions(), now=LATER)
    task = store.task(sandbox_id)
    assert task is not None
    assert task.data_id == kept.submission.data_id
    assert task.options.file_name == "a.exe"


def test_what_is_not_there_or_not_to_be_seen(store: Store) -> None:
    kept = submitted(store)
    data_id = kept.submission.data_id
    assert again.kept(store, "bz0", PUBLIC) is None
    assert again.kept(store, "a/b", PUBLIC) is None
    with store.database.write("testing") as connection:
        connection.execute("UPDATE submissions SET private_to = 7")
    assert again.kept(store, data_id, PUBLIC) is None
    for viewer in (Viewer(key_id=7), EVERYTHING):
        private = again.kept(store, data_id, viewer)
        assert private is not None
        new, sandbox_id = again.rescan(store, private, key_id=7, now=LATER)
        assert store.submission(new) is None
        assert sandbox_id is not None
        assert store.task(sandbox_id) is None
        assert store.task(sandbox_id, Viewer(key_id=7)) is not None


def test_beyond_the_quota_nothing_happens(store: Store) -> None:
    kept = submitted(store)
    store.add_key("a" * 32, "key", Role.SUBMIT, NOW)
    claim = Claim(key_id=1, what=Kind.SANDBOX, count=1, limit=1, at=NOW)
    again.rescan(store, kept, key_id=1, now=LATER, claim=claim)
    with pytest.raises(OverLimit):
        again.detonate(store, kept, OPTIONS, now=LATER, claim=claim)
    assert histories.count(store.database, Subject(kept.digests.sha256), PUBLIC) == 2
