"""The registry's system calls."""

from __future__ import annotations

import struct

from fulgurite.engines.emulator import status
from fulgurite.engines.emulator.call import Call, Hook, api, native
from fulgurite.engines.emulator.reg_access import (
    created,
    key_deleted,
    key_of,
    opened,
    queried,
    recorded,
    stored,
    value_deleted,
)
from fulgurite.engines.emulator.registry import MAX_DATA_BYTES, Key, OpenKey, Value
from fulgurite.engines.emulator.status import NtFailure

_CREATED_NEW, _OPENED_EXISTING = 1, 2
_LONGEST_NAME_BYTES = 510


def _named(call: Call, attributes: int) -> tuple[OpenKey, str]:
    """The open key from which an OBJECT_ATTRIBUTES starts, and the name below it. Raises NtFailure when it is none."""
    root, name = call.object_name(attributes)
    if root:
        return key_of(call, root), name
    path = call.guest.registry.from_native(name)
    if not path:
        raise NtFailure(status.OBJECT_PATH_NOT_FOUND)
    hive, _, rest = path.partition("\\")
    key = call.guest.registry.find(hive)
    if key is None:
        raise NtFailure(status.OBJECT_NAME_NOT_FOUND)
    return OpenKey(key, hive), rest


def nt_open_key(call: Call) -> int:
    """NtOpenKey(KeyHandle, DesiredAccess, ObjectAttributes), and NtOpenKeyEx."""
    op = "OpenKeyEx" if call.name.endswith("Ex") else "OpenKey"
    try:
        parent, name = _named(call, call.args[2])
        key = opened(call, parent, name, call.args[1] & 0xFFFFFFFF, op)
    except NtFailure as failure:
        return failure.status
    call.write_pointer(call.args[0], call.guest.handle_of(key))
    return status.SUCCESS


def nt_create_key(call: Call) -> int:
    """NtCreateKey(KeyHandle, DesiredAccess, ObjectAttributes, TitleIndex, Class, CreateOptions, Disposition)."""
    try:
        parent, name = _named(call, call.args[2])
        key, is_new = created(call, parent, name, call.args[1] & 0xFFFFFFFF, "CreateKey")
    except NtFailure as failure:
        return failure.status
    call.write_pointer(call.args[0], call.guest.handle_of(key))
    call.write_u32(call.args[6], _CREATED_NEW if is_new else _OPENED_EXISTING)
    return status.SUCCESS


def nt_delete_key(call: Call) -> int:
    """NtDeleteKey(KeyHandle)."""
    try:
        return key_deleted(call, key_of(call, call.args[0]).path)
    except NtFailure as failure:
        return failure.status


def nt_delete_value_key(call: Call) -> int:
    """NtDeleteValueKey(KeyHandle, ValueName)."""
    try:
        return value_deleted(call, key_of(call, call.args[0]), call.unicode_string(call.args[1]))
    except NtFailure as failure:
        return failure.status


def nt_set_value_key(call: Call) -> int:
    """NtSetValueKey(KeyHandle, ValueName, TitleIndex, Type, Data, DataSize)."""
    try:
        key = key_of(call, call.args[0])
    except NtFailure as failure:
        return failure.status
    data = call.read(call.args[4], min(call.args[5] & 0xFFFFFFFF, MAX_DATA_BYTES))
    return stored(call, key, Value(call.unicode_string(call.args[1]), call.args[3] & 0xFFFFFFFF, data))


# -- answers of an information class ---------------------------------------------------------------------------------
def _given(call: Call, fixed: int, data: bytes, place: tuple[int, int, int]) -> int:
    """Writes an answer of `fixed` bytes and what follows them to (buffer, length, needed length)."""
    buffer, room, needed = place
    room &= 0xFFFFFFFF
    call.write_u32(needed, len(data))
    if room < fixed:
        return status.BUFFER_TOO_SMALL
    if room < len(data):
        call.write(buffer, data[:room])
        return status.BUFFER_OVERFLOW
    call.write(buffer, data)
    return status.SUCCESS


