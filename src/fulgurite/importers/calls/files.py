"""Calls on files and folders, and what looks for them."""

from typing import Literal

from fulgurite.importers import paths
from fulgurite.importers.calls.call import Call, Made, Row
from fulgurite.model.events import FileAccess, ModuleLoad, Search, SyncObject

_PATH = (
    "FileName",
    "HandleName",
    "filepath",
    "lpFileName",
    "filepath_r",
    "DirectoryName",
    "dirpath",
    "lpPathName",
    "PathName",
    "Path",
    "path",
)
_HANDLE = ("FileHandle", "file_handle", "hFile", "Handle")
_FROM = ("ExistingFileName", "oldfilepath", "lpExistingFileName", "oldfilepath_r", "HandleName")
_TO = ("NewFileName", "newfilepath", "lpNewFileName", "newfilepath_r", "FileName")
_MAX_HANDLES = 100_000

_FILE_OPEN = 1
_SUPERSEDE_CREATE_OVERWRITE = frozenset({0, 2, 3, 4, 5})
_CREATES_AS_WIN32 = frozenset({1, 2, 4, 5})
"""CREATE_NEW, CREATE_ALWAYS, OPEN_ALWAYS, TRUNCATE_EXISTING of CreateFile."""
_CREATES_BY_NAME = ("CREATE_NEW", "CREATE_ALWAYS", "OPEN_ALWAYS", "TRUNCATE_EXISTING", "FILE_CREATE", "SUPERSEDE")
_WRITES = 0x10000000 | 0x40000000 | 0x2 | 0x4
"""GENERIC_ALL, GENERIC_WRITE, FILE_WRITE_DATA, FILE_APPEND_DATA."""
_WRITES_BY_NAME = ("GENERIC_WRITE", "GENERIC_ALL", "FILE_WRITE_DATA", "FILE_APPEND_DATA", "FILE_GENERIC_WRITE")

_DISPOSITION = frozenset({13, 64})
_RENAME = frozenset({10, 65})
_SIZES = frozenset({19, 20})
"""FileDispositionInformation(Ex), FileRenameInformation(Ex), FileAllocation- and FileEndOfFileInformation."""
_UNTIL_REBOOT = 0x4

Verb = Literal["read", "write", "delete"]


def _path(call: Call) -> str | None:
    named = call.text(*_PATH)
    if named is not None:
        return paths.file(named)
    handle = call.text(*_HANDLE)
    return None if handle is None else call.by.files.get(handle)


def file_row(verb: Verb, op: str) -> Row:
    """The row of a call on one path."""

    def row(call: Call) -> Made:
        path = _path(call)
        if path is None:
            return None
        return FileAccess(procid=call.by.procid, verb=verb, path=path, op=op, status=call.status)

    return row


def _writes(call: Call) -> bool:
    access = call.number("DesiredAccess", "desired_access", "dwDesiredAccess", "access")
    if access is not None:
        return access & _WRITES != 0
    named = call.text("DesiredAccess", "desired_access", "dwDesiredAccess", "access") or ""
    return any(word in named for word in _WRITES_BY_NAME)


def _creates(call: Call) -> bool:
    native = call.number("CreateDisposition", "create_disposition")
    if native is not None:
        return native in _SUPERSEDE_CREATE_OVERWRITE
    win32 = call.number("dwCreationDisposition", "creation_disposition")
    if win32 is not None:
        return win32 in _CREATES_AS_WIN32
    named = call.text("CreateDisposition", "create_disposition", "dwCreationDisposition", "open_flags") or ""
    return any(word in named for word in _CREATES_BY_NAME)


def opened(call: Call) -> Made:
    """A file or folder was opened or made: what was asked for tells reading from writing."""
    path = _path(call)
    if path is None:
        return None
    _remember(call, path)
    writes = _writes(call)
    verb: Verb = "read"
    op = "OpenRead"
    if _creates(call):
        verb, op = "write", "CreateModify" if writes else "CreateRead"
    elif writes:
        verb, op = "write", "OpenModify"
    return FileAccess(procid=call.by.procid, verb=verb, path=path, op=op, status=call.status)


def _remember(call: Call, path: str) -> None:
    """What the new handle stands for, for sources that write and read by handle alone."""
    handle = call.text("FileHandle", "file_handle")
    handle = call.text_of_return() if handle is None else handle
    if call.ok and handle is not None and len(call.by.files) < _MAX_HANDLES:
        call.by.files[handle] = path


def moved(call: Call) -> Made:
    """A file was moved; without a new name it is deleted when the system starts again."""
    old = call.text(*_FROM)
    new = call.text("NewFileName", "newfilepath", "lpNewFileName", "newfilepath_r")
    if old is None:
        return None
    source = paths.file(old)
    if new is None or new == "(null)":
        flags = call.number("Flags", "flags", "dwFlags") or 0
        op = "DeleteDelayed" if flags & _UNTIL_REBOOT else "Delete"
        return FileAccess(procid=call.by.procid, verb="delete", path=source, op=op, status=call.status)
    return FileAccess(
        procid=call.by.procid, verb="rename", path=source, op="Rename", status=call.status, dst=paths.file(new)
    )


def copied(call: Call) -> Made:
    """A file was copied: read in one place, written in the other."""
    old = call.text("ExistingFileName", "oldfilepath", "lpExistingFileName", "oldfilepath_r")
    new = call.text(*_TO)
    if old is None or new is None:
        return None
    procid, status, source, copy = call.by.procid, call.status, paths.file(old), paths.file(new)
    return (
        FileAccess(procid=procid, verb="read", path=source, op="OpenRead", status=status, dst=copy),
        FileAccess(procid=procid, verb="write", path=copy, op="CreateModify", status=status),
    )


