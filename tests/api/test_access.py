"""Keys and roles."""

from datetime import UTC, datetime

import pytest

from fulgurite.api.access import REMEMBERED_S, Keyring
from fulgurite.api.problems import Problem
from fulgurite.model.key import Key, Role

RAW = b"0123456789abcdef0123456789abcdef"


class Keys:
    """Keys as a store has them, and how often it was asked."""

    def __init__(self, role: Role) -> None:
        self.known = {RAW.decode(): Key(id=7, name="k", role=role, prefix="0123", created_at=datetime.now(UTC))}
        self.asked = 0
        self.now = 0.0

    def check(self, raw: str) -> Key | None:
        self.asked += 1
        return self.known.get(raw)

    def keyring(self) -> Keyring:
        return Keyring(self.check, clock=lambda: self.now)


def code_of(keyring: Keyring, raw: bytes | None, role: Role) -> int:
    with pytest.raises(Problem) as caught:
        keyring.permitted(raw, role)
    return caught.value.code


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
    keyring = Keys(has).keyring()
    if code is None:
        assert keyring.permitted(RAW, needs).id == 7
    else:
        assert code_of(keyring, RAW, needs) == code


@pytest.mark.parametrize("raw", [None, b"", RAW[:-1], RAW + b"0", RAW.upper(), b"\xff" * 32, b"f" * 32, b" " + RAW])
def test_no_key_or_a_wrong_one(raw: bytes | None) -> None:
    assert code_of(Keys(Role.ADMIN).keyring(), raw, Role.READ) == 401006


def test_what_is_no_key_is_not_asked_for() -> None:
    keys = Keys(Role.READ)
    assert code_of(keys.keyring(), b"' OR 1=1 --", Role.READ) == 401006
    assert keys.asked == 0


def test_a_good_key_is_remembered_for_a_second() -> None:
    keys = Keys(Role.READ)
    keyring = keys.keyring()
    for _ in range(3):
        keyring.permitted(RAW, Role.READ)
    assert keys.asked == 1
    keys.now = REMEMBERED_S
    keyring.permitted(RAW, Role.READ)
    assert keys.asked == 2


def test_a_revoked_key_is_refused_after_a_second_at_most() -> None:
    keys = Keys(Role.READ)
    keyring = keys.keyring()
    keyring.permitted(RAW, Role.READ)
    keys.known.clear()
    keys.now = REMEMBERED_S
    assert code_of(keyring, RAW, Role.READ) == 401006


def test_a_bad_key_is_never_remembered() -> None:
    keys = Keys(Role.READ)
    keyring = keys.keyring()
    key = keys.known.pop(RAW.decode())
    assert code_of(keyring, RAW, Role.READ) == 401006
    keys.known[RAW.decode()] = key
    assert keyring.permitted(RAW, Role.READ) == key


def test_only_so_many_keys_are_remembered() -> None:
    keys = Keys(Role.READ)
    keyring = keys.keyring()
    (key,) = keys.known.values()
    keys.known = {f"{number:032}": key for number in range(5000)}
    for raw in keys.known:
        keyring.permitted(raw.encode(), Role.READ)
    assert len(keyring._remembered) <= 4096
