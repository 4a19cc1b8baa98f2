"""Vectored handlers of 32-bit processes, by themselves. Programs that use them: hooks/test_exceptions."""

from typing import Any

import pytest
from speakeasy.config import get_default_config_dict

from fulgurite.engines.emulator.machine import Machine
from fulgurite.engines.emulator.shellcode import program_of
from fulgurite.engines.emulator.vectored import Vectored


@pytest.fixture
def emu() -> Any:
    machine = Machine(config=get_default_config_dict())
    machine.load_module(data=program_of(b"\xc3", "x86"), filename="a.exe")
    return machine.emu


def test_handlers_are_asked_in_turn_then_the_rest(emu: Any) -> None:
    to, went_on = Vectored(emu), []
    emu.veh_handlers = [0x1111, 0x2222]
    stack = emu.get_stack_ptr()
    to.raised(0xE0001234, (1, 2), lambda: went_on.append(True))
    assert emu.get_pc() == 0x1111
    pointers = int.from_bytes(emu.mem_read(emu.get_stack_ptr() + 4, 4), "little")
    record = int.from_bytes(emu.mem_read(pointers, 4), "little")
    assert emu.mem_read(record, 4) == bytes.fromhex("341200e0")
    for expected in (0x2222, None):
        emu.reg_write("eax", 0)
        emu.set_stack_ptr(emu.get_stack_ptr() + 8)
        to.resumed()
        assert expected is None or emu.get_pc() == expected
    assert went_on == [True]
    assert emu.get_stack_ptr() == stack


def test_a_return_from_nowhere_ends_the_run(emu: Any) -> None:
    Vectored(emu).resumed()
    assert emu.run_complete
