"""Single elements and several; the real one by plain JSON."""

import json
from pathlib import Path
from typing import Any

import pytest

from fulgurite import importers
from fulgurite.errors import MalformedReport
from fulgurite.importers.content import Content
from fulgurite.importers.joe import Joe
from fulgurite.model.events import FileAccess
from fulgurite.model.report import Report
from tests.importers import corpora


def _body(**sections: Any) -> bytes:
    return json.dumps({"analysis": {"generalinfo": {}, "signaturedetections": None, **sections}}).encode()


def _read(**sections: Any) -> Report:
    return Joe().parse(Content(_body(**sections)))


def test_told_by_content() -> None:
    assert Joe().sniff(Content(_body()))
    assert not Joe().sniff(Content(b'{"analysis":{"signaturedetections":{}}}'))
    with pytest.raises(MalformedReport):
        Joe().parse(Content(b'{"analysis":5}'))


@pytest.mark.parametrize("calls", [{"path": "x"}, [{"path": "x"}], {"path": "x", "more": None}])
def test_one_call_or_several(calls: Any) -> None:
    process = {"general": {"pid": 1}, "fileactivities": {"fileRead": {"call": calls}, "fileDeleted": ""}}
    report = _read(behavior={"system": {"processes": {"process": process}}})
    assert [event.path for event in report.events if isinstance(event, FileAccess)] == ["x"]


@pytest.mark.parametrize(
    ("strategy", "expected"),
    [({"@name": "empiric", "score": 88, "maxscore": 100}, 9), ({"score": 5, "maxScore": 0}, 1), ({}, None), ([], None)],
)
def test_scores(strategy: Any, expected: int | None) -> None:
    assert _read(signaturedetections={"strategy": strategy}).score == expected


@pytest.mark.parametrize("path", corpora.files("joe_misc"))
def test_the_real_one(path: Path) -> None:
    report = importers.read(corpora.content(path))
    assert (report.source.name, report.score, report.processes) == ("joe", 1, ())


def test_times_are_those_of_the_day_and_nothing_is_lost_in_silence() -> None:
    general = {"pid": 1, "date": "02/01/2024", "time": "03:04:05"}
    process = {
        "general": general,
        "processactivities": {"processCreated": {"call": [{"path": "a"}, {"path": "b"}]}},
        "windowactivities": {"windowCreated": None},
        "fileactivities": {"fileRead": {"call": {"path": "x"}}, "directoryCreated": {"call": {"path": "d"}}},
    }
    later = {"general": {"pid": 2, "date": "02/01/2024", "time": "03:04:07"}}
    odd = {"general": {"pid": 3, "date": "31/31/2024", "time": "x"}}
    report = _read(
        generalinfo={"startdate": "02/01/2024", "starttime": "03:00:00"},
        behavior={
            "system": {"processes": {"process": [process, later, odd]}},
            "network": {"tcp": "", "http": {"packet": [{}, {}]}, "dns": None},
        },
    )
    assert [one.started_ms for one in report.processes] == [0, 2000, None]
    assert report.requested_at is not None
    assert report.requested_at.isoformat() == "2024-01-02T03:00:00+00:00"
    assert report.tally is not None
    assert report.tally.left == {
        "processactivities processCreated": 2,
        "fileactivities directoryCreated": 1,
        "network http": 2,
    }
