"""Opening and creating files: CreateFile, its older forms, NtCreateFile and NtOpenFile."""

from fulgurite.engines.emulator import status
from fulgurite.engines.emulator.call import Call, Hook, api, native, text_api
from fulgurite.engines.emulator.hooks.file_changes import deleted
from fulgurite.engines.emulator.objects import GuestObject
from fulgurite.engines.emulator.opening import (
    CREATE,
    GENERIC_READ,
    GENERIC_WRITE,
    NON_DIRECTORY_FILE,
    OPEN,
    OPEN_IF,
    OPENED,
    OVERWRITE,
    OVERWRITE_IF,
    OVERWRITTEN,
    Opened,
    Wanted,
    full_path,
    nt_path,
    opened,
)

_DISPOSITIONS = {1: CREATE, 2: OVERWRITE_IF, 3: OPEN, 4: OPEN_IF, 5: OVERWRITE}
"""CREATE_NEW, CREATE_ALWAYS, OPEN_EXISTING, OPEN_ALWAYS, TRUNCATE_EXISTING."""
_BACKUP_SEMANTICS, _DELETE_ON_CLOSE = 0x0200_0000, 0x0400_0000
_FILE_EXISTS, _ALREADY_EXISTS, _INVALID_PARAMETER, _PATH_NOT_FOUND = 80, 183, 87, 3
_HFILE_ERROR = 0xFFFFFFFF


def _wanted(access: int, disposition: int, flags: int) -> Wanted:
    """What CreateFile asks for, in the terms of NtCreateFile; it always wants to know attributes and to wait."""
    options = 0 if flags & _BACKUP_SEMANTICS else NON_DIRECTORY_FILE
    if flags & _DELETE_ON_CLOSE:
        options |= 0x1000
    return Wanted(access & 0xFFFFFFFF, disposition, options, flags & 0xFFFF)


def _create(call: Call, access: int, disposition: int, flags: int) -> int:
    """CreateFile's answer: a handle, or INVALID_HANDLE_VALUE."""
    nt_disposition = _DISPOSITIONS.get(disposition & 0xFFFFFFFF)
    if nt_disposition is None:
        return call.fail(_INVALID_PARAMETER, call.invalid_handle())
    path = full_path(call, call.arg_text(0))
    if not path:
        return call.fail(_PATH_NOT_FOUND, call.invalid_handle())
    answer = opened(call, path, _wanted(access, nt_disposition, flags))
    if answer.status != status.SUCCESS:
        code = status.win32_of(answer.status)
        return call.fail(_FILE_EXISTS if answer.status == status.OBJECT_NAME_COLLISION else code, call.invalid_handle())
    exists = nt_disposition in {OPEN_IF, OVERWRITE_IF} and answer.information in {OPENED, OVERWRITTEN}
    return call.fail(_ALREADY_EXISTS if exists else 0, call.guest.handle_of(answer.thing))


def create_file(call: Call) -> int:
    """CreateFile(lpFileName, dwDesiredAccess, dwShareMode, lpSecurity, dwCreationDisposition, dwFlags, hTemplate)."""
    return _create(call, call.args[1], call.args[4], call.args[5])


def create_file_2(call: Call) -> int:
    """CreateFile2(lpFileName, dwDesiredAccess, dwShareMode, dwCreationDisposition, pCreateExParams)."""
    call.wide = True
    parameters = call.args[4]
    flags = (call.u32(parameters + 4) | call.u32(parameters + 8)) if parameters else 0
    return _create(call, call.args[1], call.args[3], flags)


def _answer_native(call: Call, answer: Opened, handle: int, io_status: int) -> int:
    if io_status:
        call.write_u32(io_status, answer.status)
        call.write_pointer(io_status + call.pointer_bytes, answer.information)
    if answer.status == status.SUCCESS and isinstance(answer.thing, GuestObject):
        call.write_pointer(handle, call.guest.handle_of(answer.thing))
    return answer.status


def nt_create_file(call: Call) -> int:
    """NtCreateFile(Handle, Access, Attributes, IoStatus, Size, FileAttributes, Share, Disposition, Options, ...)."""
    handle, access, attributes, io_status, _, file_attributes, _, disposition, options = call.args[:9]
    path = nt_path(call, attributes)
    if not path:
        return status.OBJECT_NAME_INVALID
    wanted = Wanted(access & 0xFFFFFFFF, disposition & 0xFF, options & 0xFFFFFFFF, file_attributes & 0xFFFF)
    return _answer_native(call, opened(call, path, wanted), handle, io_status)


def nt_open_file(call: Call) -> int:
    """NtOpenFile(FileHandle, DesiredAccess, ObjectAttributes, IoStatusBlock, ShareAccess, OpenOptions)."""
    handle, access, attributes, io_status, _, options = call.args
    path = nt_path(call, attributes)
    if not path:
        return status.OBJECT_NAME_INVALID
    wanted = Wanted(access & 0xFFFFFFFF, OPEN, options & 0xFFFFFFFF)
    return _answer_native(call, opened(call, path, wanted), handle, io_status)


def _old(call: Call, path: str, access: int, disposition: int) -> int:
    answer = opened(call, path, _wanted(access, disposition, 0))
    if answer.status != status.SUCCESS:
        return call.fail(status.win32_of(answer.status), _HFILE_ERROR)
    return call.guest.handle_of(answer.thing)


def _mode_access(mode: int) -> int:
    return (GENERIC_READ, GENERIC_WRITE, GENERIC_READ | GENERIC_WRITE, GENERIC_READ)[mode & 3]


def lopen(call: Call) -> int:
    """_lopen(lpPathName, iReadWrite)."""
    return _old(call, full_path(call, call.arg_text(0)), _mode_access(call.args[1]), OPEN)


def lcreat(call: Call) -> int:
    """_lcreat(lpPathName, iAttribute)."""
    return _old(call, full_path(call, call.arg_text(0)), GENERIC_READ | GENERIC_WRITE, OVERWRITE_IF)


def open_file(call: Call) -> int:
    """OpenFile(lpFileName, lpReOpenBuff, uStyle)."""
    path, style = full_path(call, call.arg_text(0)), call.args[2] & 0xFFFF
    reply = call.args[1]
    call.write(reply, bytes([136, 0]) + bytes(6) + call.encoded(path[:127], wide=False))
    if style & 0x200:
        code = deleted(call, path)
        return 1 if code == status.SUCCESS else call.fail(status.win32_of(code), _HFILE_ERROR)
    return _old(call, path, _mode_access(style), OVERWRITE_IF if style & 0x1000 else OPEN)


HOOKS: tuple[Hook, ...] = (
    text_api("CreateFile", 7, create_file),
    text_api("CreateFileTransacted", 10, create_file),
    api("CreateFile2", 5, create_file_2),
    native("CreateFile", 11, nt_create_file),
    native("OpenFile", 6, nt_open_file),
    api("_lopen", 2, lopen),
    api("_lcreat", 2, lcreat),
    api("OpenFile", 3, open_file),
)
