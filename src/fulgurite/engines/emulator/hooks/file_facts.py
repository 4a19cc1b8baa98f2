"""Attributes, times and other facts of files, asked and set by name or by handle."""

from __future__ import annotations

import struct

from fulgurite.engines.emulator import status
from fulgurite.engines.emulator.call import Call, Hook, api, native, text_api
from fulgurite.engines.emulator.file_information import changed, information, network_open, set_times, shown_attributes
from fulgurite.engines.emulator.files import Node
from fulgurite.engines.emulator.hooks.file_find import directory_records
from fulgurite.engines.emulator.opening import OpenFile, full_path, nt_path, recorded, used
from fulgurite.engines.emulator.status import NtFailure

_INVALID_ATTRIBUTES = 0xFFFFFFFF
_INVALID_HANDLE, _NO_MORE_FILES, _MORE_DATA = 6, 18, 234
_CLASSES = {0: 4, 1: 5, 2: 9, 3: 10, 4: 13, 5: 19, 6: 20, 7: 22, 9: 35, 18: 59, 21: 64, 22: 65}
"""FILE_INFO_BY_HANDLE_CLASS -> FILE_INFORMATION_CLASS."""
_DIRECTORY_CLASSES = {10: 37, 11: 37, 14: 2, 15: 2, 19: 38, 20: 38}
_RESTARTING = frozenset({11, 15, 20})
_MAX_INFORMATION = 1 << 20


def _looked_up(call: Call, path: str) -> Node | None:
    """What stands at `path`, the question recorded and the last error set."""
    try:
        node = call.guest.files.at(path)
    except NtFailure as failure:
        recorded(call, "read", path, "Unknown", failure.status)
        call.fail(status.win32_of(failure.status))
        return None
    recorded(call, "read", path, "Unknown", status.SUCCESS)
    return node


def get_file_attributes(call: Call) -> int:
    """GetFileAttributes(lpFileName)."""
    node = _looked_up(call, full_path(call, call.arg_text(0)))
    return _INVALID_ATTRIBUTES if node is None else shown_attributes(node)


def get_file_attributes_ex(call: Call) -> int:
    """GetFileAttributesEx(lpFileName, fInfoLevelId, lpFileInformation)."""
    node = _looked_up(call, full_path(call, call.arg_text(0)))
    if node is None:
        return 0
    size = len(call.guest.files.content(node))
    times = (node.time, node.accessed, node.written)
    call.write(call.args[2], struct.pack("<I3Q2I", shown_attributes(node), *times, size >> 32, size & 0xFFFFFFFF))
    return 1


def set_file_attributes(call: Call) -> int:
    """SetFileAttributes(lpFileName, dwFileAttributes)."""
    path = full_path(call, call.arg_text(0))
    try:
        call.guest.files.set_attributes(call.guest.files.at(path), call.args[1] & 0xFFFFFFFF)
        code = status.SUCCESS
    except NtFailure as failure:
        code = failure.status
    recorded(call, "write", path, "OpenModify", code)
    return 1 if code == status.SUCCESS else call.fail(status.win32_of(code))


def path_file_exists(call: Call) -> int:
    """PathFileExists(pszPath)."""
    return int(_looked_up(call, full_path(call, call.arg_text(0))) is not None)


def path_is_directory(call: Call) -> int:
    """PathIsDirectory(pszPath): 16 when it is."""
    node = _looked_up(call, full_path(call, call.arg_text(0)))
    return 0x10 if node is not None and node.is_dir else 0


def get_compressed_file_size(call: Call) -> int:
    """GetCompressedFileSize(lpFileName, lpFileSizeHigh)."""
    node = _looked_up(call, full_path(call, call.arg_text(0)))
    if node is None:
        return 0xFFFFFFFF
    call.write_u32(call.args[1], 0)
    return len(call.guest.files.content(node))


def nt_query_attributes_file(call: Call) -> int:
    """NtQueryAttributesFile(ObjectAttributes, FileInformation)."""
    return _native_attributes(call, is_full=False)


