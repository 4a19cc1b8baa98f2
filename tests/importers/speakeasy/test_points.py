"""Entry points of all versions, and counts of real reports by plain JSON."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from fulgurite import importers
from fulgurite.importers.content import Content
from fulgurite.importers.speakeasy import Speakeasy
from fulgurite.model.events import DnsQuery, FileAccess, HttpRequest, Memory, ModuleLoad, RegistryAccess, SyncObject
from fulgurite.model.report import Report
from tests.importers import corpora

FILES = corpora.files("speakeasy_v1_nebula", "speakeasy_v1_quovadis")


def _read(**point: Any) -> Report:
    return Speakeasy().parse(Content(json.dumps([{"ep_type": "module_entry", **point}]).encode()))


def _api(name: str, *args: Any, ret: Any = "0x1") -> dict[str, Any]:
    return {"pc": "0x1", "api_name": name, "args": list(args), "ret_val": ret}


def test_arguments_have_their_names_by_place() -> None:
    report = _read(
        apis=[
            _api("kernel32.LoadLibraryA", "a.dll"),
            _api("KERNEL32.CreateMutexW", "0x0", "0x0", "M"),
            _api("KERNEL32.CreateMutexW", "0x0", "0x0", "0x0"),
            _api("ADVAPI32.RegOpenKeyExA", "0x80000002", "Software\\A", "0x0", "0x1", "0x5", ret="0x0"),
            _api("KERNEL32.VirtualAlloc", "0x0", "0x1000", "0x3000", "PAGE_EXECUTE_READWRITE", ret="0x50000"),
            _api("ws2_32.gethostbyname", "a.test"),
            _api("KERNEL32.CreateFileA", "C:\\a", "GENERIC_READ", ret="0xffffffff"),
            {"api_name": 5},
        ]
    )
    assert [event.path for event in report.events if isinstance(event, ModuleLoad)] == ["a.dll"]
    assert [event.name for event in report.events if isinstance(event, SyncObject)] == ["M"]
    assert [event.path for event in report.events if isinstance(event, RegistryAccess)] == ["HKLM\\Software\\A"]
    assert [event.size_bytes for event in report.events if isinstance(event, Memory)] == [4096]
    assert [event.name for event in report.events if isinstance(event, DnsQuery)] == ["a.test"]
    assert [event.status for event in report.events if isinstance(event, FileAccess)] == [0xC0000001]


def test_processes_come_up_where_they_are_made() -> None:
    events = [
        {"event": "process_create", "pos": {"pid": 9}, "path": "C:\\b", "cmdline": "b"},
        {"event": "file_read", "pos": {"pid": 9}, "path": "C:\\c"},
        {"event": "process_kill"},
    ]
    report = _read(events=events)
    assert [(one.pid, one.procid_parent, one.image) for one in report.processes] == [
        (9, None, None),
        (None, 1, "C:\\b"),
    ]
    assert [event.procid for event in report.events] == [1, 2, 1]


def test_an_emulation_that_ended_early_says_so() -> None:
    assert _read(error={}).outcome == "completed"
    assert _read(error={"type": "max_api_count", "last_api": "a.b"}).reasons == (
        "module_entry ended early: max_api_count (a.b)",
    )
    assert _read(error={"type": 5}).reasons == ("module_entry ended early: 5",)


def _points(path: Path) -> list[Any]:
    plain = json.loads(corpora.content(path))
    if isinstance(plain, list):
        return plain
    listed: list[Any] = plain.get("entry_points", [plain])
    return listed


@pytest.mark.parametrize("path", FILES)
def test_nothing_that_the_original_says_is_missing(path: Path) -> None:
    points = _points(path)
    report = importers.read(corpora.content(path))
    assert report.source.name == "speakeasy"
    files = [one["path"] for point in points for one in point.get("file_access", [])]
    assert set(files) <= {event.path for event in report.events if isinstance(event, FileAccess)}
    keys = {one["path"].replace("HKEY_LOCAL_MACHINE", "HKLM") for p in points for one in p.get("registry_access", [])}
    keys = {key.replace("HKEY_CURRENT_USER", "HKCU").replace("HKEY_CLASSES_ROOT", "HKCR") for key in keys}
    told = {event.path for event in report.events if isinstance(event, RegistryAccess)}
    assert {key.replace("HKEY_USERS", "HKU").replace("\\\\", "\\") for key in keys} <= told
    children = sum(1 for point in points for one in point.get("process_events", []) if one["event"] == "create")
    assert len(report.processes) == 1 + children
    names = {one["query"] for p in points for one in (p.get("network_events") or {}).get("dns", [])}
    assert names <= {event.name for event in report.events if isinstance(event, DnsQuery)}
    web = [one for p in points for one in (p.get("network_events") or {}).get("traffic", []) if "server" in one]
    web = [one for one in web if "http" in one.get("proto", "") and one["server"] != ""]
    assert len({one["server"] for one in web}) <= len({e.url for e in report.events if isinstance(e, HttpRequest)})
    dropped = Counter(one["sha256"] for point in points for one in point.get("dropped_files", []))
    assert Counter(one.sha256 for one in report.artifacts if one.kind == "martian") == dropped


@pytest.mark.parametrize("path", FILES)
def test_every_call_is_counted(path: Path) -> None:
    calls = sum(len(point.get("apis", [])) for point in _points(path))
    report = importers.read(corpora.content(path))
    assert report.tally is not None
    assert report.tally.items == report.tally.carried + sum(report.tally.left.values())
    assert report.tally.items >= calls
