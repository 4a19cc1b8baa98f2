"""Lists as a service tells them."""

from datetime import timedelta

from fulgurite.model.hashes import digests_of
from fulgurite.model.viewer import EVERYTHING, PUBLIC, Viewer
from fulgurite.service import listing
from fulgurite.service.listing import Wanted
from fulgurite.service.queue import NO_WORKER, announce
from fulgurite.store import Store
from tests import builders
from tests.fakes import FakeClock
from tests.store import values


def test_who_waits_is_told_why(store: Store, clock: FakeClock) -> None:
    for number in (1, 2, 3):
        values.submitted(store, number, b"%d" % number)
    assert listing.listed(store, Wanted(), PUBLIC, clock(), after=None, limit=1).analyses[0].reason == NO_WORKER
    announce(store, 1, [], clock())
    found = listing.listed(store, Wanted(), PUBLIC, clock(), after=None, limit=2)
    assert [one.reason for one in found.analyses] == ["2 analyses before it", "1 analysis before it"]
    assert found.next is not None
    rest = listing.listed(store, Wanted(), PUBLIC, clock(), after=int(found.next), limit=2)
    assert [one.reason for one in rest.analyses] == ["the next for a worker"]
    assert rest.next is None


def test_a_time_that_is_over_is_over(store: Store, clock: FakeClock) -> None:
    name = values.submitted(store, 1, b"1")
    late = clock() + values.LIMITS.pending + timedelta(seconds=1)
    found = listing.listed(store, Wanted(), PUBLIC, late, after=None, limit=2)
    assert [(one.state, one.outcome) for one in found.analyses] == [("failed", "failed")]
    values.submitted(store, 2, b"2")
    one = listing.entry(store, values.sandbox_id(2), PUBLIC, late)
    assert one is not None
    assert one.state == "failed"
    assert listing.entry(store, name, EVERYTHING, late) is not None
    assert listing.entry(store, "0" * 24, EVERYTHING, late) is None


def test_the_analyses_of_a_file_by_any_of_its_hashes(store: Store, clock: FakeClock) -> None:
    data = b"MZ twice"
    values.reported(store, 1, data)
    values.imported(store, 2, builders.sample(data))
    values.imported(store, 3, builders.sample(b"another"))
    for digest in digests_of(data):
        found = listing.of_file(store, bytes.fromhex(digest), Viewer(key_id=5), clock(), after=None, limit=50)
        assert found is not None
        assert [one.sandbox_id for one in found.analyses] == [values.sandbox_id(2), values.sandbox_id(1)]
    assert listing.of_file(store, bytes(32), EVERYTHING, clock(), after=None, limit=50) is None


def test_a_file_of_which_one_hash_is_known(store: Store, clock: FakeClock) -> None:
    values.imported(store, 1, builders.sample(b"x", sha256=None, md5=None))
    digest = bytes.fromhex(digests_of(b"x").sha1)
    found = listing.of_file(store, digest, PUBLIC, clock(), after=None, limit=50)
    assert found is not None
    assert [(one.sha1, one.sha256) for one in found.analyses] == [(digest.hex(), None)]
