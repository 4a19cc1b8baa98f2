"""LMDB: what a lookup needs, ready to send, in one read transaction. All of it is derived and can be made again.

Databases
    hashes   raw MD5, SHA-1 or SHA-256 -> raw sandbox_id of the last analysis + raw sandbox_id of the running one
             (zeros stand for none) + score of the last analysis (one byte, 0: none) + when it was asked for
             (microseconds since 1970, 8 bytes, signed) + Privacy (one byte); a file that is known at all has an
             entry. Nothing private is told here, nor any private body kept: for what is private the database is asked
    bodies   raw sandbox_id -> 16 characters of etag + the v4 body as gzip
    keys     digest of an API key -> the key's record (JSON)
    meta     `store` -> LAYOUT and the id of the SQLite database that this was derived from; with another one of
             either, the index is made anew

One environment a process: LMDB forbids a second one, so stores of the same folder share it (see `shared`).
"""

import contextlib
import os
import struct
import threading
from collections.abc import Iterable, Iterator
from enum import IntEnum
from pathlib import Path
from typing import Any, NamedTuple

import lmdb

from fulgurite.errors import Damaged, StoreError
from fulgurite.store.faults import store_error, told

LAYOUT = "2"
"""Raised with every change of what stands where; 1 had no score and no time in `hashes`."""
NOTHING = bytes(12)
"""Where a sandbox_id could stand: there is none."""
_ID_BYTES = len(NOTHING)
_SUMMARY = struct.Struct(">12s12sBqB")
_PRIVACY_AT = _SUMMARY.size - 1
_SHA256_BYTES = 32
ETAG_CHARACTERS = 16
_MAP_BYTES = (1 << 40, 1 << 36, 1 << 33, 1 << 31, 1 << 29)
"""Address space asked for, the first that the process gets; a limit on memory may forbid the larger ones."""
_MAX_READERS = 1024
_LOCK_FILE_BYTES = 72 << 10
"""A bit more than LMDB wants for _MAX_READERS."""


class Privacy(IntEnum):
    """How much of what is known of a file is private."""

    NONE = 0
    SOME = 1
    ALL = 2
    """To everybody but the owners and administrators, the file is unknown."""


class Found(NamedTuple):
    """What is known of a file."""

    etag: bytes
    """Empty when there is no finished analysis."""
    gzipped: bytes
    """The body of the last analysis; empty when there is none."""
    running: bytes
    """The raw sandbox_id of the newest analysis in progress, or NOTHING."""
    has_private: bool = False
    """Whether there is more, and for some only: what is here is no answer then, the database has to be asked."""


class Summary(NamedTuple):
    """What a lookup of many files tells of each."""

    last: bytes
    """The raw sandbox_id of the last analysis, or NOTHING."""
    running: bytes
    """The raw sandbox_id of the newest analysis in progress, or NOTHING."""
    score: int
    """Of the last analysis, 1-10; 0 when it makes no statement."""
    requested_us: int
    """When the last analysis was asked for, in microseconds since 1970."""
    privacy: Privacy
    """Not NONE: there is more than is told here, and for some only."""


class Changes:
    """A write transaction of the index."""

    def __init__(self, index: "Index", transaction: "lmdb.Transaction[bytes]") -> None:
        self._index = index
        self._transaction = transaction

    def set_hash(
        self,
        digest: bytes,
        last: bytes,
        running: bytes,
        *,
        score: int = 0,
        requested_us: int = 0,
        privacy: Privacy = Privacy.NONE,
    ) -> None:
        """`score` 0: none; `requested_us`: microseconds since 1970."""
        self._transaction.put(digest, _SUMMARY.pack(last, running, score, requested_us, privacy), db=self._index.hashes)

    def forget_hash(self, digest: bytes) -> None:
        self._transaction.delete(digest, db=self._index.hashes)

    def set_body(self, sandbox_id: bytes, etag: str, gzipped: bytes) -> None:
        self._transaction.put(sandbox_id, etag.encode("ascii") + gzipped, db=self._index.bodies)

    def set_key(self, digest: bytes, record: bytes) -> None:
        self._transaction.put(digest, record, db=self._index.keys)

    def forget_key(self, digest: bytes) -> None:
        self._transaction.delete(digest, db=self._index.keys)

    def clear(self, store_id: str) -> None:
        """Empties the index and makes it belong to the database `store_id`."""
        for database in (self._index.hashes, self._index.bodies, self._index.keys):
            self._transaction.drop(database, delete=False)
        self._transaction.put(b"store", f"{LAYOUT}:{store_id}".encode("ascii"), db=self._index.meta)


