"""Which image a name stands for."""

from fulgurite.engines.emulator import images
from tests.engines.emulator.programs.conftest import Desk, desk

__all__ = ["desk"]


def test_a_written_file_is_not_of_the_clean_windows(desk: Desk) -> None:
    desk.put("C:\\Users\\Public\\a.exe", "MZ")
    own = images.image_at(desk.guest, "C:\\Users\\Public\\a.exe")
    clean = images.image_at(desk.guest, "c:\\windows\\system32\\NOTEPAD.exe")
    assert own is not None
    assert clean is not None
    assert (own.orig, own.data, own.is_pe) == (False, b"MZ", True)
    assert (clean.orig, clean.data, clean.path) == (True, None, "C:\\Windows\\System32\\notepad.exe")
    assert images.image_at(desk.guest, "C:\\Users\\Public") is None


def test_the_folder_of_the_program_comes_first(desk: Desk) -> None:
    desk.put("C:\\Users\\Public\\notepad.exe", "MZ")
    process = desk.guest.processes.start("C:\\Users\\Public\\x.exe", "x", parent=None, cwd="C:\\")
    found = images.found(desk.guest, process, "notepad")
    assert found is not None
    assert found.path == "C:\\Users\\Public\\notepad.exe"
    assert images.found(desk.guest, process, "no\0such") is None
    assert images.found(desk.guest, process, "a" * 40_000) is None


def test_32_bit_programs_are_led_elsewhere() -> None:
    assert images.redirected("C:\\Windows\\System32\\a.exe", 32) == "C:\\Windows\\SysWOW64\\a.exe"
    assert images.redirected("C:\\Windows\\Sysnative\\a.exe", 32) == "C:\\Windows\\System32\\a.exe"
    assert images.redirected("C:\\Windows\\System32\\drivers\\etc\\hosts", 32).endswith("System32\\drivers\\etc\\hosts")
    assert images.redirected("C:\\Windows\\System32\\a.exe", 64) == "C:\\Windows\\System32\\a.exe"
