"""Calls on files: what was asked for tells reading from writing."""

from typing import Any

import pytest

from fulgurite.importers.calls.call import Made
from fulgurite.model.events import FileAccess, ModuleLoad, Search, SyncObject
from tests.importers.calls.made import made, program


def _file(verb: Any, op: str, path: str = "C:\\a", dst: str | None = None) -> FileAccess:
    return FileAccess(procid=1, verb=verb, op=op, path=path, dst=dst, status=0)


@pytest.mark.parametrize(
    ("api", "args", "expected"),
    [
        ("NtOpenFile", {"FileName": "\\??\\C:\\a", "DesiredAccess": "0x80100080"}, _file("read", "OpenRead")),
        ("NtOpenFile", {"FileName": "C:\\a", "DesiredAccess": "0x40100080"}, _file("write", "OpenModify")),
        (
            "NtCreateFile",
            {"FileName": "C:\\a", "CreateDisposition": "1", "DesiredAccess": "0x80000000"},
            _file("read", "OpenRead"),
        ),
        (
            "NtCreateFile",
            {"filepath": "C:\\a", "create_disposition": 5, "desired_access": "0x40000000"},
            _file("write", "CreateModify"),
        ),
        (
            "NtCreateFile",
            {"filepath": "C:\\a", "create_disposition": 2, "desired_access": 0x80000000},
            _file("write", "CreateRead"),
        ),
        ("CreateFileW", {"lpFileName": "C:\\a", "dwDesiredAccess": "GENERIC_WRITE"}, _file("write", "OpenModify")),
        (
            "CreateFileA",
            {"FileName": "C:\\a", "DesiredAccess": "GENERIC_READ", "dwCreationDisposition": "CREATE_ALWAYS"},
            _file("write", "CreateRead"),
        ),
        ("NtReadFile", {"HandleName": "C:\\a"}, _file("read", "OpenRead")),
        ("NtWriteFile", {"HandleName": "C:\\a"}, _file("write", "OpenModify")),
        ("NtQueryAttributesFile", {"FileName": "C:\\a"}, _file("read", "Unknown")),
        ("GetFileAttributesW", {"filepath": "C:\\a"}, _file("read", "Unknown")),
        ("CreateDirectoryW", {"dirpath": "C:\\a"}, _file("write", "CreateModify")),
        ("DeleteFileW", {"FileName": "C:\\a"}, _file("delete", "Delete")),
        ("RemoveDirectoryW", {"DirectoryName": "C:\\a"}, _file("delete", "Delete")),
        ("NtSetInformationFile", {"HandleName": "C:\\a", "FileInformationClass": "13"}, _file("delete", "Delete")),
        ("NtSetInformationFile", {"HandleName": "C:\\a", "FileInformationClass": "64"}, _file("delete", "Delete")),
        ("NtSetInformationFile", {"HandleName": "C:\\a", "FileInformationClass": "20"}, _file("write", "Truncate")),
        ("NtSetInformationFile", {"HandleName": "C:\\a", "FileInformationClass": "4"}, _file("write", "OpenModify")),
        (
            "NtSetInformationFile",
            {"HandleName": "C:\\a", "FileInformationClass": "10", "FileName": "C:\\b"},
            _file("rename", "Rename", dst="C:\\b"),
        ),
        (
            "MoveFileWithProgressW",
            {"ExistingFileName": "C:\\a", "NewFileName": "C:\\b"},
            _file("rename", "Rename", dst="C:\\b"),
        ),
        (
            "MoveFileWithProgressW",
            {"oldfilepath": "C:\\a", "newfilepath": "C:\\b"},
            _file("rename", "Rename", dst="C:\\b"),
        ),
        (
            "MoveFileExW",
            {"ExistingFileName": "C:\\a", "NewFileName": "", "Flags": "4"},
            _file("delete", "DeleteDelayed"),
        ),
        ("NtCreateSection", {"ObjectAttributes": "", "FileName": "C:\\a"}, _file("read", "OpenRead")),
        (
            "NtCreateSection",
            {"ObjectAttributes": "S"},
            SyncObject(procid=1, object="section", name="S", op="SectionCreate", status=0),
        ),
        (
            "NtOpenSection",
            {"ObjectAttributes": "S"},
            SyncObject(procid=1, object="section", name="S", op="SectionOpen", status=0),
        ),
        (
            "CreateNamedPipeW",
            {"PipeName": "\\\\.\\pipe\\x"},
            SyncObject(procid=1, object="pipe", name="\\\\.\\pipe\\x", op="PipeCreate", status=0),
        ),
        (
            "FindFirstFileExW",
            {"FileName": "C:\\*.doc"},
            Search(procid=1, object="file", target="C:\\*.doc", op="FindFirstFileExW", status=0),
        ),
        ("LdrLoadDll", {"FileName": "a.dll"}, ModuleLoad(procid=1, path="a.dll", status=0)),
        ("LoadLibraryExW", {"lpLibFileName": "a.dll"}, ModuleLoad(procid=1, path="a.dll", status=0)),
        (
            "DllLoadNotification",
            {"NotificationReason": "load", "DllName": "a.dll"},
            ModuleLoad(procid=1, path="a.dll", status=0),
        ),
        ("DllLoadNotification", {"NotificationReason": "unload", "DllName": "a.dll"}, None),
        ("NtReadFile", {"FileHandle": "0x5"}, None),
        ("CreateFileW", {}, None),
        ("MoveFileW", {}, None),
        ("CopyFileW", {"ExistingFileName": "C:\\a"}, None),
        ("NtSetInformationFile", {}, None),
        ("FindFirstFileW", {}, None),
        ("NtCreateSection", {}, None),
        ("LoadLibraryA", {}, None),
        ("CreateNamedPipeA", {}, None),
    ],
)
def test_rows(api: str, args: dict[str, Any], expected: Made) -> None:
    assert made(api, **args) == expected


def test_a_copy_is_read_here_and_written_there() -> None:
    events = made("CopyFileExW", ExistingFileName="C:\\a", NewFileName="C:\\b")
    assert events == (_file("read", "OpenRead", dst="C:\\b"), _file("write", "CreateModify", "C:\\b"))


def test_handles_lead_to_their_files() -> None:
    by = program()
    made("CreateFileW", by=by, lpFileName="C:\\a", dwDesiredAccess="GENERIC_WRITE", returned="0x208")
    assert made("WriteFile", by=by, hFile="0x208") == _file("write", "OpenModify")
