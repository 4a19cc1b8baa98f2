"""Which of VMRay's files it is; counts of the real ones by plain JSON."""

import json
from pathlib import Path
from typing import Any

import pytest

from fulgurite import importers
from fulgurite.errors import MalformedReport
from fulgurite.importers.content import Content
from fulgurite.importers.vmray import VmrayLog, VmraySummary
from fulgurite.model.events import DnsQuery, FileAccess, FlowStart, HttpRequest, RegistryAccess, SyncObject
from tests.importers import corpora


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"_type": "s", "analysis_metadata": {}}, True),
        ({"analysis_details": {}, "sample_details": {}}, True),
        ({"_type": "s"}, False),
        ({"sample_details": {}, "x": {"analysis_details": 1}}, False),
    ],
)
def test_told_by_content(body: Any, expected: bool) -> None:
    assert VmraySummary().sniff(Content(json.dumps(body).encode())) is expected
    assert not VmrayLog().sniff(Content(json.dumps(body).encode()))


@pytest.mark.parametrize("data", [b"{}", b"[]", b'{"_type":1,"analysis_metadata":', b"\x00"])
def test_refused(data: bytes) -> None:
    with pytest.raises(MalformedReport):
        VmraySummary().parse(Content(data))


@pytest.mark.parametrize("path", corpora.files("vmray_capa_testfiles", "vmray_inquest"))
def test_counts_of_the_real_ones(path: Path) -> None:
    plain = json.loads(corpora.content(path))
    report = importers.read(corpora.content(path))
    assert report.source.name == "vmray"
    is_second = "analysis_metadata" in plain

    def listed(name: str) -> list[Any]:
        if is_second:
            return [one for one in plain.get(name, {}).values() if isinstance(one, dict)]
        return list(plain["artifacts"].get({"registry_records": "registry", "ip_addresses": "ips"}.get(name, name), []))

    processes = listed("processes") if is_second else plain["processes"]
    assert len(report.processes) == len(processes)
    assert [one.cmd for one in report.processes] == [one["cmd_line"] for one in processes]
    files = {event.path for event in report.events if isinstance(event, FileAccess)}
    named = {one["filename"] for one in listed("filenames")}
    assert files == named | (set() if is_second else {name for one in listed("files") for name in one["filenames"]})
    keys = {event.path for event in report.events if isinstance(event, RegistryAccess)}
    assert len(keys) == len({one["reg_key_name"] for one in listed("registry_records")})
    assert len({e.name for e in report.events if isinstance(e, SyncObject)}) == len(listed("mutexes"))
    hosts = {event.remote_addr for event in report.events if isinstance(event, FlowStart)}
    hosts |= {event.local_addr for event in report.events if isinstance(event, FlowStart) and event.local_addr}
    assert {one["ip_address"] for one in listed("ip_addresses")} == hosts
    assert {one["domain"] for one in listed("domains")} == {e.name for e in report.events if isinstance(e, DnsQuery)}
    assert {one["url"] for one in listed("urls")} == {e.url for e in report.events if isinstance(e, HttpRequest)}
    matches = plain["vti"].get("vti_rule_matches", plain["vti"].get("matches", []))
    assert len(report.signatures) == len(matches)
