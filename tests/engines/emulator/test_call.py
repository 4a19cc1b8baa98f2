"""A call's view of guest memory, on the real emulator."""

from typing import Any

import pytest
from speakeasy import Speakeasy

from fulgurite.engines.emulator.call import Call, api, crt, native, text_api
from fulgurite.engines.emulator.processes import GuestProcess

BAD = 0xDEAD0000
"""An address that nothing is mapped at."""


@pytest.fixture(params=["x86", "amd64"])
def call(request: pytest.FixtureRequest) -> Call:
    speakeasy = Speakeasy()
    speakeasy.load_shellcode(None, request.param, data=b"\xc3")
    process = GuestProcess(procid=1, pid=4, image="C:\\a.exe", cmd="a.exe")
    guest: Any = None  # not used by what is tested here
    return Call(guest, process, speakeasy.emu, "kernel32.CreateFileW", [0, 1], None)


def page(call: Call) -> int:
    return int(call.emu.mem_map(0x1000, tag="test"))


def test_numbers_go_in_and_out(call: Call) -> None:
    at = page(call)
    assert call.write_u32(at, 0x1_2345_6789)
    assert call.u32(at) == 0x2345_6789
    assert call.u16(at) == 0x6789
    assert call.write_u64(at, 2**64 - 2)
    assert call.u64(at) == 2**64 - 2
    assert call.write_pointer(at, 0x12345678)
    assert call.pointer(at) == 0x12345678
    assert call.pointer_bytes in {4, 8}


@pytest.mark.parametrize("address", [0, BAD, 2**63, 2**64 - 1])
def test_addresses_that_are_not_there_answer_nothing(call: Call, address: int) -> None:
    assert call.read(address, 16) == b""
    assert call.text(address) == ""
    assert call.u32(address) == 0
    assert call.pointer(address) == 0
    assert call.unicode_string(address) == ""
    assert call.object_name(address) == (0, "")
    assert not call.write(address, b"x")
    assert not call.write_u32(address, 1)


def test_text_of_both_widths(call: Call) -> None:
    at = page(call)
    assert call.wide
    assert call.write_text(at, "C:\\Zürich", 32)
    assert call.text(at) == "C:\\Zürich"
    assert call.write_text(at, "plain", 32, wide=False)
    assert call.text(at, wide=False) == "plain"


def test_text_that_does_not_fit_is_not_written(call: Call) -> None:
    at = page(call)
    call.write(at, b"\x11" * 16)
    assert not call.write_text(at, "12345678", 8)
    assert call.read(at, 2) == b"\x11\x11"
    assert call.write_text(at, "1234567", 8)


def test_a_unicode_string_and_object_attributes(call: Call) -> None:
    at, size = page(call), call.pointer_bytes
    text = "\\Registry\\Machine".encode("utf-16-le")
    call.write(at + 0x100, text)
    call.write(at, len(text).to_bytes(2, "little") * 2)
    call.write_pointer(at + size, at + 0x100)
    assert call.unicode_string(at) == "\\Registry\\Machine"
    call.write_pointer(at + 0x200 + size, 0x44)
    call.write_pointer(at + 0x200 + 2 * size, at)
    assert call.object_name(at + 0x200) == (0x44, "\\Registry\\Machine")


def test_answers(call: Call) -> None:
    assert call.invalid_handle() in {0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF}
    assert call.fail(5, 7) == 7
    assert call.succeed() == 1


def test_rows_name_every_spelling() -> None:
    def answer(_call: Call) -> int:
        return 0

    assert api("CloseHandle", 1, answer).names == ("CloseHandle",)
    assert text_api("CreateFile", 7, answer).names == ("CreateFileA", "CreateFileW")
    assert native("CreateFile", 11, answer).names == ("NtCreateFile", "ZwCreateFile")
    assert crt("fopen", 2, answer).convention != api("x", 0, answer).convention
