"""APIs that call a function of the program."""

from collections.abc import Callable

import pytest

from fulgurite.model.events import ApiCall, SyncObject
from tests.engines.emulator.conftest import RunResult


@pytest.mark.parametrize("bits", [64, 32])
def test_functions_of_the_program_are_called(run_of: Callable[..., RunResult], bits: int) -> None:
    run = run_of("threads.c", bits)
    assert len(run.events(SyncObject, name="LocaleRan")) == 1
    assert len(run.events(SyncObject, name="TimerRan")) == 1
    assert run.events(ApiCall, api="kernel32.EnumSystemLocalesA")
