"""Processes joined over two logs; counts of the real ones by plain JSON."""

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fulgurite import importers
from fulgurite.importers.content import Content
from fulgurite.importers.eventlog import EventLog
from fulgurite.model.events import DnsQuery, FileAccess, ModuleLoad, RegistryAccess
from fulgurite.model.report import Report
from tests.importers import corpora

SYSMON = {"Channel": "Microsoft-Windows-Sysmon/Operational"}


def _read(*events: dict[str, Any]) -> Report:
    return EventLog().parse(Content(b"".join(json.dumps(event).encode() + b"\n" for event in events)))


def test_pids_that_are_used_again() -> None:
    first = {"EventID": 1, **SYSMON, "ProcessGuid": "A", "ProcessId": 5, "Image": "a.exe"}
    report = _read(first, {**first, "ProcessGuid": "B"}, {"EventID": 5, **SYSMON, "ProcessGuid": "A", "ProcessId": 5})
    assert [one.terminated_ms for one in report.processes] == [None, None]
    assert len(report.processes) == 2
    assert [event.procid for event in report.events][-1] == 1


def test_both_logs_tell_of_one_process() -> None:
    audit = {
        "EventID": 4688,
        "Channel": "Security",
        "NewProcessId": "0x5",
        "NewProcessName": "C:\\a.exe",
        "ProcessId": "0x1",
    }
    sysmon = {"EventID": 1, **SYSMON, "ProcessGuid": "A", "ProcessId": "5", "Image": "C:\\A.exe", "CommandLine": "a"}
    for events in ((audit, sysmon), (sysmon, audit)):
        report = _read(*events)
        assert [(one.pid, one.cmd) for one in report.processes if one.pid == 5] == [(5, "a")]


def _members(path: Path) -> Iterator[bytes]:
    if path.suffix != ".zip":
        yield path.read_bytes()
        return
    with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as packed:
        for name in packed.namelist():
            if not name.startswith("__MACOSX"):
                yield packed.read(name)


def _plain(data: bytes) -> Iterator[dict[str, Any]]:
    told, at, decoder = data.decode().strip(), 0, json.JSONDecoder()
    while at < len(told):
        one, at = decoder.raw_decode(told, at)
        at += len(told[at:]) - len(told[at:].lstrip())
        fields = one["Event"]["EventData"] if "Event" in one else one
        inner = json.loads(one["EventData"]) if isinstance(one.get("EventData"), str) else {}
        number = one["Event"]["System"]["EventID"] if "Event" in one else one["EventID"]
        if "sysmon" in json.dumps(one.get("Channel", one.get("Event", {}).get("System"))).lower():
            yield {**fields, **inner, "number": int(number)}


@pytest.mark.parametrize("path", corpora.files("sysmon_otrf", "sysmon_sigmahq"))
def test_counts_of_the_real_ones(path: Path) -> None:
    for data in _members(path):
        report = importers.read(data)
        assert report.source.name == "eventlog"
        plain = list(_plain(data))
        created = {one["ProcessGuid"].strip("{}").upper() for one in plain if one["number"] == 1}
        assert sum(not one.existing for one in report.processes) >= len(created)
        guids = {
            one[name].strip("{}").upper()
            for one in plain
            for name in one
            if name.lower().endswith("processguid") and one[name]
        }
        assert len(report.processes) >= len(guids - {"00000000-0000-0000-0000-000000000000"})
        files = {one["TargetFilename"] for one in plain if one["number"] in {2, 11, 15, 23, 26}}
        assert files <= {event.path for event in report.events if isinstance(event, FileAccess)}
        keys = {one["TargetObject"] for one in plain if one["number"] in {12, 13, 14}}
        told = {event.path for event in report.events if isinstance(event, RegistryAccess)}
        assert {key.rpartition("\\")[2] for key in keys} <= {key.rpartition("\\")[2] for key in told}
        loaded = {event.path for event in report.events if isinstance(event, ModuleLoad)}
        assert {one["ImageLoaded"] for one in plain if one["number"] in {6, 7}} == loaded
        asked = {event.name for event in report.events if isinstance(event, DnsQuery)}
        assert {one["QueryName"] for one in plain if one["number"] == 22} == asked
        hosts = {one[name] for one in plain if one["number"] == 3 for name in ("SourceIp", "DestinationIp")}
        ends = {end.rpartition(":")[0].strip("[]") for flow in report.flows for end in (flow.src, flow.dst)}
        assert hosts <= ends | {"-"}
