"""`summary`: the field's report types, without what is not known."""

from typing import Any

import pytest

from fulgurite.exports.v4.summary import added, statement, summary
from fulgurite.model.artifact import Artifact
from fulgurite.model.events import DnsAnswer, DnsQuery, HttpRequest, HttpResponse
from fulgurite.model.flow import Flow
from fulgurite.model.matched import Matched
from fulgurite.model.report import Source
from fulgurite.model.signature import Indicator, Signature
from tests.builders import process, report

FOREIGN = Source(name="metadefender")
OUR_FINDING = Signature(name="ours", score=8, ttps=("T1055", "T1012"), is_ours=True)
THEIR_FINDING = Signature(name="theirs", score=5)


def test_nothing_seen() -> None:
    shown = summary(report(processes=(), events=()))
    assert shown == {"dumped": [], "network": {}, "signatures": [], "processes": [], "ttp": []}


def test_processes_that_were_there_before_are_not_shown_unless_injected() -> None:
    processes = (
        process(1, procid_parent=9, terminated_ms=5),
        process(8, existing=True),
        process(9, existing=True, injected=True),
    )
    shown = summary(report(processes=processes))["processes"]
    assert [one["procid"] for one in shown] == [1, 9]
    assert shown[0] == {
        "started": 0,
        "terminated": 5,
        "orig": False,
        "image": processes[0].image,
        "cmd": processes[0].cmd,
        "ppid": 900,
        "pid": 1004,
        "procid_parent": 9,
        "procid": 1,
    }


def test_a_signature_with_its_evidence() -> None:
    indicator = Indicator(procid=66, pid=1776, procid_target=70, description="PID 1776 wrote to memory of 196", event=4)
    finding = Signature(name="Suspicious use of WriteProcessMemory", indicators=(indicator,), is_ours=True)
    assert summary(report(signatures=(finding,)))["signatures"] == [
        {
            "name": "Suspicious use of WriteProcessMemory",
            "indicators": [
                {
                    "description": "PID 1776 wrote to memory of 196",
                    "pid": 1776,
                    "procid": 66,
                    "procid_target": 70,
                    "event": 4,
                }
            ],
        }
    ]


def test_dumps_of_memory_and_of_files() -> None:
    artifacts = (
        Artifact(name="memory/1-0.dmp", kind="region", address=4096, size_bytes=8192, procid=1, pid=9, at_ms=0),
        Artifact(name="files/1.dat", kind="martian", path="C:\\a", size_bytes=3, origin="dropped", sha256="ab" * 32),
    )
    assert summary(report(artifacts=artifacts))["dumped"] == [
        {"at": 0, "pid": 9, "procid": 1, "name": "memory/1-0.dmp", "kind": "region", "addr": 4096, "length": 8192},
        {
            "path": "C:\\a",
            "name": "files/1.dat",
            "kind": "martian",
            "origin": "dropped",
            "size": 3,
            "sha256": "ab" * 32,
        },
    ]


def test_the_network() -> None:
    flows = (
        Flow(flow=1, proto="tcp", src="10.0.0.71:1", dst="192.0.2.1:80", procid=1, protocols=("http",)),
        Flow(flow=2, proto="udp", src="10.0.0.71:2", dst="192.0.2.1:53"),
    )
    events = (
        DnsQuery(name="a.test", flow=2, at_ms=5),
        DnsAnswer(name="a.test", values=("192.0.2.1",), flow=2),
        HttpRequest(method="GET", url="http://a.test/", flow=1, index=0),
        HttpResponse(status=200, flow=1, index=0),
    )
    shown = summary(report(*events, flows=flows))["network"]
    assert shown["flows"] == [
        {
            "id": 1,
            "src": "10.0.0.71:1",
            "dst": "192.0.2.1:80",
            "proto": "tcp",
            "pid": 1004,
            "procid": 1,
            "protocols": ("http",),
        },
        {"id": 2, "src": "10.0.0.71:2", "dst": "192.0.2.1:53", "proto": "udp"},
    ]
    assert [sorted(one) for one in shown["requests"]] == [
        ["at", "dns_request", "flow"],
        ["dns_response", "flow"],
        ["flow", "http_request", "index"],
        ["flow", "http_response", "index"],
    ]
    assert shown["requests"][3]["http_response"] == {"status": "200"}


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({"ttps": ("T1055",)}, {"ttp": ("T1055",)}),
        ({}, {"ttp": []}),
        ({"source": FOREIGN}, {}),
        ({"source": FOREIGN, "ttps": ()}, {"ttp": ()}),
    ],
)
def test_techniques_are_shown_where_there_is_a_list(fields: Any, shown: Any) -> None:
    told = summary(report(**fields))
    assert {key: told[key] for key in told if key == "ttp"} == shown


def test_findings_of_our_rules_stand_apart_in_the_report_of_another() -> None:
    theirs = report(source=FOREIGN, signatures=(THEIR_FINDING, OUR_FINDING))
    assert [one["name"] for one in summary(theirs)["signatures"]] == ["theirs"]
    told = added(theirs)
    assert told is not None
    assert [one["name"] for one in told["signatures"]] == ["ours"]
    assert told["ttp"] == ["T1012", "T1055"]


def test_nothing_is_added_to_our_own_report_nor_without_findings() -> None:
    assert added(report(signatures=(OUR_FINDING,))) is None
    assert added(report(source=FOREIGN, signatures=(THEIR_FINDING,))) is None


def test_what_our_rules_come_to_is_stated_in_every_report() -> None:
    told = Matched(version="1", digest="ab", count=7, score=8, reasons=("8: ours",))
    assert statement(report(matched=told)) == statement(report(source=FOREIGN, matched=told))
    assert statement(report(matched=told)) == {
        "version": "1",
        "digest": "ab",
        "count": 7,
        "infection_score": 8,
        "reasons": ("8: ours",),
    }
    assert statement(report()) is None


def test_a_finding_says_how_sure_it_is_and_what_is_benign() -> None:
    finding = Signature(name="a", confidence="low", family="f", benign="Installers.", event_count=0, is_ours=True)
    (shown,) = summary(report(signatures=(finding,)))["signatures"]
    assert shown == {
        "name": "a",
        "confidence": "low",
        "family": "f",
        "benign": "Installers.",
        "event_count": 0,
        "indicators": [],
    }
