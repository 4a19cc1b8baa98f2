"""Numbers at the start of texts; what programs see of them is in test_crt_sort.py."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite.engines.emulator.hooks.crt_math import number_in


@pytest.mark.parametrize(
    ("text", "value", "used"),
    [("1.5x", 1.5, 3), ("  -2e3 ", -2000.0, 6), (".5", 0.5, 2), ("7.", 7.0, 2), ("3e", 3.0, 1), ("x", 0.0, 0)],
)
def test_numbers_are_read_up_to_their_end(text: str, value: float, used: int) -> None:
    assert number_in(text) == (value, used)


@given(st.text(max_size=60))
def test_any_text_gives_a_number(text: str) -> None:
    _, used = number_in(text)
    assert 0 <= used <= len(text)
