"""The C run-time's heap, by a program that checks what it gets."""

from collections.abc import Callable

import pytest

from tests.engines.emulator.conftest import RunResult
from tests.engines.emulator.hooks.steps import steps


@pytest.mark.parametrize("bits", [64, 32])
def test_blocks_hold_what_they_are_given(run_of: Callable[..., RunResult], bits: int) -> None:
    done = steps(run_of("runtime.c", bits))
    assert [done.get(step) for step in ("realloc", "memchr", "calloc", "aligned")] == [True] * 4
