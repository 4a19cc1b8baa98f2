"""Reports of other sandboxes: the techniques that their source found, and those that our rules find without it."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from bench.detection.techniques import parent_of_today
from fulgurite import importers, rules
from fulgurite.errors import FulguriteError
from fulgurite.model.events import ProcessCreate, ProcessTerminate
from fulgurite.model.report import Report
from fulgurite.model.signature import Signature

GOAL_FORMATS = ("cape", "vmray", "triage")
"""Formats whose reports count for the goal, where they carry events."""
BENIGN_TO_SOURCE = 2
"""The highest score of a report that its source holds to be benign."""
_FEW_PROCESSES = 2
_SUSPICIOUS = 5


@dataclass(frozen=True)
class Compared:
    """One report, with what both sides say of it."""

    name: str
    format: str
    has_events: bool
    """Whether it tells more than that the sample ran."""
    is_benign: bool
    """Whether its source saw behaviour and thinks nothing of it."""
    theirs: frozenset[str]
    found: tuple[Signature, ...]

    @property
    def ours(self) -> frozenset[str]:
        return frozenset(parent_of_today(ttp) for one in self.found for ttp in one.ttps)

    @property
    def score(self) -> int:
        """Our score of the behaviour alone."""
        return max((one.score for one in self.found if one.score is not None), default=1)


def bare(report: Report) -> Report:
    """`report` without anything that its source concluded: what was seen alone."""
    return msgspec.structs.replace(
        report, signatures=(), ttps=None, families=(), configs=(), tags=(), score=None, extra={}
    )


def compared(folder: Path, rule_set: rules.RuleSet) -> Iterator[Compared]:
    """Every report below `folder` that can be imported, those in archives too."""
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = f"{path.parent.name}/{path.name}"
        try:
            found = [one for part in importers.documents(path.read_bytes()) for one in importers.read_all(part.data)]
        except FulguriteError:
            continue
        yield from (_one(name, report, rule_set) for report in found)


def _one(name: str, report: Report, rule_set: rules.RuleSet) -> Compared:
    listed = {*(report.ttps or ()), *(ttp for one in report.signatures for ttp in one.ttps)}
    worst = max((one.score for one in report.signatures if one.score is not None), default=None)
    has_events = len(report.processes) > _FEW_PROCESSES or any(
        not isinstance(event, ProcessCreate | ProcessTerminate) for event in report.events
    )
    return Compared(
        name=name,
        format=report.source.name,
        has_events=has_events,
        is_benign=has_events
        and report.score is not None
        and report.score <= BENIGN_TO_SOURCE
        and (worst is None or worst < _SUSPICIOUS),
        theirs=frozenset(parent_of_today(ttp) for ttp in listed),
        found=rules.matched(rule_set, bare(report)),
    )


@dataclass(frozen=True)
class Share:
    """How many of the source's techniques our rules find."""

    reports: int
    theirs: int
    both: int
    macro: float
    """The mean over reports of the share in each."""
    missed: tuple[tuple[str, int], ...]
    """Techniques that only the source found, the most frequent first."""

    @property
    def micro(self) -> float:
        """The share among all techniques of all reports."""
        return self.both / self.theirs if self.theirs else 0.0


def share(reports: list[Compared]) -> Share:
    """What `reports` have in common with our rules; those without techniques of their source are left aside."""
    told = [one for one in reports if one.theirs]
    missed = Counter(ttp for one in told for ttp in one.theirs - one.ours)
    shares = [len(one.theirs & one.ours) / len(one.theirs) for one in told]
    return Share(
        reports=len(told),
        theirs=sum(len(one.theirs) for one in told),
        both=sum(len(one.theirs & one.ours) for one in told),
        macro=sum(shares) / len(shares) if shares else 0.0,
        missed=tuple(sorted(missed.items(), key=lambda item: (-item[1], item[0]))),
    )
