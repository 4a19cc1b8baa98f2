"""Counts in real reports of the Cuckoo family, told by plain JSON, against what is imported."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from fulgurite import importers
from fulgurite.exports import native
from fulgurite.model.events import (
    DnsAnswer,
    DnsQuery,
    FileAccess,
    FlowStart,
    HttpRequest,
    ModuleLoad,
    RegistryAccess,
    Search,
    SyncObject,
)
from fulgurite.model.report import Report
from tests.importers import corpora

FILES = corpora.files("cape_capa_testfiles", "cape_al4", "polyswarm", "cuckoo")
HIVES = {
    "HKEY_LOCAL_MACHINE": "HKLM",
    "HKEY_CURRENT_USER": "HKCU",
    "HKEY_USERS": "HKU",
    "HKEY_CLASSES_ROOT": "HKCR",
}


def _plain(path: Path) -> Any:
    read = json.loads(corpora.content(path))
    if "metadata" in read:
        found = [one["tool_metadata"] for one in read["metadata"] if one["tool"].startswith("cape")]
        read = max(found, key=lambda one: str(one["info"]["started"]))
    return read if "info" in read else read["data"]


def _key(path: str) -> str:
    plain = re.sub(r"\\\\+", r"\\", path)
    hive, slash, rest = plain.partition("\\")
    if plain.upper().startswith("\\REGISTRY\\MACHINE"):
        return "HKLM" + plain[17:]
    if plain.upper().startswith("\\REGISTRY\\USER"):
        return "HKU" + plain[14:]
    return HIVES.get(hive.upper(), hive) + slash + rest


def _file(path: str) -> str:
    path = re.sub(r"^\\(\?\?|\\\?)\\(?=[A-Za-z]:)", "", path)
    return re.sub(r"^\\Device\\HarddiskVolume\d+(?=\\|$)", "C:", path)


def _listed(summary: dict[str, Any], *names: str) -> set[str]:
    return {entry for name in names for entry in summary.get(name, []) if entry != ""}


def _hosts(report: Report) -> set[str]:
    hosts = {event.remote_addr for event in report.events if isinstance(event, FlowStart)}
    hosts |= {event.local_addr for event in report.events if isinstance(event, FlowStart) and event.local_addr}
    return hosts | {value for event in report.events if isinstance(event, DnsAnswer) for value in event.values}


@pytest.mark.parametrize("path", FILES)
def test_nothing_that_the_original_says_is_missing(path: Path) -> None:
    plain = _plain(path)
    report = importers.read(corpora.content(path))
    behavior = plain.get("behavior") or {}
    summary = behavior.get("summary") or {}
    assert [one.pid for one in report.processes] == [int(one["process_id"]) for one in behavior.get("processes", [])]
    files = {one for event in report.events if isinstance(event, FileAccess) for one in (event.path, event.dst)}
    assert {_file(one) for one in _listed(summary, "files", "read_files", "write_files", "delete_files")} <= files
    keys = {event.path for event in report.events if isinstance(event, RegistryAccess)}
    assert {_key(one) for one in _listed(summary, "keys", "read_keys", "write_keys", "delete_keys")} <= keys
    names = {event.name for event in report.events if isinstance(event, SyncObject)}
    assert _listed(summary, "mutexes") <= names
    network = plain.get("network") or {}
    hosts = {one["ip"] if isinstance(one, dict) else one for one in network.get("hosts", [])}
    hosts |= {one[0] for one in network.get("dead_hosts", [])}
    assert hosts <= _hosts(report)
    domains = {event.name for event in report.events if isinstance(event, DnsQuery)}
    assert {one["domain"] for one in network.get("domains", [])} <= domains
    assert {one["request"] for one in network.get("dns", [])} <= domains
    urls = {event.url for event in report.events if isinstance(event, HttpRequest)}
    assert {one["uri"] for one in network.get("http", [])} <= urls
    connections = sum(len(network.get(name, [])) for name in ("tcp", "udp", "icmp"))
    assert sum(1 for flow in report.flows if flow.src != "") == connections


@pytest.mark.parametrize("path", FILES)
def test_findings_and_remains_are_those_of_the_original(path: Path) -> None:
    plain = _plain(path)
    report = importers.read(corpora.content(path))
    assert sorted(one.name for one in report.signatures) == sorted(one["name"] for one in plain.get("signatures", []))
    told = json.dumps([plain.get("ttps"), plain.get("mitre_attck")])
    techniques = set(re.findall(r'"(T\d{4}(?:\.\d{3})?)"', told))
    assert set(report.ttps or ()) == techniques
    dropped = [one["sha256"] for one in plain.get("dropped", [])]
    assert sorted(one.sha256 or "" for one in report.artifacts if one.kind == "martian") == sorted(dropped)
    target = (plain.get("target") or {}).get("file") or {}
    assert report.sample.sha256 == target.get("sha256")
    malscore = plain.get("malscore", (plain.get("info") or {}).get("score"))
    assert report.score == (None if malscore is None else max(1, min(10, round(malscore))))
    detections = plain.get("detections") or []
    listed = [detections] if isinstance(detections, str) else [one["family"] for one in detections]
    assert set(listed) <= set(report.families)


@pytest.mark.parametrize("path", FILES)
def test_every_call_is_counted(path: Path) -> None:
    plain = _plain(path)
    report = importers.read(corpora.content(path))
    calls = [call for one in (plain.get("behavior") or {}).get("processes", []) for call in one["calls"]]
    assert report.tally is not None
    left = sum(items for kind, items in report.tally.left.items() if kind.startswith("api ") or kind == "others")
    assert report.tally.items == report.tally.carried + sum(report.tally.left.values())
    assert left <= len(calls)
    opens = {"NtOpenKeyEx", "RegOpenKeyExW"}
    opened = sum(1 + (call.get("repeated") or 0) for call in calls if call["api"] in opens)
    counted = (event for event in report.events if isinstance(event, RegistryAccess) and event.op == "OpenKeyEx")
    told = sum(event.count for event in counted if event.procid is not None)
    others = sum(1 + (call.get("repeated") or 0) for call in calls if call["api"] == "RegOpenKeyExA")
    assert told == opened + others
    loads = {_file(call_file) for call in calls if call["api"] == "LdrLoadDll" for call_file in _values(call)}
    assert loads <= {event.path for event in report.events if isinstance(event, ModuleLoad)}
    assert report.outcome == "completed"
    assert importers.read(native.body(report)) == report


def _values(call: dict[str, Any]) -> list[str]:
    return [one["value"] for one in call["arguments"] if one["name"] == "FileName" and one["value"] != ""]


def test_times_count_from_the_first_event() -> None:
    for parameter in FILES:
        path = parameter.values[0]
        if path is None:
            pytest.skip("needs real reports in ../shared/corpora beside the repository")
        report = importers.read(corpora.content(path))
        times = [event.at_ms for event in report.events if event.procid is not None and event.at_ms is not None]
        if any(event for event in report.events if isinstance(event, Search | FileAccess) and event.at_ms is not None):
            assert min(times) == 0
