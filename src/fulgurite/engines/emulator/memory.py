"""The memory manager of the emulator, made to bear large programs and many allocations.

Overrides of speakeasy 2.0.0b9's MemoryManager (a test holds the version). Measured there: a search for free addresses
lists every page of every mapping (17 ms each once some megabytes are mapped), each allocation of a page or more becomes
a mapping of its own (2 ms each at 1,000 mappings, and every API call slower with their number), and each look-up of an
address walks all allocations. Here small allocations share arenas, and look-ups bisect.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from operator import attrgetter
from typing import Any

from speakeasy import common
from speakeasy.errors import SpeakeasyError
from speakeasy.memmgr import MemMap, MemoryManager

PAGE = 0x1000
ARENA_BYTES = 1 << 20
SMALL_BYTES = 0x1_0000
"""Allocations of the heap up to this size share arenas; larger ones are mappings of their own."""
MAX_GUEST_BYTES = 768 << 20
"""What one process of the guest may map in all."""
LOWEST = 0x1_0000
"""The first 64 KiB of a process are never mapped, so that null pointers fault."""
_USER_END = 0x7FFE_0000
_END_32 = 0x1_0000_0000
_HEAP_TAG = "api.heap"


class GuestMemoryFull(SpeakeasyError):
    """The process asked for more memory than a guest process may have."""


class Maps(list[Any]):
    """The mappings in the order they were made, with an index by address."""

    def __init__(self, maps: list[Any]) -> None:
        super().__init__(maps)
        self._sorted = sorted(maps, key=attrgetter("base"))

    def append(self, item: Any) -> None:
        super().append(item)
        insort(self._sorted, item, key=attrgetter("base"))

    def remove(self, item: Any) -> None:
        super().remove(item)
        at = bisect_right(self._sorted, item.base, key=attrgetter("base")) - 1
        if at >= 0 and self._sorted[at].base == item.base:
            del self._sorted[at]

    def at(self, address: int) -> Any | None:
        """The mapping that holds `address`."""
        index = bisect_right(self._sorted, address, key=attrgetter("base")) - 1
        if index < 0:
            return None
        found = self._sorted[index]
        return found if address < found.base + found.size else None


_Manager: Any = MemoryManager  # speakeasy is untyped


class RoomyMemory(_Manager):  # type: ignore[misc]
    """Memory of one emulated process."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._index = Maps(list(self.get_mem_maps()))
        self.maps: list[Any] = self._index
        self._arena_at = 0
        self._arena_end = 0
        self._free_blocks: dict[int, list[int]] = {}
        self._heap: dict[int, Any] = {}
        self._mapped_bytes = 0

    def get_valid_ranges(self, size: int, addr: int | None = None) -> tuple[int, int]:
        """Base and size, in whole pages, of free addresses for `size` bytes, the first at or above `addr`."""
        total = max(-(-size // PAGE) * PAGE, PAGE)
        start = addr - addr % PAGE if addr is not None else LOWEST
        end = self._end_of_addresses(start)
        base = start
        busy: list[tuple[int, int]] = [(low, high + 1) for low, high, _ in self.get_mem_regions()]
        busy += [(r.base, r.base + -(-r.size // PAGE) * PAGE) for r in self.mem_reserves]
        for low, high in sorted(busy):
            if low >= base + total:
                break
            base = max(base, high)
        if base + total > end:
            if start > LOWEST:
                return self.get_valid_ranges(size, LOWEST)
            raise GuestMemoryFull(f"no free addresses for {size} bytes")
        return base, total

    def _end_of_addresses(self, start: int) -> int:
        if self.get_ptr_size() == 8:  # noqa: PLR2004 - a 64-bit process
            return 1 << 64
        return _USER_END if start < _USER_END else _END_32

    def mem_map(  # noqa: PLR0917 - the emulator's signature
        self,
        size: int,
        base: int | None = None,
        perms: int = common.PERM_MEM_RWX,
        tag: str | None = None,
        flags: int = 0,
        shared: bool = False,
        process: Any = None,
    ) -> int:
        """Maps `size` bytes; small blocks of the heap come from arenas. Raises GuestMemoryFull."""
        if base is None and 0 < size <= SMALL_BYTES and tag is not None and tag.startswith(_HEAP_TAG):
            return self._heap_block(size, perms, tag, flags)
        if self._mapped_bytes + size > MAX_GUEST_BYTES:
            raise GuestMemoryFull(f"a process asked for {size} bytes more than it may have")
        mapped = int(super().mem_map(size, base, perms, tag, flags, shared, process))
        self._mapped_bytes += size
        return mapped

    def mem_unmap(self, base: int, size: int) -> None:
        """Unmaps `size` bytes."""
        super().mem_unmap(base, size)
        self._mapped_bytes = max(self._mapped_bytes - size, 0)

    def _heap_block(self, size: int, perms: int, tag: str, flags: int) -> int:
        room = (size + 0x1F) & ~0xF
        free = self._free_blocks.get(room)
        if free:
            base = free.pop()
            self.mem_write(base, bytes(room))
        else:
            base = self._carved(room)
        block = MemMap(base, size, tag, perms, flags, base, room, process=self.get_current_process())
        self._heap[base] = block
        self.maps.append(block)
        self._hook_mem_map_dispatch(block)
        return base

    def _carved(self, room: int) -> int:
        if self._arena_at + room > self._arena_end:
            base, size = self.get_valid_ranges(ARENA_BYTES)
            if self._mapped_bytes + size > MAX_GUEST_BYTES:
                raise GuestMemoryFull(f"a process asked for {room} bytes more than it may have")
            self.emu_eng.mem_map(base, size)
            self._mapped_bytes += size
            self._arena_at, self._arena_end = base, base + size
        base, self._arena_at = self._arena_at, self._arena_at + room
        return base

    def mem_free(self, base: int) -> None:
        """Frees the mapping or the block of the heap at `base`."""
        block = self._heap.pop(base, None)
        if block is None:
            super().mem_free(base)
            return
        block.free = True
        self.maps.remove(block)
        self._free_blocks.setdefault(block.block_size, []).append(base)

    def get_address_map(self, address: int) -> Any | None:
        """The mapping that holds `address`."""
        return self._index.at(address)

    def get_address_tag(self, address: int) -> str | None:
        """The tag of the mapping that holds `address`."""
        found = self._index.at(address)
        return None if found is None else str(found.tag)
