"""What was taken out of a sample: its settings, as its operator left them."""

from typing import Any

import msgspec

from fulgurite.model.base import Model


class MalwareConfig(Model, frozen=True, kw_only=True):
    """One extracted configuration, ransom note or set of credentials. All values are hostile text."""

    kind: str = "config"
    """`config`, `ransom_note`, `dropper`, `credentials`: foreign kinds as they came."""
    family: str | None = None
    rule: str | None = None
    """The extractor or rule that found it."""
    found_in: str | None = None
    """Artifact.name, or the SHA-256, of what it was taken from."""
    path: str | None = None
    """Where the guest had that."""
    resource: str | None = None
    """The source's own name for it."""
    values: dict[str, Any] = msgspec.field(default_factory=dict)
    """The settings as the source names them: `c2`, `botnet`, `key`, `mutex` ..."""
