"""Queries over the submissions of files: one file's whole history, many files' latest."""

import sqlite3
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from fulgurite.model.viewer import Viewer
from fulgurite.store.db import Database, Parameters, moment
from fulgurite.store.reports import Subject
from fulgurite.store.visibility import SEEN, seen_by

_BATCH = 500
"""Parameters of one query; SQLite takes some tens of thousands."""
_COLUMNS = {32: "md5", 40: "sha1", 64: "sha256"}
_IS_RUNNING = (
    "EXISTS (SELECT 1 FROM tasks WHERE tasks.data_id = submissions.data_id AND tasks.state IN ('pending', 'running'))"
)


class Entry(NamedTuple):
    """One submission, or one imported report of another data_id."""

    data_id: str
    requested_at: datetime
    is_running: bool
    """Whether an analysis of it is in progress."""


_ALL = (
    f"SELECT data_id, requested_at, {_IS_RUNNING} AS is_running, 1 AS is_submitted, seq"  # noqa: S608 - fixed
    f" FROM submissions WHERE sha256 = ? AND {SEEN}"
    " UNION ALL SELECT data_id, max(requested_at), 0, 0, max(seq) FROM reports"
    " WHERE (sha256 = ? OR (sha256 IS NULL AND (sha1 = ? OR md5 = ?)))"
    f" AND is_imported = 1 AND outcome <> 'failed' AND {SEEN}"
    " AND NOT EXISTS (SELECT 1 FROM submissions WHERE submissions.data_id = reports.data_id) GROUP BY data_id"
)
"""The submissions and imported reports of a file."""


def of_file(database: Database, subject: Subject, limit: int, offset: int, viewer: Viewer) -> list[Entry]:
    """The submissions and imported reports of a file, that `viewer` sees, newest first.

    `limit` after the first `offset`. A report stands where its source asked for the run, whenever it came in.
    """
    rows = database.rows(
        f"{_ALL} ORDER BY requested_at DESC, is_submitted DESC, seq DESC LIMIT ? OFFSET ?",
        (*_parameters(subject, viewer), limit, offset),
    )
    return [_entry(row) for row in rows]


def count(database: Database, subject: Subject, viewer: Viewer) -> int:
    """How many entries `of_file` has in all."""
    found: int = database.value(f"SELECT count(*) FROM ({_ALL})", _parameters(subject, viewer))  # noqa: S608 - fixed
    return found


def _parameters(subject: Subject, viewer: Viewer) -> Parameters:
    seen = seen_by(viewer)
    return (subject.sha256, *seen, *subject, *seen)


def newest_of(database: Database, digests: Iterable[str], viewer: Viewer) -> dict[str, Entry]:
    """Digest (lower-case hex of any kind) -> the latest submission of its file that `viewer` sees, else its report."""
    found: dict[str, Entry] = {}
    for size, column in _COLUMNS.items():
        wanted = [digest for digest in digests if len(digest) == size]
        for first in range(0, len(wanted), _BATCH):
            batch = wanted[first : first + _BATCH]
            found.update(_submitted(database, column, batch, viewer))
            found.update(_reported(database, column, [digest for digest in batch if digest not in found], viewer))
    return found


def _submitted(database: Database, column: str, digests: list[str], viewer: Viewer) -> dict[str, Entry]:
    marks = ", ".join("?" * len(digests))
    rows = database.rows(
        f"SELECT samples.{column} AS digest, data_id, requested_at, {_IS_RUNNING} AS is_running"  # noqa: S608 - fixed
        " FROM samples JOIN submissions USING (sha256)"
        f" WHERE samples.{column} IN ({marks}) AND submissions.seq ="
        f" (SELECT seq FROM submissions WHERE sha256 = samples.sha256 AND {SEEN}"
        " ORDER BY requested_at DESC, seq DESC LIMIT 1)",
        (*digests, *seen_by(viewer)),
    )
    return {row["digest"]: _entry(row) for row in rows}


def _reported(database: Database, column: str, digests: list[str], viewer: Viewer) -> dict[str, Entry]:
    """Rows come oldest first, so that the latest of a digest stays."""
    marks = ", ".join("?" * len(digests))
    rows = database.rows(
        f"SELECT {column} AS digest, data_id, requested_at, 0 AS is_running FROM reports"  # noqa: S608 - fixed
        f" WHERE {column} IN ({marks}) AND outcome <> 'failed' AND {SEEN} ORDER BY requested_at, seq",
        (*digests, *seen_by(viewer)),
    )
    return {row["digest"]: _entry(row) for row in rows}


def _entry(row: sqlite3.Row) -> Entry:
    return Entry(row["data_id"], moment(row["requested_at"]), bool(row["is_running"]))
