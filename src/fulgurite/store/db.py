"""SQLite, the record of truth: connections, transactions, migrations, and times as numbers."""

import secrets
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path
from typing import Any

from fulgurite.errors import StoreError
from fulgurite.store.faults import told

_BUSY_TIMEOUT_MS = 60_000
"""How long a writer waits for the writers of other processes; each holds the lock for about a millisecond."""
_PAGE_BYTES = 16_384
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

Parameters = Sequence[str | int | bytes | None] | Mapping[str, int]


def micros(at: datetime) -> int:
    """`at` (aware) as microseconds since 1970 in UTC; exact, so numbers order as times do."""
    return (at - _EPOCH) // _MICROSECOND


def moment(number: int) -> datetime:
    """The aware UTC time that `number` microseconds since 1970 stand for."""
    return _EPOCH + timedelta(microseconds=number)


def moment_or_none(number: int | None) -> datetime | None:
    return None if number is None else moment(number)


class Database:
    """One process's connections to the database file: threads may share it, a forked child may not."""

    def __init__(self, path: Path) -> None:
        """Opens `path`, made and migrated as needed. Raises StoreError, also for a database of a newer version."""
        self._path = path
        self._writing = threading.RLock()
        self._reading = threading.Lock()
        with told("opening the database"), ExitStack() as opened:
            self._durable = opened.enter_context(closing(_connection(path, synchronous="FULL")))
            _migrate(self._durable)
            self._relaxed = opened.enter_context(closing(_connection(path, synchronous="NORMAL")))
            self._reader = opened.enter_context(closing(_connection(path, synchronous="NORMAL")))
            self._opened = opened.pop_all()

    def close(self) -> None:
        with self._writing, self._reading:
            self._opened.close()

    @contextmanager
    def write(self, what: str, *, durable: bool = True) -> Iterator[sqlite3.Connection]:
        """One transaction: all of it is kept, or, when the block or the commit raises, nothing.

        When `durable`, it is on disk before this returns; else a crash of the machine (not of the process) may lose
        it. `what` says what is being done, for errors. Raises StoreFull, Damaged, StoreError.
        """
        connection = self._durable if durable else self._relaxed
        with self._writing, told(what):
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")

    def store_id(self) -> str:
        """What names this database; given when it is first asked for. Raises StoreError."""
        with self.write("naming the store") as connection:
            connection.execute("INSERT OR IGNORE INTO meta VALUES ('store_id', ?)", (secrets.token_hex(16),))
            return str(connection.execute("SELECT value FROM meta WHERE name = 'store_id'").fetchone()[0])

    def rows(self, sql: str, parameters: Parameters = ()) -> list[sqlite3.Row]:
        """All rows of a query, as committed now."""
        with self._reading, told("reading the database"):
            return self._reader.execute(sql, parameters).fetchall()

    def stream(self, sql: str, parameters: Parameters = ()) -> Iterator[sqlite3.Row]:
        """The rows of a query as of when the first is asked for, however many there are, one after the other."""
        with told("reading the database"), closing(_connection(self._path, synchronous="NORMAL")) as connection:
            yield from connection.execute(sql, parameters)

    def row(self, sql: str, parameters: Parameters = ()) -> sqlite3.Row | None:
        """The first row of a query, or None."""
        rows = self.rows(sql, parameters)
        return rows[0] if rows else None

    def value(self, sql: str, parameters: Parameters = ()) -> Any:
        """The first column of the first row, or None."""
        row = self.row(sql, parameters)
        return None if row is None else row[0]


def _connection(path: Path, *, synchronous: str) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        connection.row_factory = sqlite3.Row
        connection.execute(f"PRAGMA busy_timeout={_BUSY_TIMEOUT_MS}")
        connection.execute(f"PRAGMA page_size={_PAGE_BYTES}")
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute(f"PRAGMA synchronous={synchronous}")
        connection.execute("PRAGMA foreign_keys=ON")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _migrate(connection: sqlite3.Connection) -> None:
    """Brings the schema up to date in one transaction; a second process waits for it and then finds it done."""
    steps = _migrations()
    if connection.execute("PRAGMA user_version").fetchone()[0] == len(steps):
        # Nothing is written then, so a server process can be started anew on a full disk.
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        done = connection.execute("PRAGMA user_version").fetchone()[0]
        if done > len(steps):
            raise StoreError(f"the data folder is of a newer version (schema {done}, this program knows {len(steps)})")
        for step in steps[done:]:
            for statement in _statements(step):
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version={len(steps)}")
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _migrations() -> list[str]:
    """The texts of migrations/0001_*.sql and on, in order."""
    folder = resources.files("fulgurite.store") / "migrations"
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".sql")), key=lambda file: file.name)
    return [file.read_text(encoding="utf-8") for file in files]


def _statements(script: str) -> Iterator[str]:
    """The statements of `script`, one by one: executescript would commit between them."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
