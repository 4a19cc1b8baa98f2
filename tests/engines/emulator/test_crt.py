"""The C run-time's open files."""

from pathlib import Path

import pytest

from fulgurite.engines.emulator import crt, status
from fulgurite.engines.emulator.crt import Descriptor
from tests.engines.emulator.workshop import Workshop


def opened(desk: Workshop, mode: str, content: bytes = b"") -> Descriptor:
    desk.guest.files.seed_file("C:\\t.txt", content)
    code, descriptor = crt.open_mode(desk.call("fopen"), "C:\\t.txt", mode)
    assert code == 0
    assert descriptor is not None
    return descriptor


def test_text_is_read_with_one_character_for_a_line_end(tmp_path: Path) -> None:
    desk = Workshop(tmp_path)
    call, descriptor = desk.call("fread"), opened(desk, "r", b"a\r\nb\rc\r\n\x1ahidden")
    assert crt.read(call, descriptor, 2) == b"a\n"
    assert crt.read(call, descriptor, 100) == b"b\rc\n"
    assert descriptor.flags & crt.EOF_FLAG


def test_lines(tmp_path: Path) -> None:
    desk = Workshop(tmp_path)
    call, descriptor = desk.call("fgets"), opened(desk, "r", b"one\r\ntwo")
    descriptor.ungot.extend(b"!")
    assert [crt.line(call, descriptor, 100) for _ in range(3)] == [b"!one\n", b"two", b""]


def test_writing(tmp_path: Path) -> None:
    desk = Workshop(tmp_path)
    call = desk.call("fwrite")
    assert crt.write(call, opened(desk, "w"), b"a\nb")
    assert desk.guest.files.data("C:\\t.txt") == b"a\r\nb"
    code, appending = crt.open_mode(call, "C:\\t.txt", "ab")
    assert code == 0
    assert appending is not None
    assert crt.seek(call, appending, 0, 0) == 0
    assert crt.write(call, appending, b"\n")
    assert desk.guest.files.data("C:\\t.txt") == b"a\r\nb\n"
    code, reading = crt.open_mode(call, "C:\\t.txt", "r")
    assert reading is not None
    assert not crt.write(call, reading, b"x")


@pytest.mark.parametrize("mode", ["", "x", "+"])
def test_modes_that_are_none(tmp_path: Path, mode: str) -> None:
    call = Workshop(tmp_path).call("fopen")
    assert crt.open_mode(call, "C:\\t.txt", mode) == (status.INVALID_PARAMETER, None)


def test_numbers_of_files_and_places(tmp_path: Path) -> None:
    desk = Workshop(tmp_path)
    call, descriptor = desk.call("fopen"), opened(desk, "r", b"abc")
    fd = crt.add(call, descriptor)
    assert fd == crt.FIRST_FD
    assert crt.crt_of(call).descriptor(crt.add_stream(call, fd)) is descriptor
    assert crt.seek(call, descriptor, -1, 2) == 2
    assert crt.seek(call, descriptor, -9, 1) is None
    assert crt.failed(call, crt.ENOENT) == crt.EOF
    assert call.u32(crt.crt_of(call).errno) == crt.ENOENT
    assert crt.errno_of(status.OBJECT_PATH_NOT_FOUND) == crt.ENOENT
    assert call.text(crt.scratch(call, "x", b"text\0"), wide=False) == "text"
