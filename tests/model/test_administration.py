"""What those who run the service are told: what comes in is checked, what goes out is whole."""

import msgspec
import pytest
from msgspec import UNSET

from fulgurite.model.administration import Own, Queue, Terms, Wish
from fulgurite.model.key import Role


def test_a_wish_has_a_name_and_a_role() -> None:
    wish = msgspec.convert({"name": "a", "role": "read", "allowance": {"per_minute": 1}}, Wish)
    assert (wish.role, wish.allowance, wish.expires_at) == (Role.READ, Own(per_minute=1), None)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"name": "a"},
        {"name": "a", "role": "root"},
        {"name": 1, "role": "read"},
        {"name": "a", "role": "read", "more": 1},
        {"name": "a", "role": "read", "expires_at": "tomorrow"},
        {"name": "a", "role": "read", "expires_at": "2030-01-01T00:00:00"},
        {"name": "a", "role": "read", "allowance": {"per_minute": "1"}},
    ],
)
def test_what_is_no_wish(fields: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(fields, Wish)


def test_terms_tell_what_is_named_from_what_is_not() -> None:
    assert msgspec.convert({}, Terms) == Terms(expires_at=UNSET, allowance=UNSET)
    assert msgspec.convert({"expires_at": None, "allowance": {"sandbox_api": None}}, Terms) == Terms(
        expires_at=None, allowance={"sandbox_api": None}
    )
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"allowance": {"feed_api": 1}}, Terms)


def test_every_field_is_told() -> None:
    assert msgspec.json.decode(msgspec.json.encode(Queue(pending=0, running=0, fetching=0))) == {
        "pending": 0,
        "running": 0,
        "fetching": 0,
        "reason": None,
        "tasks": [],
        "is_cut": False,
        "workers": [],
    }
