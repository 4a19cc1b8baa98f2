"""The API key."""

from datetime import UTC, datetime

import msgspec

from fulgurite.model.key import Key, Role


def test_a_key_survives_its_json_form() -> None:
    key = Key(id=7, name="lab", role=Role.SUBMIT, prefix="abcd", created_at=datetime(2026, 1, 2, tzinfo=UTC))
    assert msgspec.json.decode(msgspec.json.encode(key), type=Key) == key


def test_roles_are_the_words_of_the_command_line() -> None:
    assert [role.value for role in Role] == ["read", "submit", "admin"]
