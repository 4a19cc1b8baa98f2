"""Scores in the words of the v4 API: the table of the field, and never a clean word without ground."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite.exports.v4.scores import final_verdict, scan_results


@pytest.mark.parametrize(
    ("score", "code", "words", "verdict", "level"),
    [
        (10, 1, "Infected", "MALICIOUS", 1.0),
        (9, 1, "Infected", "LIKELY_MALICIOUS", 0.75),
        (8, 1, "Infected", "LIKELY_MALICIOUS", 0.75),
        (7, 2, "Suspicious", "SUSPICIOUS", 0.5),
        (5, 2, "Suspicious", "SUSPICIOUS", 0.5),
        (4, 0, "No threat detected", "NO_THREAT", 0),
        (2, 0, "No threat detected", "NO_THREAT", 0),
        (1, 0, "No threat detected", "NO_THREAT", 0),
    ],
)
def test_each_score(score: int, code: int, words: str, verdict: str, level: float) -> None:
    assert scan_results(score) == {
        "scan_all_result_a": words,
        "scan_all_result_i": code,
        "progress_percentage": 100,
        "infection_score": score,
    }
    assert final_verdict(score) == {"verdict": verdict, "threatLevel": level, "confidence": 1}


def test_no_score_is_no_statement() -> None:
    assert scan_results(None) == {"progress_percentage": 100}
    assert final_verdict(None) == {"verdict": "UNKNOWN", "threatLevel": 0, "confidence": 0}


@given(st.none() | st.integers(-5, 20))
def test_what_is_no_detection_has_no_threat_level(score: int | None) -> None:
    detected = scan_results(score).get("scan_all_result_i", 0) != 0
    said = final_verdict(score)
    assert (said["threatLevel"] > 0) == detected
    assert type(said["confidence"]) is int
