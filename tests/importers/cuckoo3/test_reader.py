"""Processes, scores and techniques of post.json, compared with the real one by plain JSON."""

import json
from pathlib import Path
from typing import Any

import pytest

from fulgurite import importers
from fulgurite.importers.content import Content
from fulgurite.importers.cuckoo3 import Cuckoo3
from fulgurite.importers.cuckoo3.reader import techniques
from fulgurite.model.events import DnsQuery, FlowStart, HttpRequest
from fulgurite.model.report import Report
from tests.importers import corpora
from tests.importers.cuckoo3.test_formats import POST


def _read(**sections: Any) -> Report:
    return Cuckoo3().parse(Content(json.dumps({**POST, **sections}).encode()))


def test_parents_are_joined_by_their_own_numbers() -> None:
    listed = [
        {"procid": 73, "parent_procid": 5, "pid": 1},
        {"procid": 74, "parent_procid": 73, "pid": 1, "injected": True},
        {"procid": 75, "parent_procid": 75},
    ]
    report = _read(processes=listed)
    assert [(one.procid, one.procid_parent, one.injected) for one in report.processes] == [
        (1, None, False),
        (2, 1, True),
        (3, None, False),
    ]


@pytest.mark.parametrize(("score", "expected"), [(0, 1), (1, 1), (6, 6), (10, 10), (None, None), ("9", 9)])
def test_scores(score: Any, expected: int | None) -> None:
    assert _read(score=score).score == expected


@pytest.mark.parametrize("task", ["20240102-X_1", "x", 5, None, "99999999-X_1"])
def test_the_day_stands_in_the_task(task: Any) -> None:
    at = _read(task_id=task).requested_at
    assert (at is None) == (task != "20240102-X_1")


def test_techniques() -> None:
    assert techniques([{"id": "T1055"}, "T1059.001", {"id": "X"}, 5, {}]) == ("T1055", "T1059.001")


@pytest.mark.parametrize("path", corpora.files("cuckoo3"))
def test_counts_of_the_real_one(path: Path) -> None:
    plain = json.loads(corpora.content(path))
    report = importers.read(corpora.content(path))
    assert [one.pid for one in report.processes] == [one["pid"] for one in plain["processes"]]
    assert {one.name for one in report.signatures} == {one["name"] for one in plain["signatures"]}
    network = plain["network"]
    assert {e.url for e in report.events if isinstance(e, HttpRequest)} == {
        o["request"]["url"] for o in network["http"]
    }
    assert set(network["domain"]) <= {event.name for event in report.events if isinstance(event, DnsQuery)}
    hosts = {e.remote_addr for e in report.events if isinstance(e, FlowStart)}
    assert set(network["host"]) <= hosts | {e.local_addr for e in report.events if isinstance(e, FlowStart)}
    assert (report.score, report.families) == (plain["score"], tuple(plain["families"]))
    parents = {one["procid"]: one["pid"] for one in plain["processes"]}
    pids = {one.procid: one.pid for one in report.processes}
    expected = [parents.get(one["parent_procid"]) for one in plain["processes"]]
    assert [pids.get(one.procid_parent or 0) for one in report.processes] == expected
