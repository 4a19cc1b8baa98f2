"""One call of a guest API as a hook sees it, and the rows that bind hooks to API names."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from speakeasy.errors import SpeakeasyError
from unicorn import UcError

if TYPE_CHECKING:
    from fulgurite.engines.emulator.guest import Guest
    from fulgurite.engines.emulator.processes import GuestProcess

STDCALL = 1
CDECL = 0
# The numbers of speakeasy.winenv.arch.CALL_CONV_*; a test compares them.

MAX_TEXT = 65_536
"""Longest string read from guest memory, in characters."""
_PAGE = 0x1000


class Call:
    """One call of an API by a guest process."""

    __slots__ = ("args", "emu", "guest", "name", "original", "process", "wide")

    def __init__(
        self,
        guest: Guest,
        process: GuestProcess,
        emu: Any,
        name: str,
        args: list[int],
        original: Callable[[list[int]], int | None] | None,
    ) -> None:
        self.guest = guest
        self.process = process
        self.emu = emu
        self.name = name
        """`kernel32.CreateFileW`"""
        self.args = args
        self.original = original
        """Calls the emulator's own handler with given arguments; None when it has none."""
        self.wide = name.endswith("W")
        """Whether the strings of this call are UTF-16."""

    # -- reading the guest's memory --------------------------------------------------------------------------------
    def text(self, address: int, *, wide: bool | None = None) -> str:
        """The string at `address`, up to its NUL; empty when it is null or not readable."""
        if address == 0:
            return ""
        is_wide = self.wide if wide is None else wide
        return self.until_nul(address, 2 if is_wide else 1).decode("utf-16-le" if is_wide else "cp1252", "replace")

    def until_nul(self, address: int, width: int, most: int = MAX_TEXT) -> bytes:
        """The bytes from `address` to a NUL of `width` bytes, without it: at most `most` characters, all readable."""
        out = bytearray()
        while len(out) < most * width:
            at = address + len(out)
            room = _PAGE - at % _PAGE
            chunk = self.read(at, min(room + room % width, most * width - len(out)))
            end = _nul_in(chunk, width)
            out += chunk[:end]
            if end < len(chunk) or not chunk:
                break
        return bytes(out)

    def arg_text(self, index: int) -> str:
        """The string that argument `index` points to."""
        return self.text(self.args[index])

    def read(self, address: int, size: int) -> bytes:
        """`size` bytes at `address`; empty when they are not readable."""
        if address == 0 or size <= 0:
            return b""
        try:
            return bytes(self.emu.mem_read(address, size))
        except (UcError, SpeakeasyError):
            return b""

    def u16(self, address: int) -> int:
        """The 16-bit number at `address`; 0 when not readable."""
        return int.from_bytes(self.read(address, 2), "little")

    def u32(self, address: int) -> int:
        """The 32-bit number at `address`; 0 when not readable."""
        return int.from_bytes(self.read(address, 4), "little")

    def u64(self, address: int) -> int:
        """The 64-bit number at `address`; 0 when not readable."""
        return int.from_bytes(self.read(address, 8), "little")

    def pointer(self, address: int) -> int:
        """The pointer at `address`; 0 when not readable."""
        return int.from_bytes(self.read(address, self.pointer_bytes), "little")

    @property
    def pointer_bytes(self) -> int:
        """4 in a 32-bit process, 8 in a 64-bit one."""
        return int(self.emu.get_ptr_size())

    def unicode_string(self, address: int) -> str:
        """The text of the UNICODE_STRING at `address`."""
        if address == 0:
            return ""
        length = self.u16(address)
        data = self.read(self.pointer(address + self.pointer_bytes), length)
        return data.decode("utf-16-le", "replace")

    def object_name(self, address: int) -> tuple[int, str]:
        """RootDirectory and ObjectName of the OBJECT_ATTRIBUTES at `address`."""
        if address == 0:
            return 0, ""
        size = self.pointer_bytes
        return self.pointer(address + size), self.unicode_string(self.pointer(address + 2 * size))

    # -- writing the guest's memory --------------------------------------------------------------------------------
    def write(self, address: int, data: bytes) -> bool:
        """Writes `data` at `address`; False when that is null or not writable."""
        if address == 0:
            return False
        try:
            self.emu.mem_write(address, data)
        except (UcError, SpeakeasyError):
            return False
        return True

    def write_u32(self, address: int, value: int) -> bool:
        """Writes a 32-bit number."""
        return self.write(address, struct.pack("<I", value & 0xFFFFFFFF))

    def write_u64(self, address: int, value: int) -> bool:
        """Writes a 64-bit number."""
        return self.write(address, struct.pack("<Q", value & 0xFFFFFFFFFFFFFFFF))

    def write_pointer(self, address: int, value: int) -> bool:
        """Writes a pointer or handle of the process's width."""
        return self.write_u64(address, value) if self.pointer_bytes == 8 else self.write_u32(address, value)  # noqa: PLR2004

    def encoded(self, text: str, *, wide: bool | None = None) -> bytes:
        """`text` with its NUL in the call's character width."""
        is_wide = self.wide if wide is None else wide
        return (text + "\0").encode("utf-16-le" if is_wide else "cp1252", "replace")

    def write_text(self, address: int, text: str, max_chars: int, *, wide: bool | None = None) -> bool:
        """Writes `text` with its NUL when it fits into `max_chars` characters, NUL included; False when not."""
        if len(text) + 1 > max_chars:
            return False
        return self.write(address, self.encoded(text, wide=wide))

    # -- answers ---------------------------------------------------------------------------------------------------
    def fail(self, win32_error: int, result: int = 0) -> int:
        """Sets the thread's last error and returns `result`."""
        self.emu.set_last_error(win32_error)
        return result

    def succeed(self, result: int = 1) -> int:
        """Clears the thread's last error and returns `result`."""
        self.emu.set_last_error(0)
        return result

    def invalid_handle(self) -> int:
        """INVALID_HANDLE_VALUE in the process's width."""
        return (1 << (8 * self.pointer_bytes)) - 1


def _nul_in(data: bytes, width: int) -> int:
    """Where the first NUL of `width` bytes lies in `data`; its length when there is none."""
    at = data.find(bytes(width))
    while at % width and at >= 0:
        at = data.find(bytes(width), at + 1)
    return len(data) if at < 0 else at


HookFunction = Callable[[Call], "int | None"]


class Hook(NamedTuple):
    """One row: which API names a function answers."""

    names: tuple[str, ...]
    argc: int
    function: HookFunction
    convention: int = STDCALL


def api(name: str, argc: int, function: HookFunction) -> Hook:
    """An API with one spelling."""
    return Hook((name,), argc, function)


def text_api(name: str, argc: int, function: HookFunction) -> Hook:
    """An API with an A and a W form."""
    return Hook((f"{name}A", f"{name}W"), argc, function)


def native(name: str, argc: int, function: HookFunction) -> Hook:
    """A system call, called by its Nt or Zw name; `name` is without the prefix."""
    return Hook((f"Nt{name}", f"Zw{name}"), argc, function)


def crt(name: str, argc: int, function: HookFunction) -> Hook:
    """A function of the C run-time (cdecl)."""
    return Hook((name,), argc, function, CDECL)
