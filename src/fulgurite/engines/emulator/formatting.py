"""What printf and its relatives make of a format and its arguments, as Microsoft's C run-time does."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from speakeasy.errors import SpeakeasyError
from unicorn import UcError

if TYPE_CHECKING:
    from fulgurite.engines.emulator.call import Call

MAX_OUTPUT_CHARS = 1 << 20
"""Longest text that one call makes."""
MAX_FIELD_CHARS = 4_096
"""Widest field and greatest precision that are followed."""

_SPEC = re.compile(r"%([-+ #0]*)(\*|\d+)?(?:\.(\*|\d*))?(hh|h|ll|l|I64|I32|I|w|L|z|j|t|q)?([a-zA-Z%])", re.DOTALL)
_WIDE_64 = frozenset({"ll", "I64", "q", "j"})
_POINTER_WIDE = frozenset({"I", "z", "t"})

Slot = Callable[[int], int]
"""The argument slot of that number: 4 bytes in a 32-bit process, 8 in a 64-bit one."""


class _Spec(NamedTuple):
    flags: str
    width: int
    precision: int | None
    size: str
    kind: str


class Arguments:
    """The variable arguments of one call, taken one after the other."""

    def __init__(self, call: Call, slot: Slot) -> None:
        self._call = call
        self._slot = slot
        self._next = 0
        self._is_64 = call.pointer_bytes == 8  # noqa: PLR2004

    @classmethod
    def of_call(cls, call: Call, first: int) -> Arguments:
        """The arguments of `call` itself from number `first`."""

        def slot(index: int) -> int:
            try:
                return int(call.emu.get_func_argv(0, first + index + 1)[-1])
            except (UcError, SpeakeasyError):
                return 0

        return cls(call, slot)

    @classmethod
    def of_list(cls, call: Call, address: int) -> Arguments:
        """The arguments that a va_list points to."""
        return cls(call, lambda index: call.pointer(address + index * call.pointer_bytes))

    def word(self) -> int:
        """The next argument of the machine's width."""
        self._next += 1
        return self._slot(self._next - 1)

    def quad(self) -> int:
        """The next argument of 64 bits."""
        low = self.word()
        return low if self._is_64 else low | self.word() << 32

    def number(self) -> float:
        """The next floating-point argument."""
        value: float = struct.unpack("<d", struct.pack("<Q", self.quad() & 0xFFFFFFFFFFFFFFFF))[0]
        return value

    def text(self, *, is_wide: bool, limit: int | None) -> str:
        """The string that the next argument points to."""
        address = self.word()
        if address == 0:
            return "(null)"
        return raw_text(self._call, address, is_wide=is_wide, limit=limit)

    def integer(self, size: str, *, is_signed: bool) -> int:
        """The next integer of the size that a specification names."""
        if size in _WIDE_64:
            value, bits = self.quad(), 64
        elif size in _POINTER_WIDE and self._is_64:
            value, bits = self.word(), 64
        else:
            value, bits = self.word(), {"hh": 8, "h": 16}.get(size, 32)
        value &= (1 << bits) - 1
        return value - (1 << bits) if is_signed and value >> (bits - 1) else value

    def pointer_digits(self) -> int:
        """Hexadecimal digits of a pointer."""
        return 16 if self._is_64 else 8


def raw_text(call: Call, address: int, *, is_wide: bool, limit: int | None = None) -> str:
    """The string at `address`; a narrow one with each byte as one character, so that no byte is lost."""
    data = call.until_nul(address, 2 if is_wide else 1, MAX_OUTPUT_CHARS if limit is None else limit)
    return data.decode("utf-16-le" if is_wide else "latin-1", "replace")


def raw_bytes(text: str, *, is_wide: bool) -> bytes:
    """`text` as it stands in memory; the reverse of raw_text."""
    if is_wide:
        return text.encode("utf-16-le", "surrogatepass")
    return bytes(ord(char) if ord(char) < 256 else 0x3F for char in text)  # noqa: PLR2004


