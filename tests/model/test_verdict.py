"""Scores and verdicts."""

import pytest

from fulgurite.model.signature import Signature
from fulgurite.model.verdict import Verdict, clamped, score_of, verdict


@pytest.mark.parametrize(
    ("score", "expected"),
    [
        (None, Verdict.UNKNOWN),
        (1, Verdict.BENIGN),
        (4, Verdict.BENIGN),
        (5, Verdict.SUSPICIOUS),
        (7, Verdict.SUSPICIOUS),
        (8, Verdict.MALICIOUS),
        (10, Verdict.MALICIOUS),
    ],
)
def test_each_score_has_its_verdict(score: int | None, expected: Verdict) -> None:
    assert verdict(score) is expected


@pytest.mark.parametrize(
    ("score", "expected"), [(-3, 1), (0, 1), (1.4, 1), (7.6, 8), (10, 10), (99, 10), (float("inf"), 10)]
)
def test_scores_stay_in_their_range(score: float, expected: int) -> None:
    assert clamped(score) == expected


def test_the_highest_signature_makes_the_score() -> None:
    assert score_of((Signature(name="a", score=3), Signature(name="b", score=8), Signature(name="c"))) == 8
    assert score_of((Signature(name="informational"),)) == 1
    assert score_of(()) == 1
