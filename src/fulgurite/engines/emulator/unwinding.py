"""Unwinding of 64-bit stack frames by their .pdata and .xdata: one frame at a time, as RtlVirtualUnwind does it.

Format: Microsoft «x64 exception handling», UNWIND_INFO versions 1 and 2. Pure: memory comes in as a reader.
"""

from __future__ import annotations

import struct
from bisect import bisect_right
from collections.abc import Callable
from typing import NamedTuple

CONTEXT_BYTES = 0x4D0
RSP, RBP = 4, 5
"""Numbers of registers, as in unwind codes and in CONTEXT."""
EHANDLER, UHANDLER, CHAINED = 1, 2, 4
_REGISTERS_AT, _RIP_AT, _XMM_AT = 0x78, 0xF8, 0x1A0
_MAX_CHAIN = 32
_MAX_FUNCTIONS = 200_000
_ALL = 1 << 32

_PUSH, _ALLOC_LARGE, _ALLOC_SMALL, _SET_FRAME, _PUSH_MACHINE_FRAME = 0, 1, 2, 3, 10
"""Operations of a prolog."""
_SAVES = {4: (8, 8), 5: (8, 1), 8: (16, 16), 9: (16, 1)}
"""Operations that saved a register: how many bytes, and the unit of their offset."""

Reader = Callable[[int, int], bytes]
"""`size` bytes at an address; shorter when they cannot be read."""


class Context:
    """A 64-bit CONTEXT, as its bytes."""

    def __init__(self, data: bytes) -> None:
        self.data = bytearray(data.ljust(CONTEXT_BYTES, b"\0"))

    def copy(self) -> Context:
        """One that changes apart from this one."""
        return Context(bytes(self.data))

    def __getitem__(self, register: int) -> int:
        return int(struct.unpack_from("<Q", self.data, _REGISTERS_AT + 8 * (register & 15))[0])

    def __setitem__(self, register: int, value: int) -> None:
        struct.pack_into("<Q", self.data, _REGISTERS_AT + 8 * (register & 15), value & 0xFFFFFFFFFFFFFFFF)

    @property
    def rip(self) -> int:
        """The instruction pointer."""
        return int(struct.unpack_from("<Q", self.data, _RIP_AT)[0])

    @rip.setter
    def rip(self, value: int) -> None:
        struct.pack_into("<Q", self.data, _RIP_AT, value & 0xFFFFFFFFFFFFFFFF)

    def xmm(self, number: int) -> bytes:
        """One of the vector registers."""
        at = _XMM_AT + 16 * (number & 15)
        return bytes(self.data[at : at + 16])

    def set_xmm(self, number: int, value: bytes) -> None:
        """Sets one of the vector registers."""
        at = _XMM_AT + 16 * (number & 15)
        self.data[at : at + 16] = value.ljust(16, b"\0")[:16]


class Function(NamedTuple):
    """A RUNTIME_FUNCTION."""

    begin: int
    end: int
    unwind: int
    """Three offsets from the image's base."""
    address: int = 0
    """Where it stands in memory."""


class Unwound(NamedTuple):
    """What unwinding one frame tells."""

    frame: int
    """The establisher frame."""
    handler: int = 0
    """Address of the language handler; 0 when there is none (of the kind asked for)."""
    data: int = 0
    """Address of the handler's data."""


