"""Registry values, in the Win32 form and that of the shell's light-weight library."""

from __future__ import annotations

from fulgurite.engines.emulator import paths, status
from fulgurite.engines.emulator.call import Call, Hook, text_api
from fulgurite.engines.emulator.opening import OVERWRITE_IF, Wanted, full_path
from fulgurite.engines.emulator.opening import opened as file_opened
from fulgurite.engines.emulator.reg_access import (
    created,
    from_guest,
    key_of,
    opened,
    queried,
    recorded,
    stored,
    terminated,
    to_guest,
    value_deleted,
)
from fulgurite.engines.emulator.registry import (
    MAX_DATA_BYTES,
    REG_BINARY,
    REG_DWORD,
    REG_EXPAND_SZ,
    REG_MULTI_SZ,
    REG_NONE,
    REG_QWORD,
    REG_SZ,
    TEXT_TYPES,
    OpenKey,
    Value,
)
from fulgurite.engines.emulator.status import NtFailure

_MORE_DATA, _UNSUPPORTED_TYPE = 234, 1630
_NO_EXPAND = 0x1000_0000
_RRF = {REG_NONE: 1, REG_SZ: 2, REG_EXPAND_SZ: 4, REG_BINARY: 8, REG_DWORD: 0x10, REG_MULTI_SZ: 0x20, REG_QWORD: 0x40}
"""The bit of RegGetValue's flags that allows a type."""


def _answer(call: Call, kind: int, data: bytes, addresses: tuple[int, int, int]) -> int:
    """Writes a value's type, data and size to (type, data, size); a Win32 error."""
    type_at, data_at, size_at = addresses
    call.write_u32(type_at, kind)
    room = call.u32(size_at) if size_at else 0
    if size_at:
        call.write_u32(size_at, len(data))
    if not data_at:
        return 0
    if room < len(data):
        return _MORE_DATA
    call.write(data_at, data)
    return 0


def reg_query_value_ex(call: Call) -> int:
    """RegQueryValueEx(hKey, lpValueName, lpReserved, lpType, lpData, lpcbData)."""
    try:
        value = queried(call, key_of(call, call.args[0]), call.arg_text(1))
    except NtFailure as failure:
        return status.win32_of(failure.status)
    return _answer(call, value.type, to_guest(call, value.type, value.data), (call.args[3], call.args[4], call.args[5]))


def reg_query_value(call: Call) -> int:
    """RegQueryValue(hKey, lpSubKey, lpData, lpcbData): the default value of a key below."""
    try:
        key = key_of(call, call.args[0])
        name = call.arg_text(1)
        value = queried(call, opened(call, key, name, 0, "OpenKey") if name else key, "")
    except NtFailure as failure:
        return status.win32_of(failure.status)
    return _answer(call, value.type, to_guest(call, value.type, value.data), (0, call.args[2], call.args[3]))


def _got(call: Call, key: OpenKey, name: str, flags: int, addresses: tuple[int, int, int]) -> int:
    """RegGetValue's answer for a value of `key`: of the allowed types, terminated, expanded."""
    value = queried(call, key, name)
    kind, data = value.type, terminated(value.type, value.data)
    if kind == REG_EXPAND_SZ and not flags & _NO_EXPAND:
        kind, text = REG_SZ, paths.expanded(data.decode("utf-16-le", "replace"), call.guest.system.environment)
        data = text.encode("utf-16-le")
    allowed = flags & 0xFFFF
    if allowed and not allowed & _RRF.get(kind, 0xFFFF):
        return _UNSUPPORTED_TYPE
    return _answer(call, kind, to_guest(call, kind, data), addresses)


def _value_below(call: Call, flags: int, addresses: tuple[int, int, int]) -> int:
    """A value that argument 2 names, of the key that argument 1 names below argument 0."""
    try:
        key = key_of(call, call.args[0])
        name = call.arg_text(1)
        if name:
            access = flags >> 8 & 0x300
            key = opened(call, key, name, access)
        return _got(call, key, call.arg_text(2), flags, addresses)
    except NtFailure as failure:
        return status.win32_of(failure.status)


def reg_get_value(call: Call) -> int:
    """RegGetValue(hkey, lpSubKey, lpValue, dwFlags, pdwType, pvData, pcbData)."""
    return _value_below(call, call.args[3] & 0xFFFFFFFF, (call.args[4], call.args[5], call.args[6]))


def sh_get_value(call: Call) -> int:
    """SHGetValue(hkey, pszSubKey, pszValue, pdwType, pvData, pcbData)."""
    return _value_below(call, 0, (call.args[3], call.args[4], call.args[5]))


def sh_reg_get_value(call: Call) -> int:
    """SHRegGetValue(hkey, pszSubKey, pszValue, srrfFlags, pdwType, pvData, pcbData)."""
    return reg_get_value(call)


def sh_query_value_ex(call: Call) -> int:
    """SHQueryValueEx(hkey, pszValue, pdwReserved, pdwType, pvData, pcbData)."""
    try:
        return _got(call, key_of(call, call.args[0]), call.arg_text(1), 0, (call.args[3], call.args[4], call.args[5]))
    except NtFailure as failure:
        return status.win32_of(failure.status)


def sh_reg_get_path(call: Call) -> int:
    """SHRegGetPath(hKey, pcszSubKey, pcszValue, pszPath, dwFlags)."""
    try:
        value = queried(call, opened(call, key_of(call, call.args[0]), call.arg_text(1), 0), call.arg_text(2))
    except NtFailure as failure:
        return status.win32_of(failure.status)
    text = paths.expanded(str(value.shown), call.guest.system.environment)
    return 0 if call.write_text(call.args[3], text, 260) else _MORE_DATA


