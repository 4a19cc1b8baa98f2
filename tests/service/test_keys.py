"""API keys: made, checked, listed, revoked."""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fulgurite.errors import InputError, NotFound
from fulgurite.model.key import Role
from fulgurite.service import keys
from fulgurite.store import Store
from tests.fakes import FakeClock


def test_a_new_key_is_good(store: Store, clock: FakeClock) -> None:
    secret = keys.create(store, "lab", Role.SUBMIT, clock())
    assert re.fullmatch(r"[a-z0-9]{32}", secret) is not None
    key = keys.check(store, secret, clock())
    assert key is not None
    assert (key.id, key.name, key.role, key.prefix, key.created_at) == (1, "lab", Role.SUBMIT, secret[:6], clock())
    assert keys.listed(store) == (key,)


def test_wrong_and_revoked_keys_are_none(store: Store, clock: FakeClock) -> None:
    secret = keys.create(store, "lab", Role.READ, clock())
    for wrong in ("", secret[:-1], secret + "a", secret.upper(), "0" * 32, secret[:-1] + "\udc80", secret[:-1] + "ä"):
        assert keys.check(store, wrong, clock()) is None
    keys.revoke(store, "lab", clock())
    assert keys.check(store, secret, clock()) is None
    [key] = keys.listed(store)
    assert key.revoked_at == clock()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=40))
def test_no_text_is_a_key_by_chance(store: Store, clock: FakeClock, text: str) -> None:
    assert keys.check(store, text, clock()) is None


def test_a_key_is_revoked_by_id_too(store: Store, clock: FakeClock) -> None:
    secrets = [keys.create(store, name, Role.READ, clock()) for name in ("one", "two", "three")]
    keys.revoke(store, 1, clock())
    keys.revoke(store, "2", clock())
    assert [keys.check(store, secret, clock()) is None for secret in secrets] == [True, True, False]


@pytest.mark.parametrize("unknown", [7, "7", "nobody", "9" * 30, "x" * 5000, "\udc80", ""])
def test_what_is_no_key_in_force_cannot_be_revoked(store: Store, clock: FakeClock, unknown: int | str) -> None:
    keys.create(store, "lab", Role.READ, clock())
    keys.revoke(store, "lab", clock())
    for chosen in (unknown, "lab", 1):
        with pytest.raises(NotFound):
            keys.revoke(store, chosen, clock())


@pytest.mark.parametrize("name", ["", " lab", "lab ", "x" * 101, "a\nb", "\u202elab", "\udc80", "42"])
def test_a_name_that_cannot_be_shown_is_refused(store: Store, clock: FakeClock, name: str) -> None:
    with pytest.raises(InputError, match="name of the key"):
        keys.create(store, name, Role.READ, clock())
    assert keys.listed(store) == ()


def test_a_name_in_force_is_refused(store: Store, clock: FakeClock) -> None:
    keys.create(store, "lab", Role.READ, clock())
    with pytest.raises(InputError, match="a key named 'lab' is in force already"):
        keys.create(store, "lab", Role.READ, clock())
    keys.revoke(store, "lab", clock())
    keys.create(store, "lab", Role.READ, clock())
