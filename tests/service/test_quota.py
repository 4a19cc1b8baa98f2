"""Quotas: exact where it is dear, in memory where it is cheap."""

import shutil
import signal
import threading
from collections.abc import Iterator

import msgspec
import pytest

from fulgurite.errors import OverLimit
from fulgurite.model.key import Key, Role
from fulgurite.model.usage import THROTTLE, Allowance, Kind, Standing
from fulgurite.service import keys, quota
from fulgurite.service.quota import Accounts
from fulgurite.service.submit import submit
from fulgurite.store import Store
from tests.builders import QUOTAS
from tests.fakes import FakeClock
from tests.store import processes


@pytest.fixture
def key(store: Store, clock: FakeClock) -> Key:
    secret = keys.create(store, "lab", Role.SUBMIT, clock(), allowance=Allowance(sandbox_api=3))
    found = keys.check(store, secret, clock())
    assert found is not None
    return found


@pytest.fixture
def accounts(store: Store, clock: FakeClock) -> Accounts:
    return Accounts(store, QUOTAS, now=clock)


@pytest.fixture
def other(accounts: Accounts, clock: FakeClock) -> Iterator[Accounts]:
    """Those of another process."""
    with Store.open(accounts._store.data_dir) as store:
        yield Accounts(store, QUOTAS, now=clock)


def test_a_keys_own_quotas_go_before_the_settings(accounts: Accounts, key: Key) -> None:
    quotas = accounts.quotas(key)
    assert [quotas.of(kind) for kind in Kind] == [3, 20, 1000]
    assert quotas.per_minute == 5


def test_charged_until_nothing_is_left(accounts: Accounts, key: Key, clock: FakeClock) -> None:
    assert accounts.standing(key, Kind.SANDBOX) == Standing(limit=3, used=0, reset_in_s=86400)
    accounts.charge(key, Kind.SANDBOX, 2)
    clock.advance(seconds=0.5)
    assert accounts.standing(key, Kind.SANDBOX) == Standing(limit=3, used=2, reset_in_s=86400)
    accounts.check(key, Kind.SANDBOX)
    with pytest.raises(OverLimit):
        accounts.check(key, Kind.SANDBOX, 2)
    accounts.charge(key, Kind.SANDBOX)
    with pytest.raises(OverLimit):
        accounts.charge(key, Kind.SANDBOX)
    clock.advance(days=1)
    accounts.charge(key, Kind.SANDBOX, 3)


def test_the_minute(accounts: Accounts, key: Key, clock: FakeClock) -> None:
    for _ in range(5):
        accounts.throttle(key)
    clock.advance(seconds=20)
    with pytest.raises(OverLimit) as caught:
        accounts.throttle(key)
    assert (caught.value.what, caught.value.limit, caught.value.retry_after_s) == (THROTTLE, 5, 40)
    assert accounts.standing(key, THROTTLE).remaining == 0
    clock.advance(seconds=40)
    accounts.throttle(key)


