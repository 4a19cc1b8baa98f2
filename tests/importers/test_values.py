"""Foreign values as what they mean."""

from typing import Any

import pytest

from fulgurite.importers import values


@pytest.mark.parametrize(
    ("value", "expected"),
    [("a", "a"), ("", None), (5, "5"), (1.5, "1.5"), (True, None), (None, None), (["", "b"], "b"), ({"a": 1}, None)],
)
def test_text(value: Any, expected: str | None) -> None:
    assert values.text(value) == expected


def test_texts_keep_their_order_and_come_once() -> None:
    assert values.texts(["b", "a", None, "b", 3]) == ("b", "a", "3")
    assert values.texts("a") == ("a",)
    assert values.texts(None) == ()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (7, 7),
        ("7", 7),
        ("0x1F", 31),
        ("-0x1", -1),
        (" 7 ", 7),
        (7.0, 7),
        (7.5, None),
        (True, None),
        ("", None),
        ("1_000", None),
        ("seven", None),
        ("9" * 5000, None),
        (2**64, None),
        (2**64 - 1, 2**64 - 1),
        (-(2**63) - 1, None),
        (None, None),
    ],
)
def test_number(value: Any, expected: int | None) -> None:
    assert values.number(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(1, 1.0), ("2.75", 2.75), ("x", None), (True, None), (float("nan"), None), (10**400, None), ([], None)],
)
def test_fraction(value: Any, expected: float | None) -> None:
    assert values.fraction(value) == expected


def test_digests_are_lower_case_and_whole() -> None:
    assert values.digest("AB" * 32, "sha256") == "ab" * 32
    assert values.digest("AB" * 31, "sha256") is None
    assert values.digest("g" * 32, "md5") is None
    assert values.digest(5, "md5") is None


def test_ports_counts_and_cuts() -> None:
    assert [values.port(one) for one in (80, "443", 65536, -1, None)] == [80, 443, None, None, None]
    assert [values.count(one) for one in (3, 0, None, "2", 2**60)] == [3, 1, 1, 2, 2**31]
    assert values.cut("abc", 3) == "abc"
    assert values.cut("abcd" * 1000, 3) == "abc... (4,000 characters)"


def test_lists_in_lists_have_no_text() -> None:
    deep: list[Any] = ["x"]
    for _ in range(5000):
        deep = [deep]
    assert values.text(deep) is None
    assert values.texts(deep) == ()
