"""Keys and roles."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fulgurite.api.access import REMEMBERED_S, Keyring, allow
from fulgurite.api.guessing import Brake
from fulgurite.api.problems import Problem
from fulgurite.model.key import Key, Role
from fulgurite.service.quota import Accounts
from fulgurite.store import Store
from tests.builders import QUOTAS
from tests.fakes import FakeClock

RAW = b"0123456789abcdef0123456789abcdef"
CLIENT = ("192.0.2.1", 50000)


class Keys:
    """Keys as a store has them, and how often it was asked."""

    def __init__(self, store: Store, role: Role = Role.READ) -> None:
        self.known = {RAW.decode(): key_of(role)}
        self.asked = 0
        self.now = 0.0
        accounts = Accounts(store, QUOTAS, now=FakeClock())
        brake = Brake(3, 60.0, clock=lambda: self.now)
        self.ring = Keyring(self.check, accounts, brake, clock=lambda: self.now)

    def check(self, raw: str) -> Key | None:
        self.asked += 1
        return self.known.get(raw)

    def code_of(self, raw: bytes | None, address: str = CLIENT[0]) -> int:
        with pytest.raises(Problem) as caught:
            self.ring.caller(raw, (address, 1))
        return caught.value.code


def key_of(role: Role, number: int = 7) -> Key:
    return Key(id=number, name="k", role=role, prefix="0123", created_at=datetime.now(UTC))


@pytest.fixture
def keys(tmp_path: Path) -> Iterator[Keys]:
    with Store.open(tmp_path) as store:
        yield Keys(store)


@pytest.mark.parametrize(
    ("has", "needs", "code"),
    [
        (Role.READ, Role.READ, None),
        (Role.READ, Role.SUBMIT, 403003),
        (Role.READ, Role.ADMIN, 403003),
        (Role.SUBMIT, Role.READ, None),
        (Role.SUBMIT, Role.SUBMIT, None),
        (Role.SUBMIT, Role.ADMIN, 403003),
        (Role.ADMIN, Role.READ, None),
        (Role.ADMIN, Role.SUBMIT, None),
        (Role.ADMIN, Role.ADMIN, None),
    ],
)
def test_roles(has: Role, needs: Role, code: int | None) -> None:
    if code is None:
        allow(key_of(has), needs)
    else:
        with pytest.raises(Problem, match=str(code)):
            allow(key_of(has), needs)


@pytest.mark.parametrize("raw", [None, b"", RAW[:-1], RAW + b"0", RAW.upper(), b"\xff" * 32, b"f" * 32, b" " + RAW])
def test_no_key_or_a_wrong_one(keys: Keys, raw: bytes | None) -> None:
    assert keys.code_of(raw) == 401006


def test_what_is_no_key_is_not_asked_for(keys: Keys) -> None:
    assert keys.code_of(b"' OR 1=1 --") == 401006
    assert keys.asked == 0


def test_a_good_key_is_remembered_for_a_second(keys: Keys) -> None:
    for _ in range(3):
        keys.ring.caller(RAW, CLIENT)
    assert keys.asked == 1
    keys.now = REMEMBERED_S
    keys.ring.caller(RAW, CLIENT)
    assert keys.asked == 2


def test_a_revoked_key_is_refused_after_a_second_at_most(keys: Keys) -> None:
    keys.ring.caller(RAW, CLIENT)
    keys.known.clear()
    keys.now = REMEMBERED_S
    assert keys.code_of(RAW) == 401006


def test_a_bad_key_is_never_remembered(keys: Keys) -> None:
    key = keys.known.pop(RAW.decode())
    assert keys.code_of(RAW) == 401006
    keys.known[RAW.decode()] = key
    assert keys.ring.caller(RAW, CLIENT).key == key


def test_only_so_many_keys_are_remembered(keys: Keys) -> None:
    keys.known = {f"{number:032}": key_of(Role.READ, number) for number in range(5000)}
    for raw in keys.known:
        keys.ring.caller(raw.encode(), CLIENT)
    assert len(keys.ring._remembered) <= 4096


def test_who_guesses_is_told_to_stay_away_and_a_neighbour_is_let_in(keys: Keys) -> None:
    assert [keys.code_of(b"%032d" % n) for n in range(5)] == [401006, 401006, 401006, 403002, 403002]
    keys.ring.caller(RAW, CLIENT)
    assert keys.code_of(b"f" * 32, "192.0.2.2") == 401006
    assert keys.code_of(None) == 401006
    keys.now = 60.0
    keys.ring.caller(RAW, CLIENT)
    assert keys.code_of(b"f" * 32) == 401006


def test_what_is_at_hand_for_lookups(keys: Keys) -> None:
    caller = keys.ring.caller(RAW, None)
    assert dict(caller.headers) == {
        b"x-authenticated": b"by apikey",
        b"x-account-type": b"other",
        b"x-ratelimit-for": b"reputation_api",
        b"x-ratelimit-limit": b"1000",
        b"x-ratelimit-reset-in": b"86400s",
        b"x-ratelimit-interval": b"86400",
        b"x-content-type-options": b"nosniff",
    }
    assert keys.ring.caller(RAW, None).meter is caller.meter
