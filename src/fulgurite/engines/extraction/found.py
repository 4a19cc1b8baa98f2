"""What child and parent say to each other."""

from typing import Any

import msgspec


class Given(msgspec.Struct, frozen=True):
    """A piece of bytes; what the child reads is a list of them, in MessagePack."""

    name: str
    data: bytes


class Told(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of what the child says, in JSON."""

    extractor: str
    """The name of the class; empty for a fault of a file."""
    piece: str = ""
    values: dict[str, Any] | None = None
    """maco's model without what is not set; None where a fault is told."""
    fault: str = ""
