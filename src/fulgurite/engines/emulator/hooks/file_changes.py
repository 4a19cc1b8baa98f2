"""Deleting, moving, copying and making files and folders by name."""

from __future__ import annotations

from fulgurite.engines.emulator import paths, status
from fulgurite.engines.emulator.call import Call, Hook, api, native, text_api
from fulgurite.engines.emulator.opening import (
    CREATE,
    DIRECTORY_FILE,
    OPEN,
    OpenFile,
    Wanted,
    full_path,
    is_running,
    nt_path,
    opened,
    recorded,
    removed,
)
from fulgurite.engines.emulator.status import NtFailure

_REPLACE_EXISTING, _DELAY_UNTIL_REBOOT = 0x1, 0x4
_FILE_EXISTS = 80


def answer(call: Call, code: int, *, collision: int = 183) -> int:
    """TRUE for success, else FALSE with the last error of `code`."""
    if code == status.SUCCESS:
        return 1
    return call.fail(collision if code == status.OBJECT_NAME_COLLISION else status.win32_of(code))


def deleted(call: Call, path: str) -> int:
    """Deletes the file (or stream) at `path` and records it."""
    base, stream = paths.stream_of(path)
    try:
        node = call.guest.files.at(base)
        if node.is_dir:
            raise NtFailure(status.FILE_IS_A_DIRECTORY)
        if stream and stream.lower() not in node.streams:
            raise NtFailure(status.OBJECT_NAME_NOT_FOUND)
        if is_running(call.guest, node) and not stream:
            raise NtFailure(status.CANNOT_DELETE)
        code = removed(call.guest, OpenFile(node, path, 0, stream))
    except NtFailure as failure:
        code = failure.status
    recorded(call, "delete", path, "Delete", code)
    return code


def folder_removed(call: Call, path: str) -> int:
    """Removes the empty folder at `path` and records it."""
    try:
        node = call.guest.files.at(path)
        if not node.is_dir:
            raise NtFailure(status.NOT_A_DIRECTORY)
        call.guest.files.delete(node)
        code = status.SUCCESS
    except NtFailure as failure:
        code = failure.status
    recorded(call, "delete", path, "Delete", code)
    return code


def folder_created(call: Call, path: str) -> int:
    """Makes the folder at `path` and records it."""
    return opened(call, path, Wanted(0x10_0001, CREATE, DIRECTORY_FILE)).status


def moved(call: Call, source: str, target: str, *, replaces: bool) -> int:
    """Moves what is at `source` to `target` and records it."""
    files = call.guest.files
    try:
        files.move(files.at(source), target, call.process, replaces=replaces)
        code = status.SUCCESS
    except NtFailure as failure:
        code = failure.status
    recorded(call, "rename", source, "Rename", code, target)
    return code


def copied(call: Call, source: str, target: str, *, fails_if_there: bool) -> int:
    """Copies the file at `source` to `target` and records the reading and the writing."""
    files = call.guest.files
    read = opened(call, source, Wanted(0x8000_0000, OPEN, 0x40))
    if read.status != status.SUCCESS:
        return read.status
    if not isinstance(read.thing, OpenFile):
        return status.INVALID_PARAMETER
    try:
        if fails_if_there and files.find(target) is not None:
            raise NtFailure(status.OBJECT_NAME_COLLISION)
        files.copy(read.thing.node, target, call.process)
        code = status.SUCCESS
    except NtFailure as failure:
        code = failure.status
    recorded(call, "write", target, "CreateModify", code)
    return code


# -- hooks -----------------------------------------------------------------------------------------------------------
def delete_file(call: Call) -> int:
    """DeleteFile(lpFileName)."""
    return answer(call, deleted(call, full_path(call, call.arg_text(0))))


def nt_delete_file(call: Call) -> int:
    """NtDeleteFile(ObjectAttributes)."""
    return deleted(call, nt_path(call, call.args[0]))


def remove_directory(call: Call) -> int:
    """RemoveDirectory(lpPathName)."""
    return answer(call, folder_removed(call, full_path(call, call.arg_text(0))))


def create_directory(call: Call) -> int:
    """CreateDirectory(lpPathName, lpSecurityAttributes)."""
    return answer(call, folder_created(call, full_path(call, call.arg_text(0))))


def create_directory_ex(call: Call) -> int:
    """CreateDirectoryEx(lpTemplateDirectory, lpNewDirectory, lpSecurityAttributes)."""
    return answer(call, folder_created(call, full_path(call, call.arg_text(1))))


def folders_created(call: Call, path: str) -> int:
    """Makes the folder at `path` and those above it that are missing, each recorded."""
    code = status.SUCCESS
    names = path.split("\\")
    for depth in range(2, len(names) + 1):
        folder = "\\".join(names[:depth])
        if call.guest.files.find(folder) is None:
            code = folder_created(call, folder)
        elif depth == len(names):
            code = status.OBJECT_NAME_COLLISION
    return code


def sh_create_directory_ex(call: Call) -> int:
    """SHCreateDirectoryEx(hwnd, pszPath, psa): a Win32 error."""
    return status.win32_of(folders_created(call, full_path(call, call.arg_text(1))))


