"""Times in all spellings that sources have."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite.importers.clocks import Stamps, moment, span_ms

AT = datetime(2023, 10, 14, 12, 30, 13, 921000, tzinfo=UTC)
AT_MS = 1_697_286_613_921


@pytest.mark.parametrize(
    "spelt",
    [
        "2023-10-14 12:30:13,921",
        "2023-10-14 12:30:13.921",
        "2023-10-14T12:30:13.921Z",
        "2023-10-14T14:30:13.921+02:00",
        "20231014123013.921",
        1_697_286_613.921,
    ],
)
def test_spellings_of_one_time(spelt: Any) -> None:
    stamps = Stamps()
    expected = AT_MS if "+02:00" not in str(spelt) else AT_MS + 7_200_000
    assert stamps.ms(spelt) == stamps.ms(spelt) == expected
    assert moment(spelt) == AT


def test_epoch_seconds_as_text() -> None:
    assert moment("1716999134.579643") == datetime(2024, 5, 29, 16, 12, 14, 579643, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "ms"),
    [("1716999134.579643", 1716999134579), ("1716999134.5", 1716999134500), ("1716999134", 1716999134000)],
)
def test_epoch_seconds_in_milliseconds(value: str, ms: int) -> None:
    assert Stamps().ms(value) == ms
    assert Stamps().ms(f"{value} x") is None


@pytest.mark.parametrize("value", [None, "", "soon", "0000-00-00 00:00:00", "2023-13-40 99:99:99,1", True, [], 5, -1.0])
def test_what_is_no_time(value: Any) -> None:
    assert Stamps().ms(value) is None
    assert moment(value) is None or value == 5


def test_spans() -> None:
    assert [span_ms(one) for one in (0, 1.5, -1, None, "1", True, float("inf"))] == [
        0,
        1500,
        None,
        None,
        None,
        None,
        None,
    ]


@given(st.text() | st.floats() | st.integers())
def test_any_value_is_a_time_or_none(value: Any) -> None:
    Stamps().ms(value)
    moment(value)
    span_ms(value)
