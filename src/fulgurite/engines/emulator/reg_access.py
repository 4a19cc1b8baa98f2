"""Access to the registry as it is recorded: what the Win32, the native and the shell's functions have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from fulgurite.engines.emulator import status
from fulgurite.engines.emulator.registry import (
    HIVES,
    REG_EXPAND_SZ,
    REG_MULTI_SZ,
    REG_SZ,
    TEXT_TYPES,
    OpenKey,
    Value,
    redirected,
)
from fulgurite.engines.emulator.status import NtFailure
from fulgurite.model.events import RegistryAccess

if TYPE_CHECKING:
    from fulgurite.engines.emulator.call import Call

WOW64_64KEY, WOW64_32KEY = 0x100, 0x200
MAX_SHOWN_CHARS = 32_768
"""Longest value that an event tells, in characters; the rest is cut."""


def recorded(
    call: Call,
    verb: Literal["read", "write", "delete"],
    path: str,
    op: str,
    code: int,
    value: str | int | None = None,
) -> int:
    """Records an access to the registry; returns its NTSTATUS."""
    shown = value[:MAX_SHOWN_CHARS] if isinstance(value, str) else value
    call.guest.record(call.process, RegistryAccess, verb=verb, path=path, op=op, status=code, value=shown)
    return code


def key_of(call: Call, handle: int) -> OpenKey:
    """The key that `handle` stands for, a predefined one included. Raises NtFailure when it is none."""
    thing = call.guest.handles.get(handle)
    if isinstance(thing, OpenKey):
        return thing
    hive = HIVES.get(handle & 0xFFFFFFFF)
    key = call.guest.registry.find(hive) if hive is not None else None
    if hive is None or key is None:
        raise NtFailure(status.INVALID_HANDLE)
    return OpenKey(key, hive)


def path_below(call: Call, path: str, name: str, access: int) -> str:
    """The path of the key `name` below `path`, as the width of the process and `access` have it."""
    name = name.strip("\\")
    full = f"{path}\\{name}" if name else path
    is_32 = access & WOW64_32KEY or (call.pointer_bytes == 4 and not access & WOW64_64KEY)  # noqa: PLR2004
    return redirected(full) if is_32 else full


def opened(call: Call, parent: OpenKey, name: str, access: int, op: str = "OpenKeyEx") -> OpenKey:
    """The key `name` below `parent`, its opening recorded. Raises NtFailure when it is not there."""
    path = path_below(call, parent.path, name, access | parent.access & (WOW64_32KEY | WOW64_64KEY))
    key = parent.key if not name and parent.key.is_live else call.guest.registry.find(path)
    code = status.SUCCESS if key is not None else status.OBJECT_NAME_NOT_FOUND
    recorded(call, "read", path, op, code)
    if key is None:
        raise NtFailure(code)
    return OpenKey(key, path, access)


def created(call: Call, parent: OpenKey, name: str, access: int, op: str = "CreateKeyEx") -> tuple[OpenKey, bool]:
    """The key `name` below `parent`, made when needed and recorded, and whether it was made."""
    path = path_below(call, parent.path, name, access | parent.access & (WOW64_32KEY | WOW64_64KEY))
    is_new = call.guest.registry.find(path) is None
    try:
        key = call.guest.registry.create(path)
    except NtFailure as failure:
        recorded(call, "write", path, op, failure.status)
        raise
    recorded(call, "write", path, op, status.SUCCESS)
    return OpenKey(key, path, access), is_new


def queried(call: Call, key: OpenKey, name: str) -> Value:
    """The value `name` of `key`, the question recorded. Raises NtFailure when it is not there."""
    path = f"{key.path}\\{name}"
    try:
        value = call.guest.registry.value(key.key, name)
    except NtFailure as failure:
        recorded(call, "read", path, "QueryValueKey", failure.status)
        raise
    recorded(call, "read", path, "QueryValueKey", status.SUCCESS)
    return value


def stored(call: Call, key: OpenKey, value: Value) -> int:
    """Puts `value` into `key`; the NTSTATUS, recorded."""
    try:
        call.guest.registry.set(key.key, value)
        code = status.SUCCESS
    except NtFailure as failure:
        code = failure.status
    return recorded(call, "write", f"{key.path}\\{value.name}", value.op, code, value.shown)


def value_deleted(call: Call, key: OpenKey, name: str) -> int:
    """Deletes the value `name` of `key`; the NTSTATUS, recorded."""
    try:
        call.guest.registry.delete_value(key.key, name)
        code = status.SUCCESS
    except NtFailure as failure:
        code = failure.status
    return recorded(call, "delete", f"{key.path}\\{name}", "DeleteValueKey", code)


def key_deleted(call: Call, path: str, *, with_all: bool = False) -> int:
    """Deletes the key at `path`, all below it too when asked to; the NTSTATUS, recorded."""
    try:
        key = call.guest.registry.at(path)
        if with_all:
            call.guest.registry.delete_tree(key)
        else:
            call.guest.registry.delete(key)
        code = status.SUCCESS
    except NtFailure as failure:
        code = failure.status
    return recorded(call, "delete", path, "DeleteKey", code)


# -- texts of the call's width ---------------------------------------------------------------------------------------
def from_guest(call: Call, kind: int, data: bytes) -> bytes:
    """Value data as it is stored: texts are UTF-16."""
    if call.wide or kind not in TEXT_TYPES:
        return data
    return data.decode("cp1252", "replace").encode("utf-16-le")


def to_guest(call: Call, kind: int, data: bytes) -> bytes:
    """Value data as the call's width has it."""
    if call.wide or kind not in TEXT_TYPES:
        return data
    return data.decode("utf-16-le", "replace").encode("cp1252", "replace")


def terminated(kind: int, data: bytes) -> bytes:
    """A stored text with the NUL that RegGetValue adds when it is missing."""
    if kind in {REG_SZ, REG_EXPAND_SZ} and not data.endswith(b"\0\0"):
        return data + b"\0\0"
    if kind == REG_MULTI_SZ and not data.endswith(b"\0\0\0\0"):
        return data + b"\0\0"
    return data
