"""Waits, timers and completion ports of threads that are switched."""

from collections.abc import Callable

import pytest

from fulgurite.model.events import FileAccess, SyncObject
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


@BITS
def test_threads_tasks_and_folders_of_cpp(run_of: Callable[..., RunResult], bits: int) -> None:
    run = run_of("modern.cpp", bits, "-std=c++17", "-static")
    assert [e.name for e in run.events(SyncObject)] == ["done"]
    assert [end.outcome for end in run.of(End)] == ["completed"]
    assert {e.path for e in run.events(FileAccess, verb="delete")} >= {"C:\\ProgramData\\modern\\b.txt"}
