"""Registry keys, in the Win32 form: opening, making, deleting, enumerating."""

from __future__ import annotations

from fulgurite.engines.emulator import status
from fulgurite.engines.emulator.call import Call, Hook, api, text_api
from fulgurite.engines.emulator.hooks.handles import closed
from fulgurite.engines.emulator.reg_access import created, key_deleted, key_of, opened, path_below, recorded, to_guest
from fulgurite.engines.emulator.registry import HIVES, OpenKey
from fulgurite.engines.emulator.status import NtFailure

_INVALID_HANDLE, _MORE_DATA, _NO_MORE_ITEMS, _INVALID_PARAMETER = 6, 234, 259, 87
_CREATED_NEW, _OPENED_EXISTING = 1, 2


def win32(code: int) -> int:
    """The Win32 error that the registry's functions return for `code`."""
    return status.win32_of(code)


def _open(call: Call, result: int, access: int, op: str) -> int:
    try:
        key = opened(call, key_of(call, call.args[0]), call.arg_text(1), access & 0xFFFFFFFF, op)
    except NtFailure as failure:
        call.write_pointer(result, 0)
        return win32(failure.status)
    call.write_pointer(result, call.guest.handle_of(key))
    return 0


def reg_open_key(call: Call) -> int:
    """RegOpenKey(hKey, lpSubKey, phkResult)."""
    return _open(call, call.args[2], 0, "OpenKey")


def reg_open_key_ex(call: Call) -> int:
    """RegOpenKeyEx(hKey, lpSubKey, ulOptions, samDesired, phkResult), and RegOpenKeyTransacted."""
    return _open(call, call.args[4], call.args[3], "OpenKeyEx")


def _create(call: Call, result: int, access: int, disposition: int, op: str) -> int:
    try:
        key, is_new = created(call, key_of(call, call.args[0]), call.arg_text(1), access & 0xFFFFFFFF, op)
    except NtFailure as failure:
        call.write_pointer(result, 0)
        return win32(failure.status)
    call.write_pointer(result, call.guest.handle_of(key))
    call.write_u32(disposition, _CREATED_NEW if is_new else _OPENED_EXISTING)
    return 0


def reg_create_key(call: Call) -> int:
    """RegCreateKey(hKey, lpSubKey, phkResult)."""
    return _create(call, call.args[2], 0, 0, "CreateKey")


def reg_create_key_ex(call: Call) -> int:
    """RegCreateKeyEx(hKey, lpSubKey, Reserved, lpClass, dwOptions, samDesired, lpSecurity, phkResult, lpdwDisp)."""
    return _create(call, call.args[7], call.args[5], call.args[8], "CreateKeyEx")


def _delete(call: Call, access: int, *, with_all: bool = False) -> int:
    try:
        parent = key_of(call, call.args[0])
    except NtFailure as failure:
        return win32(failure.status)
    path = path_below(call, parent.path, call.arg_text(1), access | parent.access)
    return win32(key_deleted(call, path, with_all=with_all))


def reg_delete_key(call: Call) -> int:
    """RegDeleteKey(hKey, lpSubKey)."""
    return _delete(call, 0)


def reg_delete_key_ex(call: Call) -> int:
    """RegDeleteKeyEx(hKey, lpSubKey, samDesired, Reserved), and RegDeleteKeyTransacted."""
    return _delete(call, call.args[2] & 0x300)


def sh_delete_key(call: Call) -> int:
    """SHDeleteKey(hkey, pszSubKey): with all below it."""
    return _delete(call, 0, with_all=True)


def sh_delete_empty_key(call: Call) -> int:
    """SHDeleteEmptyKey(hkey, pszSubKey)."""
    return _delete(call, 0)


def reg_delete_tree(call: Call) -> int:
    """RegDeleteTree(hKey, lpSubKey): without a name, what is below the key and its values."""
    if call.args[1]:
        return _delete(call, 0, with_all=True)
    try:
        key = key_of(call, call.args[0])
        call.guest.registry.delete_tree(key.key, keeps_top=True)
    except NtFailure as failure:
        return win32(failure.status)
    recorded(call, "delete", key.path, "DeleteKey", status.SUCCESS)
    return 0


def reg_close_key(call: Call) -> int:
    """RegCloseKey(hKey)."""
    if isinstance(call.guest.handles.get(call.args[0]), OpenKey):
        closed(call, call.args[0])
        return 0
    return 0 if call.args[0] & 0xFFFFFFFF in HIVES else _INVALID_HANDLE


