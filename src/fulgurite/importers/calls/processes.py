"""Calls on processes, threads and memory: who was started, ended, enumerated, reached into."""

from typing import Literal

from fulgurite.importers import ntstatus
from fulgurite.importers.calls.call import HANDLES, SELF_HANDLES, Call, Made, Row
from fulgurite.importers.calls.plain import api_call
from fulgurite.model.events import Injection, Memory, ProcessTerminate, Search, Suspicious

_TARGETS = ("ProcessId", "process_identifier", "ProcessIdentifier", "th32ProcessID", "dwProcessId", "pid")
_ADDRESS = ("BaseAddress", "base_address", "lpAddress", "lpBaseAddress", "StartRoutine", "StartAddress", "Address")
_SIZE = ("BufferLength", "RegionSize", "region_size", "Size", "dwSize", "nSize", "length", "ViewSize")
_PROTECTION = ("NewAccessProtection", "Protection", "protection", "Win32Protect", "flProtect", "win32_protect")
_PROTECTIONS = {0x10: "--x", 0x20: "r-x", 0x40: "rwx", 0x80: "rwx"}
"""Pages that may be run; copy-on-write tells the same as writable."""
_KILLED_OTHER = "TerminatesProcess"


def started(call: Call) -> Made:
    """A process was started. Where the child is known its own record tells of it; else the call is kept as it is."""
    child = call.number(*_TARGETS)
    if child is not None and call.by.procid_of(child) is not None and call.ok:
        return ()
    return api_call(call)


def ended(call: Call) -> Made:
    """A process ended: itself, or another one."""
    status = ntstatus.native(call.number("ExitCode", "status_code", "ExitStatus", "exit_code", "uExitCode") or 0)
    handle = call.number(*HANDLES)
    pid = call.number(*_TARGETS)
    if pid in {None, 0, call.by.pid} and (handle is None or handle in SELF_HANDLES or handle == 0):
        return ProcessTerminate(procid=call.by.procid, status=status)
    return Suspicious(procid=call.by.procid, act=_KILLED_OTHER, procid_target=call.target)


def injects(op: str) -> Row:
    """The row of a call that reaches into another process; kept out where it works on its own."""

    def row(call: Call) -> Made:
        if not call.is_elsewhere:
            return None
        return Injection(
            procid=call.by.procid,
            op=op,
            procid_target=call.target,
            address=_unsigned(call.number(*_ADDRESS)),
            size_bytes=_unsigned(call.number(*_SIZE)),
        )

    return row


def _unsigned(value: int | None) -> int | None:
    return value if value is None or value >= 0 else None


def thread_started(call: Call) -> Made:
    """NtCreateThreadEx and CreateRemoteThread: an injection where the thread runs in another process."""
    return injects("CreateRemoteThread")(call)


def mapped(call: Call) -> Made:
    """A section was mapped: into another process, or to be run."""
    return injects("MapViewOfSection")(call) if call.is_elsewhere else _memory(call)


def memory(call: Call) -> Made:
    """Memory was made ready to be run, or allocated in another process; nothing else is worth telling."""
    return _memory(call)


def _memory(call: Call) -> Made:
    bits = call.number(*_PROTECTION)
    named = call.text(*_PROTECTION) or ""
    protection = _PROTECTIONS.get(bits & 0xFF) if bits is not None else "rwx" if "EXECUTE_READWRITE" in named else None
    if protection is None and not call.is_elsewhere:
        return None
    if protection != "rwx" and not call.is_elsewhere:
        return None
    return Memory(
        procid=call.by.procid,
        op=call.api,
        protection=protection or "rw-",
        address=_unsigned(call.number(*_ADDRESS)),
        size_bytes=_unsigned(call.number(*_SIZE, "NumberOfBytesProtected")),
        procid_target=call.target,
    )


def reads_other(call: Call) -> Made:
    """Memory of another process was read."""
    if not call.is_elsewhere:
        return None
    return Suspicious(procid=call.by.procid, act="ReadProcessMemory", procid_target=call.target)


def opens_other(call: Call) -> Made:
    """Another process was opened."""
    pid = call.number(*_TARGETS)
    if pid is None or pid == call.by.pid:
        return None
    return Suspicious(procid=call.by.procid, act="OpenProcess", detail=f"pid {pid}", procid_target=call.target)


def act(name: str, *arguments: str) -> Row:
    """The row of a single act that sandboxes of the field name; its detail is the first of `arguments`."""

    def row(call: Call) -> Made:
        return Suspicious(procid=call.by.procid, act=name, detail=call.text(*arguments), procid_target=call.target)

    return row


