"""Lines of the plugins; counts of the real log by plain JSON."""

import json
from pathlib import Path
from typing import Any

import pytest

from fulgurite import importers
from fulgurite.importers.content import Content
from fulgurite.importers.drakvuf import DrakvufLog
from fulgurite.importers.drakvuf.log import listed_techniques
from fulgurite.model.events import ApiCall, FileAccess, ModuleLoad, RegistryAccess, Search, SyncObject
from fulgurite.model.report import Report
from tests.importers import corpora


def _read(*lines: dict[str, Any]) -> Report:
    return DrakvufLog().parse(Content(b"".join(json.dumps(line).encode() + b"\n" for line in lines)))


@pytest.mark.parametrize(
    ("method", "extra", "expected"),
    [
        ("NtSetValueKey", {"ValueName": "v", "Value": "1"}, ("write", "HKLM\\X\\v", "SetValueKeyStr")),
        ("NtDeleteValueKey", {"ValueName": "v"}, ("delete", "HKLM\\X\\v", "DeleteValueKey")),
        ("NtDeleteKey", {}, ("delete", "HKLM\\X", "DeleteKey")),
        ("NtCreateKey", {}, ("write", "HKLM\\X", "CreateKey")),
        ("NtQueryKey", {}, ("read", "HKLM\\X", "QueryKey")),
        ("NtEnumerateValueKey", {"ValueName": "v"}, ("read", "HKLM\\X\\v", "EnumerateValueKey")),
        ("NtOpenKey", {}, ("read", "HKLM\\X", "OpenKey")),
    ],
)
def test_registry(method: str, extra: dict[str, Any], expected: tuple[str, str, str]) -> None:
    line = {"Plugin": "regmon", "PID": 1, "Method": method, "Key": "\\REGISTRY\\MACHINE\\X", **extra}
    (event,) = [one for one in _read(line).events if isinstance(one, RegistryAccess)]
    assert (event.verb, event.path, event.op) == expected


@pytest.mark.parametrize(
    ("extra", "expected"),
    [
        ({"Method": "NtWriteFile"}, ("write", "OpenModify")),
        ({"Method": "NtQueryInformationFile"}, ("read", "Unknown")),
        ({"Method": "NtReadFile"}, ("read", "OpenRead")),
        ({"Method": "NtOpenFile"}, ("read", "OpenRead")),
        (
            {"Method": "NtSetInformationFile", "Operation": "FileRenameInformation", "FileDst": "d"},
            ("rename", "Rename"),
        ),
        ({"Plugin": "filedelete"}, ("delete", "Delete")),
    ],
)
def test_files(extra: dict[str, Any], expected: tuple[str, str]) -> None:
    report = _read({"Plugin": "filetracer", "PID": 1, "FileName": "\\??\\C:\\x", **extra})
    (event,) = [one for one in report.events if isinstance(one, FileAccess)]
    assert (event.path, event.verb, event.op) == ("C:\\x", *expected)


def test_what_tells_nothing_is_counted() -> None:
    lines: list[dict[str, Any]] = [
        {"Plugin": name, "PID": 1} for name in ("regmon", "filetracer", "objmon", "socketmon", "inject", "apimon", "x")
    ]
    tally = _read(*lines).tally
    assert tally is not None
    assert sum(tally.left.values()) == len(lines)


def test_techniques_within_text() -> None:
    assert listed_techniques(["Execution::T1106", 5]) == ["T1106"]
    assert listed_techniques({"Execution": "T1059.001"}) == ["T1059.001"]


