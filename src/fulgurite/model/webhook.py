"""The webhook: a call that a submitter wants when a submission is done."""

from datetime import datetime
from enum import StrEnum

from fulgurite.model.base import Model


class CallState(StrEnum):
    """Where a call stands."""

    OPEN = "open"
    """To be made, or to be made again; perhaps under way."""
    DELIVERED = "delivered"
    GIVEN_UP = "given up"


class Webhook(Model, frozen=True, kw_only=True):
    """One call, to be made until it is answered well or its attempts are used up."""

    data_id: str
    url: str
    key_id: int | None
    """The key that asked for it; its name chooses the secret that signs the call."""
    created_at: datetime
    state: CallState = CallState.OPEN
    attempts: int = 0
    """Attempts begun, the present one included."""
    due_at: datetime
    """When the next attempt may begin, if the submission is done then."""
    requested_at: datetime | None = None
    """When the last attempt began; None before the first."""
    ended_at: datetime | None = None
    """When it was delivered or given up."""
    status_code: int | None = None
    """What the last attempt was answered with; None: there was no answer."""
    error: str | None = None
    """What went wrong with the last attempt; None: nothing."""
