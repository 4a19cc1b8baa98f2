"""What becomes of what is brought."""

from typing import Literal

from fulgurite.model.base import Model

Outcome = Literal["imported", "duplicate", "refused"]


class Imported(Model, frozen=True, kw_only=True):
    """What became of one report, or of a document or file without one."""

    outcome: Outcome
    reason: str | None = None
    """Why it was refused; None otherwise."""
    member: str | None = None
    """Its path in the archive that was given, hostile text; None: it came as it is."""
    format: str | None = None
    """The word of the importer; None when no importer knows the bytes."""
    sha256: str | None = None
    """Of the sample, in lower-case hex, where it is known."""
    sandbox_id: str | None = None
    """Of the stored report, also when it was there already."""
