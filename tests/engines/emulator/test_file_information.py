"""What is told of an open file, and changed in it, by information class."""

import struct
from pathlib import Path

import pytest

from fulgurite.engines.emulator import status
from fulgurite.engines.emulator.file_information import changed, information
from fulgurite.engines.emulator.opening import OpenFile
from fulgurite.engines.emulator.status import NtFailure
from fulgurite.model.events import FileAccess
from tests.engines.emulator.workshop import Workshop


def opened(desk: Workshop, path: str = "C:\\Windows\\win.ini") -> OpenFile:
    return OpenFile(desk.guest.files.at(path), path, 0x80000000)


@pytest.mark.parametrize(("kind", "size"), [(4, 40), (5, 24), (6, 8), (14, 8), (34, 56), (35, 8), (59, 24)])
def test_sizes_are_those_of_windows(tmp_path: Path, kind: int, size: int) -> None:
    desk = Workshop(tmp_path)
    assert len(information(desk.call("x"), opened(desk), kind)) == size


def test_names_and_streams(tmp_path: Path) -> None:
    desk = Workshop(tmp_path)
    file = opened(desk)
    name = "\\Windows\\win.ini".encode("utf-16-le")
    assert information(desk.call("x"), file, 9) == struct.pack("<I", len(name)) + name
    assert information(desk.call("x"), file, 18).endswith(struct.pack("<I", len(name)) + name)
    desk.guest.files.write(file.node, "x", 0, b"1", desk.process)
    assert information(desk.call("x"), file, 22).decode("utf-16-le", "ignore").count("$DATA") == 2
    with pytest.raises(NtFailure):
        information(desk.call("x"), file, 999)


def test_a_running_program_renames_its_stream_to_delete_itself(tmp_path: Path) -> None:
    desk = Workshop(tmp_path)
    call, file = desk.call("x"), opened(desk, "C:\\Users\\Admin\\test.exe")
    assert changed(call, file, 13, b"\1") == status.CANNOT_DELETE
    name = ":gone".encode("utf-16-le")
    assert changed(call, file, 10, struct.pack("<QQI", 0, 0, len(name)) + name) == 0
    again = opened(desk, "C:\\Users\\Admin\\test.exe")
    assert changed(call, again, 64, b"\1") == 0
    again.closed(desk.guest, desk.process)
    assert desk.guest.files.find("C:\\Users\\Admin\\test.exe") is None
    assert [(e.verb, e.status) for e in desk.events(FileAccess)] == [
        ("delete", status.CANNOT_DELETE),
        ("rename", 0),
        ("delete", 0),
    ]


def test_changes(tmp_path: Path) -> None:
    desk = Workshop(tmp_path)
    call, file = desk.call("x"), opened(desk)
    assert changed(call, file, 20, struct.pack("<Q", 3)) == 0
    assert len(file.node.data) == 3
    assert changed(call, file, 4, struct.pack("<4QI", 5, 0, 0, 0, 2)) == 0
    assert (file.node.time, file.node.attributes & 2) == (5, 2)
    assert changed(call, file, 14, struct.pack("<Q", 2)) == 0
    assert file.position == 2
    with pytest.raises(NtFailure):
        changed(call, file, 20, struct.pack("<Q", 1 << 60))