def test_of_many_submissions_at_once_as_many_pass_as_the_quota_has(
    accounts: Accounts, other: Accounts, key: Key, clock: FakeClock
) -> None:
    passed: list[str] = []
    refused: list[OverLimit] = []
    ready = threading.Barrier(16)

    def one(number: int) -> None:
        own = (accounts, other)[number % 2]
        ready.wait()
        try:
            claim = own.claim(key, Kind.SANDBOX)
            done = submit(
                own._store, b"x" * number, options=None, file_name=None, key_id=key.id, now=clock(), claim=claim
            )
            passed.append(done.data_id)
        except OverLimit as error:
            refused.append(error)

    threads = [threading.Thread(target=one, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(passed), len(refused)) == (3, 13)
    assert accounts.standing(key, Kind.SANDBOX).used == 3
    rows = accounts._store.submissions_of_key(key.id, 100, 0)
    assert sorted(row.data_id for row in rows) == sorted(passed)


def test_lookups_are_counted_in_memory_and_written_down_by_the_way(
    accounts: Accounts, store: Store, key: Key, clock: FakeClock
) -> None:
    meter = accounts.meter(key)
    assert [meter.count(), meter.count(), meter.count(5)] == [1, 2, 7]
    assert accounts.standing(key, Kind.REPUTATION).used == 7
    assert store.usage.used(key.id, Kind.REPUTATION, clock()).amount == 0
    accounts.flush()
    assert store.usage.used(key.id, Kind.REPUTATION, clock()).amount == 7
    accounts.flush()
    assert store.usage.used(key.id, Kind.REPUTATION, clock()).amount == 7
    assert accounts.meter(key) is meter
    assert meter.used == 7


def test_a_meter_stops_at_the_limit(accounts: Accounts, key: Key) -> None:
    meter = accounts.meter(key)
    meter.count(999)
    with pytest.raises(OverLimit):
        meter.count(2)
    assert meter.count() == 1000
    with pytest.raises(OverLimit):
        meter.count()


def test_processes_learn_of_each_others_lookups(accounts: Accounts, other: Accounts, key: Key) -> None:
    one, two = accounts.meter(key), other.meter(key)
    accounts.meter(key)
    one.count(600)
    assert two.count(300) == 900
    assert (one.used, two.used) == (900, 900)
    two.count(100)
    with pytest.raises(OverLimit):
        one.count()


def test_a_restart_keeps_what_was_written_down(accounts: Accounts, other: Accounts, key: Key, clock: FakeClock) -> None:
    accounts.meter(key).count(7)
    accounts.flush()
    shutil.rmtree(accounts._store.data_dir / "counters")
    clock.advance(hours=1)
    assert other.meter(key).used == 7
    assert other.standing(key, Kind.REPUTATION).reset_in_s == 23 * 3600


def test_an_orderly_end_loses_nothing(accounts: Accounts, store: Store, key: Key, clock: FakeClock) -> None:
    with accounts:
        accounts.meter(key).count(7)
    assert store.usage.used(key.id, Kind.REPUTATION, clock()).amount == 7


def test_a_day_of_lookups_begins_with_the_first(accounts: Accounts, key: Key, clock: FakeClock) -> None:
    accounts.meter(key)
    clock.advance(hours=5)
    meter = accounts.meter(key)
    meter.count(3)
    accounts.flush()
    clock.advance(hours=23)
    assert accounts.standing(key, Kind.REPUTATION) == Standing(limit=1000, used=3, reset_in_s=3600)
    clock.advance(hours=1)
    fresh = accounts.meter(key)
    assert fresh.used == 0
    accounts.flush()
    assert accounts.standing(key, Kind.REPUTATION) == Standing(limit=1000, used=0, reset_in_s=86400)


def test_a_clock_that_goes_back_makes_no_day_longer(
    accounts: Accounts, store: Store, key: Key, clock: FakeClock
) -> None:
    meter = accounts.meter(key)
    meter.count(3)
    clock.advance(days=-100)
    assert accounts.meter(key) is meter
    assert accounts.standing(key, Kind.REPUTATION) == Standing(limit=1000, used=3, reset_in_s=86400)
    accounts.flush()
    assert store.usage.used(key.id, Kind.REPUTATION, clock()).started_at == clock()
    clock.advance(hours=24)
    assert accounts.meter(key).used == 0


def test_meters_that_nobody_asks_for_are_put_away(
    accounts: Accounts, store: Store, key: Key, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quota, "IDLE_FLUSHES", 2)
    accounts.meter(key).count()
    for _ in range(4):
        accounts.flush()
    assert accounts._meters == {}
    assert store.usage.used(key.id, Kind.REPUTATION, clock()).amount == 1
    assert accounts.meter(key).used == 1


KILLED = """
import sys
from datetime import timedelta
from pathlib import Path
from fulgurite.service.quota import Accounts
from fulgurite.store import Store
from tests.builders import QUOTAS
from tests.fakes import FakeClock
store = Store.open(Path(sys.argv[1]))
with Accounts(store, QUOTAS, now=FakeClock()) as accounts:
    [key] = store.listed_keys()
    accounts.meter(key).count(7)
    accounts.meter(key).count()
    print("counted", flush=True)
    sys.stdin.readline()
"""


def test_who_is_killed_loses_nothing(accounts: Accounts, store: Store, key: Key) -> None:
    child = processes.started(KILLED, store.data_dir)
    assert child.stdout is not None
    assert child.stdout.readline() == b"counted\n"
    child.kill()
    assert child.wait() == -signal.SIGKILL
    child.communicate()
    assert accounts.meter(key).used == 8
    assert accounts.standing(key, Kind.REPUTATION).used == 8


RACING = """
import sys
from pathlib import Path
from fulgurite.errors import OverLimit
from fulgurite.service.quota import Accounts
from fulgurite.store import Store
from tests.builders import QUOTAS
from tests.fakes import FakeClock
with Store.open(Path(sys.argv[1])) as store:
    accounts = Accounts(store, QUOTAS, now=FakeClock())
    [key] = store.listed_keys()
    meter = accounts.meter(key)
    print("ready", flush=True)
    sys.stdin.readline()
    passed = 0
    for _ in range(1000):
        try:
            meter.count()
            passed += 1
        except OverLimit:
            break
    print(passed, flush=True)
"""


def test_of_many_lookups_in_several_processes_as_many_pass_as_the_quota_has(
    accounts: Accounts, store: Store, key: Key
) -> None:
    racing = [processes.started(RACING, store.data_dir) for _ in range(3)]
    for child in racing:
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
    told = [child.communicate(b"\n")[0] for child in racing]
    assert sum(map(int, told)) == 1000
    assert accounts.meter(key).used == 1000


def test_a_new_limit_holds_at_once(accounts: Accounts, key: Key) -> None:
    assert accounts.meter(key).limit == 1000
    fewer = msgspec.structs.replace(key, allowance=Allowance(reputation_api=3))
    meter = accounts.meter(fewer)
    meter.count(3)
    with pytest.raises(OverLimit):
        meter.count()
