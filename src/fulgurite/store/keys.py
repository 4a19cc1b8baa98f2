"""API keys. Only a digest of the secret is kept: secrets are random, not chosen, so a plain fast hash is enough.

No secret is ever compared with another. What a caller sends is hashed, and the digest looked for in an ordered index:
where that search ends early depends on the first differing byte of two digests, and nobody can choose a text whose
digest begins as that of an unknown secret does. So how long an answer takes says nothing about how much of a guess
is right. (BLAKE2b takes the same time for all texts of one length; texts of another length are refused before.)
"""

import sqlite3
from datetime import datetime
from hashlib import blake2b

from fulgurite.model.key import Key, Role
from fulgurite.model.usage import Allowance
from fulgurite.store.db import Database, micros, moment, moment_or_none

PREFIX_CHARACTERS = 6


def digest_of(secret: str) -> bytes:
    """The 32 bytes that are kept of a secret."""
    return blake2b(secret.encode("utf-8", "surrogatepass"), digest_size=32, person=b"fulgurite-key").digest()


def key_of(row: sqlite3.Row) -> Key:
    """The key in a row of the table."""
    return Key(
        id=row["id"],
        name=row["name"],
        role=Role(row["role"]),
        prefix=row["prefix"],
        created_at=moment(row["created_at"]),
        revoked_at=moment_or_none(row["revoked_at"]),
        expires_at=moment_or_none(row["expires_at"]),
        allowance=Allowance(
            sandbox_api=row["sandbox_api"],
            prevention_api=row["prevention_api"],
            reputation_api=row["reputation_api"],
            per_minute=row["per_minute"],
        ),
    )


def insert(
    connection: sqlite3.Connection,
    secret: str,
    name: str,
    role: Role,
    now: datetime,
    *,
    expires_at: datetime | None,
    allowance: Allowance,
) -> int | None:
    """Keeps a key and returns its id; None when a key in force has that name. An expired one gives its name up."""
    connection.execute(
        "UPDATE keys SET revoked_at = expires_at WHERE name = ? AND revoked_at IS NULL AND expires_at <= ?",
        (name, micros(now)),
    )
    taken = connection.execute("SELECT 1 FROM keys WHERE name = ? AND revoked_at IS NULL", (name,)).fetchone()
    if taken is not None:
        return None
    cursor = connection.execute(
        "INSERT INTO keys (name, role, digest, prefix, created_at, expires_at,"
        " sandbox_api, prevention_api, reputation_api, per_minute) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            name,
            role.value,
            digest_of(secret),
            secret[:PREFIX_CHARACTERS],
            micros(now),
            None if expires_at is None else micros(expires_at),
            allowance.sandbox_api,
            allowance.prevention_api,
            allowance.reputation_api,
            allowance.per_minute,
        ),
    )
    return cursor.lastrowid


def change(
    connection: sqlite3.Connection, key_id: int, *, expires_at: datetime | None, allowance: Allowance
) -> Key | None:
    """Sets the end and the own quotas of a key in force; the key as it is then, or None when there is none."""
    connection.execute(
        "UPDATE keys SET expires_at = ?, sandbox_api = ?, prevention_api = ?, reputation_api = ?, per_minute = ?"
        " WHERE id = ? AND revoked_at IS NULL",
        (
            None if expires_at is None else micros(expires_at),
            allowance.sandbox_api,
            allowance.prevention_api,
            allowance.reputation_api,
            allowance.per_minute,
            key_id,
        ),
    )
    row = connection.execute("SELECT * FROM keys WHERE id = ? AND revoked_at IS NULL", (key_id,)).fetchone()
    return None if row is None else key_of(row)


def revoke(connection: sqlite3.Connection, id_or_name: int | str, now: datetime) -> int | None:
    """Revokes the key in force with this id or name and returns its id; None when there is none."""
    column = "id" if isinstance(id_or_name, int) else "name"
    row = connection.execute(
        f"SELECT id FROM keys WHERE {column} = ? AND revoked_at IS NULL",  # noqa: S608 - one of two fixed names
        (id_or_name,),
    ).fetchone()
    if row is None:
        return None
    connection.execute("UPDATE keys SET revoked_at = ? WHERE id = ?", (micros(now), row["id"]))
    return int(row["id"])


def listed(database: Database) -> tuple[Key, ...]:
    """All keys, revoked ones too, oldest first."""
    return tuple(key_of(row) for row in database.rows("SELECT * FROM keys ORDER BY id"))
