"""Time in the guest."""

from collections.abc import Callable

import pytest

from fulgurite.model.events import ApiCall, FileAccess
from tests.engines.emulator.conftest import RunResult
from tests.engines.emulator.hooks.seen import ADMIN


@pytest.mark.parametrize("bits", [64, 32])
def test_sleeps_pass_in_the_guest_only(run_of: Callable[..., RunResult], bits: int) -> None:
    """admin.c exits early when GetTickCount did not follow its sleep, or the date is not the guest's."""
    run = run_of(*ADMIN[:1], bits, *ADMIN[1:])
    [sleep] = run.events(ApiCall, api="kernel32.Sleep")
    assert sleep.args == ("3000",)
    assert min(e.at_ms for e in run.events(FileAccess)) >= 3000


def test_two_runs_are_alike(run_of: Callable[..., RunResult]) -> None:
    first = run_of("threads.c", 64)
    second = run_of("threads.c", 64, "-O1")
    assert first.events() == second.events()
