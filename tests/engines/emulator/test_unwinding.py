"""Unwinding by tables made by hand, and by hostile ones."""

import struct

from hypothesis import given
from hypothesis import strategies as st

from fulgurite.engines.emulator.unwinding import (
    EHANDLER,
    RBP,
    RSP,
    Context,
    Function,
    FunctionTable,
    Reader,
    unwind,
    unwind_leaf,
)

BASE, STACK, INFO = 0x1_4000_0000, 0x10_0000, 0x3000
RBX, RSI = 3, 6


def memory(*parts: tuple[int, bytes]) -> Reader:
    def read(address: int, size: int) -> bytes:
        for start, data in parts:
            if start <= address < start + len(data):
                return data[address - start : address - start + size]
        return b""

    return read


def test_a_leaf_has_no_frame() -> None:
    context = Context(b"")
    context[RSP] = STACK
    unwind_leaf(context, memory((STACK, struct.pack("<Q", 0x1234))))
    assert (context.rip, context[RSP]) == (0x1234, STACK + 8)


def test_pushes_and_allocations_are_undone() -> None:
    """Push rbx; push rsi; sub rsp, 0x28 - and a handler."""
    codes = struct.pack("<HHH", 0x06 | 2 << 8 | 4 << 12, 0x02 | RSI << 12, 0x01 | RBX << 12)
    info = struct.pack("<BBBB", 1 | EHANDLER << 3, 6, 3, 0) + codes + b"\0\0" + struct.pack("<I", 0x5000)
    stack = bytes(0x28) + struct.pack("<QQQ", 0x66, 0x33, BASE + 0x2222)
    context = Context(b"")
    context[RSP], context.rip = STACK, BASE + 0x1020
    told = unwind(context, BASE, Function(0x1000, 0x1100, INFO), EHANDLER, memory((BASE + INFO, info), (STACK, stack)))
    assert (context.rip, context[RSP], context[RSI], context[RBX]) == (BASE + 0x2222, STACK + 0x40, 0x66, 0x33)
    assert (told.handler, told.data, told.frame) == (BASE + 0x5000, BASE + INFO + 16, STACK)


def test_in_a_prolog_only_what_was_done_is_undone() -> None:
    codes = struct.pack("<HH", 0x06 | 2 << 8 | 4 << 12, 0x01 | RBX << 12)
    info = struct.pack("<BBBB", 1 | EHANDLER << 3, 6, 2, 0) + codes + struct.pack("<I", 0x5000)
    context = Context(b"")
    context[RSP], context.rip = STACK, BASE + 0x1002
    told = unwind(
        context,
        BASE,
        Function(0x1000, 0x1100, INFO),
        EHANDLER,
        memory((BASE + INFO, info), (STACK, struct.pack("<QQ", 0x33, BASE + 0x2222))),
    )
    assert (context.rip, context[RSP], context[RBX], told.handler) == (BASE + 0x2222, STACK + 16, 0x33, 0)


def test_a_frame_register_gives_the_stack_back() -> None:
    """Push rbp; lea rbp, [rsp+0x20] with the stack moved since."""
    codes = struct.pack("<HH", 0x05 | 3 << 8, 0x01 | RBP << 12)
    info = struct.pack("<BBBB", 1, 5, 2, RBP | 2 << 4) + codes
    context = Context(b"")
    context[RSP], context[RBP], context.rip = 0x10, STACK + 0x20, BASE + 0x1050
    stack = struct.pack("<QQ", 0x55, BASE + 0x2222)
    told = unwind(context, BASE, Function(0x1000, 0x1100, INFO), 0, memory((BASE + INFO, info), (STACK, stack)))
    assert (context[RBP], context.rip, context[RSP], told.frame) == (0x55, BASE + 0x2222, STACK + 16, STACK)


def test_functions_are_found_by_address() -> None:
    rows = struct.pack("<IIIIII", 0x1000, 0x1100, 1, 0x1100, 0x1180, 2)
    table = FunctionTable.of_rows(BASE, 0x9000, 2, memory((0x9000, rows)))
    assert [found and found.unwind for found in map(table.find, (BASE + 0xFFF, BASE + 0x1000, BASE + 0x117F))] == [
        None,
        1,
        2,
    ]
    assert table.find(BASE + 0x1180) is None
    assert FunctionTable.of_image(BASE, memory()).find(BASE) is None


@given(st.binary(min_size=4, max_size=300), st.integers(0, 0x200))
def test_any_tables_come_to_an_end(info: bytes, progress: int) -> None:
    context = Context(b"")
    context[RSP], context.rip = STACK, BASE + 0x1000 + progress
    read = memory((BASE + INFO, info), (STACK, bytes(64)))
    told = unwind(context, BASE, Function(0x1000, 0x1100, INFO), EHANDLER, read)
    assert told.frame >= 0
