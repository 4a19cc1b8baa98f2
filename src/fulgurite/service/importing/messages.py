"""What is said between the one who wants reports read and the one who reads them, and how it goes over a pipe.

The reader says Found for each document, then Head for each report in it, and waits for the answer to each; for a report
that is wanted it then says Rendered, with the bytes after the line.
"""

from datetime import datetime
from typing import Literal

import msgspec

from fulgurite.model.base import Model
from fulgurite.model.listing import Told
from fulgurite.model.observed import Kind

MAX_LINE_BYTES = 32 << 20
"""No line is longer: of the values that a report saw 2,000 are told, each of some thousand bytes at the most."""


class Order(Model, tag="order", frozen=True, kw_only=True):
    """What is to be read. As many bytes follow as it says."""

    size_bytes: int
    name: str | None = None
    """What the bytes are called, hostile text: perhaps their sample's SHA-256 stands in it."""
    sha256: str | None = None
    """Of the sample, as the caller says, in lower-case hex."""
    passwords: tuple[str, ...] = ()
    after: int = 0
    """So many documents are passed over: they were read before."""
    seconds: int
    """How long reading one document may take."""


class Began(Model, tag="began", frozen=True, kw_only=True):
    """The reader is up; or the order has come in whole, or a document is done with: the next one is taken out."""


class Found(Model, tag="found", frozen=True, kw_only=True):
    """A document. Answered by Go."""

    number: int
    """Which of all documents it is, counted from 0."""
    member: str | None
    """Its path within the archive that it lies in, hostile text; None: it is what was given."""
    sha256: str
    told: str
    """The SHA-256 of its sample, as the caller or a name says; empty where nobody does."""


class Go(Model, tag="go", frozen=True, kw_only=True):
    """Whether to go on with the document."""

    is_wanted: bool


class Head(Model, tag="head", frozen=True, kw_only=True):
    """A report, as far as it has to be known whether it is there already. Answered by Names, Known or Refused."""

    position: int
    """Which of the document's reports it is, counted from 0."""
    format: str
    sha256: str | None
    """These three, of its sample, in lower-case hex; at least one is there."""
    sha1: str | None
    md5: str | None
    sha512: str | None = None
    sandbox_id: str | None
    """These two as the source has them."""
    data_id: str | None
    rescan_available: bool | None


class Names(Model, tag="names", frozen=True, kw_only=True):
    """The report is wanted, under these names."""

    sha256: str | None
    sha1: str | None
    md5: str | None
    sandbox_id: str
    data_id: str
    rescan_available: bool


class Known(Model, tag="known", frozen=True, kw_only=True):
    """The report is not wanted."""


class Rendered(Model, tag="rendered", frozen=True, kw_only=True):
    """A report, ready to be kept. The bytes of its original, its native form and its v4 body follow."""

    sandbox_id: str
    requested_at: datetime | None
    """As the source states it."""
    outcome: Literal["completed", "partial", "failed"]
    score: int | None
    values: tuple[tuple[Kind, str], ...]
    """What it saw of the world outside."""
    rest: int
    """How many more values it saw."""
    rules: str | None
    """Digest of the rules that it was matched with."""
    told: Told = Told()
    """What a list tells of it."""
    original_bytes: int | None
    """None: the bytes came with an earlier report of the same document."""
    native_bytes: int
    body_bytes: int


class Refused(Model, tag="refused", frozen=True, kw_only=True):
    """A document, or a report in it, or all that was given, that is not taken, and why."""

    reason: str
    member: str | None = None
    format: str | None = None
    is_apart: bool = False
    """Whether it is about no document that was told of: one could not be taken out, or nothing could."""


class End(Model, tag="end", frozen=True, kw_only=True):
    """All is read."""

    is_leaving: bool
    """Whether the reader ends, since it has used much memory; another one has to take the next order."""


Said = Began | Found | Head | Rendered | Refused | End
"""By the reader."""
Answered = Order | Go | Names | Known | Refused
"""By the one who wants it read."""

said_decoder = msgspec.json.Decoder(Said)
answer_decoder = msgspec.json.Decoder(Answered)


def line(message: Said | Answered) -> bytes:
    """`message` as it goes over the pipe."""
    return msgspec.json.encode(message) + b"\n"
