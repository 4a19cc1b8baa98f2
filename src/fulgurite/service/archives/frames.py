"""What the child that takes archives apart is told, and what it says: lines of JSON, members' bytes between them."""

from typing import IO

import msgspec

from fulgurite.model.base import Model
from fulgurite.service.archives.caps import Caps, Fault

MAX_LINE_BYTES = 1 << 20


class Order(Model, frozen=True, kw_only=True):
    """First line of the child's input; the archive follows."""

    kind: str
    """A word of `READERS`."""
    password: str | None
    caps: Caps


class Said(Model, frozen=True, kw_only=True):
    """One line of the child's output. Exactly one field is set, and the last line has `refused` or `is_end`."""

    member: "MemberLine | None" = None
    """As many bytes follow as it says."""
    remark: "Remark | None" = None
    refused: "Refusal | None" = None
    is_end: bool = False


class MemberLine(Model, frozen=True, kw_only=True):
    """A file that was taken out."""

    name: str
    size_bytes: int
    parent: int | None
    """The number, counted from 0, of the member that is the archive which it lies in; None: the archive itself."""


class Remark(Model, frozen=True, kw_only=True):
    """What else there is to say."""

    name: str
    text: str


class Refusal(Model, frozen=True, kw_only=True):
    """Why the archive is not taken apart."""

    fault: Fault
    message: str


def tell(file: IO[bytes], line: Order | Said) -> None:
    """Writes one line."""
    file.write(msgspec.json.encode(line) + b"\n")
