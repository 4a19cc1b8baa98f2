"""The table of reports: which analysis is of which file, and under which digests its bytes lie."""

import sqlite3
from collections.abc import Iterable
from datetime import datetime
from typing import Literal, NamedTuple

from fulgurite.model.artifact import Artifact
from fulgurite.model.base import Model
from fulgurite.model.viewer import Viewer
from fulgurite.store.db import Database, Parameters, micros, moment
from fulgurite.store.visibility import SEEN, seen_by

Source = sqlite3.Connection | Database
"""Where to read: inside an open transaction, or what is committed."""

_COLUMNS = (
    "sandbox_id, data_id, sha256, sha1, md5, requested_at, stored_at, format, outcome, is_imported,"
    " original_sha256, native_sha256, body_sha256, position,"
    " original_at, native_at, body_at, private_to"
)


class ReportRow(Model, frozen=True, kw_only=True):
    """What the database says of one report. The bytes lie in the blob store."""

    sandbox_id: str
    data_id: str
    sha256: str | None = None
    sha1: str | None = None
    md5: str | None = None
    sha512: str | None = None
    """What a foreign report that comes in states; kept in a table of its own, so it is not read again."""
    requested_at: datetime
    stored_at: datetime
    format: str
    """The word of the importer that read it."""
    outcome: Literal["completed", "partial", "failed"]
    is_imported: bool
    """Whether it came from outside; False for a run of ours."""
    original_sha256: str
    """The bytes it was read from: a run log, a foreign report."""
    position: int = 0
    """Which of the reports in those bytes it is."""
    native_sha256: str
    body_sha256: str
    original_at: int | None = None
    """Where in the packs these three lie (see packs.py). None: a file of their own each, not packed yet."""
    native_at: int | None = None
    body_at: int | None = None
    private_to: int | None = None
    """As of its task, when it is read; set by the database when it is written."""

    @property
    def subject(self) -> "Subject":
        """The file that it is about."""
        return Subject(self.sha256, self.sha1, self.md5)


def insert(connection: sqlite3.Connection, row: ReportRow) -> None:
    connection.execute(
        f"INSERT INTO reports ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"  # noqa: S608 - fixed names
        # What a private task showed is as private as that; imports have no task.
        " (SELECT private_to FROM tasks WHERE sandbox_id = ?))",
        (
            row.sandbox_id,
            row.data_id,
            row.sha256,
            row.sha1,
            row.md5,
            micros(row.requested_at),
            micros(row.stored_at),
            row.format,
            row.outcome,
            int(row.is_imported),
            row.original_sha256,
            row.native_sha256,
            row.body_sha256,
            row.position,
            row.original_at,
            row.native_at,
            row.body_at,
            row.sandbox_id,
        ),
    )


def insert_artifacts(connection: sqlite3.Connection, sandbox_id: str, artifacts: Iterable[Artifact]) -> None:
    """Notes which artifacts of a report are kept."""
    connection.executemany(
        "INSERT OR IGNORE INTO artifacts (sandbox_id, name, sha256, size_bytes) VALUES (?, ?, ?, ?)",
        [(sandbox_id, a.name, a.sha256, a.size_bytes or 0) for a in artifacts if a.is_kept and a.sha256 is not None],
    )


class Subject(NamedTuple):
    """The file that a report is about, by the digests that are known of it, in lower-case hex."""

    sha256: str | None = None
    sha1: str | None = None
    md5: str | None = None


def imported(source: Source, original_sha256: str, position: int, subject: Subject) -> str | None:
    """The sandbox_id of this very report, in bytes that were imported before, about this very file, if there is one.

    When it came in, other digests of the file may have been known than are now: any that both have decides.
    """
    sql = (
        "SELECT sandbox_id FROM reports WHERE original_sha256 = ? AND position = ? AND is_imported = 1"
        " AND (sha256 = ? OR ((sha256 IS NULL OR ? IS NULL) AND (sha1 = ? OR md5 = ?)))"
    )
    rows = _rows(source, sql, (original_sha256, position, subject.sha256, *subject))
    return str(rows[0]["sandbox_id"]) if rows else None


