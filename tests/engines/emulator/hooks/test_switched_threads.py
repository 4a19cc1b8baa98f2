"""Waits, timers and completion ports of threads that are switched."""

from collections.abc import Callable

import pytest

from fulgurite.model.runlog import End, Note
from tests.engines.emulator.conftest import RunResult
from tests.engines.emulator.hooks.steps import steps

BITS = pytest.mark.parametrize("bits", [64, 32])
STEPS = {"rounds", "last_error", "joined", "timeout", "nothing_yet", "packet", "timer", "end"}


@BITS
def test_threads_that_wait_for_one_another_go_on(run_of: Callable[..., RunResult], bits: int) -> None:
    assert steps(run_of("switched.c", bits)) == dict.fromkeys(STEPS, True)


@BITS
def test_threads_that_wait_for_ever_are_ended(run_of: Callable[..., RunResult], bits: int) -> None:
    run = run_of("switched.c", bits)
    assert any("wait for what never comes" in note.text for note in run.of(Note))
    assert [end.outcome for end in run.of(End)] == ["completed"]
