"""What is over its time: analyses by when they came into the list, files by when they were last sent or analysed."""

import sqlite3
from datetime import datetime
from typing import Final, NamedTuple

from fulgurite.store.db import Database, micros, moment_or_none

MAX_COUNTED: Final = 100_000
"""Of what is over its time that is counted."""
_RAN, _ANALYSES, _FILES, _COMPACTED = (
    "retention_ran_at",
    "retention_analyses",
    "retention_files",
    "retention_compacted_at",
)
_ENDED = "state IN ('reported', 'failed')"
_IDLE: Final = (
    "NOT EXISTS (SELECT 1 FROM submissions WHERE submissions.sha256 = files.sha256 AND requested_at >= :before)"
    " AND NOT EXISTS (SELECT 1 FROM listed WHERE subject = files.sha256 AND seq >= :before)"
    " AND NOT EXISTS (SELECT 1 FROM tasks WHERE tasks.sha256 = files.sha256 AND state IN ('pending', 'running'))"
)
"""Holds for files that nobody asked for, and that were not analysed, since then; and no analysis of which is open."""


class Done(NamedTuple):
    """What was done until now."""

    last_run_at: datetime | None
    analyses: int
    files: int
    compacted_at: datetime | None


class Batch(NamedTuple):
    """Some that are over their time, and where to go on."""

    names: tuple[str, ...]
    after: int
    is_last: bool


def analyses(database: Database, before: datetime, after: int, limit: int) -> Batch:
    """The sandbox_ids of analyses that ended and came into the list before then, oldest first, after a place in it."""
    rows = database.rows(
        "SELECT seq, sandbox_id, state FROM listed WHERE seq > ? AND seq < ? ORDER BY seq LIMIT ?",
        (after, micros(before), limit),
    )
    names = tuple(row["sandbox_id"] for row in rows if row["state"] in {"reported", "failed"})
    return Batch(names, rows[-1]["seq"] if rows else after, len(rows) < limit)


def files(database: Database, before: datetime, after: int, limit: int) -> Batch:
    """The SHA-256 of files that are over their time, by their oldest submissions, after a number of these."""
    rows = database.rows(
        f"SELECT files.seq, sha256, {_IDLE} AS is_idle FROM submissions AS files"  # noqa: S608 - fixed
        " WHERE files.seq > :after ORDER BY files.seq LIMIT :limit",
        {"before": micros(before), "after": after, "limit": limit},
    )
    names = dict.fromkeys(row["sha256"] for row in rows if row["is_idle"])
    return Batch(tuple(names), rows[-1]["seq"] if rows else after, len(rows) < limit)


def is_idle(connection: sqlite3.Connection, sha256: str, before: datetime) -> bool:
    """Whether the file is over its time, as the open transaction sees it."""
    sql = f"SELECT {_IDLE} FROM (SELECT :sha256 AS sha256) AS files"  # noqa: S608 - fixed
    return bool(connection.execute(sql, {"sha256": sha256, "before": micros(before)}).fetchone()[0])


def count_analyses(database: Database, before: datetime) -> int:
    """How many `analyses` are over their time; MAX_COUNTED + 1: more than MAX_COUNTED."""
    sql = f"SELECT count(*) FROM (SELECT 1 FROM listed NOT INDEXED WHERE seq < ? AND {_ENDED} LIMIT ?)"  # noqa: S608 - fixed
    return int(database.value(sql, (micros(before), MAX_COUNTED + 1)))


def count_files(database: Database, before: datetime) -> int:
    """How many `files` are over their time; MAX_COUNTED + 1: more than MAX_COUNTED."""
    sql = f"SELECT count(*) FROM (SELECT 1 FROM samples AS files WHERE {_IDLE} LIMIT :limit)"  # noqa: S608 - fixed
    return int(database.value(sql, {"before": micros(before), "limit": MAX_COUNTED + 1}))


def done(database: Database) -> Done:
    """What was done until now."""
    known = {
        row["name"]: int(row["value"]) for row in database.rows("SELECT * FROM meta WHERE name LIKE 'retention_%'")
    }
    return Done(
        moment_or_none(known.get(_RAN)),
        known.get(_ANALYSES, 0),
        known.get(_FILES, 0),
        moment_or_none(known.get(_COMPACTED)),
    )


def note(database: Database, now: datetime, *, analyses: int, files: int) -> None:
    """Notes a run that removed so many more. Raises StoreError."""
    with database.write("noting what was removed", durable=False) as connection:
        connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (_RAN, str(micros(now))))
        for name, number in ((_ANALYSES, analyses), (_FILES, files)):
            connection.execute(
                "INSERT INTO meta VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = value + excluded.value",
                (name, str(number)),
            )


def note_compaction(database: Database, now: datetime) -> None:
    """Notes that room was given back. Raises StoreError."""
    with database.write("noting a compaction", durable=False) as connection:
        connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (_COMPACTED, str(micros(now))))
