"""The C run-time's characters, far jumps and sudden ends."""

from collections.abc import Callable

import unicorn.x86_const as x86

from fulgurite.engines.emulator.call import Call, Hook, crt

SIGABRT_EXIT = 3
_ERROR_EXIT = 255
_ALPHA, _UPPER, _LOWER, _DIGIT, _SPACE, _PUNCT, _CONTROL, _BLANK, _HEX = 0x100, 1, 2, 4, 8, 0x10, 0x20, 0x40, 0x80
_MAX_BYTE = 0xFF

_SAVED_64 = (
    x86.UC_X86_REG_RBX,
    x86.UC_X86_REG_RSP,
    x86.UC_X86_REG_RBP,
    x86.UC_X86_REG_RSI,
    x86.UC_X86_REG_RDI,
    x86.UC_X86_REG_R12,
    x86.UC_X86_REG_R13,
    x86.UC_X86_REG_R14,
    x86.UC_X86_REG_R15,
)
"""_JUMP_BUFFER of x64 after its Frame: these, then Rip, a gap of 8, and Xmm6 to Xmm15."""
_SAVED_32 = (
    x86.UC_X86_REG_EBP,
    x86.UC_X86_REG_EBX,
    x86.UC_X86_REG_EDI,
    x86.UC_X86_REG_ESI,
    x86.UC_X86_REG_ESP,
)
"""_JUMP_BUFFER of x86: these, then Eip."""


# -- characters ------------------------------------------------------------------------------------------------------
def kinds_of(code: int, *, wide: bool) -> int:
    """What ctype.h says of a character, as its bits; narrow ones above 127 are nothing in the C locale."""
    if code > (0xFFFF if wide else 0x7F):
        return 0
    text = chr(code)
    rows = (
        (_UPPER, text.isupper()),
        (_LOWER, text.islower()),
        (_ALPHA, text.isalpha()),
        (_DIGIT, text in "0123456789"),
        (_SPACE, text.isspace() and not 0x1C <= code <= 0x1F),  # noqa: PLR2004 - separators of Python's, not of C's
        (_CONTROL, code < 0x20 or code == 0x7F),  # noqa: PLR2004 - control characters
        (_BLANK, text in " \t"),
        (_HEX, text in "0123456789abcdefABCDEF"),
        (_PUNCT, text.isprintable() and not text.isalnum() and text != " "),
    )
    return sum(bit for bit, holds in rows if holds)


def _is(mask: int, *, wide: bool) -> Callable[[Call], int]:
    def function(call: Call) -> int:
        return kinds_of(call.args[0] & (0xFFFF if wide else 0xFFFFFFFF), wide=wide) & mask

    return function


def is_of_type(call: Call) -> int:
    """iswctype(character, type), _isctype(character, type)."""
    return kinds_of(call.args[0] & 0xFFFF, wide=call.name.endswith("iswctype")) & call.args[1]


def _case(change: Callable[[str], str], *, wide: bool) -> Callable[[Call], int]:
    def function(call: Call) -> int:
        code = call.args[0] & (0xFFFF if wide else 0xFFFFFFFF)
        if not wide and code > 0x7F:  # noqa: PLR2004 - ASCII
            return code
        changed = change(chr(code))
        return ord(changed) if len(changed) == 1 and ord(changed) <= 0xFFFF else code  # noqa: PLR2004 - one UTF-16 unit

    return function


_TESTS = {
    "alpha": _ALPHA,
    "alnum": _ALPHA | _DIGIT,
    "digit": _DIGIT,
    "xdigit": _HEX,
    "upper": _UPPER,
    "lower": _LOWER,
    "space": _SPACE,
    "punct": _PUNCT,
    "cntrl": _CONTROL,
    "print": _ALPHA | _DIGIT | _PUNCT | _BLANK,
    "graph": _ALPHA | _DIGIT | _PUNCT,
}


# -- far jumps -------------------------------------------------------------------------------------------------------
def set_jump(call: Call) -> int:
    """_setjmp(buffer, frame), _setjmp3(buffer, count, ...): 0 the first time."""
    engine, size = call.emu.emu_eng.emu, call.pointer_bytes
    wide = size == 8  # noqa: PLR2004 - a 64-bit process
    stack = call.emu.get_stack_ptr()
    back = call.emu.get_ret_address()
    values = [engine.reg_read(r) for r in (_SAVED_64 if wide else _SAVED_32)]
    values[1 if wide else 4] = stack + size
    fields = [0, *values, back, 0] if wide else [*values, back, 0, 0, 0x56433230]
    data = b"".join(int(value).to_bytes(size, "little") for value in fields)
    if wide:
        vectors = [int(engine.reg_read(x86.UC_X86_REG_XMM0 + n)) for n in range(6, 16)]
        data += b"".join(value.to_bytes(16, "little") for value in vectors)
    call.write(call.args[0], data)
    return 0


def long_jump(call: Call) -> int | None:
    """longjmp(buffer, value): goes on where setjmp returned."""
    engine, size = call.emu.emu_eng.emu, call.pointer_bytes
    wide = size == 8  # noqa: PLR2004 - a 64-bit process
    saved = _SAVED_64 if wide else _SAVED_32
    start = call.args[0] + (8 if wide else 0)
    back = call.pointer(start + size * len(saved))
    if back == 0:
        return 0
    for number, register in enumerate(saved):
        engine.reg_write(register, call.pointer(start + size * number))
    if wide:
        for number in range(6, 16):
            at = call.args[0] + 0x60 + 16 * (number - 6)
            engine.reg_write(x86.UC_X86_REG_XMM0 + number, int.from_bytes(call.read(at, 16), "little"))
    engine.reg_write(x86.UC_X86_REG_RAX if wide else x86.UC_X86_REG_EAX, call.args[1] & 0xFFFFFFFF or 1)
    call.emu.set_pc(back)
    return None


# -- sudden ends -----------------------------------------------------------------------------------------------------
def abort(call: Call) -> int:
    """abort(), terminate(): the process ends with 3."""
    call.guest.processes.end(call.process, SIGABRT_EXIT)
    return 0


def error_exit(call: Call) -> int:
    """_amsg_exit(error): the process ends with 255."""
    call.guest.processes.end(call.process, _ERROR_EXIT)
    return 0


def signal(call: Call) -> int:
    """signal(number, function): what it was before, at first SIG_DFL."""
    kept: dict[int, int] = call.emu.__dict__.setdefault("crt_signals", {})
    number = call.args[0] & 0xFF
    before, kept[number] = kept.get(number, 0), call.args[1]
    return before


HOOKS: tuple[Hook, ...] = (
    *(crt(f"is{name}", 1, _is(mask, wide=False)) for name, mask in _TESTS.items()),
    *(crt(f"isw{name}", 1, _is(mask, wide=True)) for name, mask in _TESTS.items()),
    crt("iswctype", 2, is_of_type),
    crt("_isctype", 2, is_of_type),
    crt("toupper", 1, _case(str.upper, wide=False)),
    crt("tolower", 1, _case(str.lower, wide=False)),
    crt("towupper", 1, _case(str.upper, wide=True)),
    crt("towlower", 1, _case(str.lower, wide=True)),
    crt("_setjmp", 2, set_jump),
    crt("_setjmpex", 2, set_jump),
    crt("_setjmp3", 2, set_jump),
    crt("setjmp", 2, set_jump),
    crt("longjmp", 2, long_jump),
    crt("signal", 2, signal),
    crt("abort", 0, abort),
    crt("terminate", 0, abort),
    crt("_amsg_exit", 1, error_exit),
)