def nt_query_full_attributes_file(call: Call) -> int:
    """NtQueryFullAttributesFile(ObjectAttributes, FileInformation)."""
    return _native_attributes(call, is_full=True)


def _native_attributes(call: Call, *, is_full: bool) -> int:
    path = nt_path(call, call.args[0])
    try:
        node = call.guest.files.at(path)
    except NtFailure as failure:
        recorded(call, "read", path, "Unknown", failure.status)
        return failure.status
    recorded(call, "read", path, "Unknown", status.SUCCESS)
    size = len(call.guest.files.content(node))
    times = (node.time, node.accessed, node.written, node.written)
    basic = struct.pack("<4QI4x", *times, shown_attributes(node))
    call.write(call.args[1], network_open(node, size) if is_full else basic)
    return status.SUCCESS


# -- by handle -------------------------------------------------------------------------------------------------------
def _file(call: Call) -> OpenFile | None:
    thing = call.guest.handles.get(call.args[0])
    return thing if isinstance(thing, OpenFile) else None


def get_file_information(call: Call) -> int:
    """GetFileInformationByHandle(hFile, lpFileInformation)."""
    file = _file(call)
    if file is None:
        return call.fail(_INVALID_HANDLE)
    node, size = file.node, len(call.guest.files.content(file.node, file.stream))
    data = struct.pack(
        "<I3Q6I",
        shown_attributes(node),
        node.time,
        node.accessed,
        node.written,
        call.guest.system.volume_serial,
        size >> 32,
        size & 0xFFFFFFFF,
        1,
        node.file_id >> 32,
        node.file_id & 0xFFFFFFFF,
    )
    call.write(call.args[1], data)
    return 1


def get_file_information_ex(call: Call) -> int:
    """GetFileInformationByHandleEx(hFile, FileInformationClass, lpFileInformation, dwBufferSize)."""
    file = _file(call)
    kind, buffer, room = call.args[1] & 0xFFFFFFFF, call.args[2], min(call.args[3] & 0xFFFFFFFF, _MAX_INFORMATION)
    if file is None:
        return call.fail(_INVALID_HANDLE)
    if kind in _DIRECTORY_CLASSES:
        data, code = directory_records(call, file, _DIRECTORY_CLASSES[kind], room, restart=kind in _RESTARTING)
        call.write(buffer, data)
        return 1 if code == status.SUCCESS else call.fail(_NO_MORE_FILES)
    try:
        data = information(call, file, _CLASSES.get(kind, kind | 0x100))
    except NtFailure as failure:
        return call.fail(status.win32_of(failure.status))
    call.write(buffer, data[:room])
    return 1 if len(data) <= room else call.fail(_MORE_DATA)


def set_file_information(call: Call) -> int:
    """SetFileInformationByHandle(hFile, FileInformationClass, lpFileInformation, dwBufferSize)."""
    file = _file(call)
    if file is None:
        return call.fail(_INVALID_HANDLE)
    data = call.read(call.args[2], min(call.args[3] & 0xFFFFFFFF, _MAX_INFORMATION))
    kind = _CLASSES.get(call.args[1] & 0xFFFFFFFF, 0x100)
    try:
        code = changed(call, file, kind, data)
    except NtFailure as failure:
        code = failure.status
    return 1 if code == status.SUCCESS else call.fail(status.win32_of(code))


def _native_answer(call: Call, code: int, count: int = 0) -> int:
    call.write_u32(call.args[1], code)
    call.write_pointer(call.args[1] + call.pointer_bytes, count)
    return code


def nt_query_information_file(call: Call) -> int:
    """NtQueryInformationFile(FileHandle, IoStatusBlock, FileInformation, Length, FileInformationClass)."""
    file = _file(call)
    if file is None:
        return status.INVALID_HANDLE
    room = min(call.args[3] & 0xFFFFFFFF, _MAX_INFORMATION)
    try:
        data = information(call, file, call.args[4] & 0xFFFFFFFF)
    except NtFailure as failure:
        return failure.status
    call.write(call.args[2], data[:room])
    code = status.SUCCESS if len(data) <= room else status.BUFFER_OVERFLOW
    return _native_answer(call, code, min(len(data), room))


