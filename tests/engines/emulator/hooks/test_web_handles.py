"""Asynchronous sessions: the program's callback is told that its request is done."""

from collections.abc import Callable

import pytest

from tests.engines.emulator.conftest import RunResult
from tests.engines.emulator.hooks.steps import HTTP, WINHTTP, steps


@pytest.mark.parametrize("bits", [64, 32])
def test_callbacks_are_called(run_of: Callable[..., RunResult], bits: int) -> None:
    for program, *flags in (HTTP, WINHTTP):
        done = steps(run_of(program, bits, *flags))
        assert done.get("async", True)
        assert done.get("callbacks", True)
