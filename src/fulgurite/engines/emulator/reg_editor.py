"""The registry as Windows' own programs change it: the deed and its event in one call."""

from __future__ import annotations

import re
import struct
from typing import TYPE_CHECKING, Literal

from fulgurite.engines.emulator.registry import (
    REG_BINARY,
    REG_DWORD,
    REG_MULTI_SZ,
    REG_NONE,
    REG_QWORD,
    Value,
    redirected,
)
from fulgurite.engines.emulator.status import SUCCESS, NtFailure
from fulgurite.model.events import RegistryAccess

if TYPE_CHECKING:
    from fulgurite.engines.emulator.guest import Guest
    from fulgurite.engines.emulator.processes import GuestProcess

_ROOTS = {
    "hkey_local_machine": "HKLM",
    "hkey_current_user": "HKCU",
    "hkey_classes_root": "HKCR",
    "hkey_users": "HKU",
    "hkey_current_config": "HKCC",
}


def key_path(text: str, bits: int) -> str:
    """A key as events name it: the root's short name, and for a 32-bit program where Windows leads it."""
    root, sign, rest = text.strip().strip("\\").partition("\\")
    path = _ROOTS.get(root.lower(), root.upper()) + sign + rest
    return path if bits == 64 else redirected(path)  # noqa: PLR2004


class Editor:
    """The registry as one process of Windows' own programs changes it, with the events."""

    def __init__(self, guest: Guest, process: GuestProcess, bits: int = 0) -> None:
        self._guest = guest
        self._process = process
        self._bits = bits or process.bits

    def path(self, text: str) -> str:
        """The key that the program's `text` means."""
        return key_path(text, self._bits)

    def _record(
        self,
        verb: Literal["read", "write", "delete"],
        path: str,
        op: str,
        code: int,
        value: str | int | None = None,
    ) -> bool:
        self._guest.record(self._process, RegistryAccess, verb=verb, path=path, op=op, status=code, value=value)
        return code == SUCCESS

    def create(self, path: str) -> bool:
        """Makes a key."""
        try:
            self._guest.registry.create(path)
        except NtFailure as failure:
            return self._record("write", path, "CreateKeyEx", failure.status)
        return self._record("write", path, "CreateKeyEx", SUCCESS)

    def set(self, path: str, value: Value) -> bool:
        """Puts a value into the key at `path`."""
        code = SUCCESS
        try:
            self._guest.registry.set(self._guest.registry.at(path), value)
        except NtFailure as failure:
            code = failure.status
        return self._record("write", f"{path}\\{value.name}", value.op, code, value.shown)

    def delete(self, path: str) -> bool:
        """Deletes a key and all below it."""
        code = SUCCESS
        try:
            self._guest.registry.delete_tree(self._guest.registry.at(path))
        except NtFailure as failure:
            code = failure.status
        return self._record("delete", path, "DeleteKey", code)

    def delete_value(self, path: str, name: str) -> bool:
        """Deletes a value."""
        code = SUCCESS
        try:
            self._guest.registry.delete_value(self._guest.registry.at(path), name)
        except NtFailure as failure:
            code = failure.status
        return self._record("delete", f"{path}\\{name}", "DeleteValueKey", code)

    def query(self, path: str, name: str | None) -> Value | None:
        """Reads a value, or opens the key when `name` is None."""
        code, value = SUCCESS, None
        try:
            key = self._guest.registry.at(path)
            value = None if name is None else self._guest.registry.value(key, name)
        except NtFailure as failure:
            code = failure.status
        if name is None:
            self._record("read", path, "OpenKeyEx", code)
        else:
            self._record("read", f"{path}\\{name}", "QueryValueKey", code)
        return value if name is not None else (Value("", REG_NONE, b"") if code == SUCCESS else None)


def value_of(name: str, kind: int, text: str) -> Value:
    """A value from the text of a command line."""
    if kind in (REG_DWORD, REG_QWORD):
        match = re.fullmatch(r"\s*(0x[0-9a-f]{1,16}|\d{1,20})\s*", text, re.IGNORECASE)
        number = int(match[1], 0 if match[1].lower().startswith("0x") else 10) if match else 0
        return Value(name, kind, struct.pack("<Q", number & (2**64 - 1))[: 4 if kind == REG_DWORD else 8])
    if kind in (REG_BINARY, REG_NONE):
        digits = re.sub(r"[^0-9a-fA-F]", "", text)
        return Value(name, kind, bytes.fromhex(digits[: len(digits) & ~1]))
    if kind == REG_MULTI_SZ:
        text = text.replace("\\0", "\0") + "\0"
    return Value(name, kind, (text + "\0").encode("utf-16-le", "replace"))
