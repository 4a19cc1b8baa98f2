"""What the machine is, on both systems."""

from collections.abc import Callable

import pytest

from tests.engines.emulator.conftest import RunResult
from tests.engines.emulator.hooks.test_processes import sample_of


@pytest.mark.parametrize("bits", [64, 32])
@pytest.mark.parametrize("system", ["windows10", "windows7"])
def test_answers_agree(run_of: Callable[..., RunResult], bits: int, system: str) -> None:
    run = run_of("machine.c", bits, "-liphlpapi", "-ladvapi32", system=system)
    assert sample_of(run).exit_status == 0
