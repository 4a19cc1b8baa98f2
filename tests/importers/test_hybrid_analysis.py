"""Summaries in their wrappers; the real ones by plain JSON."""

import json
from pathlib import Path
from typing import Any

import pytest

from fulgurite import importers
from fulgurite.errors import MalformedReport
from fulgurite.importers.content import Content
from fulgurite.importers.hybrid_analysis import HybridAnalysis
from tests.importers import corpora

SUMMARY = {"environment_id": 1, "threat_score": None, "verdict": "no verdict", "job_id": "1", "submit_name": "x"}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (SUMMARY, True),
        ([SUMMARY], True),
        ({"id": SUMMARY}, True),
        ({"threat_score": 1, "verdict": "x", "environment_id": 1, "deep": [[SUMMARY]]}, False),
        ({}, False),
    ],
)
def test_told_by_content(body: Any, expected: bool) -> None:
    assert HybridAnalysis().sniff(Content(json.dumps(body).encode())) is expected


def test_refused() -> None:
    with pytest.raises(MalformedReport):
        HybridAnalysis().parse(Content(b"{}"))


@pytest.mark.parametrize(
    ("score", "verdict", "expected"),
    [(90, "x", 9), (0, "malicious", 1), (None, "malicious", 9), (None, "no verdict", None)],
)
def test_scores(score: Any, verdict: str, expected: int | None) -> None:
    report = HybridAnalysis().parse(
        Content(json.dumps({**SUMMARY, "threat_score": score, "verdict": verdict}).encode())
    )
    assert report.score == expected


@pytest.mark.parametrize("path", corpora.files("hybrid_analysis_misc"))
def test_the_real_ones(path: Path) -> None:
    plain = json.loads(corpora.content(path))
    plain = (
        plain[0]
        if isinstance(plain, list)
        else next((one for one in plain.values() if isinstance(one, dict) and "sha256" in one), plain)
    )
    report = importers.read(corpora.content(path))
    assert (report.source.name, report.sample.sha256) == ("hybrid-analysis", plain["sha256"])
    assert len(report.processes) == len(plain.get("processes") or [])
    assert report.tags == tuple(plain.get("classification_tags") or ())
    assert report.families == (() if plain["vx_family"] is None else (plain["vx_family"],))
