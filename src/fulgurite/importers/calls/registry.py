"""Calls on the registry."""

from typing import Literal

from fulgurite.importers import paths
from fulgurite.importers.calls.call import Call, Made, Row
from fulgurite.importers.values import number
from fulgurite.model.events import RegistryAccess

_FULL = ("FullName", "regkey", "ObjectAttributes", "Key", "regkey_r")
_HANDLE = ("Handle", "KeyHandle", "key_handle", "hKey", "Registry", "base_handle")
_RESULT = ("Handle", "KeyHandle", "key_handle", "phkResult")
_BASE = ("Registry", "hKey", "base_handle", "ObjectAttributesHandle")
_SUBKEY = ("SubKey", "lpSubKey", "ObjectAttributesName")
_VALUE = ("ValueName", "lpValueName", "value_name", "Name", "key_name")
_DATA = ("Buffer", "Data", "lpData", "value", "ValueBuffer")
_TYPE = ("Type", "dwType", "reg_type")
_NO_NAME = "(null)"
"""How sources spell the default value, and a key opened under itself."""
_OPENED = {"2", "REG_OPENED_EXISTING_KEY", "REG_OPENED"}
_NUMBERS = frozenset({3, 4, 5, 11})
_WORDS = frozenset({4, 5, 11})
_TEXTS = frozenset({1, 2, 6, 7})
_MAX_HANDLES = 100_000
_MAX_VALUE = 65_536

Verb = Literal["read", "write", "delete"]


def _key(call: Call) -> str | None:
    """The key that the call opens or works on, its hive in short; None where the source does not say."""
    full = call.text(*_FULL)
    if full is not None:
        return paths.registry(full)
    base = call.text(*_BASE)
    sub = _name(call, _SUBKEY)
    if base is None and sub is None:
        base = call.text(*_HANDLE)
    if base is None:
        return None if sub is None else paths.registry(sub)
    known = call.by.keys.get(base, base)
    if sub is None and known.startswith("0x") and paths.registry(known) == known:
        return None
    return paths.joined(paths.registry(known), sub)


def _name(call: Call, arguments: tuple[str, ...]) -> str | None:
    named = call.text(*arguments)
    return None if named == _NO_NAME else named


def _opened(call: Call, key: str) -> None:
    """Remembers what the new handle stands for, where the source names keys by handle."""
    handle = call.text("phkResult") or (call.text(*_RESULT) if "hKey" not in call.args else None)
    handle = handle if handle is not None else call.text_of_return()
    if call.ok and handle is not None and number(handle) not in {None, 0} and len(call.by.keys) < _MAX_HANDLES:
        call.by.keys[handle] = key


def key_row(verb: Verb, op: str, *, opens: bool = False) -> Row:
    """The row of a call that reads, writes or deletes a key."""

    def row(call: Call) -> Made:
        key = _key(call)
        if key is None:
            return None
        if opens:
            _opened(call, key)
        is_open = verb == "write" and call.text("Disposition", "disposition") in _OPENED
        return RegistryAccess(
            procid=call.by.procid, verb="read" if is_open else verb, path=key, op=op, status=call.status
        )

    return row


def value_row(verb: Verb, op: str) -> Row:
    """The row of a call that reads or deletes a value."""

    def row(call: Call) -> Made:
        path = _value_path(call)
        if path is None:
            return None
        return RegistryAccess(procid=call.by.procid, verb=verb, path=path, op=op, status=call.status)

    return row


def _value_path(call: Call) -> str | None:
    """The path of the value; full names of the sources end in it already."""
    full = call.text("FullName", "regkey")
    if full is not None:
        return paths.registry(full)
    key = _key(call)
    return None if key is None else paths.joined(key, _name(call, _VALUE))


def set_value(call: Call) -> Made:
    """A value was written."""
    path = _value_path(call)
    if path is None:
        return None
    kind = _kind(call)
    op = "SetValueKeyInt" if kind in _WORDS else "SetValueKeyStr" if kind in _TEXTS else "SetValueKeyDat"
    value = _written(call, kind)
    return RegistryAccess(procid=call.by.procid, verb="write", path=path, op=op, status=call.status, value=value)


