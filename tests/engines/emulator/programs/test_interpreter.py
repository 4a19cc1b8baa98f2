"""Programs of Windows that are listed, and how they end."""

from fulgurite.engines.emulator.programs.interpreter import PROGRAMS
from tests.engines.emulator.programs.conftest import Desk


def test_console_programs_end_and_windows_stay(desk: Desk) -> None:
    assert desk.run("ipconfig /all", program="ipconfig.exe").exit_status == 0
    assert desk.run("ipconfig /all", program="ipconfig.exe").terminated_ms is not None
    assert desk.run("calc", program="calc.exe").terminated_ms is None


def test_every_interpreted_program_is_in_the_clean_windows(desk: Desk) -> None:
    names = {name.lower() for files in desk.guest.system.programs.values() for name in files}
    assert set(PROGRAMS) <= names
