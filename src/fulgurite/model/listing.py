"""One line of a list of analyses: enough to choose by, for pages and programs alike."""

from datetime import datetime
from enum import StrEnum

from fulgurite.model.base import Model
from fulgurite.model.report import Report
from fulgurite.model.task import TaskState
from fulgurite.model.verdict import Verdict

MAX_CHARACTERS = 500
"""Of a text in a list; longer ones end in an ellipsis."""
MAX_FAMILIES = 20


class Standing(StrEnum):
    """How analyses can be asked for by where they stand."""

    PENDING = "pending"
    RUNNING = "running"
    OPEN = "open"
    """Pending or running."""
    FINISHED = "finished"
    """There is a report that says something."""
    FAILED = "failed"
    IMPORTED = "imported"
    """Whatever came from outside."""


class AnalysisEntry(Model, frozen=True, kw_only=True, omit_defaults=False):
    """One analysis, whatever its state. All text is hostile."""

    sandbox_id: str
    data_id: str
    sha256: str | None = None
    sha1: str | None = None
    md5: str | None = None
    file_name: str | None = None
    file_type: str | None = None
    system: str | None = None
    """As asked for, or as the source says."""
    source: str
    """`fulgurite` for our own engines, else the format's name."""
    is_imported: bool = False
    is_private: bool = False
    """Whether the owner's key and administrators alone see it."""
    state: TaskState
    """`failed` also where a report says nothing but that the run failed."""
    progress: int = 100
    """1-100; 100 only at the end."""
    outcome: str | None = None
    """`completed`, `partial`, `failed`; None until it has ended."""
    reason: str | None = None
    """Why it failed or is partial, or why it still waits."""
    score: int | None = None
    """1-10; None where no statement is made, and until it has ended."""
    verdict: Verdict = Verdict.UNKNOWN
    families: tuple[str, ...] = ()
    requested_at: datetime
    """When the run was asked for: what the source says of a report that was imported."""
    added_at: datetime
    """When it was asked for here, or imported: lists are in this order."""
    stored_at: datetime | None = None
    """When the report came into this store."""


class Analyses(Model, frozen=True, kw_only=True, omit_defaults=False):
    """A page of a list, newest first."""

    analyses: tuple[AnalysisEntry, ...] = ()
    next: str | None = None
    """What to pass as `after` for the page that follows; None: there is none."""
    is_cut: bool = False
    """Whether the page ends, full or not, because much was looked through for it; `next` goes on from there."""


class Told(Model, frozen=True, kw_only=True):
    """What a list tells of a report that only the report itself knows."""

    file_name: str = ""
    file_type: str = ""
    system: str | None = None
    families: tuple[str, ...] = ()
    reason: str | None = None
    """Why the outcome is not `completed`."""


def told_by(report: Report) -> Told:
    """What a list tells of `report`."""
    reason = None if report.outcome == "completed" else "; ".join(report.reasons)
    return Told(
        file_name=_cut(report.sample.name or ""),
        file_type=_cut(report.sample.file_type or ""),
        system=None if report.machine.system is None else _cut(report.machine.system),
        families=tuple(_cut(name) for name in report.families[:MAX_FAMILIES]),
        reason=_cut(reason) if reason else None,
    )


def _cut(text: str) -> str:
    return text if len(text) <= MAX_CHARACTERS else f"{text[: MAX_CHARACTERS - 1]}…"