def _value_information(value: Value, kind: int) -> tuple[int, bytes]:
    """A value as an information class has it, and the length of its fixed part. Raises NtFailure for no such class."""
    name = value.name.encode("utf-16-le", "surrogatepass")
    match kind:
        case 0:
            return 12, struct.pack("<3I", 0, value.type, len(name)) + name
        case 1 | 3:
            offset = 20 + len(name) + -(20 + len(name)) % 8
            head = struct.pack("<5I", 0, value.type, offset, len(value.data), len(name)) + name
            return 20, head.ljust(offset, b"\0") + value.data
        case 2:
            return 12, struct.pack("<3I", 0, value.type, len(value.data)) + value.data
        case 4:
            return 8, struct.pack("<2I", value.type, len(value.data)) + value.data
        case _:
            raise NtFailure(status.INVALID_PARAMETER)


def nt_query_value_key(call: Call) -> int:
    """NtQueryValueKey(KeyHandle, ValueName, InformationClass, Information, Length, ResultLength)."""
    try:
        value = queried(call, key_of(call, call.args[0]), call.unicode_string(call.args[1]))
        fixed, data = _value_information(value, call.args[2] & 0xFFFFFFFF)
    except NtFailure as failure:
        return failure.status
    return _given(call, fixed, data, (call.args[3], call.args[4], call.args[5]))


def nt_enumerate_value_key(call: Call) -> int:
    """NtEnumerateValueKey(KeyHandle, Index, InformationClass, Information, Length, ResultLength)."""
    try:
        key = key_of(call, call.args[0])
        values, index = list(key.key.values.values()), call.args[1] & 0xFFFFFFFF
        code = status.SUCCESS if index < len(values) else status.NO_MORE_ENTRIES
        if recorded(call, "read", key.path, "EnumerateValueKey", code) != status.SUCCESS:
            return code
        fixed, data = _value_information(values[index], call.args[2] & 0xFFFFFFFF)
    except NtFailure as failure:
        return failure.status
    return _given(call, fixed, data, (call.args[3], call.args[4], call.args[5]))


def _key_information(call: Call, key: Key, path: str, kind: int) -> tuple[int, bytes]:
    """A key as an information class has it, and the length of its fixed part. Raises NtFailure for no such class."""
    name = key.name.encode("utf-16-le", "surrogatepass")
    longest = max((len(value.data) for value in key.values.values()), default=0)
    match kind:
        case 0:
            return 16, struct.pack("<Q2I", key.written, 0, len(name)) + name
        case 1:
            return 24, struct.pack("<Q4I", key.written, 0, 0xFFFFFFFF, 0, len(name)) + name
        case 2:
            counts = (len(key.keys), _LONGEST_NAME_BYTES, 0, len(key.values), _LONGEST_NAME_BYTES, longest)
            return 44, struct.pack("<Q9I", key.written, 0, 0xFFFFFFFF, 0, *counts)
        case 3:
            full = call.guest.registry.to_native(path).encode("utf-16-le", "surrogatepass")
            return 4, struct.pack("<I", len(full)) + full
        case 4:
            counts = (len(key.keys), _LONGEST_NAME_BYTES, len(key.values), _LONGEST_NAME_BYTES, longest, len(name))
            return 40, struct.pack("<Q7I", key.written, 0, *counts).ljust(40, b"\0")
        case 7:
            return 4, bytes(4)
        case _:
            raise NtFailure(status.INVALID_PARAMETER)


def nt_query_key(call: Call) -> int:
    """NtQueryKey(KeyHandle, InformationClass, Information, Length, ResultLength)."""
    try:
        key = key_of(call, call.args[0])
        recorded(call, "read", key.path, "QueryKey", status.SUCCESS)
        fixed, data = _key_information(call, key.key, key.path, call.args[1] & 0xFFFFFFFF)
    except NtFailure as failure:
        return failure.status
    return _given(call, fixed, data, (call.args[2], call.args[3], call.args[4]))


