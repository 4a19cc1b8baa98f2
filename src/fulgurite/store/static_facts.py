"""The table of static facts: what was read from files without running them, kept so that it is read once."""

import sqlite3
from typing import NamedTuple

from fulgurite.store.db import Database


class Kept(NamedTuple):
    """That a file was looked at."""

    facts: str | None
    """JSON; None when the file has nothing of the kind."""


def find(database: Database, sha256: str, kind: str) -> Kept | None:
    """What is kept of a file; None when it has not been looked at."""
    row = database.row("SELECT facts FROM static_facts WHERE sha256 = ? AND kind = ?", (sha256, kind))
    return None if row is None else Kept(row["facts"])


def insert(connection: sqlite3.Connection, sha256: str, kind: str, facts: str | None) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO static_facts (sha256, kind, facts) VALUES (?, ?, ?)", (sha256, kind, facts)
    )
