"""Scores and what they mean. Bounds and words: spec of the v4 body and the field's scoring page."""

from enum import StrEnum

from fulgurite.model.signature import Signature

MIN_SCORE = 1
MAX_SCORE = 10
MALICIOUS_FROM = 8
"""8-9 likely malicious, 10 known bad."""
SUSPICIOUS_FROM = 5


CAPS = {"low": 4, "medium": 7, "high": MAX_SCORE}
"""The most that a finding counts, by how sure it is: nothing is suspicious by one that is hardly sure, nothing
malicious by one that is not quite sure."""


class Verdict(StrEnum):
    """What a report says of its sample."""

    MALICIOUS = "malicious"
    SUSPICIOUS = "suspicious"
    BENIGN = "benign"
    UNKNOWN = "unknown"


def verdict(score: int | None) -> Verdict:
    """The verdict that a score of 1-10 stands for; unknown when there is no score."""
    if score is None:
        return Verdict.UNKNOWN
    if score >= MALICIOUS_FROM:
        return Verdict.MALICIOUS
    return Verdict.SUSPICIOUS if score >= SUSPICIOUS_FROM else Verdict.BENIGN


def clamped(score: float) -> int:
    """`score` rounded into 1-10; infinite ones too."""
    return round(max(MIN_SCORE, min(MAX_SCORE, score)))


def score_of(signatures: tuple[Signature, ...]) -> int:
    """The highest score among `signatures`; 1 when none has one."""
    return max((clamped(s.score) for s in signatures if s.score is not None), default=MIN_SCORE)
