"""What a score says in the words of the v4 API.

`threatLevel` stays at or below 0 for everything that is no detection: clients take any level above 0 as one.
"""

from typing import Any, NamedTuple

from fulgurite.model.verdict import MALICIOUS_FROM, MAX_SCORE, SUSPICIOUS_FROM, Verdict, verdict

Fields = dict[str, Any]


class _Words(NamedTuple):
    scan_all_result_a: str
    scan_all_result_i: int


_WORDS = {
    Verdict.MALICIOUS: _Words("Infected", 1),
    Verdict.SUSPICIOUS: _Words("Suspicious", 2),
    Verdict.BENIGN: _Words("No threat detected", 0),
}

_FINAL: tuple[tuple[int, str, float], ...] = (
    (MAX_SCORE, "MALICIOUS", 1.0),
    (MALICIOUS_FROM, "LIKELY_MALICIOUS", 0.75),
    (SUSPICIOUS_FROM, "SUSPICIOUS", 0.5),
    (1, "NO_THREAT", 0),
)
"""From this score on: verdict and threatLevel."""


def scan_results(score: int | None) -> Fields:
    """`scan_results` of a finished analysis; without score it makes no statement, which is not the same as clean."""
    said = verdict(score)
    if said is Verdict.UNKNOWN:
        return {"progress_percentage": 100}
    words = _WORDS[said]
    return {
        "scan_all_result_a": words.scan_all_result_a,
        "scan_all_result_i": words.scan_all_result_i,
        "progress_percentage": 100,
        "infection_score": score,
    }


def final_verdict(score: int | None) -> Fields:
    """`final_verdict` of a finished analysis. `confidence` is 1 for a statement, 0 for none."""
    if score is not None:
        for least, word, level in _FINAL:
            if score >= least:
                return {"verdict": word, "threatLevel": level, "confidence": 1}
    return {"verdict": "UNKNOWN", "threatLevel": 0, "confidence": 0}