def formatted(template: str, arguments: Arguments, *, is_wide: bool) -> str:
    """`template` with its specifications replaced by the arguments; at most MAX_OUTPUT_CHARS."""
    out: list[str] = []
    done = length = 0
    for found in _SPEC.finditer(template):
        piece = template[done : found.start()]
        done = found.end()
        piece += _field(found, arguments, is_wide=is_wide)
        out.append(piece)
        length += len(piece)
        if length > MAX_OUTPUT_CHARS:
            break
    out.append(template[done:])
    return "".join(out)[:MAX_OUTPUT_CHARS]


def _field(found: re.Match[str], arguments: Arguments, *, is_wide: bool) -> str:
    flags, width_text, precision_text, size, kind = found.groups()
    if kind == "%":
        return "%"
    width = _count(width_text, arguments) if width_text else 0
    if width < 0:
        flags, width = flags + "-", -width
    precision = None if precision_text is None else _count(precision_text or "0", arguments)
    if precision is not None and precision < 0:
        precision = None
    spec = _Spec(flags, min(width, MAX_FIELD_CHARS), precision, size or "", kind)
    return _padded(spec, _body(spec, arguments, is_wide=is_wide))


def _count(text: str, arguments: Arguments) -> int:
    value = arguments.integer("", is_signed=True) if text == "*" else int(text[:6])
    return max(-MAX_FIELD_CHARS, min(value, MAX_FIELD_CHARS))


def _body(spec: _Spec, arguments: Arguments, *, is_wide: bool) -> str:
    kind = spec.kind
    if kind in "di":
        return _decimal(spec, arguments.integer(spec.size, is_signed=True))
    if kind in "uoxX":
        return _unsigned(spec, arguments.integer(spec.size, is_signed=False))
    if kind in "sSZ":
        return arguments.text(is_wide=_is_wide_text(spec, is_wide=is_wide), limit=spec.precision)
    if kind in "cC":
        code = arguments.word() & (0xFFFF if is_wide or kind == "C" or spec.size in {"l", "w"} else 0xFF)
        return chr(code)
    if kind == "p":
        return f"{arguments.word():0{arguments.pointer_digits()}X}"
    if kind in "eEfFgGaA":
        return _floating(spec, arguments.number())
    if kind == "n":
        arguments.word()
        return ""
    return kind


def _is_wide_text(spec: _Spec, *, is_wide: bool) -> bool:
    """Whether %s or %S means UTF-16: that of the function, the other for %S, as a size says."""
    if spec.size in {"l", "ll", "w"}:
        return True
    if spec.size in {"h", "hh"}:
        return False
    return is_wide == (spec.kind != "S")


def _decimal(spec: _Spec, value: int) -> str:
    digits = str(abs(value)).rjust(spec.precision or 1, "0")
    sign = "-" if value < 0 else "+" if "+" in spec.flags else " " if " " in spec.flags else ""
    return sign + digits


def _unsigned(spec: _Spec, value: int) -> str:
    digits = format(value, {"u": "d", "o": "o"}.get(spec.kind, spec.kind)).rjust(spec.precision or 1, "0")
    prefix = {"x": "0x", "X": "0X", "o": "0"}.get(spec.kind, "") if "#" in spec.flags and value else ""
    return prefix + digits


def _floating(spec: _Spec, value: float) -> str:
    flags = "".join(flag for flag in "+ #" if flag in spec.flags)
    if spec.kind in "aA":
        return value.hex()
    return f"%{flags}.{6 if spec.precision is None else spec.precision}{spec.kind}" % value


def _padded(spec: _Spec, text: str) -> str:
    if "-" in spec.flags:
        return text.ljust(spec.width)
    fills = "0" in spec.flags and spec.kind in "uoxXdieEfFgG" and (spec.precision is None or spec.kind in "eEfFgG")
    if not fills:
        return text.rjust(spec.width)
    sign = text[:1] if text[:1] in {"-", "+", " "} else ""
    return sign + text[len(sign) :].rjust(spec.width - len(sign), "0")
