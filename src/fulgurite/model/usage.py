"""How much of what an API key may use, and how much of it is used."""

from datetime import datetime, timedelta
from enum import StrEnum

from fulgurite.model.base import Model


class Kind(StrEnum):
    """What is counted by the day, by the names that the v4 interface has for it."""

    SANDBOX = "sandbox_api"
    """Analyses asked for."""
    PREVENTION = "prevention_api"
    """Files sent or looked at again, without an analysis."""
    REPUTATION = "reputation_api"
    """Lookups: by hash, address, domain or URL."""


THROTTLE = "throttle"
"""What is counted by the minute: calls that cost the server much."""

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


class Quotas(Model, frozen=True, kw_only=True):
    """What a key may use."""

    sandbox_api: int
    """Analyses in a day."""
    prevention_api: int
    """Files in a day."""
    reputation_api: int
    """Lookups in a day."""
    per_minute: int
    """Throttled calls in a minute."""

    def of(self, kind: Kind) -> int:
        """The quota of a day."""
        match kind:
            case Kind.SANDBOX:
                return self.sandbox_api
            case Kind.PREVENTION:
                return self.prevention_api
            case Kind.REPUTATION:
                return self.reputation_api


class Allowance(Model, frozen=True, kw_only=True):
    """What one key may use, where that differs from what keys in general may; None: it does not differ."""

    sandbox_api: int | None = None
    prevention_api: int | None = None
    reputation_api: int | None = None
    per_minute: int | None = None

    def over(self, defaults: Quotas) -> Quotas:
        """These, and `defaults` where there are none."""
        return Quotas(
            sandbox_api=defaults.sandbox_api if self.sandbox_api is None else self.sandbox_api,
            prevention_api=defaults.prevention_api if self.prevention_api is None else self.prevention_api,
            reputation_api=defaults.reputation_api if self.reputation_api is None else self.reputation_api,
            per_minute=defaults.per_minute if self.per_minute is None else self.per_minute,
        )


class Claim(Model, frozen=True, kw_only=True):
    """What a key wants to use: kept, or refused as a whole."""

    key_id: int
    what: str
    """A Kind, or THROTTLE."""
    count: int
    limit: int
    """How much of it may be used in one window."""
    at: datetime


class Standing(Model, frozen=True, kw_only=True):
    """How much of a quota is used."""

    limit: int
    used: int
    reset_in_s: int
    """Whole seconds until nothing of it is used any more; the length of the window when nothing is."""

    @property
    def remaining(self) -> int:
        """What may still be used."""
        return max(0, self.limit - self.used)
