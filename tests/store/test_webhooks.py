"""The table of webhooks: when a call is due, who gets it, what a crash leaves."""

from datetime import timedelta

import pytest

from fulgurite.model.viewer import EVERYTHING, PUBLIC, Viewer
from fulgurite.model.webhook import CallState, Webhook
from fulgurite.store import Store
from fulgurite.store.webhooks import KEPT, LONGEST_PAUSE, insert
from tests.store import values

LEASE = timedelta(seconds=40)
NOW = values.NOW


@pytest.fixture
def waiting(store: Store) -> str:
    """A submission whose analysis is pending, with a call that key 1 wants."""
    values.submitted(store, 1, b"MZ one")
    webhook = Webhook(data_id=values.data_id(1), url="http://x/", key_id=1, created_at=NOW, due_at=NOW)
    with store.database.write("a test") as connection:
        insert(connection, webhook)
    return webhook.data_id


def test_a_call_is_due_once_all_is_done(store: Store, waiting: str) -> None:
    assert store.webhooks.begin(NOW, LEASE) is None
    values.ran(store)
    begun = store.webhooks.begin(NOW, LEASE)
    assert begun is not None
    assert (begun.data_id, begun.attempts, begun.requested_at) == (waiting, 1, NOW)


def test_a_failed_analysis_is_done_too(store: Store, waiting: str) -> None:
    task = store.claim(NOW, values.LIMITS)
    assert task is not None
    store.fail(task.sandbox_id, "no")
    begun = store.webhooks.begin(NOW, LEASE)
    assert begun is not None
    assert begun.data_id == waiting


def test_no_two_get_the_same_and_a_crash_counts_as_an_attempt(store: Store, waiting: str) -> None:
    values.ran(store)
    first = store.webhooks.begin(NOW, LEASE)
    assert store.webhooks.begin(NOW, LEASE) is None
    # Whoever had it died.
    second = store.webhooks.begin(NOW + LEASE, LEASE)
    assert first is not None
    assert second is not None
    assert (second.data_id, second.attempts) == (waiting, 2)
    # A late word of the first changes nothing.
    store.webhooks.end(first, CallState.GIVEN_UP, now=NOW, status_code=500, error="late")
    found = store.webhooks.find(waiting, EVERYTHING, NOW)
    assert found is not None
    assert (found.state, found.status_code) == (CallState.OPEN, None)


def test_put_off_then_delivered_then_forgotten(store: Store, waiting: str) -> None:
    values.ran(store)
    first = store.webhooks.begin(NOW, LEASE)
    assert first is not None
    later = NOW + timedelta(seconds=5)
    store.webhooks.put_off(first, later, status_code=500, error="answered with 500")
    assert store.webhooks.begin(NOW, LEASE) is None
    second = store.webhooks.begin(later, LEASE)
    assert second is not None
    assert (second.attempts, second.status_code) == (2, 500)
    store.webhooks.end(second, CallState.DELIVERED, now=later, status_code=200, error=None)
    assert store.webhooks.begin(later + timedelta(days=1), LEASE) is None
    assert store.webhooks.forget(later) == 0
    assert store.webhooks.find(waiting, EVERYTHING, later + KEPT) is None
    assert store.webhooks.listed(EVERYTHING, later + KEPT) == ()
    assert store.webhooks.forget(later + KEPT) == 1


def test_calls_are_told_to_their_own_key_and_administrators(store: Store, waiting: str) -> None:
    viewers = (Viewer(key_id=1), EVERYTHING, Viewer(key_id=2), PUBLIC)
    assert [store.webhooks.find(waiting, viewer, NOW) is not None for viewer in viewers] == [True, True, False, False]
    assert [len(store.webhooks.listed(viewer, NOW)) for viewer in viewers] == [1, 1, 0, 0]


def test_a_clock_that_is_set_back_holds_no_call_up(store: Store, waiting: str) -> None:
    values.ran(store)
    before = NOW - timedelta(days=1)
    begun = store.webhooks.begin(before, LEASE)
    assert begun is not None
    assert begun.data_id == waiting
    # What is under way is not begun again for a clock that is put right a little.
    assert store.webhooks.begin(before - timedelta(seconds=1), LEASE) is None
    store.webhooks.put_off(begun, before + LONGEST_PAUSE, status_code=500, error="no")
    assert store.webhooks.begin(before, LEASE) is None
    # Nobody waits for a year that is not over yet.
    again = store.webhooks.begin(before - timedelta(days=365), LEASE)
    assert again is not None
    assert again.attempts == 2


def test_a_call_that_is_not_due_does_not_go_before_one_that_is(store: Store, waiting: str) -> None:
    values.ran(store)
    values.submitted(store, 2, b"MZ two")
    far_off = NOW + timedelta(days=9)
    with store.database.write("a test") as connection:
        insert(
            connection,
            Webhook(data_id=values.data_id(2), url="http://x/", key_id=1, created_at=far_off, due_at=far_off),
        )
    values.ran(store)
    made = [store.webhooks.begin(NOW, LEASE) for _ in range(3)]
    assert [one and one.data_id for one in made] == [waiting, values.data_id(2), None]
