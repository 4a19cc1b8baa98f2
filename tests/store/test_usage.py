"""What keys use, in the store."""

from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fulgurite.errors import OverLimit
from fulgurite.model.hashes import digests_of
from fulgurite.model.key import Role
from fulgurite.model.task import Submission
from fulgurite.model.usage import THROTTLE, Claim, Kind
from fulgurite.store import Store
from fulgurite.store.usage import Used, seconds_left
from tests.fakes import FakeClock
from tests.store import processes
from tests.store.values import NOW, data_id

KEY = 1
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def key(store: Store) -> None:
    assert store.add_key("a" * 32, "lab", Role.SUBMIT, NOW)


def claim(count: int = 1, *, limit: int = 10, at: datetime = NOW, what: str = Kind.SANDBOX) -> Claim:
    return Claim(key_id=KEY, what=what, count=count, limit=limit, at=at)


def test_a_window_begins_with_the_first_use_and_lasts_a_day(store: Store) -> None:
    assert store.usage.used(KEY, Kind.SANDBOX, NOW) == Used(0, NOW)
    assert store.usage.charge(claim(3)) == Used(3, NOW)
    assert store.usage.charge(claim(4, at=NOW + 23 * HOUR)) == Used(7, NOW)
    assert store.usage.used(KEY, Kind.SANDBOX, NOW + 24 * HOUR) == Used(0, NOW + 24 * HOUR)
    assert store.usage.charge(claim(at=NOW + 30 * HOUR)) == Used(1, NOW + 30 * HOUR)


def test_kinds_and_the_minute_are_counted_apart(store: Store) -> None:
    for number, what in enumerate([*Kind, THROTTLE], start=1):
        store.usage.charge(claim(number, what=what))
    later = NOW + timedelta(seconds=60)
    assert [store.usage.used(KEY, what, later).amount for what in [*Kind, THROTTLE]] == [1, 2, 3, 0]


def test_what_is_over_the_limit_is_refused_as_a_whole(store: Store) -> None:
    store.usage.charge(claim(8))
    with pytest.raises(OverLimit) as caught:
        store.usage.charge(claim(3, at=NOW + HOUR))
    assert (caught.value.what, caught.value.limit, caught.value.retry_after_s) == (Kind.SANDBOX, 10, 23 * 3600)
    assert store.usage.charge(claim(2)).amount == 10
    store.usage.keep(Kind.SANDBOX, [(KEY, Used(15, NOW))])
    assert store.usage.used(KEY, Kind.SANDBOX, NOW) == Used(15, NOW)


def test_a_clock_that_goes_back_makes_no_window_longer(store: Store) -> None:
    store.usage.charge(claim(10))
    before = NOW - 1000 * HOUR
    assert store.usage.used(KEY, Kind.SANDBOX, before) == Used(10, before)
    with pytest.raises(OverLimit) as caught:
        store.usage.charge(claim(at=before))
    assert caught.value.retry_after_s == 86400


def test_a_clock_that_goes_forth_and_back_gives_one_more_window_at_most(store: Store) -> None:
    store.usage.charge(claim(10))
    store.usage.charge(claim(9, at=NOW + 1000 * HOUR))
    assert store.usage.charge(claim()) == Used(10, NOW)
    with pytest.raises(OverLimit):
        store.usage.charge(claim())


def test_a_submission_over_the_quota_is_not_there(store: Store) -> None:
    data = b"counted"
    for number in (1, 2):
        submission = Submission(data_id=data_id(number), sha256=digests_of(data).sha256, requested_at=NOW)
        refused = number == 2
        try:
            store.submit(data, digests_of(data), submission, None, file_type="data", now=NOW, claim=claim(limit=1))
        except OverLimit:
            assert refused
        assert (store.submission(data_id(number)) is None) is refused
    assert store.usage.used(KEY, Kind.SANDBOX, NOW).amount == 1


CHARGING = """
import sys
from pathlib import Path
from fulgurite.errors import OverLimit
from fulgurite.store import Store
from tests.store.test_usage import claim
with Store.open(Path(sys.argv[1])) as store:
    print("open", flush=True)
    sys.stdin.readline()
    passed = 0
    for _ in range(16):
        try:
            store.usage.charge(claim())
            passed += 1
        except OverLimit:
            pass
print(passed)
"""


def test_processes_share_a_quota_exactly(store: Store) -> None:
    children = [processes.started(CHARGING, store.data_dir) for _ in range(4)]
    for child in children:
        assert child.stdout is not None
        child.stdout.readline()
    passed = [int(child.communicate(b"\n")[0]) for child in children]
    assert sum(passed) == 10
    assert store.usage.used(KEY, Kind.SANDBOX, NOW).amount == 10


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(st.lists(st.tuples(st.integers(1, 5), st.integers(-50, 50)), max_size=20))
def test_no_window_holds_more_than_the_limit(store: Store, calls: list[tuple[int, int]]) -> None:
    with store.database.write("emptying") as connection:
        connection.execute("DELETE FROM usage")
    for count, hours in calls:
        at = NOW + hours * HOUR
        before = store.usage.used(KEY, Kind.SANDBOX, at)
        assert at - timedelta(days=1) < before.started_at <= at
        if before.amount + count > 10:
            with pytest.raises(OverLimit):
                store.usage.charge(claim(count, at=at))
        else:
            assert store.usage.charge(claim(count, at=at)).amount == before.amount + count <= 10


@pytest.mark.parametrize(("micros", "seconds"), [(-5, 1), (0, 1), (1, 1), (1_000_000, 1), (1_000_001, 2)])
def test_seconds_are_rounded_up(micros: int, seconds: int) -> None:
    assert seconds_left(timedelta(microseconds=micros)) == seconds


def test_what_all_keys_used(store: Store) -> None:
    clock = FakeClock()
    for name in ("one", "two"):
        store.add_key(name.ljust(32, "x"), name, Role.READ, clock())
    store.usage.charge(Claim(key_id=1, what=Kind.SANDBOX, count=2, limit=9, at=clock()))
    clock.advance(hours=23)
    store.usage.charge(Claim(key_id=2, what=Kind.PREVENTION, count=3, limit=9, at=clock()))
    assert store.usage.all_used(clock()) == {1: {Kind.SANDBOX: 2}, 2: {Kind.PREVENTION: 3}}
    clock.advance(hours=1)
    assert store.usage.all_used(clock()) == {1: {Kind.SANDBOX: 0}, 2: {Kind.PREVENTION: 3}}