class FunctionTable:
    """The functions of one image, by address."""

    def __init__(self, base: int, rows: list[Function]) -> None:
        self.base = base
        self._rows = sorted(rows)
        self._begins = [row.begin for row in self._rows]

    @classmethod
    def of_image(cls, base: int, read: Reader) -> FunctionTable:
        """The table of the image that is mapped at `base`; empty when it has none that can be read."""
        head = read(base, 0x1000)
        try:
            (at,) = struct.unpack_from("<I", head, 0x3C)
            (magic,) = struct.unpack_from("<H", head, at + 24)
            table, size = struct.unpack_from("<II", head, at + 24 + 112 + 8 * 3)
        except struct.error:
            return cls(base, [])
        if magic != 0x20B:  # noqa: PLR2004 - PE32+
            return cls(base, [])
        return cls.of_rows(base, base + table, size // 12, read)

    @classmethod
    def of_rows(cls, base: int, address: int, count: int, read: Reader) -> FunctionTable:
        """The table of `count` RUNTIME_FUNCTIONs at `address`."""
        count = min(count, _MAX_FUNCTIONS)
        data = read(address, 12 * count)
        rows = [
            Function(begin, end, info, address + 12 * n)
            for n, (begin, end, info) in enumerate(struct.iter_unpack("<III", _whole(data)))
            if begin < end
        ]
        return cls(base, rows)

    def find(self, pc: int) -> Function | None:
        """The function that `pc` lies in."""
        offset = pc - self.base
        index = bisect_right(self._begins, offset) - 1
        if index < 0 or offset >= self._rows[index].end:
            return None
        return self._rows[index]


def _whole(data: bytes) -> bytes:
    return data[: len(data) // 12 * 12]


def unwind_leaf(context: Context, read: Reader) -> Unwound:
    """Leaves a function without unwind data: it has no frame."""
    frame = context[RSP]
    context.rip = _u64(read, frame)
    context[RSP] = frame + 8
    return Unwound(frame)


def unwind(context: Context, base: int, function: Function, kind: int, read: Reader) -> Unwound:
    """Takes `context` from inside `function` to its caller; what kind of handler (EHANDLER, UHANDLER) is asked for."""
    pc = context.rip - base
    done = pc - function.begin
    frame = context[RSP]
    handler = data = 0
    is_machine_frame = False
    for link in range(_MAX_CHAIN):
        info = base + (function.unwind & ~1)
        head = read(info, 4)
        if len(head) < 4:  # noqa: PLR2004 - not readable
            break
        flags, prolog, count, register, offset = head[0] >> 3, head[1], head[2], head[3] & 15, head[3] >> 4
        raw = read(info + 4, 2 * count)
        codes = list(struct.unpack(f"<{len(raw) // 2}H", raw[: len(raw) // 2 * 2]))
        in_prolog = link == 0 and done < prolog
        progress = done if in_prolog else _ALL
        if register and _has_frame_register(codes, progress, in_prolog=in_prolog):
            frame = (context[register] - 16 * offset) % (1 << 64)
        is_machine_frame = _undo(codes, progress, context, frame, (register, offset), read) or is_machine_frame
        after = info + 4 + 2 * (count + (count & 1))
        if not flags & CHAINED:
            if flags & kind and not in_prolog:
                handler, data = base + _u32(read, after), after + 4
            break
        function = Function(_u32(read, after), _u32(read, after + 4), _u32(read, after + 8))
    if not is_machine_frame:
        context.rip = _u64(read, context[RSP])
        context[RSP] += 8
    return Unwound(frame, handler, data)


def _has_frame_register(codes: list[int], progress: int, *, in_prolog: bool) -> bool:
    return not in_prolog or any(code >> 8 & 15 == _SET_FRAME and code & 0xFF <= progress for code in codes)


def _undo(
    codes: list[int], progress: int, context: Context, frame: int, pointer: tuple[int, int], read: Reader
) -> bool:
    """Undoes the operations of a prolog that were done; whether a machine frame was among them."""
    at = 0
    is_machine_frame = False
    while at < len(codes):
        offset, operation, info = codes[at] & 0xFF, codes[at] >> 8 & 15, codes[at] >> 12
        extra = codes[at + 1 : at + 1 + _extra(operation, info)]
        at += 1 + _extra(operation, info)
        if offset > progress:
            continue
        number = sum(part << (16 * n) for n, part in enumerate(extra))
        if operation in _SAVES:
            _restore(context, frame, operation, info, number, read)
        elif operation == _SET_FRAME:
            context[RSP] = context[pointer[0]] - 16 * pointer[1]
        elif operation == _PUSH_MACHINE_FRAME:
            start = context[RSP] + 8 * (info & 1)
            context.rip, context[RSP] = _u64(read, start), _u64(read, start + 24)
            is_machine_frame = True
        else:
            _pop(context, operation, info, number, read)
    return is_machine_frame


def _pop(context: Context, operation: int, info: int, number: int, read: Reader) -> None:
    """Undoes a push, or an allocation on the stack."""
    if operation == _PUSH:
        context[info] = _u64(read, context[RSP])
        context[RSP] += 8
    elif operation == _ALLOC_LARGE:
        context[RSP] += number if info else 8 * number
    elif operation == _ALLOC_SMALL:
        context[RSP] += 8 * info + 8


def _restore(context: Context, frame: int, operation: int, info: int, number: int, read: Reader) -> None:
    """Takes a register back from where it was saved."""
    size, unit = _SAVES[operation]
    value = read(frame + number * unit, size)
    if size == 16:  # noqa: PLR2004 - a vector register
        context.set_xmm(info, value)
    else:
        context[info] = int.from_bytes(value, "little")


def _extra(operation: int, info: int) -> int:
    """How many 16-bit units follow a code."""
    if operation == 1:
        return 2 if info else 1
    return {4: 1, 5: 2, 6: 1, 7: 2, 8: 1, 9: 2}.get(operation, 0)


def _u64(read: Reader, address: int) -> int:
    return int.from_bytes(read(address, 8), "little")


def _u32(read: Reader, address: int) -> int:
    return int.from_bytes(read(address, 4), "little")
