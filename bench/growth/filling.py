"""Makes a store of many analyses, fast: rows and records as the product writes them, in bulk and not durable.

Each analysis is of a file of its own and has a body of its own, about 500 bytes of gzip; originals and native reports
are one and the same for all. The indexes of the tables are made at the end, and the LMDB index by the product's own
rebuilding.
"""

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from fulgurite.store import Store
from fulgurite.store.packs import Packs
from fulgurite.store.records import Record, body_record, native_record, original_record

BATCH = 10_000
_FIRST_US = 1_600_000_000_000_000
_TABLE = "reports"
Row = tuple[object, ...]
_INSERT = (
    "INSERT INTO reports (sandbox_id, data_id, sha256, sha1, md5, requested_at, stored_at, format, outcome,"
    " is_imported, original_sha256, native_sha256, body_sha256, score, is_digested, original_at, native_at, body_at)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, 'runlog', 'completed', 0, ?, ?, ?, ?, 1, ?, ?, ?)"
)


def digest(kind: str, number: int) -> str:
    """The digest, in hex, of the file of analysis `number`."""
    return hashlib.new(kind, number.to_bytes(8, "big"), usedforsecurity=False).hexdigest()


def sandbox_id(number: int) -> str:
    """The name of analysis `number`."""
    return f"60000000{number:016x}"


def fill(folder: Path, analyses: int) -> None:
    """Makes a store of `analyses` in `folder`, unless it is there."""
    if (folder / "fulgurite.db").exists():
        return
    with Store.open(folder):
        pass
    packs = Packs(folder / "packs")
    with closing(sqlite3.connect(folder / "fulgurite.db", isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous=OFF")
        indexes = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL", (_TABLE,)
        ).fetchall()
        for name, _ in indexes:
            connection.execute(f"DROP INDEX {name}")
        connection.execute("BEGIN")
        for rows in _rows(packs, analyses):
            connection.executemany(_INSERT, rows)
        connection.execute("COMMIT")
        for _, sql in indexes:
            connection.execute(sql)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    packs.close()
    with Store.open(folder) as store:
        store.indexing.rebuild()


def _rows(packs: Packs, analyses: int) -> Iterator[list[Row]]:
    original, native = original_record(b"log" * 100), native_record(b"{}" * 100, b"")
    original_at, native_at = packs.append([original, native])
    digests = original.sha256.hex(), native.sha256.hex()
    for first in range(0, analyses, BATCH):
        numbers = range(first, min(first + BATCH, analyses))
        records = [_body(number) for number in numbers]
        places = packs.append(records)
        yield [
            (
                sandbox_id(number),
                f"bz{number:x}",
                *(digest(kind, number) for kind in ("sha256", "sha1", "md5")),
                _FIRST_US + number,
                _FIRST_US + number,
                *digests,
                record.sha256.hex(),
                1 + number % 10,
                original_at,
                native_at,
                place,
            )
            for number, record, place in zip(numbers, records, places, strict=True)
        ]


_BEHAVIOR = json.dumps([hashlib.sha512(b"%d" % number).hexdigest() for number in range(4)])


def _body(number: int) -> Record:
    name = sandbox_id(number)
    return body_record(f'{{"sandbox_id":"{name}","behavior":{_BEHAVIOR}}}'.encode(), name)
