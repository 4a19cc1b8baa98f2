"""Single elements and several, JSON and XML; the real one by plain JSON."""

import contextlib
import json
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite import importers
from fulgurite.errors import MalformedReport
from fulgurite.importers.content import Content
from fulgurite.importers.wildfire import WildFire
from fulgurite.model.events import DnsQuery, FlowStart, HttpRequest
from tests import golden
from tests.importers import corpora


@pytest.mark.parametrize(
    ("body", "expected"),
    [({"wildfire": {"task_info": {}}}, True), ({"wildfire": {}}, False), ({"task_info": {}}, False)],
)
def test_told_by_content(body: Any, expected: bool) -> None:
    assert WildFire().sniff(Content(json.dumps(body).encode())) is expected


@pytest.mark.parametrize("data", [b"[]", b"<wildfire><version>2.0</version></wildfire>", b"<wildfire><task_info></x>"])
def test_refused(data: bytes) -> None:
    with pytest.raises(MalformedReport):
        WildFire().parse(Content(data))


def _spelt(name: str, value: Any) -> str:
    """The JSON's `value` as the XML that it stands for."""
    if isinstance(value, list):
        return "".join(_spelt(name, one) for one in value)
    if not isinstance(value, dict):
        return f"<{name}>{escape(str(value or ''))}</{name}>"
    own = "".join(f" {key[1:]}={quoteattr(str(one))}" for key, one in value.items() if key.startswith("@"))
    inner = "".join(_spelt(key, one) for key, one in value.items() if key[0] not in "@#")
    return f"<{name}{own}>{escape(str(value.get('#text', '')))}{inner}</{name}>"


@pytest.mark.parametrize("head", ["", '<?xml version="1.0" encoding="UTF-8"?>\n<!-- made -->\n'])
def test_xml_says_the_same(head: str) -> None:
    data = golden.input_of(golden.DATA / "importers/wildfire/runs")
    xml = (head + _spelt("wildfire", json.loads(data)["wildfire"])).encode()
    assert importers.format_of(xml) == "wildfire"
    assert importers.read(xml) == importers.read(data)


@pytest.mark.parametrize("path", corpora.files("wildfire_misc"))
def test_the_real_one_as_xml(path: Path) -> None:
    data = corpora.content(path)
    xml = _spelt("wildfire", json.loads(data)["wildfire"]).encode()
    assert importers.read(xml) == importers.read(data)


def test_many_comments_are_no_work() -> None:
    comments = b"<!-- -->" * 5000
    assert WildFire().sniff(Content(comments + b"<wildfire><task_info/></wildfire>"))
    assert not WildFire().sniff(Content(comments + b"<wild"))


@given(st.text(alphabet="<>/wildfre task_info=\"'&;!x\x00", max_size=80))
def test_any_xml_is_read_or_refused(inner: str) -> None:
    data = f"<wildfire><task_info><report>{inner}</report></task_info></wildfire>".encode()
    assert WildFire().sniff(Content(data))
    with contextlib.suppress(MalformedReport):
        WildFire().parse(Content(data))


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
