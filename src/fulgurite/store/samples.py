"""The table of samples: the files whose bytes are kept."""

import sqlite3
from datetime import datetime

from fulgurite.model.hashes import Digests, Sha256
from fulgurite.model.sample import Sample
from fulgurite.model.viewer import Viewer
from fulgurite.store.db import Database, micros
from fulgurite.store.visibility import SEEN, seen_by


def insert(connection: sqlite3.Connection, digests: Digests, *, size_bytes: int, file_type: str, now: datetime) -> bool:
    """Adds a sample unless it is there; returns whether it is new.

    Foreign reports that named this file by one digest only learn the others.
    """
    cursor = connection.execute(
        "INSERT OR IGNORE INTO samples (sha256, sha1, md5, size_bytes, file_type, added_at) VALUES (?, ?, ?, ?, ?, ?)",
        (digests.sha256, digests.sha1, digests.md5, size_bytes, file_type, micros(now)),
    )
    if cursor.rowcount != 1:
        return False
    for known in ("sha1", "md5"):
        connection.execute(
            f"UPDATE OR IGNORE reports SET sha256 = :sha256, sha1 = :sha1, md5 = :md5"  # noqa: S608 - fixed names
            f" WHERE {known} = :{known} AND sha256 IS NULL",
            digests._asdict(),
        )
    return True


def find(database: Database, sha256: str) -> Sample | None:
    """The sample with this SHA-256, if its bytes are kept."""
    row = database.row("SELECT * FROM samples WHERE sha256 = ?", (sha256,))
    if row is None:
        return None
    return Sample(
        sha256=row["sha256"],
        sha1=row["sha1"],
        md5=row["md5"],
        size_bytes=row["size_bytes"],
        file_type=row["file_type"],
    )


def is_known(database: Database, digest: str, viewer: Viewer) -> bool:
    """Whether `viewer` sees a submission or a report, be it a failed one, of the file that `digest` names."""
    column = {32: "md5", 40: "sha1", 64: "sha256"}[len(digest)]
    found = database.value(
        f"SELECT EXISTS (SELECT 1 FROM submissions JOIN samples USING (sha256)"  # noqa: S608 - fixed names
        f" WHERE samples.{column} = ? AND {SEEN})"
        f" OR EXISTS (SELECT 1 FROM reports WHERE {column} = ? AND {SEEN})",
        (digest, *seen_by(viewer), digest, *seen_by(viewer)),
    )
    return bool(found)


def digests(database: Database, digest: str, viewer: Viewer) -> Digests | None:
    """All three digests of a file, from any one of them in lower-case hex; None when they are not all known.

    Only of files of which `viewer` sees a submission or a report.
    """
    column = {32: "md5", 40: "sha1", 64: "sha256"}[len(digest)]
    row = database.row(
        f"SELECT md5, sha1, sha256 FROM samples WHERE {column} = ?"  # noqa: S608 - one of three fixed names
        f" AND EXISTS (SELECT 1 FROM submissions WHERE submissions.sha256 = samples.sha256 AND {SEEN})"
        f" UNION ALL SELECT md5, sha1, sha256 FROM reports WHERE {column} = ? AND {SEEN}"
        " AND md5 IS NOT NULL AND sha1 IS NOT NULL AND sha256 IS NOT NULL LIMIT 1",
        (digest, *seen_by(viewer), digest, *seen_by(viewer)),
    )
    return None if row is None else Digests(md5=row["md5"], sha1=row["sha1"], sha256=Sha256(row["sha256"]))
