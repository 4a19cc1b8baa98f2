"""The ontology by its content; the real ones by plain JSON."""

import json
from pathlib import Path
from typing import Any

import pytest

from fulgurite import importers
from fulgurite.errors import MalformedReport
from fulgurite.importers.assemblyline import Assemblyline
from fulgurite.importers.content import Content
from fulgurite.model.events import DnsQuery, FlowStart
from tests.importers import corpora

PROCESS = {"objectid": {"ontology_id": "process_1"}, "pid": 1}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"processes": [PROCESS], "signatures": []}, True),
        ({"results": {"processes": [PROCESS], "signatures": []}}, True),
        ({"odm_type": "x", "results": {"process": [PROCESS], "signature": []}}, True),
        ({"processes": [PROCESS]}, False),
        ({"x": [PROCESS], "signatures": [], "network_dns": []}, False),
    ],
)
def test_told_by_content(body: Any, expected: bool) -> None:
    assert Assemblyline().sniff(Content(json.dumps(body).encode())) is expected


@pytest.mark.parametrize(("points", "score"), [(1000, 9), (999, 7), (300, 5), (10, 3), (0, 1), (-100, 1), (None, None)])
def test_points(points: Any, score: int | None) -> None:
    body = {"results": {"process": [PROCESS], "signature": [], "score": points}}
    assert importers.read(json.dumps(body).encode()).score == score


def test_refused() -> None:
    with pytest.raises(MalformedReport):
        Assemblyline().parse(Content(b'{"results": 5}'))


@pytest.mark.parametrize("path", corpora.files("al4_ontology"))
def test_counts_of_the_real_ones(path: Path) -> None:
    plain = json.loads(corpora.content(path))
    report = importers.read(corpora.content(path))
    assert report.source.name == "assemblyline"
    assert [one.pid for one in report.processes] == [one["pid"] for one in plain["processes"]]
    connections = plain["network_connections"]
    hosts = {one["destination_ip"] for one in connections if one["destination_ip"]}
    assert {event.remote_addr for event in report.events if isinstance(event, FlowStart)} == hosts
    domains = {one["dns_details"]["domain"] for one in connections if one["dns_details"]}
    assert {event.name for event in report.events if isinstance(event, DnsQuery)} == domains
    assert len(report.signatures) == len(plain["signatures"])
    pids = {one["objectid"]["ontology_id"]: one["pid"] for one in plain["processes"]}
    expected = [pids.get((one["pobjectid"] or {}).get("ontology_id")) for one in plain["processes"]]
    shown = {one.procid: one.pid for one in report.processes}
    for process, parent in zip(report.processes, expected, strict=True):
        assert process.procid_parent is None or parent in {None, shown[process.procid_parent]}
