"""Calls on processes, threads and memory."""

from typing import Any

import pytest

from fulgurite.importers.calls.call import Made
from fulgurite.model.events import ApiCall, Injection, Memory, ProcessTerminate, Search, Suspicious
from tests.importers.calls.made import made

RWX = "0x00000040"


@pytest.mark.parametrize(
    ("api", "args", "expected"),
    [
        ("CreateProcessInternalW", {"ProcessId": "200"}, ()),
        (
            "CreateProcessInternalW",
            {"ProcessId": "999"},
            ApiCall(procid=1, api="CreateProcessInternalW", args=("ProcessId=999",)),
        ),
        (
            "NtTerminateProcess",
            {"ProcessHandle": "0xffffffff", "ExitCode": "0x1"},
            ProcessTerminate(procid=1, status=1),
        ),
        ("ExitProcess", {}, ProcessTerminate(procid=1, status=0)),
        (
            "NtTerminateProcess",
            {"process_identifier": 200, "status_code": "0x0"},
            Suspicious(procid=1, act="TerminatesProcess", procid_target=2),
        ),
        (
            "CreateRemoteThread",
            {"ProcessId": "200", "StartRoutine": "0x1000"},
            Injection(procid=1, op="CreateRemoteThread", procid_target=2, address=4096),
        ),
        ("NtCreateThreadEx", {"ProcessHandle": "0xffffffffffffffff", "ProcessId": "100"}, None),
        ("NtQueueApcThread", {"ProcessId": "200"}, Injection(procid=1, op="QueueUserAPC", procid_target=2)),
        (
            "NtWriteVirtualMemory",
            {"ProcessHandle": "0xd2c", "BaseAddress": "0x10", "BufferLength": "0x20"},
            Injection(procid=1, op="WriteProcessMemory", address=16, size_bytes=32),
        ),
        ("WriteProcessMemory", {"ProcessHandle": "0xffffffff"}, None),
        ("NtSetContextThread", {"ProcessId": 200}, Injection(procid=1, op="SetThreadContext", procid_target=2)),
        ("NtMapViewOfSection", {"ProcessHandle": "0x5"}, Injection(procid=1, op="MapViewOfSection")),
        ("NtMapViewOfSection", {"ProcessHandle": "0xffffffff", "Win32Protect": "0x4"}, None),
        ("NtAllocateVirtualMemory", {"ProcessHandle": "0xffffffff", "Protection": "0x4"}, None),
        (
            "NtAllocateVirtualMemory",
            {"ProcessHandle": "0xffffffff", "Protection": RWX, "BaseAddress": "0x1", "RegionSize": "0x2"},
            Memory(procid=1, op="NtAllocateVirtualMemory", protection="rwx", address=1, size_bytes=2),
        ),
        ("NtProtectVirtualMemory", {"ProcessHandle": "0xffffffff", "NewAccessProtection": "0x20"}, None),
        (
            "VirtualProtectEx",
            {"Protection": "PAGE_EXECUTE_READWRITE"},
            Memory(procid=1, op="VirtualProtectEx", protection="rwx"),
        ),
        (
            "VirtualAllocEx",
            {"ProcessId": "200", "Protection": "4"},
            Memory(procid=1, op="VirtualAllocEx", protection="rw-", procid_target=2),
        ),
        ("ReadProcessMemory", {"ProcessId": "200"}, Suspicious(procid=1, act="ReadProcessMemory", procid_target=2)),
        ("ReadProcessMemory", {"ProcessHandle": "0xffffffff"}, None),
        (
            "NtOpenProcess",
            {"ProcessIdentifier": "200"},
            Suspicious(procid=1, act="OpenProcess", detail="pid 200", procid_target=2),
        ),
        ("NtOpenProcess", {"ProcessIdentifier": "100"}, None),
        ("SetWindowsHookExW", {"HookIdentifier": "13"}, Suspicious(procid=1, act="SetWindowsHookEx", detail="13")),
        (
            "Process32NextW",
            {"ProcessName": "a.exe", "ProcessId": "4"},
            Search(procid=1, object="process", target="a.exe", op="Process32NextW", status=0),
        ),
        (
            "CreateToolhelp32Snapshot",
            {},
            Search(
                procid=1, object="process", target="CreateToolhelp32Snapshot", op="CreateToolhelp32Snapshot", status=0
            ),
        ),
        (
            "FindWindowW",
            {"ClassName": "Shell_TrayWnd"},
            Search(procid=1, object="window", target="Shell_TrayWnd", op="FindWindowW", status=0),
        ),
    ],
)
def test_rows(api: str, args: dict[str, Any], expected: Made) -> None:
    assert made(api, **args) == expected


def test_a_process_that_could_not_be_started_is_told_as_a_call() -> None:
    assert isinstance(made("CreateProcessInternalW", ok=False, ProcessId="200"), ApiCall)


def test_arguments_by_the_names_of_the_headers() -> None:
    written = made("WriteProcessMemory", hProcess="0x1c4", lpBaseAddress="0x1000", nSize="0x20", returned="1")
    assert isinstance(written, Injection)
    assert (written.address, written.size_bytes) == (4096, 32)
    assert made("WriteProcessMemory", hProcess="0xffffffffffffffff", nSize="0x20") is None
    ended = made("ExitProcess", uExitCode="0x3")
    assert isinstance(ended, ProcessTerminate)
    assert ended.status == 3
    opened = made("OpenProcess", dwProcessId="200")
    assert isinstance(opened, Suspicious)
    assert opened.procid_target == 2
