"""Reading and writing of what is open, whichever function asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fulgurite.engines.emulator import status
from fulgurite.engines.emulator.opening import APPEND_DATA, GENERIC_WRITE, WRITE_DATA, Device, OpenFile, Pipe, used
from fulgurite.engines.emulator.status import NtFailure

if TYPE_CHECKING:
    from fulgurite.engines.emulator.call import Call

MAX_TRANSFER_BYTES = 128 << 20
"""Longest single read or write."""
_ANY_WRITE = GENERIC_WRITE | 0x1000_0000 | 0x200_0000 | WRITE_DATA | APPEND_DATA


def signed(value: int, bits: int) -> int:
    """`value`, of `bits` bits, as a signed number."""
    value &= (1 << bits) - 1
    return value - (1 << bits) if value >> (bits - 1) else value


def read_from(call: Call, thing: object, size: int, offset: int | None = None) -> bytes:
    """Up to `size` bytes of what is open; from `offset`, else from its position, which moves on."""
    if isinstance(thing, OpenFile):
        if thing.node.is_dir:
            raise NtFailure(status.INVALID_PARAMETER)
        used(call, thing, "read")
        start = thing.position if offset is None else offset
        content = call.guest.files.content(thing.node, thing.stream)
        data = bytes(content[start : start + min(size, MAX_TRANSFER_BYTES)])
        thing.position = start + len(data)
        return data
    if isinstance(thing, Pipe):
        data = bytes(thing.content[:size])
        del thing.content[:size]
        return data
    if isinstance(thing, Device):
        return bytes(min(size, 1 << 20)) if thing.is_raw_disk else b""
    raise NtFailure(status.INVALID_HANDLE)


def write_to(call: Call, thing: object, data: bytes, offset: int | None = None) -> None:
    """Writes `data` to what is open; at `offset`, else at its position, which moves on."""
    if isinstance(thing, OpenFile):
        access = thing.access
        if thing.node.is_dir or not access & _ANY_WRITE:
            raise NtFailure(status.ACCESS_DENIED)
        used(call, thing, "write")
        start = thing.position if offset is None else offset
        if access & APPEND_DATA and not access & (GENERIC_WRITE | WRITE_DATA | 0x1000_0000):
            start = len(call.guest.files.content(thing.node, thing.stream))
        call.guest.files.write(thing.node, thing.stream, start, data, call.process)
        thing.position = start + len(data)
    elif isinstance(thing, Pipe):
        if len(thing.content) + len(data) <= MAX_TRANSFER_BYTES:
            thing.content.extend(data)
    elif isinstance(thing, Device):
        thing.wrote(call)
    else:
        raise NtFailure(status.INVALID_HANDLE)


def size_of(call: Call, thing: OpenFile | Device) -> int:
    """Bytes of what is open."""
    return len(call.guest.files.content(thing.node, thing.stream)) if isinstance(thing, OpenFile) else 0
