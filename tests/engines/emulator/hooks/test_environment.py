"""The environment of a process: the programs exit with 0 only when it is as on Windows."""

from collections.abc import Callable

import pytest

from tests.engines.emulator.conftest import RunResult
from tests.engines.emulator.hooks.test_processes import sample_of


@pytest.mark.parametrize("bits", [64, 32])
def test_variables(run_of: Callable[..., RunResult], bits: int) -> None:
    assert sample_of(run_of("machine.c", bits, "-liphlpapi", "-ladvapi32")).exit_status == 0
