"""Files by their SHA-512: another name of what is kept under their SHA-256.

It is computed of every sample, and taken from foreign reports that state both. What was computed is believed rather
than what was told, and what was told first rather than what came later.
"""

import sqlite3

from fulgurite.errors import Damaged, NotFound
from fulgurite.model.hashes import sha512_of
from fulgurite.store.blobs import Blobs
from fulgurite.store.db import Database
from fulgurite.store.indexing import Indexing, Note, noted


def compute(connection: sqlite3.Connection, sha512: bytes, sha256: str) -> list[Note]:
    """Names the sample `sha256` (lower-case hex) by its raw SHA-512, in the open transaction."""
    raw = bytes.fromhex(sha256)
    done = connection.execute("UPDATE samples SET has_sha512 = 1 WHERE sha256 = ? AND has_sha512 = 0", (sha256,))
    if done.rowcount == 0:
        return []
    wrong = connection.execute(
        "SELECT sha512 FROM sha512 WHERE (sha512 = ?) <> (sha256 = ?) AND (sha512 = ? OR sha256 = ?)",
        (sha512, raw, sha512, raw),
    ).fetchall()
    connection.execute("INSERT OR REPLACE INTO sha512 VALUES (?, ?)", (sha512, raw))
    return [_note(connection, name) for name in {sha512, *(row["sha512"] for row in wrong)}]


def state(connection: sqlite3.Connection, sha512: str | None, sha256: str | None) -> list[Note]:
    """Keeps what a foreign report states, both in hex; nothing where it does not state both."""
    if sha512 is None or sha256 is None:
        return []
    raw = bytes.fromhex(sha512)
    done = connection.execute("INSERT OR IGNORE INTO sha512 VALUES (?, ?)", (raw, bytes.fromhex(sha256)))
    return [_note(connection, raw)] if done.rowcount == 1 else []


def forget(connection: sqlite3.Connection, sha256: str) -> list[Note]:
    """Forgets the name of a file of which nothing is known any more."""
    known = "SELECT 1 FROM samples WHERE sha256 = :sha256 UNION ALL SELECT 1 FROM reports WHERE sha256 = :sha256"
    if connection.execute(known, {"sha256": sha256}).fetchone() is not None:
        return []
    rows = connection.execute("DELETE FROM sha512 WHERE sha256 = ? RETURNING sha512", (bytes.fromhex(sha256),))
    return [_note(connection, row["sha512"]) for row in rows.fetchall()]


def _note(connection: sqlite3.Connection, sha512: bytes) -> Note:
    return noted(connection, "gone", f" {sha512.hex()}")


def of(database: Database, sha512: bytes) -> bytes | None:
    """The raw SHA-256 of the file with this raw SHA-512, as the database has it."""
    found: bytes | None = database.value("SELECT sha256 FROM sha512 WHERE sha512 = ?", (sha512,))
    return found


def work_off(database: Database, blobs: Blobs, indexing: Indexing, limit: int) -> int:
    """Computes it of samples that were kept before it was; of at most `limit` of them. Returns of how many.

    A sample whose bytes are gone or damaged stays without. Raises StoreError.
    """
    rows = database.rows("SELECT sha256 FROM samples WHERE has_sha512 = 0 LIMIT ?", (limit,))
    for row in rows:
        sha256 = row["sha256"]
        try:
            digest = sha512_of(blobs.read(sha256))
        except (Damaged, NotFound):
            with database.write("looking after a sample") as connection:
                connection.execute("UPDATE samples SET has_sha512 = 1 WHERE sha256 = ?", (sha256,))
            continue
        with database.write("naming a sample") as connection:
            notes = compute(connection, digest, sha256)
        indexing.settle(notes)
    return len(rows)
