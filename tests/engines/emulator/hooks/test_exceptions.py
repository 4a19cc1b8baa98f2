"""C++ exceptions and vectored handlers, on programs that use them."""

from collections.abc import Callable

import pytest

from fulgurite.model.runlog import End
from tests.engines.emulator.conftest import RunResult
from tests.engines.emulator.hooks.steps import marks

BITS = pytest.mark.parametrize("bits", [64, 32])


@BITS
def test_cpp_exceptions_unwind_and_are_caught(run_of: Callable[..., RunResult], bits: int) -> None:
    run = run_of("exceptions.cpp", bits, "-static")
    assert marks(run) == [
        "DeepUnwound",
        "DeepUnwound",
        "DeepUnwound",
        "MiddleUnwound",
        "Caught_benign",
        "CaughtInt",
        "Rethrow",
        "Outer_inner",
        "text 42",
        "Stream1",
        "OutOfRange",
        "AfterAll",
    ]
    assert [end.outcome for end in run.of(End)] == ["completed"]


@BITS
def test_a_vectored_handler_lets_the_program_go_on(run_of: Callable[..., RunResult], bits: int) -> None:
    assert marks(run_of("vectored.c", bits)) == ["HandlerSaw", "AfterRaise"]


@BITS
def test_an_exception_that_nobody_handles_is_told(run_of: Callable[..., RunResult], bits: int) -> None:
    (end,) = run_of("vectored.c", bits).of(End)
    assert end.outcome == "partial"
    assert "unhandled exception 0xc0000005" in str(end.reason)