Sought = Literal["process", "thread", "module", "window", "drive", "service", "user", "network", "other"]


def search(what: Sought, *arguments: str) -> Row:
    """The row of a call that enumerates or looks for something; without a name its target is the call."""

    def row(call: Call) -> Made:
        target = call.text(*arguments)
        return Search(procid=call.by.procid, object=what, target=target or call.api, op=call.api, status=call.status)

    return row


ROWS: dict[str, Row] = {
    "CreateProcess": started,
    "CreateProcessInternal": started,
    "CreateProcessAsUser": started,
    "CreateProcessWithLogon": started,
    "CreateProcessWithToken": started,
    "NtCreateUserProcess": started,
    "NtCreateProcess": started,
    "NtCreateProcessEx": started,
    "RtlCreateUserProcess": started,
    "NtTerminateProcess": ended,
    "TerminateProcess": ended,
    "ExitProcess": ended,
    "CreateRemoteThread": thread_started,
    "CreateRemoteThreadEx": thread_started,
    "NtCreateThread": thread_started,
    "NtCreateThreadEx": thread_started,
    "RtlCreateUserThread": thread_started,
    "NtQueueApcThread": injects("QueueUserAPC"),
    "NtQueueApcThreadEx": injects("QueueUserAPC"),
    "QueueUserAPC": injects("QueueUserAPC"),
    "NtWriteVirtualMemory": injects("WriteProcessMemory"),
    "WriteProcessMemory": injects("WriteProcessMemory"),
    "NtWow64WriteVirtualMemory64": injects("WriteProcessMemory"),
    "NtSetContextThread": injects("SetThreadContext"),
    "SetThreadContext": injects("SetThreadContext"),
    "RtlWow64SetThreadContext": injects("SetThreadContext"),
    "NtUnmapViewOfSection": injects("UnmapViewOfSection"),
    "NtMapViewOfSection": mapped,
    "MapViewOfFile": mapped,
    "NtAllocateVirtualMemory": memory,
    "VirtualAlloc": memory,
    "VirtualAllocEx": memory,
    "NtProtectVirtualMemory": memory,
    "VirtualProtect": memory,
    "VirtualProtectEx": memory,
    "ReadProcessMemory": reads_other,
    "NtReadVirtualMemory": reads_other,
    "NtOpenProcess": opens_other,
    "OpenProcess": opens_other,
    "SetWindowsHook": act("SetWindowsHookEx", "HookIdentifier", "hook_identifier"),
    "SetWindowsHookEx": act("SetWindowsHookEx", "HookIdentifier", "hook_identifier"),
    "AdjustTokenPrivileges": act("AdjustPrivilegeToken"),
    "NtAdjustPrivilegesToken": act("AdjustPrivilegeToken"),
    "RtlAdjustPrivilege": act("AdjustPrivilegeToken"),
    "LookupPrivilegeValue": act("LookupPrivilegeValue", "PrivilegeName", "privilege_name", "lpName"),
    "NtLoadDriver": act("LoadsDriver", "DriverServiceName", "driver_service_name"),
    "CreateToolhelp32Snapshot": search("process"),
    "Process32First": search("process", "ProcessName", "process_name", "szExeFile"),
    "Process32Next": search("process", "ProcessName", "process_name", "szExeFile"),
    "EnumProcesses": search("process"),
    "K32EnumProcesses": search("process"),
    "Module32First": search("module", "ModuleName", "module_name"),
    "Module32Next": search("module", "ModuleName", "module_name"),
    "EnumProcessModules": search("module"),
    "Thread32First": search("thread"),
    "Thread32Next": search("thread"),
    "FindWindow": search("window", "ClassName", "class_name", "lpClassName", "WindowName", "window_name"),
    "FindWindowEx": search("window", "ClassName", "class_name", "lpClassName", "WindowName", "window_name"),
    "EnumWindows": search("window"),
    "EnumServicesStatus": search("service"),
    "EnumServicesStatusEx": search("service"),
    "GetLogicalDrives": search("drive"),
    "GetDriveType": search("drive", "lpRootPathName", "root_path_name"),
    "FindFirstVolume": search("drive"),
    "GetVolumeNameForVolumeMountPoint": search("drive", "VolumeMountPoint", "mount_point"),
    "NetUserEnum": search("user"),
    "NetShareEnum": search("network"),
    "WNetOpenEnum": search("network"),
    "WNetEnumResource": search("network"),
    "GetAdaptersAddresses": search("network"),
    "GetAdaptersInfo": search("network"),
}