def reg_flush_key(call: Call) -> int:
    """RegFlushKey(hKey)."""
    try:
        key = key_of(call, call.args[0])
    except NtFailure as failure:
        return win32(failure.status)
    recorded(call, "write", key.path, "FlushKey", status.SUCCESS)
    return 0


# -- enumerating -----------------------------------------------------------------------------------------------------
def enumerated(call: Call, index: int) -> str:
    """The name of the key number `index` below the key, recorded. Raises NtFailure past the last."""
    key = key_of(call, call.args[0])
    names = [below.name for below in key.key.keys.values()]
    code = status.SUCCESS if index < len(names) else status.NO_MORE_ENTRIES
    recorded(call, "read", key.path, "EnumerateKey", code)
    if code != status.SUCCESS:
        raise NtFailure(code)
    return names[index]


def reg_enum_key(call: Call) -> int:
    """RegEnumKey(hKey, dwIndex, lpName, cchName)."""
    try:
        name = enumerated(call, call.args[1] & 0xFFFFFFFF)
    except NtFailure as failure:
        return win32(failure.status)
    return 0 if call.write_text(call.args[2], name, call.args[3] & 0xFFFFFFFF) else _MORE_DATA


def reg_enum_key_ex(call: Call) -> int:
    """RegEnumKeyEx(hKey, dwIndex, lpName, lpcchName, lpReserved, lpClass, lpcchClass, lpftLastWriteTime)."""
    try:
        name = enumerated(call, call.args[1] & 0xFFFFFFFF)
    except NtFailure as failure:
        return win32(failure.status)
    if not call.write_text(call.args[2], name, call.u32(call.args[3])):
        return _MORE_DATA
    call.write_u32(call.args[3], len(name))
    call.write_u32(call.args[6], 0)
    call.write_u64(call.args[7], call.guest.clock.filetime)
    return 0


def reg_query_info_key(call: Call) -> int:
    """RegQueryInfoKey(hKey, lpClass, lpcchClass, lpReserved, lpcSubKeys, ... lpftLastWriteTime)."""
    try:
        key = key_of(call, call.args[0])
    except NtFailure as failure:
        return win32(failure.status)
    recorded(call, "read", key.path, "QueryKey", status.SUCCESS)
    keys, values = key.key.keys.values(), key.key.values.values()
    longest_data = max((len(to_guest(call, value.type, value.data)) for value in values), default=0)
    numbers = (
        len(keys),
        max((len(below.name) for below in keys), default=0),
        0,
        len(values),
        max((len(value.name) for value in values), default=0),
        longest_data,
        120,
    )
    for address, number in zip(call.args[4:11], numbers, strict=True):
        call.write_u32(address, number)
    call.write_u64(call.args[11], key.key.written)
    call.write_u32(call.args[2], 0)
    return 0


# -- others ----------------------------------------------------------------------------------------------------------
def _open_root(call: Call, root: int, access: int, result: int) -> int:
    try:
        key = opened(call, key_of(call, root), "", access & 0xFFFFFFFF)
    except NtFailure as failure:
        return win32(failure.status)
    call.write_pointer(result, call.guest.handle_of(key))
    return 0


def reg_open_current_user(call: Call) -> int:
    """RegOpenCurrentUser(samDesired, phkResult)."""
    return _open_root(call, 0x8000_0001, call.args[0], call.args[1])


def reg_open_user_classes_root(call: Call) -> int:
    """RegOpenUserClassesRoot(hToken, dwOptions, samDesired, phkResult)."""
    return _open_root(call, 0x8000_0000, call.args[2], call.args[3])


def reg_connect_registry(call: Call) -> int:
    """RegConnectRegistry(lpMachineName, hKey, phkResult): this machine answers, others are not there."""
    machine = call.arg_text(0).strip("\\").lower()
    if machine not in {"", ".", "localhost", "127.0.0.1", call.guest.system.computer.lower()}:
        return 53
    try:
        key = key_of(call, call.args[1])
    except NtFailure as failure:
        return win32(failure.status)
    call.write_pointer(call.args[2], call.guest.handle_of(key))
    return 0


def reg_load_key(call: Call) -> int:
    """RegLoadKey(hKey, lpSubKey, lpFile): an empty hive."""
    try:
        parent = key_of(call, call.args[0])
        path = f"{parent.path}\\{call.arg_text(1)}"
        recorded(call, "write", path, "LoadKey", status.SUCCESS, call.arg_text(2))
    except NtFailure as failure:
        return win32(failure.status)
    return 0


