"""Foreign reports as they come in: many of them in one transaction, and what need not be read again."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal, NamedTuple

import msgspec

from fulgurite.store import observations, reports
from fulgurite.store.blobs import Blobs, packed
from fulgurite.store.db import Database
from fulgurite.store.indexing import Indexing, Note, noted
from fulgurite.store.observations import Digest
from fulgurite.store.reports import ReportRow

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
"""No sandbox ran before: an earlier time is that of a clock that was never set, or none at all."""
SKEW = timedelta(days=1)
"""How far ahead of ours a source's clock is believed: local times without a zone are up to 14 hours ahead of UTC."""


class Arrival(NamedTuple):
    """A foreign report whose bytes are in the blob store."""

    row: ReportRow
    digest: Digest
    gzipped: bytes
    """Its v4 body."""


class Contents(NamedTuple):
    """The bytes of a foreign report."""

    original: bytes | None
    """What it was read from; None: that is stored already, and the row has its digest."""
    native: bytes
    body: bytes


class Added(NamedTuple):
    """What became of a foreign report."""

    outcome: Literal["stored", "duplicate", "taken"]
    """`taken`: another analysis has this sandbox_id, nothing was stored."""
    sandbox_id: str
    """Of the stored report, or of the one that was there already."""


class Known(NamedTuple):
    """A report that came in before."""

    member: str | None
    """Its path in the archive that it came in; None: it came as it is."""
    sandbox_id: str
    format: str
    sha256: str | None
    """Of its sample."""


def ordering_time(stated: datetime | None, now: datetime) -> datetime:
    """When a run was asked for that came in `now`: what its source states, where that can be.

    Else it counts as asked for when it came in. A time in the future would stay the last for ever.
    """
    return stated if stated is not None and EARLIEST <= stated <= now + SKEW else now


def prepared(blobs: Blobs, row: ReportRow, digest: Digest, contents: Contents) -> Arrival:
    """The report of `row`, which gets its digests, with its bytes in the blob store; nothing of it is visible yet.

    Raises StoreFull, StoreError.
    """
    gzipped = packed(contents.body)
    original = contents.original
    named = msgspec.structs.replace(
        row,
        original_sha256=row.original_sha256 if original is None else blobs.put(original),
        native_sha256=blobs.put(contents.native),
        body_sha256=blobs.put(contents.body, gzipped=gzipped),
    )
    return Arrival(named, digest, gzipped)


def keep(database: Database, indexing: Indexing, arrivals: Sequence[Arrival]) -> list[Added]:
    """Keeps reports, durable when this returns, but for those that are there already; in their order.

    All in one transaction. Raises StoreFull, StoreError; then none of them is visible.
    """
    notes: list[Note] = []
    done: list[Added] = []
    with database.write("keeping reports") as connection:
        for row, digest, _ in arrivals:
            known = reports.imported(connection, row.original_sha256, row.position, row.subject)
            if known is not None:
                done.append(Added("duplicate", known))
            elif reports.is_taken(connection, row.sandbox_id):
                done.append(Added("taken", row.sandbox_id))
            else:
                reports.insert(connection, row)
                observations.insert(connection, digest, row.sandbox_id)
                notes.append(noted(connection, "report", row.sandbox_id))
                done.append(Added("stored", row.sandbox_id))
    indexing.settle(notes, {arrival.row.sandbox_id: arrival.gzipped for arrival in arrivals})
    return done


def remember(database: Database, sha256: str, told: str, taken: Sequence[tuple[str | None, str]]) -> None:
    """Notes that all reports in the bytes of this digest are in: `taken` has their members and sandbox_ids.

    `told`: the SHA-256 that was told with them, or nothing. Not durable: what a crash loses is read again.
    """
    with database.write("noting what is in", durable=False) as connection:
        row = (sha256, told, msgspec.json.encode(taken).decode())
        connection.execute("INSERT OR REPLACE INTO taken_in VALUES (?, ?, ?)", row)


def remembered(database: Database, sha256: str, told: str) -> list[Known] | None:
    """The reports in the bytes of this digest, when all of them are in; None when that is not known."""
    text = database.value("SELECT reports FROM taken_in WHERE sha256 = ? AND told = ?", (sha256, told))
    if text is None:
        return None
    known: list[Known] = []
    for member, sandbox_id in msgspec.json.decode(text, type=list[tuple[str | None, str]]):
        row = database.row("SELECT format, sha256 FROM reports WHERE sandbox_id = ?", (sandbox_id,))
        if row is None:
            return None
        known.append(Known(member, sandbox_id, row["format"], row["sha256"]))
    return known