def nt_enumerate_key(call: Call) -> int:
    """NtEnumerateKey(KeyHandle, Index, InformationClass, Information, Length, ResultLength)."""
    try:
        key = key_of(call, call.args[0])
        below, index = list(key.key.keys.values()), call.args[1] & 0xFFFFFFFF
        code = status.SUCCESS if index < len(below) else status.NO_MORE_ENTRIES
        if recorded(call, "read", key.path, "EnumerateKey", code) != status.SUCCESS:
            return code
        found = below[index]
        fixed, data = _key_information(call, found, f"{key.path}\\{found.name}", call.args[2] & 0xFFFFFFFF)
    except NtFailure as failure:
        return failure.status
    return _given(call, fixed, data, (call.args[3], call.args[4], call.args[5]))


# -- others ----------------------------------------------------------------------------------------------------------
def nt_flush_key(call: Call) -> int:
    """NtFlushKey(KeyHandle)."""
    try:
        return recorded(call, "write", key_of(call, call.args[0]).path, "FlushKey", status.SUCCESS)
    except NtFailure as failure:
        return failure.status


def nt_set_information_key(call: Call) -> int:
    """NtSetInformationKey(KeyHandle, InformationClass, Information, Length)."""
    try:
        return recorded(call, "write", key_of(call, call.args[0]).path, "SetInformationKey", status.SUCCESS)
    except NtFailure as failure:
        return failure.status


def nt_rename_key(call: Call) -> int:
    """NtRenameKey(KeyHandle, NewName)."""
    try:
        key = key_of(call, call.args[0])
    except NtFailure as failure:
        return failure.status
    new = call.unicode_string(call.args[1])
    parent = key.key.parent
    if not new or "\\" in new or parent is None or new.lower() in parent.keys:
        return status.INVALID_PARAMETER
    del parent.keys[key.key.name.lower()]
    key.key.name = new
    parent.keys[new.lower()] = key.key
    return recorded(call, "write", key.path, "RenameKey", status.SUCCESS, new)


def nt_load_key(call: Call) -> int:
    """NtLoadKey(TargetKey, SourceFile)."""
    try:
        parent, name = _named(call, call.args[0])
    except NtFailure as failure:
        return failure.status
    source = call.object_name(call.args[1])[1]
    return recorded(call, "write", f"{parent.path}\\{name}".rstrip("\\"), "LoadKey", status.SUCCESS, source)


def nt_notify_change_key(_call: Call) -> int:
    """NtNotifyChangeKey(KeyHandle, Event, ...): nothing changes."""
    return status.PENDING


def rtl_open_current_user(call: Call) -> int:
    """RtlOpenCurrentUser(DesiredAccess, KeyHandle)."""
    try:
        key = opened(call, key_of(call, 0x8000_0001), "", call.args[0] & 0xFFFFFFFF, "OpenKey")
    except NtFailure as failure:
        return failure.status
    call.write_pointer(call.args[1], call.guest.handle_of(key))
    return status.SUCCESS


HOOKS: tuple[Hook, ...] = (
    native("OpenKey", 3, nt_open_key),
    native("OpenKeyEx", 4, nt_open_key),
    native("CreateKey", 7, nt_create_key),
    native("DeleteKey", 1, nt_delete_key),
    native("DeleteValueKey", 2, nt_delete_value_key),
    native("SetValueKey", 6, nt_set_value_key),
    native("QueryValueKey", 6, nt_query_value_key),
    native("EnumerateValueKey", 6, nt_enumerate_value_key),
    native("QueryKey", 5, nt_query_key),
    native("EnumerateKey", 6, nt_enumerate_key),
    native("FlushKey", 1, nt_flush_key),
    native("SetInformationKey", 4, nt_set_information_key),
    native("RenameKey", 2, nt_rename_key),
    native("LoadKey", 2, nt_load_key),
    native("NotifyChangeKey", 10, nt_notify_change_key),
    api("RtlOpenCurrentUser", 2, rtl_open_current_user),
)
