"""Removes analyses, and files with all that is known of them.

Their bytes lie in packs and files until the next compaction; nothing refers to them any more.
"""

import sqlite3
from datetime import datetime

from fulgurite.errors import NotFound, StoreError
from fulgurite.store import retention, sha512
from fulgurite.store.indexing import Note, noted
from fulgurite.store.store import Store

_COLUMNS = {32: "md5", 40: "sha1", 64: "sha256"}
_OF_A_FILE = (
    "DELETE FROM webhooks WHERE data_id IN (SELECT data_id FROM submissions WHERE sha256 = ?)",
    "DELETE FROM tasks WHERE sha256 = ?",
    "DELETE FROM submissions WHERE sha256 = ?",
    "DELETE FROM static_facts WHERE sha256 = ?",
    "DELETE FROM samples WHERE sha256 = ?",
)


def analysis(store: Store, sandbox_id: str) -> None:
    """Deletes one analysis that has ended, with or without a report; durable when this returns.

    Raises NotFound, StoreError while it runs.
    """
    with store.database.write("deleting an analysis") as connection:
        _refuse_open(connection, "sandbox_id", sandbox_id)
        notes = _forget(connection, connection.execute(_FOUND.format("sandbox_id"), (sandbox_id,)).fetchall())
        task = connection.execute("DELETE FROM tasks WHERE sandbox_id = ?", (sandbox_id,))
        if not notes and task.rowcount == 0:
            raise NotFound(f"there is no finished analysis {sandbox_id}")
    store.indexing.settle(notes)


def file(store: Store, digest: str, *, idle_since: datetime | None = None) -> int:
    """Deletes a file, its submissions and all analyses of it; `digest` is one of its hashes in lower-case hex.

    With `idle_since`, it stays when it was sent or analysed since then, and StoreError says so.
    Returns how many analyses that were; durable when this returns. Raises NotFound, and StoreError while one runs.
    """
    column = _COLUMNS[len(digest)]
    with store.database.write("deleting a file") as connection:
        sample = connection.execute(f"SELECT * FROM samples WHERE {column} = ?", (digest,)).fetchone()  # noqa: S608 - fixed
        if sample is not None:
            _refuse_open(connection, "sha256", sample["sha256"])
            # Asked in this transaction: whoever sends the file just now has been told that it is kept.
            if idle_since is not None and not retention.is_idle(connection, sample["sha256"], idle_since):
                raise StoreError("it has come again meanwhile")
        found = connection.execute(_FOUND.format(column), (digest,)).fetchall()
        if sample is not None and column != "sha256":
            known = {row["seq"] for row in found}
            more = connection.execute(_FOUND.format("sha256"), (sample["sha256"],)).fetchall()
            found += [row for row in more if row["seq"] not in known]
        notes = _forget(connection, found)
        if sample is not None:
            for sql in _OF_A_FILE:
                connection.execute(sql, (sample["sha256"],))
            names = " ".join((sample["sha256"], sample["sha1"], sample["md5"]))
            notes.append(noted(connection, "gone", f" {names}"))
            notes += sha512.forget(connection, sample["sha256"])
        if not notes:
            raise NotFound("no file with this hash is known")
    store.indexing.settle(notes)
    return len(found)


_FOUND = "SELECT seq, sandbox_id, sha256, sha1, md5 FROM reports WHERE {} = ?"


def _refuse_open(connection: sqlite3.Connection, column: str, value: str) -> None:
    sql = f"SELECT 1 FROM tasks WHERE {column} = ? AND state IN ('pending', 'running')"  # noqa: S608 - fixed names
    if connection.execute(sql, (value,)).fetchone() is not None:
        raise StoreError("an analysis of it is under way; delete it when that has ended")


def _forget(connection: sqlite3.Connection, rows: list[sqlite3.Row]) -> list[Note]:
    """Removes these reports; returns the notes for the index."""
    notes = []
    for row in rows:
        name = row["sandbox_id"]
        connection.execute("DELETE FROM observed WHERE sandbox_id = ?", (name,))
        connection.execute("DELETE FROM artifacts WHERE sandbox_id = ?", (name,))
        connection.execute("DELETE FROM reports WHERE seq = ?", (row["seq"],))
        names = " ".join((name, row["sha256"] or "", row["sha1"] or "", row["md5"] or ""))
        notes.append(noted(connection, "gone", names))
        if row["sha256"] is not None:
            notes += sha512.forget(connection, row["sha256"])
    return notes
