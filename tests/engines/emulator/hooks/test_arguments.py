"""The start of a C program."""

from collections.abc import Callable

import pytest

from fulgurite.model.events import FileAccess, ProcessTerminate
from tests.engines.emulator.conftest import RunResult
from tests.engines.emulator.hooks.test_processes import processes, sample_of


@pytest.mark.parametrize("bits", [64, 32])
def test_main_gets_its_arguments(run_of: Callable[..., RunResult], bits: int) -> None:
    """starts.c starts a copy of itself, which does something else when it has an argument, and answers with 7."""
    run = run_of("starts.c", bits)
    [mark] = run.events(FileAccess, path="C:\\Users\\Public\\copy_ran.txt", verb="write")
    copy = processes(run)[mark.procid]
    assert copy.cmd == '"C:\\Users\\Public\\copy of me.exe" -again'
    assert copy.orig is False
    assert run.events(ProcessTerminate, procid=mark.procid, status=7)
    assert sample_of(run).exit_status == 0
