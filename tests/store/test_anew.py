"""Asking anew for what is kept."""

from datetime import timedelta

import msgspec
import pytest

from fulgurite.errors import OverLimit
from fulgurite.model.hashes import digests_of
from fulgurite.model.key import Role
from fulgurite.model.usage import Claim, Kind
from fulgurite.store import Store, anew
from tests.store.values import NOW, data_id, found, reported, sandbox_id

DATA = b"a sample"
SHA256 = digests_of(DATA).sha256


def test_a_new_task_of_a_submission(store: Store) -> None:
    reported(store, 1, DATA)
    task = store.task(sandbox_id(1))
    assert task is not None
    later = NOW + timedelta(minutes=1)
    again = msgspec.structs.replace(
        task, sandbox_id=sandbox_id(2), requested_at=later, deadline_at=later + timedelta(days=1), progress=1
    )
    anew.ask(store, SHA256, None, again, None)
    assert [one.sandbox_id for one in store.tasks_of(data_id(1))] == [sandbox_id(1), sandbox_id(2)]
    assert {running for _, running in found(store, DATA)} == {sandbox_id(2)}


def test_beyond_the_quota_nothing_happens(store: Store) -> None:
    reported(store, 1, DATA)
    submission = store.submission(data_id(1))
    assert submission is not None
    store.add_key("a" * 32, "key", Role.SUBMIT, NOW)
    claim = Claim(key_id=1, what=Kind.SANDBOX, count=1, limit=1, at=NOW)
    first, second = (msgspec.structs.replace(submission, data_id=data_id(number)) for number in (2, 3))
    anew.ask(store, SHA256, first, None, claim)
    with pytest.raises(OverLimit):
        anew.ask(store, SHA256, second, None, claim)
    assert store.submission(data_id(2)) == first
    assert store.submission(data_id(3)) is None
