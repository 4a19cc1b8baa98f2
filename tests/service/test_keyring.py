"""Keys as those who run the service see them."""

from datetime import timedelta

import msgspec
import pytest

from fulgurite.errors import InputError, NotFound
from fulgurite.model.administration import Own, Terms, Wish
from fulgurite.model.key import Role
from fulgurite.model.usage import Claim, Kind
from fulgurite.service import keyring
from fulgurite.store import Store
from tests.builders import QUOTAS
from tests.fakes import FakeClock


def made(store: Store, clock: FakeClock, name: str = "a", **fields: object) -> tuple[int, str]:
    new = keyring.create(store, msgspec.convert({"name": name, "role": "submit", **fields}, Wish), clock())
    return new.id, new.key


def test_a_key_is_told_once(store: Store, clock: FakeClock) -> None:
    key_id, secret = made(store, clock, allowance={"sandbox_api": 3})
    listed = keyring.listed(store, QUOTAS, clock())
    (entry,) = listed.keys
    assert (entry.id, entry.name, entry.role, entry.is_in_force) == (key_id, "a", Role.SUBMIT, True)
    assert (entry.allowance, entry.quotas.sandbox_api, entry.quotas.per_minute) == (
        Own(sandbox_api=3),
        3,
        QUOTAS.per_minute,
    )
    assert secret.encode() not in msgspec.json.encode(listed)


def test_what_is_used_is_told(store: Store, clock: FakeClock) -> None:
    key_id, _ = made(store, clock)
    store.usage.charge(Claim(key_id=key_id, what=Kind.SANDBOX, count=4, limit=9, at=clock()))
    (entry,) = keyring.listed(store, QUOTAS, clock()).keys
    assert (entry.used.sandbox_api, entry.used.reputation_api) == (4, 0)
    clock.advance(days=1)
    (entry,) = keyring.listed(store, QUOTAS, clock()).keys
    assert entry.used.sandbox_api == 0


def test_what_is_named_is_changed_and_no_more(store: Store, clock: FakeClock) -> None:
    key_id, secret = made(store, clock, allowance={"sandbox_api": 3, "per_minute": 9})
    changed = keyring.change(store, key_id, Terms(allowance={"sandbox_api": 5}), QUOTAS, clock())
    assert (changed.allowance, changed.expires_at) == (Own(sandbox_api=5, per_minute=9), None)
    end = clock() + timedelta(days=2)
    assert keyring.change(store, key_id, Terms(expires_at=end), QUOTAS, clock()).allowance.sandbox_api == 5
    found = store.key(secret)
    assert found is not None
    assert (found.expires_at, found.allowance.sandbox_api) == (end, 5)
    changed = keyring.change(store, key_id, Terms(expires_at=None, allowance={"sandbox_api": None}), QUOTAS, clock())
    assert (changed.expires_at, changed.allowance) == (None, Own(per_minute=9))


def test_what_cannot_be(store: Store, clock: FakeClock) -> None:
    key_id, _ = made(store, clock)
    with pytest.raises(InputError):
        made(store, clock)
    with pytest.raises(InputError):
        keyring.change(store, key_id, Terms(allowance={"sandbox_api": -1}), QUOTAS, clock())
    with pytest.raises(InputError):
        keyring.change(store, key_id, Terms(expires_at=clock()), QUOTAS, clock())
    for other in (0, key_id + 1, 10**17):
        with pytest.raises(NotFound):
            keyring.change(store, other, Terms(), QUOTAS, clock())
    keyring.revoke(store, key_id, clock())
    with pytest.raises(NotFound):
        keyring.change(store, key_id, Terms(), QUOTAS, clock())
    with pytest.raises(NotFound):
        keyring.revoke(store, key_id, clock())
    assert [entry.is_in_force for entry in keyring.listed(store, QUOTAS, clock()).keys] == [False]
