"""What findings make of a report: signatures, techniques, families, score and its reasons. See docs/scoring.md."""

from typing import NamedTuple

import msgspec

from fulgurite import __version__
from fulgurite.model.behaviour import ENOUGH_DEEDS, deeds
from fulgurite.model.matched import Matched
from fulgurite.model.report import Report
from fulgurite.model.signature import Signature
from fulgurite.model.static import StaticFacts
from fulgurite.model.verdict import MIN_SCORE, SUSPICIOUS_FROM, score_of
from fulgurite.rules.capa.capability import capabilities
from fulgurite.rules.match import RuleSet, matched, ranked

MAX_REASONS = 10


class Score(NamedTuple):
    """A score with its reasons."""

    value: int | None
    reasons: tuple[str, ...]


def enriched(
    rules: RuleSet, report: Report, static: StaticFacts | None = None, of_bytes: tuple[Signature, ...] = ()
) -> Report:
    """`report` with the findings of `rules`, instead of those that our rules had left in it before.

    Findings of the source stay, and stay first; its score, and its list of techniques or the lack of one, too.
    `static` is what is known of the sample's bytes; `of_bytes` is what its YARA rules found in bytes.
    """
    theirs = tuple(one for one in report.signatures if not one.is_ours)
    ours = (
        ()
        if report.outcome == "failed"
        else ranked((*matched(rules, report, static), *of_bytes, *capabilities(rules.capa, report)))
    )
    score = score_of_ours(report, ours)
    told = Matched(
        version=__version__,
        digest=rules.digest,
        count=rules.count,
        score=score.value,
        reasons=score.reasons,
    )
    if not report.source.is_ours:
        was_ours = report.matched is not None and report.matched.is_score_ours
        own = None if was_ours else report.score
        told = msgspec.structs.replace(told, is_score_ours=own is None)
        shown = score.value if own is None else own
        return msgspec.structs.replace(report, signatures=(*theirs, *ours), matched=told, score=shown)
    ttps = tuple(sorted({ttp for signature in ours for ttp in signature.ttps}))
    return msgspec.structs.replace(
        report,
        signatures=(*theirs, *ours),
        ttps=report.ttps if report.outcome == "failed" else ttps,
        families=_families(report, ours),
        matched=told,
        score=score.value,
    )


def _families(report: Report, ours: tuple[Signature, ...]) -> tuple[str, ...]:
    """Those that settings taken from the sample tell, then those that rules do; each once."""
    told = [*(config.family for config in report.configs), *(signature.family for signature in ours)]
    return tuple(dict.fromkeys(family for family in told if family is not None))


def score_of_ours(report: Report, ours: tuple[Signature, ...]) -> Score:
    """What our findings `ours` come to, given how much the run saw.

    The score of the gravest; never lower for one finding more. Without one that is suspicious it takes a run of ours
    that came to its end and saw enough to say that there is no threat; else nothing can be said.
    """
    scored = [one for one in ours if one.score is not None]
    score = score_of(ours) if scored else None
    if score is not None and score >= SUSPICIOUS_FROM:
        return Score(score, _told(scored))
    if not report.source.is_ours:
        return Score(score, _told(scored) or ("nothing was found that counts",))
    lack = _lack(report)
    if lack is not None:
        return Score(None, (*_told(scored), lack))
    return Score(score or MIN_SCORE, _told(scored) or ("the run came to its end and showed nothing that counts",))


def _told(scored: list[Signature]) -> tuple[str, ...]:
    """One line for each of the gravest."""
    lines = [f"{one.score}: {one.name} ({one.confidence} confidence)" for one in scored[:MAX_REASONS]]
    rest = len(scored) - MAX_REASONS
    return (*lines, f"and {rest} more") if rest > 0 else tuple(lines)


def _lack(report: Report) -> str | None:
    """Why a run of ours without suspicious findings is no reason to call its sample harmless; None when it is one."""
    if report.outcome != "completed":
        return "the run did not come to its end: what it did not show may be what matters"
    seen = deeds(report.processes, report.events, most=ENOUGH_DEEDS)
    if seen < ENOUGH_DEEDS:
        return f"the run saw the sample do {seen} things, and {ENOUGH_DEEDS} are the least to call it harmless by"
    return None
