"""Opening of files and devices."""

from pathlib import Path

import pytest

from fulgurite.engines.emulator import opening, status
from fulgurite.engines.emulator.opening import Device, OpenFile, Wanted
from fulgurite.model.events import FileAccess
from tests.engines.emulator.workshop import Workshop

READ, WRITE = opening.GENERIC_READ, opening.GENERIC_WRITE


@pytest.mark.parametrize(
    ("wanted", "path", "expected"),
    [
        (Wanted(READ, opening.OPEN), "C:\\Windows\\win.ini", ("read", "OpenRead", 0)),
        (Wanted(0x80, opening.OPEN), "C:\\Windows\\win.ini", ("read", "Unknown", 0)),
        (Wanted(WRITE, opening.OPEN), "C:\\Windows\\win.ini", ("write", "OpenModify", 0)),
        (Wanted(READ | WRITE, opening.OPEN_IF), "C:\\Windows\\win.ini", ("write", "OpenModify", 0)),
        (Wanted(READ, opening.OPEN_IF), "C:\\new", ("write", "CreateRead", 0)),
        (Wanted(WRITE, opening.CREATE), "C:\\new", ("write", "CreateModify", 0)),
        (Wanted(WRITE, opening.OVERWRITE), "C:\\Windows\\win.ini", ("write", "Truncate", 0)),
        (Wanted(READ, opening.OPEN), "C:\\lost", ("read", "OpenRead", status.OBJECT_NAME_NOT_FOUND)),
        (Wanted(READ, opening.OPEN), "C:\\lost\\x", ("read", "OpenRead", status.OBJECT_PATH_NOT_FOUND)),
        (Wanted(READ, opening.OPEN, 0x40), "C:\\Windows", ("read", "OpenRead", status.FILE_IS_A_DIRECTORY)),
        (Wanted(READ, opening.OPEN, 0x1), "C:\\Windows\\win.ini", ("read", "OpenRead", status.NOT_A_DIRECTORY)),
        (Wanted(WRITE, opening.OPEN), "C:\\Users\\Admin\\test.exe", ("write", "OpenModify", status.SHARING_VIOLATION)),
    ],
)
def test_how_an_opening_is_told(tmp_path: Path, wanted: Wanted, path: str, expected: tuple[str, str, int]) -> None:
    desk = Workshop(tmp_path)
    answer = opening.opened(desk.call("CreateFileW"), path, wanted)
    [event] = desk.events(FileAccess)
    assert (event.verb, event.op, event.status) == expected
    assert (answer.status, event.path) == (expected[2], path)


def test_what_is_overwritten_is_empty(tmp_path: Path) -> None:
    desk = Workshop(tmp_path)
    answer = opening.opened(desk.call("CreateFileW"), "C:\\Windows\\win.ini", Wanted(WRITE, opening.OVERWRITE_IF))
    assert isinstance(answer.thing, OpenFile)
    assert (answer.information, bytes(answer.thing.node.data)) == (opening.OVERWRITTEN, b"")


def test_devices(tmp_path: Path) -> None:
    desk = Workshop(tmp_path)
    console = opening.opened(desk.call("CreateFileW"), "\\\\.\\CONOUT$", Wanted(WRITE, opening.OPEN))
    assert isinstance(console.thing, Device)
    assert desk.events(FileAccess) == []
    lost = opening.opened(desk.call("CreateFileW"), "\\\\.\\HGFS", Wanted(READ, opening.OPEN))
    assert lost.status == status.OBJECT_NAME_NOT_FOUND


def test_names_of_objects(tmp_path: Path) -> None:
    desk = Workshop(tmp_path)
    assert opening.nt_path(desk.call("NtOpenFile"), desk.name("\\??\\C:\\x")) == "C:\\x"
    assert opening.nt_path(desk.call("NtOpenFile"), 0) == ""
    assert opening.full_path(desk.call("x"), "a") == "C:\\Users\\Public\\a"


def test_a_32_bit_program_reaches_system32_as_sysnative(tmp_path: Path) -> None:
    desk = Workshop(tmp_path, 32)
    assert opening.full_path(desk.call("x"), "C:\\Windows\\Sysnative\\cmd.exe") == "C:\\Windows\\System32\\cmd.exe"
