"""Foreign reports as they come in: many of them in one transaction, and what need not be read again."""

import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Literal, NamedTuple

import msgspec

from fulgurite.errors import StoreError
from fulgurite.store import observations, records, reports, sha512
from fulgurite.store.db import Database
from fulgurite.store.indexing import Indexing, Note, noted
from fulgurite.store.observations import Digest
from fulgurite.store.packs import Packs
from fulgurite.store.records import Kept, Record
from fulgurite.store.reports import ReportRow

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
"""No sandbox ran before: an earlier time is that of a clock that was never set, or none at all."""
SKEW = timedelta(days=1)
"""How far ahead of ours a source's clock is believed: local times without a zone are up to 14 hours ahead of UTC."""


class Arrival(NamedTuple):
    """A foreign report, ready to be kept. It can be made in another process."""

    row: ReportRow
    digest: Digest
    kept: tuple[Record, ...]
    """Its native report and body; before these, unless it is stored already, its original."""


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


def prepared(row: ReportRow, digest: Digest, contents: Contents) -> Arrival:
    """The report of `row`, which gets its digests; nothing of it is stored yet."""
    original = contents.original
    first = None if original is None else records.original_record(original)
    native = records.native_record(contents.native, contents.body)
    body = records.body_record(contents.body, row.sandbox_id)
    named = msgspec.structs.replace(
        row,
        original_sha256=row.original_sha256 if first is None else first.sha256.hex(),
        native_sha256=native.sha256.hex(),
        body_sha256=body.sha256.hex(),
    )
    return Arrival(named, digest, (native, body) if first is None else (first, native, body))


def keep(database: Database, packs: Packs, indexing: Indexing, arrivals: Sequence[Arrival]) -> list[Added]:
    """Keeps reports, durable when this returns, but for those that are there already; in their order.

    All in one transaction. Raises StoreFull, StoreError; then none of them is visible.
    """
    kept = _not_stored(database, arrivals)
    places = iter(packs.append(list(chain.from_iterable(kept))))
    originals: dict[str, int] = {}
    notes: list[Note] = []
    done: list[Added] = []
    with database.write("keeping reports") as connection:
        for arrival, own_records in zip(arrivals, kept, strict=True):
            own = [next(places) for _ in own_records]
            row = _placed(connection, arrival, own, originals)
            known = reports.imported(connection, row.original_sha256, row.position, row.subject)
            if known is not None:
                done.append(Added("duplicate", known))
            elif reports.is_taken(connection, row.sandbox_id):
                done.append(Added("taken", row.sandbox_id))
            else:
                packs.assert_there(own)
                reports.insert(connection, row)
                observations.insert(connection, arrival.digest, row.sandbox_id)
                notes.append(noted(connection, "report", row.sandbox_id))
                notes += sha512.state(connection, row.sha512, row.sha256)
                done.append(Added("stored", row.sandbox_id))
    indexing.settle(notes)
    return done


def _placed(
    connection: sqlite3.Connection, arrival: Arrival, places: Sequence[int], originals: dict[str, int]
) -> ReportRow:
    """The row of `arrival` with where its bytes lie. `originals`: SHA-256 -> place of those that came just now."""
    row = arrival.row
    original_at: int | None
    if len(places) == len(Kept._fields):
        original_at = originals[row.original_sha256] = places[0]
    else:
        # Looked for in this transaction: a compaction cannot move it before the row is there.
        stored = reports.place_of_original(connection, row.original_sha256)
        original_at = originals.get(row.original_sha256, stored)
        if original_at is None and len(arrival.kept) == len(Kept._fields) and places:
            raise StoreError(f"the bytes of {row.original_sha256} were deleted meanwhile; import them again")
    native_at, body_at = places[-2:] or (None, None)
    return msgspec.structs.replace(row, original_at=original_at, native_at=native_at, body_at=body_at)


def _not_stored(database: Database, arrivals: Sequence[Arrival]) -> list[tuple[Record, ...]]:
    """Of each report what is to be written: nothing of a known one, and no original that is stored already."""
    originals: set[str] = set()
    kept: list[tuple[Record, ...]] = []
    for row, _, own in arrivals:
        digest = row.original_sha256
        if reports.imported(database, digest, row.position, row.subject) is not None:
            kept.append(())
        elif digest in originals or reports.place_of_original(database, digest) is not None:
            kept.append(own[-2:])
        else:
            kept.append(own)
            originals.add(digest)
    return kept


class Taken(NamedTuple):
    """Bytes whose reports are all in."""

    sha256: str
    """Of the bytes."""
    told: str
    """The SHA-256 of a sample that was told with them; empty where there was none."""
    reports: tuple[tuple[str | None, str], ...]
    """Each report's member in the archive (None: it is none) and sandbox_id."""


def remember(database: Database, taken: Sequence[Taken]) -> None:
    """Notes what need not be read again. Not durable: what a crash loses is read again. Raises StoreError."""
    rows = [(one.sha256, one.told, msgspec.json.encode(one.reports).decode()) for one in taken]
    with database.write("noting what is in", durable=False) as connection:
        connection.executemany("INSERT OR REPLACE INTO taken_in VALUES (?, ?, ?)", rows)


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