def information_set(call: Call) -> Made:
    """NtSetInformationFile: deletes, renames, cuts or changes, by the class of information."""
    named = call.text("HandleName", "filepath", "filepath_r")
    path = _path(call) if named is None else paths.file(named)
    if path is None:
        return None
    kind = call.number("FileInformationClass", "information_class")
    procid, status = call.by.procid, call.status
    if kind in _DISPOSITION:
        return FileAccess(procid=procid, verb="delete", path=path, op="Delete", status=status)
    if kind in _RENAME:
        new = call.text("FileName", "NewFileName", "newfilepath")
        dst = None if new is None else paths.file(new)
        return FileAccess(procid=procid, verb="rename", path=path, op="Rename", status=status, dst=dst)
    if kind in _SIZES:
        return FileAccess(procid=procid, verb="write", path=path, op="Truncate", status=status)
    return FileAccess(procid=procid, verb="write", path=path, op="OpenModify", status=status)


def searched(call: Call) -> Made:
    """Files of a pattern, or those of a folder, were listed."""
    path = _path(call)
    if path is None:
        return None
    return Search(procid=call.by.procid, object="file", target=path, op=call.api, status=call.status)


def section(call: Call) -> Made:
    """A section: named, it is an object; made of a file, that file is read."""
    name = call.text("ObjectAttributes", "section_name", "SectionName", "lpName")
    if name is not None:
        op = "SectionOpen" if "Open" in call.api else "SectionCreate"
        return SyncObject(procid=call.by.procid, object="section", name=name, op=op, status=call.status)
    path = call.text("FileName", "filepath")
    if path is None:
        return None
    return FileAccess(procid=call.by.procid, verb="read", path=paths.file(path), op="OpenRead", status=call.status)


def loaded(call: Call) -> Made:
    """A library was loaded."""
    path = call.text("FileName", "module_name", "lpLibFileName", "lpFileName", "DllName", "library", "filepath")
    if path is None:
        return None
    return ModuleLoad(procid=call.by.procid, path=paths.file(path), status=call.status)


def loader_told(call: Call) -> Made:
    """DllLoadNotification tells loads and unloads; the first are worth keeping."""
    return loaded(call) if call.text("NotificationReason") in {None, "load"} else None


def pipe(call: Call) -> Made:
    """A named pipe was made."""
    name = call.text("PipeName", "pipe_name", "FileName", "lpName", "filepath")
    if name is None:
        return None
    return SyncObject(procid=call.by.procid, object="pipe", name=name, op="PipeCreate", status=call.status)


_ASKED = (
    "NtQueryAttributesFile",
    "NtQueryFullAttributesFile",
    "NtQueryInformationFile",
    "GetFileAttributes",
    "GetFileAttributesEx",
    "GetFileVersionInfo",
    "GetFileVersionInfoEx",
    "GetFileVersionInfoSize",
    "GetFileVersionInfoSizeEx",
    "SHGetFileInfo",
    "GetShortPathName",
    "GetLongPathName",
    "PathFileExists",
    "GetFileInformationByHandle",
    "GetFileInformationByHandleEx",
    "GetFileSize",
    "GetFileSizeEx",
    "GetFileType",
    "GetDiskFreeSpace",
    "GetDiskFreeSpaceEx",
    "NtQueryVolumeInformationFile",
    "GetVolumeInformation",
    "NtOpenDirectoryObject",
    "access",
    "_access",
    "_stat",
)
_CHANGED = (
    "NtWriteFile",
    "WriteFile",
    "WriteFileEx",
    "SetFileAttributes",
    "SetFileTime",
    "SetFileInformationByHandle",
    "NtSetEaFile",
    "fwrite",
    "_lwrite",
)

ROWS: dict[str, Row] = {
    "NtCreateFile": opened,
    "NtOpenFile": opened,
    "CreateFile": opened,
    "CreateFileTransacted": opened,
    "OpenFile": opened,
    "fopen": opened,
    "NtReadFile": file_row("read", "OpenRead"),
    "ReadFile": file_row("read", "OpenRead"),
    "ReadFileEx": file_row("read", "OpenRead"),
    "CreateDirectory": file_row("write", "CreateModify"),
    "CreateDirectoryEx": file_row("write", "CreateModify"),
    "SetEndOfFile": file_row("write", "Truncate"),
    "NtSetInformationFile": information_set,
    "DeleteFile": file_row("delete", "Delete"),
    "NtDeleteFile": file_row("delete", "Delete"),
    "RemoveDirectory": file_row("delete", "Delete"),
    "remove": file_row("delete", "Delete"),
    "MoveFile": moved,
    "MoveFileEx": moved,
    "MoveFileWithProgress": moved,
    "MoveFileWithProgressTransacted": moved,
    "rename": moved,
    "CopyFile": copied,
    "CopyFileEx": copied,
    "FindFirstFile": searched,
    "FindFirstFileEx": searched,
    "NtQueryDirectoryFile": searched,
    "NtQueryDirectoryFileEx": searched,
    "SearchPath": searched,
    "NtCreateSection": section,
    "NtOpenSection": section,
    "CreateFileMapping": section,
    "OpenFileMapping": section,
    "LdrLoadDll": loaded,
    "LoadLibrary": loaded,
    "LoadLibraryEx": loaded,
    "DllLoadNotification": loader_told,
    "NtCreateNamedPipeFile": pipe,
    "CreateNamedPipe": pipe,
    **{api: file_row("read", "Unknown") for api in _ASKED},
    **{api: file_row("write", "OpenModify") for api in _CHANGED},
}
