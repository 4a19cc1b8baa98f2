"""The console."""

from collections.abc import Callable

import pytest

from fulgurite.model.events import ProcessTerminate
from tests.engines.emulator.conftest import RunResult


@pytest.mark.parametrize("bits", [64, 32])
def test_a_console_is_told_from_a_file(run_of: Callable[..., RunResult], bits: int) -> None:
    assert [end.status for end in run_of("console.c", bits).events(ProcessTerminate)] == [0]
