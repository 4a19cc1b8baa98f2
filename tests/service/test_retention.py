"""What is over its time goes, and nothing else does."""

from datetime import datetime, timedelta

import pytest

from fulgurite.model.hashes import digests_of
from fulgurite.model.viewer import EVERYTHING
from fulgurite.service import listing, retention, upkeep
from fulgurite.service.retention import EVERY, Keeping, Sweeper, told
from fulgurite.service.upkeep import Compacted
from fulgurite.store import Store
from tests import builders
from tests.fakes import FakeClock
from tests.store import values

OLD = values.NOW - timedelta(days=100)


@pytest.fixture
def old(store: Store) -> Store:
    """An old run, an old failed run, an old one that is open; and a new import."""
    # What comes is never older in the list than what was there: so the old ones come first.
    values.reported(store, 2, b"twice", at=OLD)
    values.submitted(store, 3, b"fails", at=OLD)
    assert store.claim(OLD, values.LIMITS) is not None
    assert store.fail(values.sandbox_id(3), "too bad", log=b"log")
    values.submitted(store, 4, b"open", at=OLD)
    values.imported(store, 1, builders.sample(b"imported"))
    return store


def ids(store: Store) -> set[int]:
    found = listing.listed(store, listing.Wanted(), EVERYTHING, OLD, after=None, limit=50)
    return {int(one.sandbox_id, 16) for one in found.analyses}


def swept(store: Store, clock: FakeClock, keeping: Keeping) -> Sweeper:
    sweeper = Sweeper(store, keeping, now=clock)
    while sweeper.sweep():
        pass
    return sweeper


def test_off_nothing_goes(old: Store, clock: FakeClock) -> None:
    assert not Sweeper(old, Keeping(), now=clock).sweep()
    assert ids(old) == {1, 2, 3, 4}
    plan = told(old, Keeping(), Keeping(), clock())
    assert (plan.is_on, plan.last_run_at, plan.would_remove.analyses, plan.would_remove.files) == (False, None, 0, 0)


def test_analyses_that_are_over_their_time_go_and_their_files_stay(old: Store, clock: FakeClock) -> None:
    keeping = Keeping(analyses_days=90)
    assert told(old, Keeping(), keeping, clock()).would_remove.analyses == 2
    swept(old, clock, keeping)
    assert ids(old) == {1, 4}
    assert old.sample(digests_of(b"twice").sha256) is not None
    after = told(old, keeping, keeping, clock())
    assert (after.is_on, after.last_run_at, after.removed_analyses, after.removed_files) == (True, clock(), 2, 0)
    assert after.would_remove.analyses == 0


def test_files_that_are_over_their_time_go_with_all_of_them(old: Store, clock: FakeClock) -> None:
    keeping = Keeping(files_days=90)
    plan = told(old, Keeping(), keeping, clock()).would_remove
    assert (plan.analyses, plan.files, plan.are_exact) == (0, 2, True)
    swept(old, clock, keeping)
    assert ids(old) == {1, 4}
    assert old.sample(digests_of(b"twice").sha256) is None
    assert not old.is_known(digests_of(b"fails").md5, EVERYTHING)
    assert old.sample(digests_of(b"open").sha256) is not None
    assert told(old, keeping, keeping, clock()).removed_files == 2


def test_a_file_that_came_again_or_was_analysed_again_stays(old: Store, clock: FakeClock) -> None:
    values.submitted(old, 9, b"twice")
    values.imported(old, 10, builders.sample(b"fails"))
    swept(old, clock, Keeping(files_days=90))
    assert old.sample(digests_of(b"twice").sha256) is not None
    assert old.sample(digests_of(b"fails").sha256) is not None


def test_it_looks_again_after_a_while(old: Store, clock: FakeClock) -> None:
    sweeper = swept(old, clock, Keeping(analyses_days=1000))
    assert ids(old) == {1, 2, 3, 4}
    assert not sweeper.sweep()
    clock.advance(days=950)
    assert sweeper.sweep()
    while sweeper.sweep():
        pass
    assert ids(old) == {1, 4}
    clock.advance(days=-900)
    assert sweeper.sweep(), "a clock that goes back does not stop it"
    clock.advance(seconds=EVERY.total_seconds())
    assert sweeper.sweep()


def test_room_is_given_back_once_a_day(old: Store, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> None:
    given_back: list[object] = []
    compact = upkeep.compact

    def noted(store: Store, now: datetime) -> Compacted:
        given_back.append(now)
        return compact(store, now)

    monkeypatch.setattr(upkeep, "compact", noted)
    swept(old, clock, Keeping(analyses_days=1000))
    assert given_back == []
    swept(old, clock, Keeping(analyses_days=90))
    swept(old, clock, Keeping(analyses_days=90))
    assert len(given_back) == 1
    clock.advance(days=1)
    swept(old, clock, Keeping(analyses_days=90))
    assert len(given_back) == 2


def test_many_go_in_batches(store: Store, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    for number in range(1, 8):
        values.reported(store, number, b"%d" % (number % 3), at=OLD + timedelta(seconds=number))
    swept(store, clock, Keeping(analyses_days=90, files_days=99))
    assert ids(store) == set()
    done = told(store, Keeping(), Keeping(), clock())
    assert (done.removed_analyses, done.removed_files) == (7, 3)
