"""Floating-point functions of the C run-time, and texts that are numbers with a fraction."""

from __future__ import annotations

import hashlib
import math
import re
import struct
from collections.abc import Callable

import unicorn.x86_const as x86

from fulgurite.engines.emulator.call import CDECL, Call, Hook, crt

MAX_DIGITS = 400
_NUMBER = re.compile(r"[ \t\n\v\f\r]*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)")


def _doubles(call: Call, count: int) -> list[float]:
    """The first `count` arguments as numbers: in xmm registers, or on a 32-bit process's stack."""
    if call.pointer_bytes == 8:  # noqa: PLR2004
        engine = call.emu.emu_eng.emu
        data = b"".join(
            (int(engine.reg_read(x86.UC_X86_REG_XMM0 + n)) & 0xFFFFFFFFFFFFFFFF).to_bytes(8, "little")
            for n in range(count)
        )
    else:
        data = call.read(call.emu.get_stack_ptr() + 4, 8 * count)
    return list(struct.unpack(f"<{count}d", data.ljust(8 * count, b"\0")))


def answer(call: Call, value: float) -> int | None:
    """Returns a number: in xmm0, or on top of the x87 stack, where an instruction of the guest's puts it."""
    data = struct.pack("<d", value)
    if call.pointer_bytes == 8:  # noqa: PLR2004
        call.emu.emu_eng.emu.reg_write(x86.UC_X86_REG_XMM0, int.from_bytes(data, "little"))
        return None
    at = call.process.addresses.get("x87 result")
    if at is None:
        at = call.process.addresses["x87 result"] = int(call.emu.mem_map(0x1000, tag="fulgurite.crt.x87"))
        call.emu.mem_write(at, b"\xdd\x05" + (at + 16).to_bytes(4, "little") + b"\xc3")  # fld qword [at + 16]; ret
    call.emu.mem_write(at + 16, data)
    call.emu.set_pc(at)
    return None


def _function(count: int, function: Callable[..., float]) -> Callable[[Call], int | None]:
    def hook(call: Call) -> int | None:
        try:
            value = float(function(*_doubles(call, count)))
        except (ValueError, ZeroDivisionError):
            value = math.nan
        except OverflowError:
            value = math.inf
        return answer(call, value)

    return hook


def number_in(text: str) -> tuple[float, int]:
    """The number at the start of `text` and how many characters it takes."""
    match = _NUMBER.match(text[:MAX_DIGITS])
    return (0.0, 0) if match is None else (float(match[1]), match.end())


def _is_wide(call: Call) -> bool:
    return call.name.rpartition(".")[2].lstrip("_").startswith("w")


def text_to_number(call: Call) -> int | None:
    """atof(text), _wtof."""
    return answer(call, number_in(call.text(call.args[0], wide=_is_wide(call)))[0])


def text_to_number_end(call: Call) -> int | None:
    """strtod(text, *end), wcstod."""
    wide = _is_wide(call)
    value, used = number_in(call.text(call.args[0], wide=wide))
    if call.args[1]:
        call.write_pointer(call.args[1], call.args[0] + used * (2 if wide else 1))
    return answer(call, value)


_ONE: dict[str, Callable[[float], float]] = {
    "acos": math.acos,
    "asin": math.asin,
    "atan": math.atan,
    "ceil": math.ceil,
    "cos": math.cos,
    "cosh": math.cosh,
    "exp": math.exp,
    "fabs": math.fabs,
    "floor": math.floor,
    "log": math.log,
    "log10": math.log10,
    "sin": math.sin,
    "sinh": math.sinh,
    "sqrt": math.sqrt,
    "tan": math.tan,
    "tanh": math.tanh,
}
_TWO: dict[str, Callable[[float, float], float]] = {
    "atan2": math.atan2,
    "fmod": math.fmod,
    "pow": math.pow,
    "_hypot": math.hypot,
    "hypot": math.hypot,
}


def magnitude(call: Call) -> int:
    """labs(number)."""
    value = call.args[0] & 0xFFFFFFFF
    return (1 << 32) - value if value >> 31 else value


def random_number(call: Call) -> int:
    """rand_s(*value): as unpredictable as a guest can be whose runs repeat."""
    seed = struct.pack("<IQ", call.process.pid, call.guest.clock.now_us)
    call.write_u32(call.args[0], int.from_bytes(hashlib.sha256(seed).digest()[:4], "little"))
    return 0


HOOKS: tuple[Hook, ...] = (
    *(Hook((name,), 0, _function(1, function), CDECL) for name, function in _ONE.items()),
    *(Hook((name,), 0, _function(2, function), CDECL) for name, function in _TWO.items()),
    crt("atof", 1, text_to_number),
    crt("_wtof", 1, text_to_number),
    crt("strtod", 2, text_to_number_end),
    crt("wcstod", 2, text_to_number_end),
    crt("rand_s", 1, random_number),
    crt("labs", 1, magnitude),
)