def sh_create_directory(call: Call) -> int:
    """SHCreateDirectory(hwnd, pszPath)."""
    call.wide = True
    return sh_create_directory_ex(call)


def make_sure_directory_exists(call: Call) -> int:
    """MakeSureDirectoryPathExists(DirPath): the part after the last separator is no folder."""
    path = full_path(call, call.arg_text(0).rpartition("\\")[0])
    code = folders_created(call, path)
    return answer(call, status.SUCCESS if code == status.OBJECT_NAME_COLLISION else code)


def _move(call: Call, flags: int) -> int:
    source, target = full_path(call, call.arg_text(0)), full_path(call, call.arg_text(1))
    if flags & _DELAY_UNTIL_REBOOT:
        there = call.guest.files.find(source) is not None
        code = status.SUCCESS if there else status.OBJECT_NAME_NOT_FOUND
        if target:
            recorded(call, "rename", source, "Rename", code, target)
        else:
            recorded(call, "delete", source, "DeleteDelayed", code)
        return answer(call, code)
    if not target:
        return answer(call, deleted(call, source))
    return answer(call, moved(call, source, target, replaces=bool(flags & _REPLACE_EXISTING)))


def move_file(call: Call) -> int:
    """MoveFile(lpExistingFileName, lpNewFileName)."""
    return _move(call, 0)


def move_file_ex(call: Call) -> int:
    """MoveFileEx(lpExistingFileName, lpNewFileName, dwFlags)."""
    return _move(call, call.args[2])


def move_file_with_progress(call: Call) -> int:
    """MoveFileWithProgress(lpExistingFileName, lpNewFileName, lpProgressRoutine, lpData, dwFlags)."""
    return _move(call, call.args[4])


def copy_file(call: Call) -> int:
    """CopyFile(lpExistingFileName, lpNewFileName, bFailIfExists)."""
    source, target = full_path(call, call.arg_text(0)), full_path(call, call.arg_text(1))
    code = copied(call, source, target, fails_if_there=bool(call.args[2] & 0xFFFFFFFF))
    return answer(call, code, collision=_FILE_EXISTS)


def copy_file_ex(call: Call) -> int:
    """CopyFileEx(lpExistingFileName, lpNewFileName, lpProgressRoutine, lpData, pbCancel, dwCopyFlags)."""
    source, target = full_path(call, call.arg_text(0)), full_path(call, call.arg_text(1))
    return answer(call, copied(call, source, target, fails_if_there=bool(call.args[5] & 1)), collision=_FILE_EXISTS)


def copy_file_2(call: Call) -> int:
    """CopyFile2(pwszExistingFileName, pwszNewFileName, pExtendedParameters): an HRESULT."""
    call.wide = True
    source, target = full_path(call, call.arg_text(0)), full_path(call, call.arg_text(1))
    flags = call.u32(call.args[2] + 4) if call.args[2] else 0
    code = status.win32_of(copied(call, source, target, fails_if_there=bool(flags & 1)))
    return 0x8007_0000 | code if code else 0


def replace_file(call: Call) -> int:
    """ReplaceFile(lpReplacedFileName, lpReplacementFileName, lpBackupFileName, dwFlags, lpExclude, lpReserved)."""
    replaced, replacement, backup = (full_path(call, call.arg_text(index)) for index in range(3))
    if backup:
        code = moved(call, replaced, backup, replaces=True)
        if code != status.SUCCESS:
            return answer(call, code)
    return answer(call, moved(call, replacement, replaced, replaces=True))


def create_hard_link(call: Call) -> int:
    """CreateHardLink(lpFileName, lpExistingFileName, lpSecurityAttributes)."""
    path, source = full_path(call, call.arg_text(0)), full_path(call, call.arg_text(1))
    try:
        call.guest.files.link(call.guest.files.at(source), path, call.process)
        code = status.SUCCESS
    except NtFailure as failure:
        code = failure.status
    recorded(call, "write", path, "CreateModify", code, source)
    return answer(call, code)


HOOKS: tuple[Hook, ...] = (
    text_api("DeleteFile", 1, delete_file),
    native("DeleteFile", 1, nt_delete_file),
    text_api("RemoveDirectory", 1, remove_directory),
    text_api("CreateDirectory", 2, create_directory),
    text_api("CreateDirectoryEx", 3, create_directory_ex),
    text_api("SHCreateDirectoryEx", 3, sh_create_directory_ex),
    api("SHCreateDirectory", 2, sh_create_directory),
    api("MakeSureDirectoryPathExists", 1, make_sure_directory_exists),
    text_api("MoveFile", 2, move_file),
    text_api("MoveFileEx", 3, move_file_ex),
    text_api("MoveFileWithProgress", 5, move_file_with_progress),
    text_api("CopyFile", 3, copy_file),
    text_api("CopyFileEx", 6, copy_file_ex),
    api("CopyFile2", 3, copy_file_2),
    text_api("ReplaceFile", 6, replace_file),
    text_api("CreateHardLink", 3, create_hard_link),
    text_api("CreateSymbolicLink", 3, create_hard_link),
)
