"""The cases of a rule file: made into runs, and held against the rule."""

from typing import Any

import pytest

from fulgurite.model.events import ApiCall, FileAccess, FlowStart, ForeignEvent, ProcessCreate
from fulgurite.rules.cases import SAMPLE, SHELL, BadCase, failures, run_of
from fulgurite.rules.parse import parse
from fulgurite.rules.rule import Case


def _case(content: Any) -> Case:
    return Case("match 1", is_match=True, content=content, line=7)


def test_what_is_not_said_is_filled_in() -> None:
    report, _ = run_of(_case([{"file": {"path": "a"}}, {"flow_start": {}}, {"api": None}, {"foreign": {"n": "x"}}]))
    assert report.processes == (SAMPLE, SHELL)
    assert report.events == (
        FileAccess(procid=1, verb="read", path="a", op=""),
        FlowStart(procid=1, flow=1, proto="", remote_addr=""),
        ApiCall(procid=1, api=""),
        ForeignEvent(procid=1, bucket="", n="x", d={}),
    )


def test_a_creation_makes_a_process() -> None:
    report, _ = run_of(_case([{"process_create": {"image": "a"}}, {"process_create": {"kind": "Hidden", "pid": 5}}]))
    assert [(one.procid, one.pid, one.procid_parent, one.image) for one in report.processes[2:]] == [
        (2, 1000, 1, "a"),
        (3, 5, 1, None),
    ]
    assert report.events == (ProcessCreate(procid=2), ProcessCreate(procid=3, kind="Hidden"))


def test_a_run_with_processes_and_system() -> None:
    report, _ = run_of(_case({"os": "linux", "processes": [{"procid": 1, "pid": 7}, {"procid": 2}], "events": []}))
    assert (report.os, report.events) == ("linux", ())
    assert [(one.procid, one.pid) for one in report.processes] == [(1, 7), (100, 2996), (2, None)]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (5, "expected a list of events"),
        ({"odd": []}, "expected a list of events"),
        ({"events": {}}, "expected a list of objects"),
        (["file"], "expected a list of objects"),
        ([{}], "an event is one kind"),
        ([{"file": {}, "api": {}}], "an event is one kind"),
        ([{"odd": {}}], "no kind of event: 'odd'"),
        ([{"file": 5}], "expected the fields of file"),
        ([{"file": {"odd": 1}}], "no such field: odd"),
        ([{"file": {"path": 1}}], "Expected `str`"),
        ([{"process_create": {"odd": 1}}], "no such field: odd"),
        ([{"process_create": {"procid": "x"}}], "Expected `int`"),
        ({"processes": [{"pid": 1}]}, "missing required field `procid`"),
        ({"processes": [{"procid": 2, "odd": 1}]}, "no such field: odd"),
        ({"os": "dos"}, "no system: 'dos'"),
        ({"os": ["windows"]}, "no system"),
    ],
)
def test_cases_that_tell_of_no_run(content: Any, fault: str) -> None:
    with pytest.raises(BadCase, match=fault):
        run_of(_case(content))


def test_a_rule_is_held_against_its_cases() -> None:
    text = """
name: a
when: {file: {verb: write}}
cases:
  match:
    - [file: {verb: write}]
    - [file: {verb: read}]
  miss:
    - [file: {verb: write}]
    - []
"""
    assert failures(parse(text, label="a")) == [
        "a.yml:7: case match 2 does not match",
        "a.yml:9: case miss 1 matches, and must not",
    ]
