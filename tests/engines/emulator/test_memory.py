"""The memory manager, on a program that asks for much, and by itself."""

from collections.abc import Callable
from typing import Any

import pytest
import speakeasy.version
from speakeasy.config import get_default_config_dict

from fulgurite.engines.emulator.machine import VERSION, Machine
from fulgurite.engines.emulator.memory import LOWEST, MAX_GUEST_BYTES, GuestMemoryFull
from fulgurite.engines.emulator.shellcode import program_of
from fulgurite.model.runlog import End
from tests.engines.emulator.conftest import RunResult
from tests.engines.emulator.hooks.steps import marks


@pytest.fixture(params=["x86", "amd64"])
def emu(request: pytest.FixtureRequest) -> Any:
    machine = Machine(config=get_default_config_dict())
    machine.load_module(data=program_of(b"\xc3", request.param), filename="a.exe")
    return machine.emu


def test_the_overrides_are_of_this_version() -> None:
    """When this fails, read the changes of speakeasy's memmgr, winemu and win32, then say the new version there."""
    assert speakeasy.version.__version__ == VERSION


@pytest.mark.parametrize("bits", [64, 32])
def test_many_blocks_and_long_loops_come_to_their_end(run_of: Callable[..., RunResult], bits: int) -> None:
    run = run_of("allocations.c", bits)
    assert marks(run) == ["SmallBlocks", "LargeBlocks", "Loop"]
    assert [end.outcome for end in run.of(End)] == ["completed"]


def test_blocks_of_the_heap_share_an_arena(emu: Any) -> None:
    one, other = emu.heap_alloc(40), emu.heap_alloc(40)
    assert abs(other - one) < 0x1000
    assert emu.get_address_map(one).size == 40
    assert emu.get_address_map(one + 39).base == one
    assert emu.get_address_map(one + 48) is not emu.get_address_map(one)
    emu.mem_write(one, b"x" * 40)
    emu.mem_free(one)
    assert emu.get_address_map(one) is None
    assert emu.heap_alloc(40) == one, "a freed block is used again"
    assert emu.mem_read(one, 40) == bytes(40)


def test_large_blocks_are_mappings(emu: Any) -> None:
    base = emu.mem_map(3 << 20, tag="api.heap.x")
    assert base % 0x1000 == 0
    assert base >= LOWEST
    assert str(emu.get_address_tag(base + 5)).startswith("api.heap")
    emu.mem_free(base)
    assert emu.get_address_map(base) is None


def test_an_address_that_is_taken_is_moved(emu: Any) -> None:
    base = emu.mem_map(0x1000, base=0x3000_0000)
    assert base == 0x3000_0000
    assert emu.mem_map(0x1000, base=0x3000_0000) == 0x3000_1000


@pytest.mark.parametrize("size", [MAX_GUEST_BYTES + 1, 1 << 40, (1 << 63) - 1])
def test_too_much_is_refused(emu: Any, size: int) -> None:
    with pytest.raises(GuestMemoryFull):
        emu.mem_map(size)
