"""The signatures of a report, ranked, each with its evidence."""

from fulgurite.exports.html.views.anchors import signature_anchor
from fulgurite.exports.html.views.who import Cast, Who
from fulgurite.model import attack
from fulgurite.model.base import Model
from fulgurite.model.report import Report
from fulgurite.model.signature import Indicator, Signature
from fulgurite.model.verdict import Verdict, verdict

MAX_SIGNATURES = 250
"""Signatures that a page shows: more than any real report has, fewer than a hostile one may have."""
MAX_INDICATORS = 6
"""Pieces of evidence shown of one signature."""
MAX_INDICATORS_OF_EVENTS = 3
"""The same where events are behind it, which are shown when it is opened."""
MAX_TTPS = 20


class Technique(Model, frozen=True, kw_only=True):
    """A technique of ATT&CK that somebody named."""

    id: str
    """Hostile text where it is not known."""
    name: str | None = None
    """None: ATT&CK has none of this id."""


class Evidence(Model, frozen=True, kw_only=True):
    """One indicator."""

    said: Indicator
    who: Who | None = None
    target: Who | None = None


class Finding(Model, frozen=True, kw_only=True):
    """One signature."""

    anchor: str
    said: Signature
    level: Verdict
    """What its score would come to alone; unknown for what only informs."""
    techniques: tuple[Technique, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    evidence_left: int = 0
    """Indicators that the page does not show."""
    events: int = 0
    """How many events are behind it, as far as known."""
    are_all_kept: bool = True
    """Whether each of them can be listed for sure: a finding keeps the numbers of the first ones only."""
    by: tuple[Who, ...] = ()
    """Processes that its evidence names."""


class Findings(Model, frozen=True, kw_only=True):
    """All of them."""

    shown: tuple[Finding, ...] = ()
    total: int = 0
    ours: int = 0
    """How many of the total are of our rules."""
    levels: dict[str, int]
    """How many of the total there are of each level, by its word."""

    @property
    def left(self) -> int:
        """How many the page does not show."""
        return self.total - len(self.shown)


def findings(report: Report, cast: Cast, total: int | None = None) -> Findings:
    """The signatures of `report`: highest score first, ours first among equals.

    `total`: how many there are where the report does not hold all of them.
    """
    ranked = sorted(report.signatures, key=lambda one: (one.score is None, -(one.score or 0), not one.is_ours))
    taken: set[str] = set()
    levels = {word.value: 0 for word in Verdict}
    for one in ranked:
        levels[verdict(one.score).value] += 1
    return Findings(
        shown=tuple(_finding(one, cast, taken) for one in ranked[:MAX_SIGNATURES]),
        total=len(ranked) if total is None else total,
        ours=sum(one.is_ours for one in ranked),
        levels=levels,
    )


def _finding(said: Signature, cast: Cast, taken: set[str]) -> Finding:
    procids = dict.fromkeys(one.procid for one in said.indicators if one.procid is not None)
    seen = {one.event for one in said.indicators if one.event is not None}
    events = said.event_count if said.event_count is not None else len(said.events) or len(seen)
    kept = said.indicators[: MAX_INDICATORS_OF_EVENTS if events else MAX_INDICATORS]
    return Finding(
        anchor=_anchor(said, taken),
        said=said,
        level=verdict(said.score),
        techniques=tuple(technique(ttp) for ttp in said.ttps[:MAX_TTPS]),
        evidence=tuple(_evidence(one, cast) for one in kept),
        evidence_left=len(said.indicators) - len(kept),
        events=events,
        are_all_kept=events <= max(len(said.events), len(seen)),
        by=cast.all_of(list(procids)[:5]),
    )


def technique(id_: str) -> Technique:
    """The technique of this id with its name."""
    known = attack.technique(id_)
    return Technique(id=id_, name=None if known is None else known.name)


def _evidence(said: Indicator, cast: Cast) -> Evidence:
    return Evidence(
        said=said, who=cast.who(said.procid, said.pid), target=cast.who(said.procid_target, said.pid_target)
    )


def _anchor(said: Signature, taken: set[str]) -> str:
    """A place of its own; the second of one label, such as the source's beside ours, has a number behind."""
    first = anchor = signature_anchor(said.label or said.name)
    number = 2
    while anchor in taken:
        anchor, number = f"{first}.{number}", number + 1
    taken.add(anchor)
    return anchor
