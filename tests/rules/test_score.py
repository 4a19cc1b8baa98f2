"""What findings make of a report, ours and others'."""

from typing import Any

import pytest

from fulgurite import rules
from fulgurite.model.events import Event
from fulgurite.model.report import Source
from fulgurite.model.signature import Signature
from fulgurite.rules.score import enriched
from tests.builders import created, file_write, report

RULES = rules.load(
    [
        (label, f"name: {label}\n{more}when: {{file: {{path: {path}}}}}\ncases: {{match: [[]], miss: [[]]}}")
        for label, more, path in (
            ("bad", "score: 8\nttps: [T1055, T1012]\n", "bad"),
            ("odd", "score: 3\nttps: [T1012]\n", "odd"),
            ("told", "ttps: [T1005]\n", "told"),
        )
    ]
)
FOREIGN = Source(name="metadefender")
THEIRS = Signature(name="theirs", score=4)


def _events(*paths: str) -> tuple[Event, ...]:
    return tuple(file_write(path) for path in paths)


@pytest.mark.parametrize(
    ("outcome", "paths", "score"),
    [
        ("completed", ("bad", "odd"), 8),
        ("completed", ("odd", "told"), 3),
        ("completed", ("told",), 1),
        ("completed", ("plain",), 1),
        ("completed", (), None),
        ("partial", ("bad",), 8),
        ("partial", ("odd",), None),
        ("partial", ("plain",), None),
        ("partial", (), None),
        ("failed", ("bad",), None),
    ],
)
def test_the_score_of_our_own_run(outcome: str, paths: tuple[str, ...], score: int | None) -> None:
    seen = report(outcome=outcome, events=(created(), *_events(*paths)), score=None)
    assert enriched(RULES, seen).score == score


def test_techniques_of_our_own_run() -> None:
    assert enriched(RULES, report(*_events("bad", "odd", "told"))).ttps == ("T1005", "T1012", "T1055")
    assert enriched(RULES, report()).ttps == ()


@pytest.mark.parametrize(
    ("own", "paths", "score"),
    [(4, ("bad",), 4), (None, ("bad", "odd"), 8), (None, ("told",), None), (None, (), None), (9, (), 9)],
)
def test_the_score_of_another_sandbox_stays(own: int | None, paths: tuple[str, ...], score: int | None) -> None:
    seen = report(source=FOREIGN, events=_events(*paths), score=own, signatures=(THEIRS,))
    told = enriched(RULES, seen)
    assert (told.score, told.ttps) == (score, None)


def test_findings_of_another_sandbox_stay_first() -> None:
    seen = report(source=FOREIGN, events=_events("bad"), signatures=(THEIRS,))
    told = enriched(RULES, seen)
    assert [(one.name, one.is_ours) for one in told.signatures] == [("theirs", False), ("bad", True)]


@pytest.mark.parametrize("fields", [{}, {"source": FOREIGN, "signatures": (THEIRS,)}])
def test_enriching_again_changes_nothing(fields: Any) -> None:
    once = enriched(RULES, report(*_events("bad", "told"), **fields))
    assert enriched(RULES, once) == once


def test_findings_of_rules_that_no_longer_match_go() -> None:
    once = enriched(RULES, report(*_events("bad")))
    assert enriched(rules.load([]), once).signatures == ()


def test_a_failed_run_has_no_findings_of_ours() -> None:
    told = enriched(RULES, report(outcome="failed", events=_events("bad")))
    assert (told.signatures, told.score) == ((), None)
    theirs = enriched(RULES, report(outcome="failed", source=FOREIGN, signatures=(THEIRS,), score=4))
    assert (theirs.signatures, theirs.score) == ((THEIRS,), 4)
