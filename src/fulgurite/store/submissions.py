"""The table of submissions: who asked for what, when."""

import sqlite3

from fulgurite.model.task import Submission
from fulgurite.model.viewer import Viewer
from fulgurite.store.db import Database, micros, moment
from fulgurite.store.visibility import SEEN, seen_by


def insert(connection: sqlite3.Connection, submission: Submission) -> None:
    connection.execute(
        "INSERT INTO submissions (data_id, sha256, requested_at, key_id, file_name, private_to, parent_id, member_path)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            submission.data_id,
            submission.sha256,
            micros(submission.requested_at),
            submission.key_id,
            submission.file_name,
            submission.private_to,
            submission.parent_id,
            submission.member_path,
        ),
    )


def find(database: Database, data_id: str, viewer: Viewer) -> Submission | None:
    row = database.row(f"SELECT * FROM submissions WHERE data_id = ? AND {SEEN}", (data_id, *seen_by(viewer)))  # noqa: S608 - fixed
    return None if row is None else _submission(row)


def newest(database: Database, sha256: str, viewer: Viewer) -> Submission | None:
    """The latest submission of a sample that `viewer` sees."""
    row = database.row(
        f"SELECT * FROM submissions WHERE sha256 = ? AND {SEEN} ORDER BY requested_at DESC, seq DESC LIMIT 1",  # noqa: S608 - fixed
        (sha256, *seen_by(viewer)),
    )
    return None if row is None else _submission(row)


def of_key(database: Database, key_id: int, limit: int, offset: int) -> tuple[Submission, ...]:
    """The submissions of a key, newest first."""
    rows = database.rows(
        "SELECT * FROM submissions WHERE key_id = ? ORDER BY seq DESC LIMIT ? OFFSET ?", (key_id, limit, offset)
    )
    return tuple(_submission(row) for row in rows)


def members(database: Database, data_id: str) -> tuple[Submission, ...]:
    """The submissions that came out of the archive of this data_id, in its order."""
    rows = database.rows("SELECT * FROM submissions WHERE parent_id = ? ORDER BY seq", (data_id,))
    return tuple(_submission(row) for row in rows)


def _submission(row: sqlite3.Row) -> Submission:
    return Submission(
        data_id=row["data_id"],
        sha256=row["sha256"],
        requested_at=moment(row["requested_at"]),
        key_id=row["key_id"],
        file_name=row["file_name"],
        private_to=row["private_to"],
        parent_id=row["parent_id"],
        member_path=row["member_path"],
    )
