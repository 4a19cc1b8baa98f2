"""The C run-time's strings, by a program that checks what it gets; numbers in hostile text."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite.engines.emulator.hooks.crt_strings import number_in, rendered
from tests.engines.emulator.conftest import RunResult
from tests.engines.emulator.hooks.steps import steps

STEPS = ("chr", "spans", "strtok", "cases", "wide", "order", "strncat", "numbers", "wide_numbers", "itoa")


@pytest.mark.parametrize("bits", [64, 32])
def test_strings_are_as_on_windows(run_of: Callable[..., RunResult], bits: int) -> None:
    done = steps(run_of("runtime.c", bits))
    assert {step: done.get(step) for step in STEPS} == dict.fromkeys(STEPS, True)


@given(st.integers(0, 2**64), st.integers(2, 36))
def test_numbers_come_back(value: int, base: int) -> None:
    assert number_in(rendered(value, base) + "!", base) == (value, len(rendered(value, base)))


@given(st.text(max_size=40), st.sampled_from([0, 2, 8, 10, 16, 36]))
def test_any_text_has_some_number(text: str, base: int) -> None:
    value, used = number_in(text, base)
    assert 0 <= used <= len(text)
    assert used > 0 or value == 0