def place_of_original(source: Source, original_sha256: str) -> int | None:
    """Where another report that was read from these bytes has them; None: in a file of their own, or not at all."""
    sql = "SELECT original_at FROM reports WHERE original_sha256 = ? AND is_imported = 1 AND original_at IS NOT NULL"
    rows = _rows(source, f"{sql} LIMIT 1", (original_sha256,))
    return rows[0]["original_at"] if rows else None


def is_taken(source: Source, sandbox_id: str) -> bool:
    """Whether a task or report has this id."""
    sql = "SELECT 1 FROM reports WHERE sandbox_id = ? UNION ALL SELECT 1 FROM tasks WHERE sandbox_id = ?"
    return len(_rows(source, sql, (sandbox_id, sandbox_id))) > 0


def is_data_id_foreign(source: Source, data_id: str, subject: str) -> bool:
    """Whether this data_id belongs to another file than `subject` (a digest in hex)."""
    sql = (
        "SELECT 1 FROM submissions WHERE data_id = ? AND sha256 <> ?"
        " UNION ALL SELECT 1 FROM reports WHERE data_id = ? AND coalesce(sha256, sha1, md5) <> ?"
    )
    return len(_rows(source, sql, (data_id, subject, data_id, subject))) > 0


def _rows(source: Source, sql: str, parameters: Parameters) -> list[sqlite3.Row]:
    if isinstance(source, Database):
        return source.rows(sql, parameters)
    return source.execute(sql, parameters).fetchall()


def find(database: Database, sandbox_id: str, viewer: Viewer) -> ReportRow | None:
    sql = f"SELECT {_COLUMNS} FROM reports WHERE sandbox_id = ? AND {SEEN}"  # noqa: S608 - fixed
    row = database.row(sql, (sandbox_id, *seen_by(viewer)))
    return None if row is None else row_of(row)


def last(database: Database, digest: str, viewer: Viewer) -> ReportRow | None:
    """The last analysis, of those that `viewer` sees, of the file with this digest, in lower-case hex."""
    column = {32: "md5", 40: "sha1", 64: "sha256"}[len(digest)]
    row = database.row(
        f"SELECT {_COLUMNS} FROM reports WHERE {column} = ? AND outcome <> 'failed' AND {SEEN}"  # noqa: S608 - fixed names
        " ORDER BY requested_at DESC, seq DESC LIMIT 1",
        (digest, *seen_by(viewer)),
    )
    return None if row is None else row_of(row)


def of_data_id(database: Database, data_id: str, viewer: Viewer) -> ReportRow | None:
    """The last analysis under this data_id."""
    row = database.row(
        f"SELECT {_COLUMNS} FROM reports WHERE data_id = ? AND {SEEN}"  # noqa: S608 - fixed names
        " ORDER BY requested_at DESC, seq DESC LIMIT 1",
        (data_id, *seen_by(viewer)),
    )
    return None if row is None else row_of(row)


def artifact_sha256(database: Database, sandbox_id: str, name: str) -> str | None:
    """The digest of a kept artifact of a report; None when there is no such artifact or its bytes are not kept."""
    digest = database.value("SELECT sha256 FROM artifacts WHERE sandbox_id = ? AND name = ?", (sandbox_id, name))
    return None if digest is None else str(digest)


def row_of(row: sqlite3.Row) -> ReportRow:
    """The report in a row of the table."""
    return ReportRow(
        sandbox_id=row["sandbox_id"],
        data_id=row["data_id"],
        sha256=row["sha256"],
        sha1=row["sha1"],
        md5=row["md5"],
        requested_at=moment(row["requested_at"]),
        stored_at=moment(row["stored_at"]),
        format=row["format"],
        outcome=row["outcome"],
        is_imported=bool(row["is_imported"]),
        original_sha256=row["original_sha256"],
        native_sha256=row["native_sha256"],
        body_sha256=row["body_sha256"],
        position=row["position"],
        original_at=row["original_at"],
        native_at=row["native_at"],
        body_at=row["body_at"],
        private_to=row["private_to"],
    )
