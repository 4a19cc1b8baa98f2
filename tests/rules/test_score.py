"""What findings make of a report, ours and others'."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite import __version__, rules
from fulgurite.model.config import MalwareConfig
from fulgurite.model.events import Event
from fulgurite.model.report import Source
from fulgurite.model.signature import Signature
from fulgurite.rules.score import MAX_REASONS, enriched, score_of_ours
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
    return tuple(file_write(path) for path in (*paths, "a", "b"))


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


FINDINGS = st.lists(
    st.builds(
        Signature,
        name=st.just("x"),
        score=st.none() | st.integers(1, 10),
        confidence=st.sampled_from(["low", "medium", "high"]),
        is_ours=st.just(True),
    ),
    max_size=5,
)


@given(FINDINGS, FINDINGS, st.sampled_from(["completed", "partial"]), st.integers(0, 4), st.booleans())
def test_one_finding_more_never_lowers_the_score(
    some: list[Signature], more: list[Signature], outcome: str, deeds: int, is_ours: bool
) -> None:
    fields = {} if is_ours else {"source": FOREIGN}
    seen = report(events=(file_write(),) * deeds, outcome=outcome, **fields)
    few = score_of_ours(seen, tuple(some)).value
    many = score_of_ours(seen, tuple(some + more)).value
    assert (few or 0) <= (many or 0)


@pytest.mark.parametrize(("confidence", "score"), [("low", 4), ("medium", 7), ("high", 9)])
def test_what_is_not_sure_counts_less(confidence: str, score: int) -> None:
    text = f"name: a\nscore: 9\nconfidence: {confidence}\nwhen: {{file: {{}}}}\ncases: {{match: [[]], miss: [[]]}}"
    told = enriched(rules.load([("a", text)]), report(*_events("c")))
    assert told.score == score
    assert told.matched is not None
    assert told.matched.reasons[0] == f"{score}: a ({confidence} confidence)"


@pytest.mark.parametrize(
    ("outcome", "events", "reason"),
    [
        ("completed", 3, "the run came to its end and showed nothing that counts"),
        ("completed", 2, "the run saw the sample do 2 things, and 3 are the least to call it harmless by"),
        ("partial", 9, "the run did not come to its end: what it did not show may be what matters"),
    ],
)
def test_the_reasons_of_a_run_without_findings(outcome: str, events: int, reason: str) -> None:
    told = enriched(RULES, report(events=(file_write(),) * events, outcome=outcome))
    assert told.matched is not None
    assert told.matched.reasons == (reason,)


def test_the_report_says_with_which_rules_it_was_matched() -> None:
    told = enriched(RULES, report()).matched
    assert told is not None
    assert (told.digest, told.count, told.version) == (RULES.digest, 3, __version__)
    others = enriched(rules.load([]), report()).matched
    assert others is not None
    assert others.digest != told.digest


def test_the_score_of_another_sandbox_and_ours_are_told_apart() -> None:
    told = enriched(RULES, report(*_events("bad"), source=FOREIGN, score=2))
    assert told.matched is not None
    assert (told.score, told.matched.score, told.matched.is_score_ours) == (2, 8, False)
    without = enriched(RULES, report(*_events("bad"), source=FOREIGN, score=None))
    assert without.score == 8
    assert enriched(rules.load([]), without).score is None


def test_families_are_those_of_settings_and_rules() -> None:
    text = "name: a\nfamily: examplebot\nwhen: {file: {}}\ncases: {match: [[]], miss: [[]]}"
    seen = report(*_events(), configs=(MalwareConfig(family="otherbot"),))
    told = enriched(rules.load([("a", text)]), seen)
    assert told.families == ("otherbot", "examplebot")


def test_many_findings_are_told_in_short() -> None:
    texts = [
        (f"a{number}", f"name: a{number}\n" + "score: 3\nwhen: {file: {}}\ncases: {match: [[]], miss: [[]]}")
        for number in range(14)
    ]
    told = enriched(rules.load(texts), report(*_events("c"))).matched
    assert told is not None
    assert (len(told.reasons), told.reasons[-1]) == (MAX_REASONS + 1, "and 4 more")
