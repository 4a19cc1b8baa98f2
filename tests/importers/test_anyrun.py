"""The API's report and the pages' task; the real one by plain JSON."""

import json
from pathlib import Path
from typing import Any

import pytest

from fulgurite import importers
from fulgurite.errors import MalformedReport
from fulgurite.importers.anyrun import AnyRun
from fulgurite.importers.content import Content
from tests.importers import corpora

MAIN = {"mainObject": {"type": "file"}}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"data": {"analysis": {"content": MAIN, "scores": {}}}}, True),
        ({"public": {"objects": MAIN}, "scores": {}}, True),
        ({"x": MAIN, "scores": {}}, False),
    ],
)
def test_told_by_content(body: Any, expected: bool) -> None:
    assert AnyRun().sniff(Content(json.dumps(body).encode())) is expected


def test_refused() -> None:
    with pytest.raises(MalformedReport):
        AnyRun().parse(Content(b"{}"))


@pytest.mark.parametrize(
    ("verdict", "expected"), [({"score": 55}, 6), ({"threatLevel": 2}, 9), ({"threat_level": 0}, 1), ({}, None)]
)
def test_scores(verdict: Any, expected: int | None) -> None:
    body = {"public": {"objects": MAIN}, "scores": {"verdict": verdict}}
    assert AnyRun().parse(Content(json.dumps(body).encode())).score == expected


@pytest.mark.parametrize("path", corpora.files("anyrun_misc"))
def test_the_real_one(path: Path) -> None:
    plain = json.loads(corpora.content(path))
    report = importers.read(corpora.content(path))
    hashes = plain["public"]["objects"]["mainObject"]["hashes"]
    assert (report.source.name, report.sample.sha256) == ("anyrun", hashes["sha256"])
    assert report.tags == tuple(plain["tags"])
