"""Names of submissions and analyses."""

import base64
import re
from datetime import UTC, datetime, timedelta, timezone

import pytest

from fulgurite.service.ids import is_data_id, is_sandbox_id, new_data_id, new_sandbox_id

NOW = datetime(2026, 1, 2, 23, 30, tzinfo=UTC)


def test_a_data_id_has_the_form_that_clients_know() -> None:
    made = new_data_id(NOW)
    assert re.fullmatch(r"bz[A-Za-z0-9]+", made) is not None
    assert len(made) == len("bzIxMDExMW5PNTdWY09xQXNSb085WkNLVA")
    text = base64.urlsafe_b64decode(made + "=" * (-len(made) % 4)).decode()
    assert re.fullmatch(r"o260102[A-Za-z0-9]{18}", text) is not None
    assert new_data_id(NOW.astimezone(timezone(timedelta(hours=9))))[:9] == made[:9]


def test_a_sandbox_id_is_24_hex_digits_that_grow_with_time() -> None:
    made = new_sandbox_id(NOW)
    assert re.fullmatch(r"[0-9a-f]{24}", made) is not None
    assert made < new_sandbox_id(NOW + timedelta(seconds=1))


def test_no_two_are_the_same() -> None:
    assert len({new_data_id(NOW) for _ in range(1000)} | {new_sandbox_id(NOW) for _ in range(1000)}) == 2000


@pytest.mark.parametrize("text", ["bzIxMDExMW5PNTdWY09xQXNSb085WkNLVA", "a-b_c", "7"])
def test_what_can_stand_in_a_url_is_a_data_id(text: str) -> None:
    assert is_data_id(text)


@pytest.mark.parametrize("text", ["", "a/b", "a+b", "a b", "ä", "a" * 129, "a\n", "../x"])
def test_other_text_is_no_data_id(text: str) -> None:
    assert not is_data_id(text)


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("0123456789abcdef01234567", True),
        ("0123456789ABCDEF01234567", False),
        ("0123456789abcdef0123456", False),
        ("0123456789abcdef01234567\n", False),
        ("0123456789abcdef0123456g", False),
        ("", False),
    ],
)
def test_sandbox_ids_are_told_by_their_form(text: str, is_one: bool) -> None:
    assert is_sandbox_id(text) is is_one
