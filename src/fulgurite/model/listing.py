"""One line of a list of analyses: enough to choose by, for pages and programs alike."""

from datetime import datetime

from fulgurite.model.base import Model
from fulgurite.model.task import TaskState
from fulgurite.model.verdict import Verdict, verdict


class AnalysisEntry(Model, frozen=True, kw_only=True):
    """One analysis, whatever its state."""

    sandbox_id: str
    data_id: str
    sha256: str | None = None
    sha1: str | None = None
    md5: str | None = None
    file_name: str | None = None
    """Hostile text."""
    file_type: str | None = None
    system: str | None = None
    """As asked for, or as the source says."""
    source: str
    """`fulgurite` for our own engines, else the format's name."""
    state: TaskState
    progress: int = 100
    outcome: str | None = None
    """`completed`, `partial`, `failed`; None until it has ended."""
    reason: str | None = None
    """Why it failed, or why it still waits."""
    score: int | None = None
    families: tuple[str, ...] = ()
    requested_at: datetime
    """When the run was asked for: what the source says of a report that was imported."""
    stored_at: datetime | None = None
    """When the report came into this store."""

    @property
    def verdict(self) -> Verdict:
        return verdict(self.score)


class Analyses(Model, frozen=True, kw_only=True):
    """A page of a list."""

    analyses: tuple[AnalysisEntry, ...] = ()
    next: str | None = None
    """What to pass as `after` for the page that follows; None: there is none."""