class Index:
    """The LMDB environment of one data folder in this process. Threads may share it, a forked child may not."""

    def __init__(self, folder: Path) -> None:
        with told("opening the index"):
            folder.mkdir(mode=0o700, exist_ok=True)
            _reserve_lock_file(folder / "lock.mdb")
            try:
                self._environment = _environment(folder)
            except (lmdb.InvalidError, lmdb.CorruptedError, lmdb.VersionMismatchError) as error:
                hint = "stop all that use the data folder and remove its index.lmdb: it is made again"
                raise Damaged(f"the index is damaged ({error}); {hint}") from error
            self.free_dead_readers()
            self.hashes = self._environment.open_db(b"hashes")
            self.bodies = self._environment.open_db(b"bodies")
            self.keys = self._environment.open_db(b"keys")
            self.meta = self._environment.open_db(b"meta")

    def close(self) -> None:
        self._environment.close()
        del self._environment

    def free_dead_readers(self) -> None:
        """Frees what processes held that died while they read; LMDB cannot use those pages again before."""
        with told("looking after the index"):
            self._environment.reader_check()

    def abandon(self) -> None:
        """Lets go of the environment in a forked child, without touching what it shares with its parent."""
        _abandoned.append(self._environment)
        del self._environment

    def __getattr__(self, name: str) -> Any:
        """Reached when the environment is gone."""
        if name == "_environment":
            raise StoreError("the store is closed, or was opened before this process was forked")
        raise AttributeError(name)

    @contextlib.contextmanager
    def write(self) -> Iterator[Changes]:
        """One transaction, durable at its end; writers of all processes wait for one another here."""
        with told("writing the index"), self._environment.begin(write=True) as transaction:
            yield Changes(self, transaction)

    def found(self, digest: bytes) -> Found | None:
        """What is known of the file with this raw digest; None for an unknown file. One transaction, two reads."""
        try:
            with self._environment.begin(buffers=True) as transaction:
                entry = transaction.get(digest, db=self.hashes)
                if entry is None:
                    return None
                body = transaction.get(entry[:_ID_BYTES], db=self.bodies)
                running = bytes(entry[_ID_BYTES : 2 * _ID_BYTES])
                has_private = entry[_PRIVACY_AT] != 0
                if body is None:
                    return Found(b"", b"", running, has_private)
                return Found(bytes(body[:ETAG_CHARACTERS]), bytes(body[ETAG_CHARACTERS:]), running, has_private)
        except lmdb.Error as error:
            raise store_error(error, "reading the index") from error

    def body(self, sandbox_id: bytes) -> Found | None:
        """The body of exactly this analysis, or None when the index has none."""
        with told("reading the index"), self._environment.begin(buffers=True) as transaction:
            body = transaction.get(sandbox_id, db=self.bodies)
            if body is None:
                return None
            return Found(bytes(body[:ETAG_CHARACTERS]), bytes(body[ETAG_CHARACTERS:]), NOTHING)

    def summaries(self, digests: Iterable[bytes]) -> list[Summary | None]:
        """What is known of each file with these raw digests, in their order, as of one moment; None: unknown."""
        with told("reading the index"), self._environment.begin() as transaction:
            entries = (transaction.get(digest, db=self.hashes) for digest in digests)
            return [None if entry is None else _summary(entry) for entry in entries]

    def analysed_from(self, first: bytes, last: bytes, limit: int) -> list[tuple[bytes, Summary]]:
        """The first `limit` files with an analysis whose SHA-256 lies between these two, both included, in order."""
        found: list[tuple[bytes, Summary]] = []
        with told("reading the index"), self._environment.begin() as transaction:
            cursor = transaction.cursor(db=self.hashes)
            if not cursor.set_range(first):
                return found
            for digest, entry in cursor:
                if digest > last or len(found) == limit:
                    break
                if len(digest) == _SHA256_BYTES and not entry.startswith(NOTHING):
                    found.append((digest, _summary(entry)))
        return found

    def key(self, digest: bytes) -> bytes | None:
        """The record of the key with this digest."""
        try:
            with self._environment.begin() as transaction:
                return transaction.get(digest, db=self.keys)
        except lmdb.Error as error:
            raise store_error(error, "reading the index") from error

    def store_id(self) -> str | None:
        """The id of the database that the index was derived from; None for a new index, or one of another layout."""
        with told("reading the index"), self._environment.begin() as transaction:
            layout, _, store_id = (transaction.get(b"store", db=self.meta) or b"").decode("ascii").partition(":")
            return store_id if layout == LAYOUT else None


def _summary(entry: bytes) -> Summary:
    last, running, score, requested_us, privacy = _SUMMARY.unpack(entry)
    return Summary(last, running, score, requested_us, Privacy(privacy))


def _environment(folder: Path) -> lmdb.Environment:
    for size in _MAP_BYTES[:-1]:
        with contextlib.suppress(lmdb.MemoryError, MemoryError):
            return _opened(folder, size)
    return _opened(folder, _MAP_BYTES[-1])


def _reserve_lock_file(path: Path) -> None:
    """Takes the room of a lock file that is not there yet: LMDB maps it, and a map without room ends the process.

    Never touches an existing one: to close any descriptor of it would release the locks that this process has on it.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        return
    try:
        os.write(descriptor, bytes(_LOCK_FILE_BYTES))
    finally:
        os.close(descriptor)


def _opened(folder: Path, map_bytes: int) -> lmdb.Environment:
    return lmdb.open(str(folder), map_size=map_bytes, max_dbs=4, max_readers=_MAX_READERS, mode=0o600)


_shared: dict[Path, tuple[Index, int]] = {}
_guard = threading.Lock()
_abandoned: list[lmdb.Environment] = []
"""Environments of a parent process; never closed here, since that would release the parent's locks."""


def shared(folder: Path) -> Index:
    """This process's index of `folder`; each call asks for one `release`."""
    with _guard:
        key = folder.resolve()
        index, users = _shared.get(key, (None, 0))
        if index is None:
            index = Index(folder)
        _shared[key] = (index, users + 1)
        return index


def release(folder: Path) -> None:
    """Closes this process's index of `folder` when nobody uses it any more."""
    with _guard:
        key = folder.resolve()
        index, users = _shared[key]
        if users > 1:
            _shared[key] = (index, users - 1)
        else:
            del _shared[key]
            index.close()


def _after_fork() -> None:
    global _guard  # noqa: PLW0603 - another thread of the parent may have held it
    _guard = threading.Lock()
    for index, _ in _shared.values():
        index.abandon()
    _shared.clear()


os.register_at_fork(after_in_child=_after_fork)
