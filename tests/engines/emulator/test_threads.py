"""Regions of other processes' memory."""

from hypothesis import given
from hypothesis import strategies as st

from fulgurite.engines.emulator.processes import GuestProcess
from fulgurite.engines.emulator.threads import FIRST_ADDRESS, Region, allocate, region_at


def _process(bits: int = 64) -> GuestProcess:
    return GuestProcess(procid=1, pid=4, image="a", cmd="a", bits=bits)


def test_regions_stand_side_by_side() -> None:
    process = _process()
    first, second = allocate(process, 10), allocate(process, 0x20000)
    assert first is not None
    assert second is not None
    assert (first.base, first.size) == (FIRST_ADDRESS[64], 0x1000)
    assert second.base >= first.end
    assert region_at(process, second.base + 5) is second
    assert region_at(process, second.end) is None
    assert allocate(process, 1, base=first.base) is None
    fixed = allocate(process, 1, base=0x40_1234)
    assert fixed is not None
    assert fixed.base == 0x40_1000


def test_a_32_bit_caller_gets_an_address_that_it_can_hold() -> None:
    region = allocate(_process(64), 1, bits=32)
    assert region is not None
    assert region.end < 1 << 32


@given(st.lists(st.tuples(st.integers(0, 0x1FF), st.binary(max_size=64)), max_size=8))
def test_writes_stay_inside(writes: list[tuple[int, bytes]]) -> None:
    region, expected = Region(0x1000, 0x200), bytearray(0x200)
    for at, data in writes:
        region.write(0x1000 + at, data)
        fitting = data[: 0x200 - at]
        expected[at : at + len(fitting)] = fitting
    assert region.read(0x1000, 0x1000) == bytes(expected)
