"""Sorting and searching with functions of the program."""

from collections.abc import Callable

import pytest

from fulgurite.model.events import SyncObject
from fulgurite.model.runlog import End
from tests.engines.emulator.conftest import RunResult


@pytest.mark.parametrize("bits", [64, 32])
def test_what_the_run_time_answers_holds(run_of: Callable[..., RunResult], bits: int) -> None:
    """dates.c names a mutex for each claim that does not hold: of sorts, dates, numbers and lines."""
    run = run_of("dates.c", bits, "-municode")
    assert [e.name for e in run.events(SyncObject)] == ["done"]
    assert [end.outcome for end in run.of(End)] == ["completed"]
