"""Running processes: by emulation, or by what their program is known to do."""

from fulgurite.engines.emulator import running
from tests.engines.emulator.programs.conftest import Desk, desk
from tests.engines.pe_files import minimal_pe

__all__ = ["desk"]


def test_a_program_with_bytes_is_emulated(desk: Desk) -> None:
    image = minimal_pe(b"\xb8\x05\x00\x00\x00\xc3")
    process = desk.guest.processes.start("C:\\a.exe", "a", parent=None, data=image, orig=False)
    running.run(desk.guest, process)
    assert desk.guest.processes.emulated == 1
    assert process.terminated_ms is not None


def test_a_program_of_windows_is_read_from_its_command_line(desk: Desk) -> None:
    process = desk.guest.processes.start("C:\\Windows\\System32\\cmd.exe", "cmd /c echo x>C:\\x.txt", parent=None)
    running.run(desk.guest, process)
    assert desk.guest.processes.emulated == 0
    assert desk.text("C:\\x.txt") == "x\r\n"


def test_others_run_while_one_sleeps(desk: Desk) -> None:
    sleeper = desk.guest.processes.start("C:\\a.exe", "a", parent=None, data=b"")
    sleeper.was_run = True
    other = desk.guest.processes.start("C:\\Windows\\System32\\ipconfig.exe", "ipconfig", parent=sleeper)
    desk.guest.pause(60, sleeper)
    assert other.terminated_ms is None
    desk.guest.pause(60, sleeper)
    assert other.terminated_ms is not None
