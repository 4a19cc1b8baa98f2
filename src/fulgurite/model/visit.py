"""The visit: a URL that is fetched, so that what comes from there can be analysed."""

from datetime import datetime
from enum import StrEnum

from fulgurite.model.base import Model
from fulgurite.model.task import RunOptions


class VisitState(StrEnum):
    """Where a visit stands. After FETCHED the analysis of what came tells how it goes on."""

    PENDING = "pending"
    RUNNING = "running"
    FETCHED = "fetched"
    FAILED = "failed"


class Visit(Model, frozen=True, kw_only=True):
    """One request to look at what a URL gives."""

    sandbox_id: str
    """24 lower-case hex digits; other ones than those of the analysis of what came."""
    url: str
    options: RunOptions
    requested_at: datetime
    key_id: int | None = None
    private_to: int | None = None
    """The key that alone, with administrators, may see it and what came; None: everybody."""
    state: VisitState = VisitState.PENDING
    attempts: int = 0
    reason: str | None = None
    """Why nothing came; None otherwise."""
    fetched: "Fetched | None" = None


class Fetched(Model, frozen=True, kw_only=True):
    """What came."""

    final_url: str
    """Where redirects led to."""
    http_status: int
    content_type: str | None
    data_id: str
    """The submission that was made of it."""
    analysis_id: str | None
    """The sandbox_id of its analysis; None where no engine takes it."""
    refusal: str | None
    """Why none does."""