# -- writing ---------------------------------------------------------------------------------------------------------
def _data(call: Call, kind: int, address: int, size: int) -> bytes:
    """The data of a value as the program gave it; a text that is a byte or two short of its NUL gets it."""
    data = call.read(address, min(size & 0xFFFFFFFF, MAX_DATA_BYTES))
    if kind in TEXT_TYPES and kind != REG_MULTI_SZ and data:
        width = 2 if call.wide else 1
        after = call.read(address + len(data), width)
        if data[-width:] != bytes(width) and after == bytes(width):
            data += after
    return from_guest(call, kind, data)


def reg_set_value_ex(call: Call) -> int:
    """RegSetValueEx(hKey, lpValueName, Reserved, dwType, lpData, cbData)."""
    kind = call.args[3] & 0xFFFFFFFF
    try:
        key = key_of(call, call.args[0])
    except NtFailure as failure:
        return status.win32_of(failure.status)
    value = Value(call.arg_text(1), kind, _data(call, kind, call.args[4], call.args[5]))
    return status.win32_of(stored(call, key, value))


def _set_below(call: Call, name: str, kind: int, data: bytes) -> int:
    """Sets a value of the key that argument 1 names below argument 0, which is made when needed."""
    try:
        key = key_of(call, call.args[0])
        below = call.arg_text(1)
        if below:
            key, _ = created(call, key, below, 0)
    except NtFailure as failure:
        return status.win32_of(failure.status)
    return status.win32_of(stored(call, key, Value(name, kind, data)))


def reg_set_key_value(call: Call) -> int:
    """RegSetKeyValue(hKey, lpSubKey, lpValueName, dwType, lpData, cbData), and SHSetValue."""
    kind = call.args[3] & 0xFFFFFFFF
    return _set_below(call, call.arg_text(2), kind, _data(call, kind, call.args[4], call.args[5]))


def reg_set_value(call: Call) -> int:
    """RegSetValue(hKey, lpSubKey, dwType, lpData, cbData): the default value of a key below."""
    return _set_below(call, "", REG_SZ, (call.arg_text(3) + "\0").encode("utf-16-le", "replace"))


def sh_reg_set_path(call: Call) -> int:
    """SHRegSetPath(hKey, pcszSubKey, pcszValue, pcszPath, dwFlags)."""
    return _set_below(call, call.arg_text(2), REG_EXPAND_SZ, (call.arg_text(3) + "\0").encode("utf-16-le", "replace"))


def reg_delete_value(call: Call) -> int:
    """RegDeleteValue(hKey, lpValueName)."""
    try:
        return status.win32_of(value_deleted(call, key_of(call, call.args[0]), call.arg_text(1)))
    except NtFailure as failure:
        return status.win32_of(failure.status)


def reg_delete_key_value(call: Call) -> int:
    """RegDeleteKeyValue(hKey, lpSubKey, lpValueName), and SHDeleteValue."""
    try:
        key = opened(call, key_of(call, call.args[0]), call.arg_text(1), 0)
        return status.win32_of(value_deleted(call, key, call.arg_text(2)))
    except NtFailure as failure:
        return status.win32_of(failure.status)


def reg_enum_value(call: Call) -> int:
    """RegEnumValue(hKey, dwIndex, lpValueName, lpcchValueName, lpReserved, lpType, lpData, lpcbData)."""
    try:
        key = key_of(call, call.args[0])
    except NtFailure as failure:
        return status.win32_of(failure.status)
    values, index = list(key.key.values.values()), call.args[1] & 0xFFFFFFFF
    code = status.SUCCESS if index < len(values) else status.NO_MORE_ENTRIES
    recorded(call, "read", key.path, "EnumerateValueKey", code)
    if code != status.SUCCESS:
        return status.win32_of(code)
    value = values[index]
    if not call.write_text(call.args[2], value.name, call.u32(call.args[3])):
        return _MORE_DATA
    call.write_u32(call.args[3], len(value.name))
    return _answer(call, value.type, to_guest(call, value.type, value.data), (call.args[5], call.args[6], call.args[7]))


def reg_save_key(call: Call) -> int:
    """RegSaveKey(hKey, lpFile, ...), and RegSaveKeyEx: a hive file of no content."""
    try:
        key_of(call, call.args[0])
    except NtFailure as failure:
        return status.win32_of(failure.status)
    answer = file_opened(call, full_path(call, call.arg_text(1)), Wanted(0x4000_0000, OVERWRITE_IF, 0x40))
    return status.win32_of(answer.status)


HOOKS: tuple[Hook, ...] = (
    text_api("RegQueryValueEx", 6, reg_query_value_ex),
    text_api("RegQueryValue", 4, reg_query_value),
    text_api("RegGetValue", 7, reg_get_value),
    text_api("SHGetValue", 6, sh_get_value),
    text_api("SHRegGetValue", 7, sh_reg_get_value),
    text_api("SHQueryValueEx", 6, sh_query_value_ex),
    text_api("SHRegGetPath", 5, sh_reg_get_path),
    text_api("RegSetValueEx", 6, reg_set_value_ex),
    text_api("RegSetKeyValue", 6, reg_set_key_value),
    text_api("SHSetValue", 6, reg_set_key_value),
    text_api("RegSetValue", 5, reg_set_value),
    text_api("SHRegSetPath", 5, sh_reg_set_path),
    text_api("RegDeleteValue", 2, reg_delete_value),
    text_api("RegDeleteKeyValue", 3, reg_delete_key_value),
    text_api("SHDeleteValue", 3, reg_delete_key_value),
    text_api("RegEnumValue", 8, reg_enum_value),
    text_api("RegSaveKey", 3, reg_save_key),
    text_api("RegSaveKeyEx", 4, reg_save_key),
)
