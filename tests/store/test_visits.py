"""The table of visits."""

from datetime import timedelta

import msgspec
import pytest

from fulgurite.errors import OverLimit
from fulgurite.model.task import RunOptions
from fulgurite.model.usage import Claim, Kind
from fulgurite.model.viewer import EVERYTHING, PUBLIC, Viewer
from fulgurite.model.visit import Fetched, Visit, VisitState
from fulgurite.store import Store
from tests.store import values

LEASE = timedelta(seconds=40)
NOW = values.NOW
ID = values.sandbox_id(1)
CAME = Fetched(
    final_url="http://x/y", http_status=200, content_type=None, data_id="bz1", analysis_id=None, refusal="text"
)


def visit(private_to: int | None = None) -> Visit:
    return Visit(
        sandbox_id=ID, url="http://x/", options=RunOptions(), requested_at=NOW, key_id=1, private_to=private_to
    )


def test_from_pending_to_fetched(store: Store) -> None:
    store.visits.add(visit())
    assert store.visits.open_count() == 1
    begun = store.visits.begin(NOW, LEASE)
    assert begun is not None
    assert (begun.state, begun.attempts) == (VisitState.RUNNING, 1)
    assert store.visits.begin(NOW, LEASE) is None
    store.visits.fetched(ID, CAME)
    found = store.visits.find(ID, PUBLIC)
    assert found is not None
    assert (found.state, found.fetched) == (VisitState.FETCHED, CAME)
    assert store.visits.open_count() == 0
    store.visits.failed(ID, "too late")
    assert store.visits.find(ID, PUBLIC) == found


def test_a_dead_process_leaves_it_to_the_next(store: Store) -> None:
    store.visits.add(visit())
    store.visits.begin(NOW, LEASE)
    again = store.visits.begin(NOW + LEASE, LEASE)
    assert again is not None
    assert again.attempts == 2
    store.visits.failed(ID, "gone")
    found = store.visits.find(ID, PUBLIC)
    assert found is not None
    assert (found.state, found.reason) == (VisitState.FAILED, "gone")


def test_a_private_visit(store: Store) -> None:
    store.visits.add(visit(private_to=1))
    viewers = (Viewer(key_id=1), EVERYTHING, Viewer(key_id=2), PUBLIC)
    assert [store.visits.find(ID, viewer) is not None for viewer in viewers] == [True, True, False, False]


def test_a_claim_is_counted_or_nothing_is_kept(store: Store) -> None:
    with pytest.raises(OverLimit):
        store.visits.add(visit(), Claim(key_id=1, what=Kind.SANDBOX, count=1, limit=0, at=NOW))
    assert store.visits.find(ID, EVERYTHING) is None


def test_a_clock_that_is_set_back_holds_no_visit_up(store: Store) -> None:
    store.visits.add(visit())
    before = NOW - timedelta(days=1)
    begun = store.visits.begin(before, LEASE)
    assert begun is not None
    # What is taken up is not taken up again for a clock that is put right a little.
    assert store.visits.begin(before - timedelta(seconds=1), LEASE) is None
    assert store.visits.begin(before + LEASE - timedelta(seconds=1), LEASE) is None
    # Nobody waits for a lease that ends in a year.
    again = store.visits.begin(before - timedelta(days=365), LEASE)
    assert again is not None
    assert again.attempts == 2


def test_of_visits_the_one_that_waits_longest_is_made_first(store: Store) -> None:
    for number in (3, 1, 2):
        one = msgspec.structs.replace(visit(), sandbox_id=values.sandbox_id(number), requested_at=NOW - number * LEASE)
        store.visits.add(one)
    made = [store.visits.begin(NOW, LEASE) for _ in range(4)]
    assert [one and one.sandbox_id for one in made] == [*(values.sandbox_id(number) for number in (3, 2, 1)), None]
