"""Threads and memory of guest processes as other processes see them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fulgurite.engines.emulator.processes import GuestProcess

PAGE = 0x1000
FIRST_ADDRESS = {32: 0x1A00_0000, 64: 0x1A0_0000_0000}
"""Where memory that one process allocates in another begins: clear of images, stacks and heaps."""


@dataclass(eq=False)
class GuestThread:
    """A thread that has a handle: the first one of a process, or one that was put into it."""

    process: GuestProcess
    tid: int
    start: int = 0
    """Where its code begins; 0 for the first thread, which begins at the image's entry point."""
    argument: int = 0
    is_suspended: bool = False
    registers: dict[str, int] = field(default_factory=dict)
    """What SetThreadContext set: `pc`, `entry` (eax or rcx), `argument` (ebx or rdx)."""
    more: tuple[int, ...] = (0, 0)
    """Arguments after the first, for an APC."""
    export: tuple[str, str] | None = None
    """Library and name when `start` is an API, as the injecting process knows it."""


@dataclass(eq=False)
class Region:
    """Memory of a process that another process allocated or wrote."""

    base: int
    size: int
    protection: str = "rw-"
    data: bytearray = field(default_factory=bytearray)
    """What was written, from `base` on; the rest is zero."""
    shared: Any = None
    """The section that it is a view of, when it is one."""
    is_mapped: bool = False
    """Whether it is the image that the process runs."""
    is_allocated: bool = True
    """Whether it was allocated by another process; False for writes into the image."""

    @property
    def end(self) -> int:
        """The first address past it."""
        return self.base + self.size

    def write(self, address: int, data: bytes) -> None:
        """Puts `data` at `address`, which lies in the region as far as `data` fits."""
        at = address - self.base
        data = data[: max(self.size - at, 0)]
        if len(self.data) < at + len(data):
            self.data.extend(bytes(at + len(data) - len(self.data)))
        self.data[at : at + len(data)] = data

    def read(self, address: int, size: int) -> bytes:
        """What stands at `address`, zeros included, as far as the region reaches."""
        at = address - self.base
        size = min(size, self.size - at)
        return bytes(self.data[at : at + size]).ljust(size, b"\0")


def region_at(process: GuestProcess, address: int) -> Region | None:
    """The region of `process` that holds `address`; the newest when several do."""
    return next((r for r in reversed(process.regions) if r.base <= address < r.end), None)


def allocate(
    process: GuestProcess, size: int, *, bits: int = 64, base: int = 0, protection: str = "rw-"
) -> Region | None:
    """A new region of `process` at `base`, or where there is room for a caller of `bits` when that is 0.

    None when `base` is taken.
    """
    size = (max(size, 1) + PAGE - 1) & ~(PAGE - 1)
    start = base & ~(PAGE - 1)
    if start == 0:
        first = FIRST_ADDRESS[min(process.bits, bits)]
        ends = [r.end for r in process.regions if first <= r.base < first << 4]
        start = (max(ends, default=first) + 0xFFFF) & ~0xFFFF
    elif any(r.is_allocated and r.base < start + size and start < r.end for r in process.regions):
        return None
    region = Region(start, size, protection)
    process.regions.append(region)
    return region
