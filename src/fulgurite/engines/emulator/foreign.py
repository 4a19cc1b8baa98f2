"""Memory of one process as another one reads and writes it, and what was written kept."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from fulgurite.engines.emulator import hosting
from fulgurite.engines.emulator.threads import Region, region_at
from fulgurite.model.artifact import Artifact

if TYPE_CHECKING:
    from fulgurite.engines.emulator.guest import Guest
    from fulgurite.engines.emulator.processes import GuestProcess

MAX_BYTES = 64 << 20
"""The longest single read or write between processes."""
MAX_KEPT = 64
"""Regions of one process that are kept as artifacts."""
_IMAGE_SPAN = 16 << 20
"""How far a write above an image's base is taken to lie in the image."""
_PEB_BYTES = 0x480
PEB = {32: 0x7FFD_E000, 64: 0x7FF_FFFD_E000}
THREAD_START = {32: 0x77A2_6B10, 64: 0x7FFB_AC2A_26B0}
"""Where a new thread of a process stands before it runs: RtlUserThreadStart."""


def _peb(process: GuestProcess) -> bytes:
    wide = process.bits == 64  # noqa: PLR2004
    peb = bytearray(_PEB_BYTES)
    struct.pack_into("<Q" if wide else "<I", peb, 0x10 if wide else 8, hosting.base_of(process))
    return bytes(peb)


def read(process: GuestProcess, address: int, size: int) -> bytes | None:
    """`size` bytes at `address` of a process that is not running now; None when nothing is there."""
    if not 0 < size <= MAX_BYTES:
        return b"" if size == 0 else None
    region = region_at(process, address)
    if region is not None:
        data = region.read(address, size)
        return data if len(data) == size else None
    peb = PEB[process.bits]
    if peb <= address < peb + _PEB_BYTES:
        return _peb(process)[address - peb :][:size].ljust(size, b"\0")
    base = hosting.base_of(process)
    if not process.is_unmapped and base <= address < base + _IMAGE_SPAN:
        data = hosting.mapped(hosting.data_of(process))[address - base :][:size]
        return data.ljust(size, b"\0") if data else None
    return None


def write(process: GuestProcess, address: int, data: bytes) -> bool:
    """Puts `data` at `address` of a process that is not running now; False when nothing is mapped there."""
    if len(data) > MAX_BYTES:
        return False
    region = region_at(process, address) or _patch(process, address)
    if region is None:
        return False
    region.write(address, data)
    return True


def _patch(process: GuestProcess, address: int) -> Region | None:
    """A region for writes into the image or the PEB of `process`."""
    peb, base = PEB[process.bits], hosting.base_of(process)
    if peb <= address < peb + 0x1000:
        region = Region(peb, 0x1000, is_allocated=False, data=bytearray(_peb(process)))
    elif base <= address < base + _IMAGE_SPAN and not process.is_unmapped:
        image = hosting.mapped(hosting.data_of(process))
        region = Region(base, _IMAGE_SPAN, is_allocated=False, data=bytearray(image))
    else:
        return None
    process.regions.append(region)
    return region


def keep(guest: Guest, process: GuestProcess) -> None:
    """Keeps what was written into `process` as artifacts."""
    for number, region in enumerate(process.regions[:MAX_KEPT]):
        if not any(region.data) or region.base == PEB[process.bits]:
            continue
        end = region.base + len(region.data)
        guest.log.artifact(
            Artifact(
                name=f"memory/{process.pid}-{number}-0x{region.base:016x}-0x{end:016x}-memory.dmp",
                kind="region",
                origin="injected",
                procid=process.procid,
                pid=process.pid,
                at_ms=guest.clock.now_ms,
                address=region.base,
            ),
            bytes(region.data),
        )
