"""Lastline, later VMware NSX Defender."""

import json

import pytest

from fulgurite import importers
from fulgurite.errors import MalformedReport
from fulgurite.importers.content import Content
from fulgurite.importers.lastline import Lastline
from fulgurite.model.events import HttpRequest, HttpResponse, Injection
from tests import golden

RESULT = golden.input_of(golden.DATA / "importers/lastline/result")


def test_subjects_are_processes_and_who_wrote_into_them_is_told() -> None:
    report = importers.read(RESULT)
    assert [(one.pid, one.procid_parent, one.injected) for one in report.processes] == [
        (856, None, False),
        (1724, 1, False),
        (4, None, True),
    ]
    told = [(one.op, one.procid, one.procid_target) for one in report.events if isinstance(one, Injection)]
    assert told == [("WriteProcessMemory", 1, 3), ("CreateRemoteThread", 1, 3)]


def test_requests_are_told_by_their_first_lines() -> None:
    report = importers.read(RESULT)
    assert [(one.method, one.url) for one in report.events if isinstance(one, HttpRequest)] == [
        ("POST", "http://a.test/gate.php"),
        ("GET", "http://b.test:8080/"),
    ]
    assert [one.status for one in report.events if isinstance(one, HttpResponse)] == [200]


def test_activities_carry_their_techniques_and_the_score_is_of_ten() -> None:
    report = importers.read(RESULT)
    assert (report.score, report.ttps) == (8, ("T1033",))
    assert [(one.name, one.ttps, one.tags) for one in report.signatures][1] == (
        "Search: Retrieving the user account name",
        ("T1033",),
        ("Search",),
    )


def test_a_full_report_alone_and_a_bare_result_are_read_as_well() -> None:
    whole = json.loads(RESULT)
    alone = importers.read(json.dumps(whole["data"]["report"]).encode())
    assert alone.source.task == "r1"
    assert len(alone.processes) == 3
    assert importers.read(json.dumps(whole["data"]).encode()) == importers.read(RESULT)


@pytest.mark.parametrize("data", [b"", b"{}", b'{"data": 1}', b'{"score": 1, "task_uuid": "x"}'])
def test_other_bytes_are_refused(data: bytes) -> None:
    assert not Lastline().sniff(Content(data))
    with pytest.raises(MalformedReport, match="no result of an analysis"):
        Lastline().parse(Content(data))
