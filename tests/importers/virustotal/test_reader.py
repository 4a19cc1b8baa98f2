"""Lists and verdicts; counts of the real ones by plain JSON."""

import json
from pathlib import Path
from typing import Any

import pytest

from fulgurite import importers
from fulgurite.model.events import DnsQuery, FileAccess, FlowStart, HttpRequest, RegistryAccess, SyncObject
from tests.importers import corpora
from tests.importers.virustotal.test_tree import _read


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({"verdicts": ["MALWARE"], "verdict_confidence": 95}, 10),
        ({"verdicts": ["MALWARE"]}, 9),
        ({"verdicts": ["TROJAN"], "verdict_confidence": 10}, 6),
        ({"verdicts": ["CLEAN"]}, 1),
        ({"verdicts": ["UNKNOWN_VERDICT"]}, None),
        ({}, None),
    ],
)
def test_verdicts(attributes: Any, expected: int | None) -> None:
    assert _read(**attributes).score == expected


def _nodes(roots: list[Any]) -> set[tuple[str, str]]:
    found, waiting = set(), list(roots)
    while waiting:
        node = waiting.pop()
        found.add((node["process_id"], node["name"]))
        waiting += node.get("children", [])
    return found


@pytest.mark.parametrize("path", corpora.files("vt_beagle", "vt_msticpy"))
def test_counts_of_the_real_ones(path: Path) -> None:
    plain = json.loads(corpora.content(path))["attributes"]
    report = importers.read(corpora.content(path))
    assert report.source.name == "virustotal"
    pids = sorted(int(pid) for pid, _ in _nodes(plain["processes_tree"]))
    assert sorted(one.pid for one in report.processes if one.pid is not None) == pids
    lists = ("files_opened", "files_written", "files_deleted", "files_attribute_changed")
    files = {one for name in lists for one in plain.get(name, [])} | {
        one["path"] for one in plain.get("files_dropped", [])
    }
    files |= {one[end] for one in plain.get("files_copied", []) for end in ("source", "destination")}
    shown = {one for event in report.events if isinstance(event, FileAccess) for one in (event.path, event.dst) if one}
    assert len(shown) == len(files)
    keys = {one for name in ("registry_keys_opened", "registry_keys_deleted") for one in plain.get(name, [])}
    keys |= {one["key"] for one in plain.get("registry_keys_set", [])}
    paths = {event.path for event in report.events if isinstance(event, RegistryAccess)}
    hives = {"USER", "MACHINE", "HKU", "HKLM"}
    assert {key.rpartition("\\")[2] for key in keys} - hives == {key.rpartition("\\")[2] for key in paths} - hives
    names = {one for name in ("mutexes_created", "mutexes_opened") for one in plain.get(name, [])}
    assert {event.name for event in report.events if isinstance(event, SyncObject)} == names
    domains = {event.name for event in report.events if isinstance(event, DnsQuery)}
    assert domains == {one["hostname"] for one in plain.get("dns_lookups", [])}
    hosts = {event.remote_addr for event in report.events if isinstance(event, FlowStart)}
    assert hosts == {one["destination_ip"] for one in plain.get("ip_traffic", [])}
    urls = {event.url for event in report.events if isinstance(event, HttpRequest)}
    assert urls == {one["url"] for one in plain.get("http_conversations", [])}
    assert len(report.artifacts) == len(plain.get("files_dropped", []))
