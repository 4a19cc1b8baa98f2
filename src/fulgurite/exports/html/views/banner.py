"""The banner: what the report says, of what, who says it, why, and what it could not see."""

import re
from datetime import datetime

from fulgurite.exports.html.views.signatures import Finding, Findings
from fulgurite.model.base import Model
from fulgurite.model.report import Report
from fulgurite.model.tally import Tally
from fulgurite.model.verdict import Verdict, verdict

MAX_REASONS = 6
MAX_WARNINGS = 12
MAX_TAGS = 20
MAX_KINDS = 5
"""Kinds of items that stand in the original only, which are named."""
_OF_SIGNATURES = re.compile(r"\d+: |and \d+ more$")
"""Reasons of `rules.score` that name a signature, or count those not named."""


class Reason(Model, frozen=True, kw_only=True):
    """Why the score is what it is."""

    text: str
    """Hostile text."""
    points: int | None = None
    anchor: str | None = None
    """Of the signature that it is; None: it is none."""


class Banner(Model, frozen=True, kw_only=True):
    """What stands first."""

    verdict: Verdict
    score: int | None
    our_score: int | None = None
    """That of our rules, where the report's is another sandbox's and ours differs."""
    why: tuple[Reason, ...] = ()
    """The gravest reasons of the score."""
    why_left: int = 0
    """Signatures with a score that are not among them."""
    families: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    name: str | None = None
    """The sample's; hostile text."""
    file_type: str | None = None
    size_bytes: int | None = None
    digests: tuple[tuple[str, str], ...] = ()
    """Name and hex."""
    made_by: str
    """Who made the report: `Fulgurite`, or the other sandbox's format."""
    engine: str | None = None
    version: str | None = None
    """Of the engine or the format, where `engine` does not say it."""
    task: str | None = None
    """The source's own name for the run; hostile text."""
    system: str | None = None
    platform: str | None = None
    profile: str | None = None
    """The time profile."""
    requested_at: datetime | None = None
    outcome: str = "completed"
    warnings: tuple[str, ...] = ()
    """What is to be known before anybody trusts the verdict."""
    warnings_left: int = 0
    rules: int | None = None
    """How many rules of ours it was matched with; None: it was not."""

    @property
    def is_whole(self) -> bool:
        """Whether the run came to its end; one that did not is never shown as clean."""
        return self.outcome == "completed"


def banner(report: Report, found: Findings) -> Banner:
    """The banner of `report`; `found`: the signatures of the page."""
    warnings = tuple(_warnings(report))
    scored = [one for one in found.shown if one.said.score is not None]
    matched = report.matched
    differs = matched is not None and not matched.is_score_ours and matched.score != report.score
    machine = report.machine
    return Banner(
        verdict=_verdict(report),
        score=report.score,
        our_score=matched.score if matched is not None and differs else None,
        why=(*(_reason(one) for one in scored[:MAX_REASONS]), *_statements(report)),
        why_left=max(0, len(scored) - MAX_REASONS),
        families=report.families[:MAX_TAGS],
        tags=report.tags[:MAX_TAGS],
        name=report.sample.name,
        file_type=report.sample.file_type or (None if report.static is None else report.static.type),
        size_bytes=report.sample.size_bytes,
        digests=_digests(report),
        made_by="Fulgurite" if report.source.is_ours else report.source.name,
        engine=_engine(report),
        version=None if report.source.engine is None else _unsaid(report.source.version, report.source.engine),
        task=report.source.task,
        system=machine.system,
        platform=machine.platform if machine.platform != machine.system else None,
        profile=machine.timeout,
        requested_at=report.requested_at,
        outcome=report.outcome,
        warnings=warnings[:MAX_WARNINGS],
        warnings_left=max(0, len(warnings) - MAX_WARNINGS),
        rules=None if matched is None else matched.count,
    )


def _verdict(report: Report) -> Verdict:
    """What its score comes to; unknown for a run that failed, and for one cut short that saw nothing bad."""
    said = verdict(report.score)
    if report.outcome == "failed" or (report.outcome == "partial" and said is Verdict.BENIGN):
        return Verdict.UNKNOWN
    return said


def _reason(finding: Finding) -> Reason:
    said = finding.said
    return Reason(text=said.name, points=said.score, anchor=finding.anchor)


def _statements(report: Report) -> tuple[Reason, ...]:
    """What our rules say besides naming signatures: why no statement can be made, that nothing was found."""
    reasons = () if report.matched is None else report.matched.reasons
    return tuple(Reason(text=reason) for reason in reasons if _OF_SIGNATURES.match(reason) is None)


def _digests(report: Report) -> tuple[tuple[str, str], ...]:
    sample = report.sample
    named = (("SHA-256", sample.sha256), ("SHA-1", sample.sha1), ("MD5", sample.md5))
    imphash = None if report.static is None else report.static.imphash
    return tuple((name, hex_) for name, hex_ in (*named, ("Imphash", imphash)) if hex_ is not None)


def _engine(report: Report) -> str | None:
    source = report.source
    if source.engine is not None:
        return source.engine
    return source.version if source.is_ours else " ".join(filter(None, (source.backend, source.version))) or None


def _unsaid(version: str | None, engine: str) -> str | None:
    return None if version is None or version in engine.split() else version


def _warnings(report: Report) -> list[str]:
    told = list(report.reasons)
    if report.machine.is_emulated:
        told.append(
            "The system was emulated: no network was reached and its answers are made up; what needs a real system"
            " (drivers, graphics, .NET) did not run."
        )
    if report.tally is not None and report.tally.left:
        told.append(_left(report.tally))
    if report.outcome == "completed" and not report.processes and report.source.is_ours:
        told.append("No process was seen.")
    return told


def _left(tally: Tally) -> str:
    """What an import left in the original, in one sentence."""
    kinds = sorted(tally.left, key=lambda kind: (-tally.left[kind], kind))
    rest = len(kinds) - MAX_KINDS
    named = ", ".join(kinds[:MAX_KINDS]) + (f" and {rest} kinds more" if rest > 0 else "")
    left = sum(tally.left.values())
    return f"{left:,} of the original's {tally.items:,} items stand in the original only: {named}."
