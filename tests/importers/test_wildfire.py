"""Single elements and several; the real one by plain JSON."""

import json
from pathlib import Path
from typing import Any

import pytest

from fulgurite import importers
from fulgurite.errors import MalformedReport
from fulgurite.importers.content import Content
from fulgurite.importers.wildfire import WildFire
from fulgurite.model.events import DnsQuery, FlowStart, HttpRequest
from tests.importers import corpora


@pytest.mark.parametrize(
    ("body", "expected"),
    [({"wildfire": {"task_info": {}}}, True), ({"wildfire": {}}, False), ({"task_info": {}}, False)],
)
def test_told_by_content(body: Any, expected: bool) -> None:
    assert WildFire().sniff(Content(json.dumps(body).encode())) is expected


def test_refused() -> None:
    with pytest.raises(MalformedReport):
        WildFire().parse(Content(b"[]"))


def _all(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


@pytest.mark.parametrize("path", corpora.files("wildfire_misc"))
def test_counts_of_the_real_one(path: Path) -> None:
    plain = json.loads(corpora.content(path))["wildfire"]
    report = importers.read(corpora.content(path))
    assert (report.source.name, report.sample.sha256) == ("wildfire", plain["file_info"]["sha256"])
    runs = plain["task_info"]["report"]
    processes = [one for run in runs for one in _all((run.get("process_list") or {}).get("process"))]
    assert sorted(str(one.pid) for one in report.processes) == sorted(one["@pid"] for one in processes)
    network = [run["network"] for run in runs if run.get("network")]
    hosts = {one["@ip"] for part in network for one in _all(part.get("TCP"))}
    assert {event.remote_addr for event in report.events if isinstance(event, FlowStart)} == hosts
    names = {one["@query"] for part in network for one in _all(part.get("dns"))}
    assert {event.name for event in report.events if isinstance(event, DnsQuery)} == names
    urls = {f"http://{one['@host']}{one['@uri']}" for part in network for one in _all(part.get("url"))}
    assert {event.url for event in report.events if isinstance(event, HttpRequest)} == urls
    entries = [one for run in runs for one in _all((run.get("summary") or {}).get("entry"))]
    assert len(report.signatures) == len(entries)
