"""The API key: who may do what."""

from datetime import datetime
from enum import StrEnum

from fulgurite.model.base import Model
from fulgurite.model.usage import Allowance


class Role(StrEnum):
    """What a key allows."""

    READ = "read"
    """Lookups."""
    SUBMIT = "submit"
    """Lookups and submissions."""
    ADMIN = "admin"
    """Everything, keys included."""


class Key(Model, frozen=True, kw_only=True):
    """One API key, without its secret: the store has only a digest of that."""

    id: int
    name: str
    """What its maker called it; no two keys in force share a name."""
    role: Role
    prefix: str
    """The first characters of the secret, to tell keys apart by sight."""
    created_at: datetime
    revoked_at: datetime | None = None
    """When it was revoked; None while it is in force."""
    expires_at: datetime | None = None
    """From when on it is not good any more; None: it does not end by itself."""
    allowance: Allowance = Allowance()
    """What it may use, where that differs from the settings."""

    def is_expired(self, now: datetime) -> bool:
        """Whether its time is over."""
        return self.expires_at is not None and self.expires_at <= now