@pytest.mark.parametrize("path", corpora.files("drakvuf_capa_testfiles"))
def test_counts_of_the_real_one(path: Path) -> None:
    data = corpora.content(path)
    lines = [json.loads(line) for line in data.splitlines()]
    report = importers.read(data)
    assert report.source.name == "drakvuf"
    pids = {line["PID"] for line in lines if "PID" in line} | {line["NewPid"] for line in lines if "NewPid" in line}
    pids |= {line["InjectedPid"] for line in lines if "InjectedPid" in line}
    assert sorted(one.pid or 0 for one in report.processes) == sorted(pids)
    calls = [line for line in lines if line["Plugin"] == "syscall" and line.get("ObjectAttributes", "0x")[:2] != "0x"]
    keys = {
        line["ObjectAttributes"].lower().replace("\\\\", "\\")
        for line in calls
        if line["Method"].endswith(("Key", "KeyEx"))
    }
    keys = {key.replace("\\registry\\machine", "hklm").replace("\\registry\\user", "hku") for key in keys}
    assert keys <= {event.path.lower() for event in report.events if isinstance(event, RegistryAccess)}
    names = {line["ObjectAttributes"] for line in calls if "Mutant" in line["Method"]}
    assert {e.name for e in report.events if isinstance(e, SyncObject) and e.object == "mutant"} == names
    files = {line["ObjectAttributes"].removeprefix("\\??\\") for line in calls if "File" in line["Method"]}
    assert files <= {event.path for event in report.events if isinstance(event, FileAccess)}
    modules = {line["DllName"] for line in lines if "DllName" in line}
    assert modules <= {event.path for event in report.events if isinstance(event, ModuleLoad)}
    assert report.tally is not None
    assert report.tally.items == len(lines)
    failed = sum(line["Plugin"] == "sysret" and line["Method"] == "NtOpenKeyEx" and line["Ret"] != 0 for line in lines)
    opened = [one for one in report.events if isinstance(one, RegistryAccess) and one.op == "OpenKeyEx"]
    assert abs(sum(one.count for one in opened if one.status and one.status >= 0xC0000000) - failed) <= 2


def test_ends_are_told_by_whom_they_concern() -> None:
    running = [{"Plugin": "procmon", "PID": pid, "PPID": 1, "RunningProcess": "x"} for pid in (4, 5)]
    itself = {"Plugin": "procmon", "TimeStamp": "1716999135.0", "PID": 4, "PPID": 1, "Method": "NtTerminateProcess"}
    gone = {**itself, "Method": "MmCleanProcessAddressSpace", "TimeStamp": "1716999136.0"}
    report = _read(
        *running,
        {**itself, "ExitPid": 0, "ExitStatus": "0x1"},
        {**gone, "ExitPid": 4},
        {**gone, "ExitPid": 5},
        {**gone, "PID": 5},
    )
    assert [(one.pid, one.exit_status, one.terminated_ms) for one in report.processes] == [(4, 1, 0), (5, 0, 1000)]


def test_dumps_have_their_address() -> None:
    line = {"Plugin": "memdump", "PID": 4, "DumpReason": "r", "DumpSize": "0x10", "DumpFilename": "f.dump"}
    report = _read({**line, "DumpAddr": "0x1000"}, {**line, "DumpAddress": "0x2000"})
    assert [(one.address, one.size_bytes) for one in report.artifacts] == [(4096, 16), (8192, 16)]


def test_plugins_that_stand_for_one_deed() -> None:
    report = _read(
        {"Plugin": "windowmon", "PID": 4, "Method": "NtUserFindWindowEx", "Class": "", "Name": "OLLYDBG"},
        {"Plugin": "linkmon", "PID": 4, "FileName": "\\??\\C:\\a", "LinkType": "symlink", "LinkTarget": "\\??\\C:\\b"},
        {"Plugin": "linkmon", "PID": 4, "FileName": None},
        {"Plugin": "wmimon", "PID": 4, "Method": "ExecQuery", "Command": "SELECT * FROM Win32_BIOS"},
        {"Plugin": "delaymon", "PID": 4, "DelayIntervalMs": 5000.0},
        {"Plugin": "tlsmon", "PID": 4, "client_random": "aa", "master_key": "bb"},
    )
    assert [event.target for event in report.events if isinstance(event, Search)] == ["OLLYDBG"]
    assert [(e.path, e.dst) for e in report.events if isinstance(e, FileAccess)] == [("C:\\a", "C:\\b")]
    assert [(event.api, event.args) for event in report.events if isinstance(event, ApiCall)] == [
        ("ExecQuery", ("Command=SELECT * FROM Win32_BIOS",)),
        ("delaymon", ("DelayIntervalMs=5000.0",)),
    ]
    assert report.tally is not None
    assert report.tally.left == {"plugin linkmon": 1, "plugin tlsmon": 1}
