"""What the reports saw of the world outside, by value, and how reports stored before this was kept are worked off."""

import logging
import sqlite3
from datetime import datetime
from typing import NamedTuple

from fulgurite.errors import Damaged, MalformedReport, NotFound
from fulgurite.model import report as native
from fulgurite.model.listing import Told, told_by
from fulgurite.model.observed import Kind, Observed, observed
from fulgurite.model.report import Report
from fulgurite.model.verdict import Verdict, clamped, verdict
from fulgurite.model.viewer import Viewer
from fulgurite.store import listing, reports
from fulgurite.store.db import Database, moment
from fulgurite.store.indexing import noted
from fulgurite.store.listing import RANKS
from fulgurite.store.packing import Packing
from fulgurite.store.visibility import SEEN, seen_by

_log = logging.getLogger(__name__)

_VERDICTS = {rank: said for said, rank in RANKS.items()}
_BATCH = 100


class Sighting(NamedTuple):
    """One report that saw a value."""

    sandbox_id: str
    verdict: Verdict
    """On the sample of the report, not on the value."""
    sha256: str | None
    """Of the sample."""
    requested_at: datetime
    stored_at: datetime


class Digest(NamedTuple):
    """What is kept of a report besides its bytes, so that it is found by what it saw."""

    score: int | None
    """1-10; None when the report makes no statement."""
    seen: Observed
    rules: str | None = None
    """Digest of the rules that it was matched with."""
    told: Told = Told()
    """What a list tells of it."""


def digest_of(report: Report) -> Digest:
    """Score, observed values and words of `report`; of a failed one the words only."""
    rules = None if report.matched is None else report.matched.digest
    if report.outcome == "failed":
        return Digest(None, Observed((), 0), rules, told_by(report))
    return Digest(None if report.score is None else clamped(report.score), observed(report), rules, told_by(report))


def insert(connection: sqlite3.Connection, digest: Digest, sandbox_id: str) -> None:
    """Keeps the digest of a stored report."""
    rank = RANKS[verdict(digest.score)]
    connection.executemany(
        "INSERT OR IGNORE INTO observed (kind, value, verdict, sandbox_id, private_to)"
        " VALUES (?, ?, ?, ?, (SELECT private_to FROM reports WHERE sandbox_id = ?))",
        [(kind, value, rank, sandbox_id, sandbox_id) for kind, value in digest.seen.values],
    )
    connection.execute(
        "UPDATE reports SET score = ?, observed_rest = ?, rules = ?, is_digested = 1 WHERE sandbox_id = ?",
        (digest.score, digest.seen.rest, digest.rules, sandbox_id),
    )
    listing.tell(connection, sandbox_id, digest.told)


def work_off(database: Database, packing: Packing) -> int:
    """Takes score and values from the bytes of all reports that lack them; returns how many. Raises StoreError.

    A report whose bytes cannot be read is logged, and not tried again.
    """
    count = 0
    while rows := database.rows("SELECT * FROM reports WHERE is_digested = 0 ORDER BY seq LIMIT ?", (_BATCH,)):
        read = [(row["sandbox_id"], _report(packing, row)) for row in rows]
        with database.write("working off reports") as connection:
            for sandbox_id, report in read:
                if report is None:
                    connection.execute("UPDATE reports SET is_digested = 1 WHERE sandbox_id = ?", (sandbox_id,))
                else:
                    insert(connection, digest_of(report), sandbox_id)
                noted(connection, "report", sandbox_id)
        count += len(rows)
    return count


def score(database: Database, sandbox_id: str) -> int | None:
    """The score, 1-10, of a stored report; None when it makes no statement, and when there is no such report."""
    found: int | None = database.value("SELECT score FROM reports WHERE sandbox_id = ?", (sandbox_id,))
    return found


def counts(database: Database, kind: Kind, value: str, viewer: Viewer) -> dict[Verdict, int]:
    """How many analyses, of those that `viewer` sees, saw this value, by what they say of their samples."""
    rows = database.rows(
        "SELECT verdict, count(*) FROM observed"  # noqa: S608 - fixed
        f" WHERE kind = ? AND value = ? AND {SEEN} GROUP BY verdict",
        (kind, value, *seen_by(viewer)),
    )
    return dict.fromkeys(Verdict, 0) | {_VERDICTS[row[0]]: row[1] for row in rows}


def sightings(database: Database, kind: Kind, value: str, limit: int, viewer: Viewer) -> tuple[Sighting, ...]:
    """The first `limit` analyses, of those that `viewer` sees, that saw this value.

    The worst verdicts come first, then the highest sandbox_ids, which grow with time where they are ours.
    """
    rows = database.rows(
        "SELECT sandbox_id, verdict, sha256, requested_at, stored_at"  # noqa: S608 - fixed
        f" FROM (SELECT verdict, sandbox_id FROM observed WHERE kind = ? AND value = ? AND {SEEN}"
        " ORDER BY verdict DESC, sandbox_id DESC LIMIT ?)"
        " JOIN reports USING (sandbox_id) ORDER BY verdict DESC, sandbox_id DESC",
        (kind, value, *seen_by(viewer), limit),
    )
    return tuple(
        Sighting(
            row["sandbox_id"],
            _VERDICTS[row["verdict"]],
            row["sha256"],
            moment(row["requested_at"]),
            moment(row["stored_at"]),
        )
        for row in rows
    )


def _report(packing: Packing, row: sqlite3.Row) -> Report | None:
    try:
        return native.decode(packing.native(reports.row_of(row)))
    except (NotFound, Damaged, MalformedReport):
        _log.exception("the report %s cannot be read: what it saw is left out", row["sandbox_id"])
        return None
