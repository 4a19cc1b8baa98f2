"""Signatures ranked, with their evidence, bounded."""

from fulgurite.exports.html.views.signatures import (
    MAX_INDICATORS,
    MAX_INDICATORS_OF_EVENTS,
    MAX_SIGNATURES,
    Findings,
    Technique,
    findings,
    technique,
)
from fulgurite.exports.html.views.who import Cast
from fulgurite.model.signature import Indicator, Signature
from tests.builders import report


def _of(*signatures: Signature, total: int | None = None) -> Findings:
    made = report(signatures=signatures)
    return findings(made, Cast(made, [1]), total)


def test_the_gravest_come_first_and_ours_before_others() -> None:
    found = _of(
        Signature(name="informs"),
        Signature(name="theirs", score=5),
        Signature(name="ours", score=5, is_ours=True),
        Signature(name="grave", score=9),
    )
    assert [one.said.name for one in found.shown] == ["grave", "ours", "theirs", "informs"]
    assert (found.total, found.ours, found.left) == (4, 1, 0)
    assert found.levels == {"malicious": 1, "suspicious": 2, "benign": 0, "unknown": 1}


def test_evidence_with_its_processes() -> None:
    indicator = Indicator(ioc="a.exe", procid=1, procid_target=8, event=3)
    (one,) = _of(Signature(name="a", label="a", indicators=(indicator, indicator), ttps=("T1055", "T9999"))).shown
    assert [who.procid for who in one.by] == [1]
    assert one.evidence[0].who is not None
    assert one.evidence[0].target is not None
    assert (one.evidence[0].who.is_shown, one.evidence[0].target.is_shown) == (True, False)
    assert one.events == 1
    assert one.techniques == (Technique(id="T1055", name="Process Injection"), technique("T9999"))
    assert one.techniques[1].name is None


def test_how_many_events_are_behind() -> None:
    counted, listed = _of(
        Signature(name="a", score=2, event_count=70, events=(1, 2)), Signature(name="b", score=1, events=(1, 2))
    ).shown
    assert (counted.events, listed.events) == (70, 2)
    assert (counted.are_all_kept, listed.are_all_kept) == (False, True)


def test_places_are_told_apart() -> None:
    found = _of(Signature(name="a", label="x"), Signature(name="b", label="x"), Signature(name="x"))
    assert [one.anchor for one in found.shown] == ["signature-x", "signature-x.2", "signature-x.3"]


def test_bounds() -> None:
    many = [Signature(name=str(number), score=1) for number in range(MAX_SIGNATURES + 7)]
    assert _of(*many).left == 7
    assert _of(*many, total=5_000).left == 5_000 - MAX_SIGNATURES
    (one,) = _of(Signature(name="a", indicators=(Indicator(ioc="x"),) * (MAX_INDICATORS + 3))).shown
    assert (len(one.evidence), one.evidence_left) == (MAX_INDICATORS, 3)
    (seen,) = _of(Signature(name="a", events=(1,), indicators=(Indicator(ioc="x"),) * (MAX_INDICATORS + 3))).shown
    assert len(seen.evidence) == MAX_INDICATORS_OF_EVENTS
