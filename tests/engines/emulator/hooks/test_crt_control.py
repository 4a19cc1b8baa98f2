"""Characters, far jumps and sudden ends of the C run-time."""

from collections.abc import Callable

import pytest

from fulgurite.engines.emulator.hooks.crt_control import kinds_of
from fulgurite.model.events import ProcessTerminate
from tests.engines.emulator.conftest import RunResult
from tests.engines.emulator.hooks.steps import steps

BITS = pytest.mark.parametrize("bits", [64, 32])


@BITS
def test_characters_and_jumps_are_as_on_windows(run_of: Callable[..., RunResult], bits: int) -> None:
    done = steps(run_of("runtime.c", bits))
    assert "after_jump" not in done
    assert [done.get(step) for step in ("ctype", "change", "longjmp")] == [True] * 3


@BITS
def test_abort_ends_the_process_with_three(run_of: Callable[..., RunResult], bits: int) -> None:
    assert [end.status for end in run_of("runtime.c", bits).events(ProcessTerminate)] == [3]


def test_narrow_characters_above_ascii_are_nothing() -> None:
    assert kinds_of(0xE4, wide=False) == 0
    assert kinds_of(0xE4, wide=True) != 0
    assert kinds_of(0x11_0000, wide=True) == 0