def nt_set_information_file(call: Call) -> int:
    """NtSetInformationFile(FileHandle, IoStatusBlock, FileInformation, Length, FileInformationClass)."""
    file = _file(call)
    if file is None:
        return status.INVALID_HANDLE
    data = call.read(call.args[2], min(call.args[3] & 0xFFFFFFFF, _MAX_INFORMATION))
    try:
        return _native_answer(call, changed(call, file, call.args[4] & 0xFFFFFFFF, data))
    except NtFailure as failure:
        return _native_answer(call, failure.status)


def nt_query_information_by_name(call: Call) -> int:
    """NtQueryInformationByName(ObjectAttributes, IoStatusBlock, FileInformation, Length, FileInformationClass)."""
    path = nt_path(call, call.args[0])
    try:
        file = OpenFile(call.guest.files.at(path), path, 0)
        recorded(call, "read", path, "Unknown", status.SUCCESS)
        data = information(call, file, call.args[4] & 0xFFFFFFFF)
    except NtFailure as failure:
        return failure.status
    call.write(call.args[2], data[: min(call.args[3] & 0xFFFFFFFF, _MAX_INFORMATION)])
    return _native_answer(call, status.SUCCESS, len(data))


def get_file_time(call: Call) -> int:
    """GetFileTime(hFile, lpCreationTime, lpLastAccessTime, lpLastWriteTime)."""
    file = _file(call)
    if file is None:
        return call.fail(_INVALID_HANDLE)
    for address, time in zip(call.args[1:4], (file.node.time, file.node.accessed, file.node.written), strict=True):
        call.write_u64(address, time)
    return 1


def set_file_time(call: Call) -> int:
    """SetFileTime(hFile, lpCreationTime, lpLastAccessTime, lpLastWriteTime)."""
    file = _file(call)
    if file is None:
        return call.fail(_INVALID_HANDLE)
    set_times(file.node, *(call.u64(address) if address else 0 for address in call.args[1:4]))
    used(call, file, "write")
    return 1


def get_final_path_name(call: Call) -> int:
    """GetFinalPathNameByHandle(hFile, lpszFilePath, cchFilePath, dwFlags)."""
    file = _file(call)
    if file is None:
        return call.fail(_INVALID_HANDLE)
    path = file.node.path
    prefix = {0: "\\\\?\\", 4: ""}.get(call.args[3] & 6, "\\Device\\HarddiskVolume2")
    text = prefix + (path if prefix == "\\\\?\\" else path[2:])
    fits = call.write_text(call.args[1], text, call.args[2] & 0xFFFFFFFF)
    return len(text) if fits else len(text) + 1


HOOKS: tuple[Hook, ...] = (
    text_api("GetFileAttributes", 1, get_file_attributes),
    text_api("GetFileAttributesEx", 3, get_file_attributes_ex),
    text_api("SetFileAttributes", 2, set_file_attributes),
    text_api("PathFileExists", 1, path_file_exists),
    text_api("PathIsDirectory", 1, path_is_directory),
    text_api("GetCompressedFileSize", 2, get_compressed_file_size),
    native("QueryAttributesFile", 2, nt_query_attributes_file),
    native("QueryFullAttributesFile", 2, nt_query_full_attributes_file),
    api("GetFileInformationByHandle", 2, get_file_information),
    api("GetFileInformationByHandleEx", 4, get_file_information_ex),
    api("SetFileInformationByHandle", 4, set_file_information),
    native("QueryInformationFile", 5, nt_query_information_file),
    native("SetInformationFile", 5, nt_set_information_file),
    native("QueryInformationByName", 5, nt_query_information_by_name),
    api("GetFileTime", 4, get_file_time),
    api("SetFileTime", 4, set_file_time),
    text_api("GetFinalPathNameByHandle", 4, get_final_path_name),
)
