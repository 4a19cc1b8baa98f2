"""Calls and packets in real reports of the Cuckoo family, told by plain JSON, against what is imported."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from fulgurite import importers
from fulgurite.model.events import FileAccess, ModuleLoad, RegistryAccess, Search
from tests.importers import corpora

FILES = corpora.files("cape_capa_testfiles", "cape_al4", "polyswarm", "cuckoo")


def _plain(path: Path) -> Any:
    read = json.loads(corpora.content(path))
    if "metadata" in read:
        found = [one["tool_metadata"] for one in read["metadata"] if one["tool"].startswith("cape")]
        read = max(found, key=lambda one: str(one["info"]["started"]))
    return read if "info" in read else read["data"]


def _file(path: str) -> str:
    path = re.sub(r"^\\(\?\?|\\\?)\\(?=[A-Za-z]:)", "", path)
    return re.sub(r"^\\Device\\HarddiskVolume\d+(?=\\|$)", "C:", path)


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
    unnamed = sum(items for kind, items in report.tally.left.items() if kind.startswith("api RegOpenKeyEx"))
    assert told + unnamed == opened + others
    loads = {_file(call_file) for call in calls if call["api"] == "LdrLoadDll" for call_file in _values(call)}
    assert loads <= {event.path for event in report.events if isinstance(event, ModuleLoad)}
    assert report.outcome == "completed"
    network = plain.get("network") or {}
    packets = sum(len(network.get(name, [])) for name in ("tcp", "udp", "icmp"))
    assert sum(1 for flow in report.flows if flow.src != "") == packets
    assert report.sample.sha256 == ((plain.get("target") or {}).get("file") or {}).get("sha256")


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
