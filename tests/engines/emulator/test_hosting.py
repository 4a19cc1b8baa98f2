"""Images as they lie in memory, and files made of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite.engines.emulator import hosting
from fulgurite.engines.emulator.processes import GuestProcess
from fulgurite.engines.emulator.threads import GuestThread, Region
from fulgurite.engines.pe import pe_header


def _process(bits: int) -> GuestProcess:
    return GuestProcess(procid=1, pid=4, image="C:\\Windows\\System32\\a.exe", cmd="a", bits=bits)


@pytest.mark.parametrize(("bits", "machine"), [(32, "x86"), (64, "amd64")])
def test_the_stand_in_is_a_program(bits: int, machine: str) -> None:
    header = pe_header(hosting.stub_image(bits))
    assert header is not None
    assert (header.machine, header.is_dll, header.is_dotnet) == (machine, False, False)
    assert hosting.base_of(_process(bits)) == hosting.IMAGE_BASE[bits]
    assert hosting.entry_of(_process(bits)) == hosting.IMAGE_BASE[bits] + 0x1000


@pytest.mark.parametrize("bits", [32, 64])
def test_an_image_in_memory_becomes_a_file_again(bits: int) -> None:
    data = hosting.stub_image(bits)
    memory = hosting.mapped(data)
    again = hosting.unmapped(memory, 0x50_0000)
    assert again is not None
    assert hosting.mapped(again)[0x1000:0x2000] == memory[0x1000:0x2000]
    assert hosting.unmapped(b"no image", 0) is None


def test_what_others_put_in_the_place_of_the_image_is_run() -> None:
    process = _process(64)
    assert hosting.start_of(process) is None
    assert not hosting.runs_main(process)
    base = 0x3_0000_0000
    process.regions.append(Region(base, 0x2000, data=bytearray(hosting.mapped(hosting.stub_image(64)))))
    process.is_unmapped = True
    process.main_thread = GuestThread(process, 8, registers={"entry": base + 0x1000})
    assert hosting.start_of(process) == base + 0x1000
    assert hosting.image_of(process) != hosting.stub_image(64)
    assert process.image_base == base


@given(st.binary(max_size=600), st.integers(0, 0x800))
def test_any_memory_is_looked_at(noise: bytes, at: int) -> None:
    data = bytearray(hosting.stub_image(32))
    data[at : at + len(noise)] = noise
    replaced = hosting.unmapped(bytes(data), 0x40_0000)
    assert replaced is None or replaced[:2] == b"MZ"
