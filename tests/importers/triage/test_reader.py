"""Triage's reports as a whole, and counts of real ones by plain JSON."""

import json
from pathlib import Path
from typing import Any

import pytest

from fulgurite import importers
from fulgurite.importers.content import Content
from fulgurite.importers.triage import Triage
from fulgurite.model.events import DnsQuery, HttpRequest
from fulgurite.model.report import Report
from tests.importers import corpora
from tests.importers.triage.test_formats import REPORT


def _read(**sections: Any) -> Report:
    return Triage().parse(Content(json.dumps({**REPORT, **sections}).encode()))


def test_processes_keep_their_numbers() -> None:
    listed = [
        {"procid": 23, "pid": 1, "cmd": "a"},
        {"procid": 23, "pid": 2, "cmd": ["a", "a"]},
        {"pid": 3, "orig": True, "procid_parent": 23},
    ]
    report = _read(processes=listed)
    assert [(one.procid, one.pid, one.cmd, one.orig) for one in report.processes] == [
        (23, 1, "a", None),
        (24, 2, ("a", "a"), None),
        (25, 3, None, True),
    ]


@pytest.mark.parametrize(
    ("platform", "os"),
    [
        ("windows7_x64", "windows"),
        ("ubuntu-18.04_amd64", "linux"),
        ("android_x86", "android"),
        ("macos-10.15_amd64", "macos"),
    ],
)
def test_systems(platform: str, os: str) -> None:
    assert _read(analysis={"platform": platform}).os == os


@pytest.mark.parametrize(("score", "expected"), [(10, 10), (0, None), (None, None), ("8", 8), (99, 10)])
def test_scores(score: Any, expected: int | None) -> None:
    assert _read(analysis={"score": score}).score == expected


def test_what_is_null_or_missing_is_no_fault() -> None:
    report = _read(tags=None, network={}, signatures=None, dumped=None, errors=None)
    assert (report.outcome, report.ttps, report.tags) == ("completed", None, ())
    assert _read(errors=[{"reason": "late"}, "odd", 5]).outcome == "partial"


@pytest.mark.parametrize("path", corpora.files("triage_inquest", "triage_usaa"))
def test_counts_of_real_ones(path: Path) -> None:
    plain = json.loads(corpora.content(path))
    report = importers.read(corpora.content(path))
    assert [one.procid for one in report.processes] == [one["procid"] for one in plain.get("processes", [])]
    names = {one["name"] for one in plain["signatures"]}
    names |= {one["name"] for target in plain.get("targets", []) for one in target["signatures"]}
    assert {one.name for one in report.signatures} == names
    techniques = {one for signature in plain["signatures"] for one in signature.get("ttp", [])}
    assert set(report.ttps or ()) == techniques | set(plain["analysis"].get("ttp", []))
    network = plain.get("network", {})
    assert [flow.dst for flow in report.flows] == [flow["dst"] for flow in network.get("flows", [])]
    requests = network.get("requests", [])
    urls = [one["http_request"]["url"] for one in requests if "http_request" in one]
    assert sorted(event.url for event in report.events if isinstance(event, HttpRequest)) == sorted(urls)
    domains = {name for one in requests for name in one.get("dns_request", {}).get("domains", [])}
    assert {event.name for event in report.events if isinstance(event, DnsQuery)} == domains
    assert [one.name for one in report.artifacts] == [one["name"] for one in plain.get("dumped", [])]
    assert len(report.configs) == len(plain.get("extracted", []))
    assert (report.score, report.sample.sha256) == (plain["analysis"]["score"], plain["sample"]["sha256"])
    assert report.tally is not None
    assert report.tally.left == {}
