"""The user's shell."""

from collections.abc import Callable

import pytest

from fulgurite.engines.emulator.hooks.shell import ASSOCIATIONS
from fulgurite.engines.emulator.profile import system
from tests.engines.emulator.conftest import RunResult
from tests.engines.emulator.hooks.seen import ADMIN
from tests.engines.emulator.hooks.test_processes import processes


@pytest.mark.parametrize("bits", [64, 32])
def test_programs_and_documents_are_opened(run_of: Callable[..., RunResult], bits: int) -> None:
    commands = {str(p.cmd) for p in processes(run_of(*ADMIN[:1], bits, *ADMIN[1:])).values()}
    folder = "System32" if bits == 64 else "SysWOW64"
    shell = f"C:\\Windows\\{folder}\\WindowsPowerShell\\v1.0\\powershell.exe"
    assert f'"{shell}" -NoProfile -Command Get-Date' in commands
    assert 'C:\\Windows\\System32\\cmd.exe /c "C:\\Users\\Public\\run.bat"' in commands


def test_documents_open_with_programs_that_are_there() -> None:
    there = {f"{folder}\\{name}".lower() for folder, names in system("windows10").programs.items() for name in names}
    for command in ASSOCIATIONS.values():
        program = command[1:].partition('"')[0] if command.startswith('"') else command.partition(" ")[0]
        assert program.lower() in there
