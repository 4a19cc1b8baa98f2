"""Dates as text; what programs see of them is in test_crt_sort.py."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite.engines.emulator.hooks.crt_dates import formatted

DATE = datetime(2024, 5, 2, 14, 5, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("%Y-%m-%d %H:%M:%S", "2024-05-02 14:05:09"),
        ("%a %A %b %B", "Thu Thursday May May"),
        ("%I:%M %p, day %j", "02:05 PM, day 123"),
        ("%#d%%%Q%", "02%"),
    ],
)
def test_dates_are_written_as_asked(pattern: str, text: str) -> None:
    assert formatted(pattern, DATE) == text


@given(st.text(max_size=40))
def test_any_format_gives_text(pattern: str) -> None:
    assert isinstance(formatted(pattern, DATE), str)
