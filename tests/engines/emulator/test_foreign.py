"""Memory of one process as another one reads and writes it."""

import msgspec

from fulgurite.engines.emulator import foreign, hosting
from fulgurite.engines.emulator.threads import allocate
from fulgurite.model.runlog import ArtifactRecord, Record
from tests.engines.emulator.programs.conftest import Desk, desk

__all__ = ["desk"]


def test_memory_keeps_what_is_written(desk: Desk) -> None:
    process = desk.guest.processes.start("C:\\Windows\\System32\\notepad.exe", "n", parent=None)
    region = allocate(process, 100)
    assert region is not None
    assert foreign.write(process, region.base + 4, b"code")
    assert foreign.read(process, region.base, 10) == b"\0\0\0\0code\0\0"
    assert foreign.read(process, region.base, 0x10000) is None
    assert not foreign.write(process, 0x10, b"x")
    assert foreign.read(process, 0x10, 1) is None


def test_the_image_and_its_address_are_there(desk: Desk) -> None:
    process = desk.guest.processes.start("C:\\Windows\\System32\\notepad.exe", "n", parent=None)
    base = hosting.base_of(process)
    assert foreign.read(process, foreign.PEB[64] + 0x10, 8) == base.to_bytes(8, "little")
    assert foreign.read(process, base, 2) == b"MZ"
    assert foreign.write(process, base + 0x1000, b"\xcc")
    assert foreign.read(process, base + 0x1000, 1) == b"\xcc"
    process.is_unmapped = True
    process.regions.clear()
    assert foreign.read(process, base, 2) is None


def test_what_was_written_is_kept(desk: Desk) -> None:
    process = desk.guest.processes.start("C:\\Windows\\System32\\notepad.exe", "n", parent=None)
    region = allocate(process, 100)
    assert region is not None
    region.write(region.base, b"code")
    foreign.keep(desk.guest, process)
    lines = desk._log.read_bytes().splitlines()
    [kept] = [r for line in lines if isinstance(r := msgspec.json.decode(line, type=Record), ArtifactRecord)]
    start, end = region.base, region.base + 4
    assert kept.artifact.name == f"memory/{process.pid}-0-0x{start:016x}-0x{end:016x}-memory.dmp"
    assert (kept.artifact.origin, kept.artifact.procid, kept.artifact.size_bytes) == ("injected", process.procid, 4)
