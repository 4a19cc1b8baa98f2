"""Threads of the calling process."""

from collections.abc import Callable

import pytest

from fulgurite.model.events import FileAccess, SyncObject
from fulgurite.model.runlog import End, Note
from tests.engines.emulator.conftest import RunResult

BITS = pytest.mark.parametrize("bits", [64, 32])


@BITS
def test_threads_have_run_when_they_are_waited_for(run_of: Callable[..., RunResult], bits: int) -> None:
    """threads.c stops before this mutex when a thread's result was not there after the wait, or after a sleep."""
    run = run_of("threads.c", bits)
    assert run.events(SyncObject, name="AllRight", op="MutantCreate")
    assert run.events(FileAccess, path="C:\\Users\\Public\\background.txt", verb="write")


@BITS
def test_a_loop_that_only_sleeps_is_ended(run_of: Callable[..., RunResult], bits: int) -> None:
    run = run_of("threads.c", bits)
    assert [end.outcome for end in run.of(End)] == ["completed"]
    assert any("wait for what never comes" in note.text for note in run.of(Note))