def reg_unload_key(call: Call) -> int:
    """RegUnLoadKey(hKey, lpSubKey)."""
    try:
        parent = key_of(call, call.args[0])
    except NtFailure as failure:
        return win32(failure.status)
    recorded(call, "delete", f"{parent.path}\\{call.arg_text(1)}", "UnloadKey", status.SUCCESS)
    return 0


def reg_rename_key(call: Call) -> int:
    """RegRenameKey(hKey, lpSubKeyName, lpNewKeyName)."""
    call.wide = True
    try:
        key = opened(call, key_of(call, call.args[0]), call.arg_text(1), 0)
    except NtFailure as failure:
        return win32(failure.status)
    new = call.arg_text(2)
    parent = key.key.parent
    if not new or parent is None or new.lower() in parent.keys:
        return _INVALID_PARAMETER
    del parent.keys[key.key.name.lower()]
    key.key.name = new
    parent.keys[new.lower()] = key.key
    recorded(call, "write", key.path, "RenameKey", status.SUCCESS, new)
    return 0


def reg_set_key_security(call: Call) -> int:
    """RegSetKeySecurity(hKey, SecurityInformation, pSecurityDescriptor)."""
    try:
        key = key_of(call, call.args[0])
    except NtFailure as failure:
        return win32(failure.status)
    recorded(call, "write", key.path, "SetKeySecurity", status.SUCCESS)
    return 0


def reg_get_key_security(call: Call) -> int:
    """RegGetKeySecurity(hKey, SecurityInformation, pSecurityDescriptor, lpcbSecurityDescriptor): a minimal one."""
    try:
        key = key_of(call, call.args[0])
    except NtFailure as failure:
        return win32(failure.status)
    recorded(call, "read", key.path, "QueryKeySecurity", status.SUCCESS)
    size = call.u32(call.args[3])
    call.write_u32(call.args[3], 20)
    if size < 20:  # noqa: PLR2004 - a SECURITY_DESCRIPTOR_RELATIVE
        return 122
    call.write(call.args[2], b"\x01\x00\x00\x80" + bytes(16))
    return 0


def reg_notify_change(call: Call) -> int:
    """RegNotifyChangeKeyValue(hKey, bWatchSubtree, dwNotifyFilter, hEvent, fAsynchronous): nothing changes."""
    try:
        key_of(call, call.args[0])
    except NtFailure as failure:
        return win32(failure.status)
    return 0


def accepted(_call: Call) -> int:
    """A call that needs nothing done."""
    return 0


HOOKS: tuple[Hook, ...] = (
    text_api("RegOpenKey", 3, reg_open_key),
    text_api("RegOpenKeyEx", 5, reg_open_key_ex),
    text_api("RegOpenKeyTransacted", 7, reg_open_key_ex),
    text_api("RegCreateKey", 3, reg_create_key),
    text_api("RegCreateKeyEx", 9, reg_create_key_ex),
    text_api("RegCreateKeyTransacted", 11, reg_create_key_ex),
    text_api("RegDeleteKey", 2, reg_delete_key),
    text_api("RegDeleteKeyEx", 4, reg_delete_key_ex),
    text_api("RegDeleteKeyTransacted", 6, reg_delete_key_ex),
    text_api("SHDeleteKey", 2, sh_delete_key),
    text_api("SHDeleteEmptyKey", 2, sh_delete_empty_key),
    text_api("RegDeleteTree", 2, reg_delete_tree),
    api("RegCloseKey", 1, reg_close_key),
    api("RegFlushKey", 1, reg_flush_key),
    text_api("RegEnumKey", 4, reg_enum_key),
    text_api("RegEnumKeyEx", 8, reg_enum_key_ex),
    text_api("RegQueryInfoKey", 12, reg_query_info_key),
    api("RegOpenCurrentUser", 2, reg_open_current_user),
    api("RegOpenUserClassesRoot", 4, reg_open_user_classes_root),
    text_api("RegConnectRegistry", 3, reg_connect_registry),
    text_api("RegLoadKey", 3, reg_load_key),
    text_api("RegUnLoadKey", 2, reg_unload_key),
    api("RegRenameKey", 3, reg_rename_key),
    api("RegSetKeySecurity", 3, reg_set_key_security),
    api("RegGetKeySecurity", 4, reg_get_key_security),
    api("RegNotifyChangeKeyValue", 5, reg_notify_change),
    api("RegOverridePredefKey", 2, accepted),
    api("RegDisablePredefinedCache", 0, accepted),
    api("RegDisablePredefinedCacheEx", 0, accepted),
    api("RegDisableReflectionKey", 1, accepted),
)
