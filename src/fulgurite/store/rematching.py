"""Stored reports that other rules matched than those in force now, and how their findings are replaced.

A report stays the same analysis: its id, its time and its original do not change. Its native form and its body are
written anew, so the body has a new ETag; what they were is garbage that `fulgurite.store.compacting` gives back.
"""

from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple

from fulgurite.store import observations, records, reports
from fulgurite.store.compacting import LOCK
from fulgurite.store.indexing import Note, noted
from fulgurite.store.observations import Digest
from fulgurite.store.reports import ReportRow
from fulgurite.store.scratch import exclusive
from fulgurite.store.store import Store

_STALE = "rules IS NOT ?"


class Stale(NamedTuple):
    """A report that other rules matched."""

    seq: int
    row: ReportRow


class Rematched(NamedTuple):
    """A report as the rules in force leave it."""

    row: ReportRow
    """As it was read."""
    digest: Digest
    native: bytes
    body: bytes


def count(store: Store, rules: str) -> int:
    """How many reports were matched with other rules than those of the digest `rules`."""
    return int(store.database.value(f"SELECT count(*) FROM reports WHERE {_STALE}", (rules,)))  # noqa: S608 - fixed


def stale(store: Store, rules: str, after: int, limit: int) -> list[Stale]:
    """The next of them after the one with the number `after`, oldest first."""
    rows = store.database.rows(
        f"SELECT * FROM reports WHERE {_STALE} AND seq > ? ORDER BY seq LIMIT ?",  # noqa: S608 - fixed
        (rules, after, limit),
    )
    return [Stale(row["seq"], reports.row_of(row)) for row in rows]


def replace(store: Store, changes: Sequence[Rematched]) -> int:
    """Puts findings in the place of the old ones, durable when this returns; returns how many.

    All in one transaction. One that is gone, or that changed since it was read, is left out. Raises StoreFull,
    StoreError; then none of them is visible.
    """
    # A compaction must not move the old bytes of a report while new ones take their place.
    with exclusive(store.data_dir / LOCK):
        kept = [
            (records.native_record(one.native, one.body), records.body_record(one.body, one.row.sandbox_id))
            for one in changes
        ]
        places = iter(store.packs.append(list(chain.from_iterable(kept))))
        notes: list[Note] = []
        with store.database.write("keeping findings") as connection:
            for one, (native, body) in zip(changes, kept, strict=True):
                done = connection.execute(
                    "UPDATE reports SET native_sha256 = ?, body_sha256 = ?, native_at = ?, body_at = ?"
                    " WHERE sandbox_id = ? AND native_sha256 = ?",
                    (
                        native.sha256.hex(),
                        body.sha256.hex(),
                        next(places),
                        next(places),
                        one.row.sandbox_id,
                        one.row.native_sha256,
                    ),
                )
                if done.rowcount == 1:
                    connection.execute("DELETE FROM observed WHERE sandbox_id = ?", (one.row.sandbox_id,))
                    observations.insert(connection, one.digest, one.row.sandbox_id)
                    notes.append(noted(connection, "report", one.row.sandbox_id))
    store.indexing.settle(notes)
    return len(notes)
