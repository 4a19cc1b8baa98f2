"""What findings make of a report: signatures, techniques, score."""

import msgspec

from fulgurite.model.behaviour import saw_behaviour
from fulgurite.model.report import Report
from fulgurite.model.signature import Signature
from fulgurite.model.verdict import MIN_SCORE, SUSPICIOUS_FROM, score_of
from fulgurite.rules.match import RuleSet, matched


def enriched(rules: RuleSet, report: Report) -> Report:
    """`report` with the findings of `rules`, instead of those that our rules had left in it before.

    Findings of the source stay, and stay first; its score, and its list of techniques or the lack of one, too.
    """
    theirs = tuple(one for one in report.signatures if not one.is_ours)
    if report.outcome == "failed":
        return msgspec.structs.replace(report, signatures=theirs, score=None if report.source.is_ours else report.score)
    ours = matched(rules, report)
    if not report.source.is_ours:
        score = _scored(ours) if report.score is None else report.score
        return msgspec.structs.replace(report, signatures=(*theirs, *ours), score=score)
    ttps = tuple(sorted({ttp for signature in ours for ttp in signature.ttps}))
    return msgspec.structs.replace(report, signatures=(*theirs, *ours), ttps=ttps, score=_own_score(report, ours))


def _own_score(report: Report, found: tuple[Signature, ...]) -> int | None:
    """The score of a run of ours: that of its gravest finding, else the lowest when it ran to its end.

    None where no statement can be made: a run that saw nothing, and one that was cut off before it saw anything
    suspicious. What it did not come to see may be what matters.
    """
    if not saw_behaviour(report.processes, report.events):
        return None
    score = _scored(found)
    if report.outcome == "completed":
        return MIN_SCORE if score is None else score
    return score if score is not None and score >= SUSPICIOUS_FROM else None


def _scored(found: tuple[Signature, ...]) -> int | None:
    return score_of(found) if any(one.score is not None for one in found) else None