_KINDS = {
    "REG_NONE": 0,
    "REG_SZ": 1,
    "REG_EXPAND_SZ": 2,
    "REG_BINARY": 3,
    "REG_DWORD": 4,
    "REG_MULTI_SZ": 7,
    "REG_QWORD": 11,
}


def _kind(call: Call) -> int | None:
    found = call.number(*_TYPE)
    return found if found is not None else _KINDS.get(call.text(*_TYPE) or "")


def _written(call: Call, kind: int | None) -> str | int | None:
    value = call.text(*_DATA)
    if kind in _WORDS:
        as_number = call.number(*_DATA)
        return as_number if as_number is not None else value
    return value if value is None or len(value) <= _MAX_VALUE else value[:_MAX_VALUE]


def query_key(call: Call) -> Made:
    """NtQueryKey: CAPE gives the key's own name among what was asked for."""
    named = call.text("KeyInformation")
    if named is not None and named[:10].upper() == "\\REGISTRY\\":
        path = paths.registry(named)
        return RegistryAccess(procid=call.by.procid, verb="read", path=path, op="QueryKey", status=call.status)
    return key_row("read", "QueryKey")(call)


ROWS: dict[str, Row] = {
    "RegOpenKey": key_row("read", "OpenKey", opens=True),
    "RegOpenKeyEx": key_row("read", "OpenKeyEx", opens=True),
    "NtOpenKey": key_row("read", "OpenKey", opens=True),
    "NtOpenKeyEx": key_row("read", "OpenKeyEx", opens=True),
    "RegCreateKey": key_row("write", "CreateKey", opens=True),
    "RegCreateKeyEx": key_row("write", "CreateKeyEx", opens=True),
    "NtCreateKey": key_row("write", "CreateKey", opens=True),
    "RegQueryValue": value_row("read", "QueryValueKey"),
    "RegQueryValueEx": value_row("read", "QueryValueKey"),
    "NtQueryValueKey": value_row("read", "QueryValueKey"),
    "RegGetValue": value_row("read", "QueryValueKey"),
    "NtQueryMultipleValueKey": value_row("read", "QueryMultipleValueKey"),
    "RegQueryInfoKey": key_row("read", "QueryKey"),
    "NtQueryKey": query_key,
    "RegEnumKey": value_row("read", "EnumerateKey"),
    "RegEnumKeyEx": value_row("read", "EnumerateKey"),
    "NtEnumerateKey": value_row("read", "EnumerateKey"),
    "RegEnumValue": value_row("read", "EnumerateValueKey"),
    "NtEnumerateValueKey": value_row("read", "EnumerateValueKey"),
    "RegNotifyChangeKeyValue": key_row("read", "QueryKey"),
    "RegSetValue": set_value,
    "RegSetValueEx": set_value,
    "NtSetValueKey": set_value,
    "RegDeleteKey": key_row("delete", "DeleteKey"),
    "RegDeleteKeyEx": key_row("delete", "DeleteKey"),
    "RegDeleteTree": key_row("delete", "DeleteKey"),
    "NtDeleteKey": key_row("delete", "DeleteKey"),
    "RegDeleteValue": value_row("delete", "DeleteValueKey"),
    "NtDeleteValueKey": value_row("delete", "DeleteValueKey"),
    "NtRenameKey": key_row("write", "RenameKey"),
    "NtLoadKey": key_row("write", "LoadKey"),
    "NtLoadKeyEx": key_row("write", "LoadKey"),
    "RegLoadKey": key_row("write", "LoadKey"),
    "NtSaveKey": key_row("read", "QueryKey"),
    "RegSaveKey": key_row("read", "QueryKey"),
    "RegSaveKeyEx": key_row("read", "QueryKey"),
    "NtReplaceKey": key_row("write", "LoadKey"),
    "RegUnLoadKey": key_row("delete", "UnloadKey"),
    "NtUnloadKey": key_row("delete", "UnloadKey"),
}
