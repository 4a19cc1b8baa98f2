"""Several files in one transaction."""

import pytest

from fulgurite.errors import OverLimit
from fulgurite.model.hashes import digests_of
from fulgurite.model.task import Submission
from fulgurite.model.usage import Claim, Kind
from fulgurite.store import Store
from fulgurite.store.intake import Incoming
from tests.store import values


def incoming(store: Store, number: int, parent: str | None = None) -> Incoming:
    data = b"MZ %d" % number
    digests = digests_of(data)
    store.blobs.put_hostile(data)
    submission = Submission(
        data_id=values.data_id(number), sha256=digests.sha256, requested_at=values.NOW, parent_id=parent
    )
    return Incoming(digests, len(data), submission, None, "data")


def test_all_of_them_are_kept_in_order(store: Store) -> None:
    whole = values.data_id(1)
    store.submit_all([incoming(store, 1), incoming(store, 2, whole), incoming(store, 3, whole)], now=values.NOW)
    assert [one.data_id for one in store.members(whole)] == [values.data_id(2), values.data_id(3)]
    assert store.sample(digests_of(b"MZ 3").sha256) is not None


def test_or_none(store: Store) -> None:
    claim = Claim(key_id=1, what=Kind.SANDBOX, count=2, limit=1, at=values.NOW)
    with pytest.raises(OverLimit):
        store.submit_all([incoming(store, 1), incoming(store, 2)], now=values.NOW, claim=claim)
    assert store.submission(values.data_id(1)) is None
