"""The dispatcher's view of registers and frames, on the real emulator. Programs that throw: hooks/test_exceptions."""

from typing import Any

import pytest
from speakeasy.config import get_default_config_dict

from fulgurite.engines.emulator.exceptions import Dispatcher
from fulgurite.engines.emulator.machine import Machine
from fulgurite.engines.emulator.shellcode import program_of
from fulgurite.engines.emulator.unwinding import RSP


@pytest.fixture
def emu() -> Any:
    machine = Machine(config=get_default_config_dict())
    machine.load_module(data=program_of(b"\xc3", "amd64"), filename="a.exe")
    return machine.emu


def test_registers_come_back(emu: Any) -> None:
    to = Dispatcher(emu)
    emu.reg_write("rax", 0x1122334455667788)
    emu.reg_write("r15", 77)
    before = to.captured()
    assert (before[0], before[15]) == (0x1122334455667788, 77)
    emu.reg_write("rax", 0)
    to.restore(before)
    assert emu.reg_read("rax") == 0x1122334455667788


def test_memory_that_is_not_there_reads_as_nothing(emu: Any) -> None:
    to = Dispatcher(emu)
    assert to.read(0xDEAD_0000, 8) == b""
    assert to.read(1 << 63, 8) == b""
    assert to.read(0x1000, -1) == b""
    to.write(0xDEAD_0000, b"x")
    assert not to.is_code(0)
    assert to.function_at(0x1_4000_1000) is None, "an image without a table"


def test_an_exception_without_room_on_the_stack_ends_the_process(emu: Any) -> None:
    to = Dispatcher(emu)
    ended: list[tuple[int, int | None]] = []
    emu.crash = lambda code, address=None: ended.append((code, address))
    context = to.captured()
    context[RSP] = 0x100
    to.raised(bytes.fromhex("050000c0").ljust(0x98, b"\0"), context)
    assert ended == [(0xC0000005, 0)]
