"""Names of the arguments of calls, which Speakeasy logs by position; as the table of calls knows them.

Up to 3.x an argument is its text; later an object: the name in the signature, the type, the raw value, how it is shown.
"""

import re
from typing import Any

from fulgurite.importers.values import text

_ = ""
"""An argument that no row asks for."""

PARAMETERS: dict[str, tuple[str, ...]] = {
    "CreateFile": ("FileName", "DesiredAccess", _, _, "dwCreationDisposition"),
    "ReadFile": ("FileHandle",),
    "WriteFile": ("FileHandle",),
    "fopen": ("FileName",),
    "DeleteFile": ("FileName",),
    "CopyFile": ("ExistingFileName", "NewFileName"),
    "CopyFileEx": ("ExistingFileName", "NewFileName"),
    "MoveFile": ("ExistingFileName", "NewFileName"),
    "MoveFileEx": ("ExistingFileName", "NewFileName", "Flags"),
    "CreateDirectory": ("DirectoryName",),
    "RemoveDirectory": ("DirectoryName",),
    "GetFileAttributes": ("FileName",),
    "GetFileAttributesEx": ("FileName",),
    "SetFileAttributes": ("FileName",),
    "PathFileExists": ("FileName",),
    "FindFirstFile": ("FileName",),
    "FindFirstFileEx": ("FileName",),
    "LoadLibrary": ("FileName",),
    "LoadLibraryEx": ("FileName",),
    "LdrLoadDll": (_, _, "FileName"),
    "RegOpenKey": ("hKey", "lpSubKey"),
    "RegOpenKeyEx": ("hKey", "lpSubKey"),
    "RegCreateKey": ("hKey", "lpSubKey"),
    "RegCreateKeyEx": ("hKey", "lpSubKey"),
    "RegDeleteKey": ("hKey", "lpSubKey"),
    "RegQueryValueEx": ("hKey", "lpValueName"),
    "RegSetValueEx": ("hKey", "lpValueName", _, "dwType", "lpData"),
    "RegDeleteValue": ("hKey", "lpValueName"),
    "RegEnumKeyEx": ("hKey",),
    "RegEnumValue": ("hKey",),
    "RegQueryInfoKey": ("hKey",),
    "CreateMutex": (_, _, "MutexName"),
    "CreateMutexEx": (_, "MutexName"),
    "OpenMutex": (_, _, "MutexName"),
    "CreateEvent": (_, _, _, "EventName"),
    "CreateEventEx": (_, "EventName"),
    "OpenEvent": (_, _, "EventName"),
    "CreateSemaphore": (_, _, _, "SemaphoreName"),
    "OpenSemaphore": (_, _, "SemaphoreName"),
    "CreateWaitableTimer": (_, _, "TimerName"),
    "GlobalAddAtom": ("AtomName",),
    "GlobalFindAtom": ("AtomName",),
    "CreateFileMapping": (_, _, _, _, _, "SectionName"),
    "OpenFileMapping": (_, _, "SectionName"),
    "CreateNamedPipe": ("PipeName",),
    "CreateProcess": ("ApplicationName", "CommandLine"),
    "CreateProcessInternal": (_, "ApplicationName", "CommandLine"),
    "TerminateProcess": ("ProcessHandle", "ExitCode"),
    "ExitProcess": ("ExitCode",),
    "VirtualAlloc": ("BaseAddress", "RegionSize", _, "Protection"),
    "VirtualAllocEx": ("ProcessHandle", "BaseAddress", "RegionSize", _, "Protection"),
    "VirtualProtect": ("BaseAddress", "RegionSize", "Protection"),
    "VirtualProtectEx": ("ProcessHandle", "BaseAddress", "RegionSize", "Protection"),
    "WriteProcessMemory": ("ProcessHandle", "BaseAddress", _, "Size"),
    "ReadProcessMemory": ("ProcessHandle", "BaseAddress", _, "Size"),
    "CreateRemoteThread": ("ProcessHandle", _, _, "StartAddress"),
    "OpenProcess": (_, _, "ProcessId"),
    "SetWindowsHookEx": ("HookIdentifier",),
    "LookupPrivilegeValue": ("SystemName", "PrivilegeName"),
    "FindWindow": ("ClassName", "WindowName"),
    "FindWindowEx": (_, _, "ClassName", "WindowName"),
    "GetDriveType": ("lpRootPathName",),
    "CreateService": (_, "ServiceName", "DisplayName", _, _, _, _, "BinaryPathName"),
    "OpenService": (_, "ServiceName"),
    "StartService": ("ServiceHandle",),
    "ControlService": ("ServiceHandle",),
    "DeleteService": ("ServiceHandle",),
    "gethostbyname": ("NodeName",),
    "getaddrinfo": ("NodeName",),
    "GetAddrInfo": ("NodeName",),
    "DnsQuery_": ("NodeName", "DnsType"),
    "InternetConnect": ("InternetHandle", "ServerName", "ServerPort"),
    "WinHttpConnect": ("InternetHandle", "ServerName", "ServerPort"),
    "HttpOpenRequest": ("InternetHandle", "Verb", "ObjectName", _, _, _, "Flags"),
    "WinHttpOpenRequest": ("InternetHandle", "Verb", "ObjectName", _, _, _, "Flags"),
    "InternetOpenUrl": (_, "URL", "Headers"),
    "URLDownloadToFile": (_, "URL", "FileName"),
    "URLDownloadToCacheFile": (_, "URL"),
}
"""By the names of `calls.table`."""


_NUMBERS = frozenset({"flags", "enum", "bool"})
"""Types of arguments that are shown by names; all others show what they are."""


_TEXTS = frozenset({"URL", "Verb", "Headers", "CommandLine", "lpSubKey"})
_POINTER = re.compile(r"0x[0-9a-fA-F]+", re.ASCII)


def named(names: tuple[str, ...], args: list[Any]) -> dict[str, Any]:
    """`args` by the names of their places; without those that are to be text and are a pointer only."""
    given = ((name, _value(value)) for name, value in zip(names, args, strict=False) if name != "")
    return {name: value for name, value in given if not (_is_text(name) and _is_pointer(value))}


def _is_text(name: str) -> bool:
    return name.endswith("Name") or name in _TEXTS


def _is_pointer(value: Any) -> bool:
    return isinstance(value, str) and _POINTER.fullmatch(value) is not None


def _value(argument: Any) -> Any:
    if not isinstance(argument, dict):
        return argument
    raw = argument.get("value")
    return raw if raw is not None and argument.get("type") in _NUMBERS else argument.get("display")


def spelt(argument: Any) -> str | None:
    """One argument as text; with its name, where the source gives it."""
    if not isinstance(argument, dict):
        return text(argument)
    name, shown = text(argument.get("name")), text(argument.get("display"))
    return shown if name is None or shown is None else f"{name}={shown}"
