"""The table of submissions: who asked for what, when."""

import sqlite3

from fulgurite.model.task import Submission
from fulgurite.store.db import Database, micros, moment


def insert(connection: sqlite3.Connection, submission: Submission) -> None:
    connection.execute(
        "INSERT INTO submissions (data_id, sha256, requested_at, key_id, file_name) VALUES (?, ?, ?, ?, ?)",
        (
            submission.data_id,
            submission.sha256,
            micros(submission.requested_at),
            submission.key_id,
            submission.file_name,
        ),
    )


def find(database: Database, data_id: str) -> Submission | None:
    row = database.row("SELECT * FROM submissions WHERE data_id = ?", (data_id,))
    return None if row is None else _submission(row)


def newest(database: Database, sha256: str) -> Submission | None:
    """The latest submission of a sample."""
    row = database.row(
        "SELECT * FROM submissions WHERE sha256 = ? ORDER BY requested_at DESC, seq DESC LIMIT 1", (sha256,)
    )
    return None if row is None else _submission(row)


def count(database: Database, sha256: str) -> int:
    """How often a sample was submitted."""
    return int(database.value("SELECT count(*) FROM submissions WHERE sha256 = ?", (sha256,)))


def _submission(row: sqlite3.Row) -> Submission:
    return Submission(
        data_id=row["data_id"],
        sha256=row["sha256"],
        requested_at=moment(row["requested_at"]),
        key_id=row["key_id"],
        file_name=row["file_name"],
    )
