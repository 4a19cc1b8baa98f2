"""Questions about processes."""

from collections.abc import Callable

import pytest

from fulgurite.engines.emulator.hooks.process_handles import PROTECTED
from fulgurite.engines.emulator.profile import system
from tests.engines.emulator.conftest import RunResult
from tests.engines.emulator.hooks.seen import ADMIN
from tests.engines.emulator.hooks.test_processes import sample_of


@pytest.mark.parametrize("bits", [64, 32])
def test_a_program_finds_itself(run_of: Callable[..., RunResult], bits: int) -> None:
    """admin.c opens itself by its id and asks for its image."""
    assert sample_of(run_of(*ADMIN[:1], bits, *ADMIN[1:])).exit_status == 0


def test_protected_processes_are_in_the_baseline() -> None:
    names = {row.image.lower().rpartition("\\")[2] for row in system("windows10").processes}
    assert names >= PROTECTED
