"""LMDB: where a lookup finds its answer, in one read. All of it is derived and can be made again.

Databases
    md5, sha1, sha256
             raw digest -> an entry: two bytes of check over the digest and the rest;
             when the last analysis was asked for (microseconds since 1970), its score and the file's Privacy, in one
             number of 64 bits; the place of its body in the packs and its raw sandbox_id (all zeros: no analysis);
             after that, only where one runs, its raw sandbox_id. A file that is known at all has an entry. Nothing
             private is told here: for what is private the database is asked
    sha512   the first 32 bytes of a raw SHA-512 -> two bytes of check over all of it and the rest; the raw SHA-256 of
             the same file, under which its entry stands
    ids      raw sandbox_id -> the place of its body; public ones only
    keys     digest of an API key -> the key's record (JSON)
    meta     `store` -> LAYOUT and the id of the SQLite database that this was derived from; with another one of
             either, or none, the index is made anew

What a lookup of many hashes tells of each stands in the entry, so that no pack is read for it; the rest is told by the
body's record (see records.py), so that an entry is 28 bytes and the whole index stays in memory longer than anything
else.

One environment a process: LMDB forbids a second one, so stores of the same folder share it (see `shared`).
"""

import contextlib
import os
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Final

import lmdb

from fulgurite.errors import Damaged, StoreError
from fulgurite.store.entries import (
    CHECK_BYTES,
    SHA512_KEPT,
    Entry,
    damaged,
    named,
    packed,
    packed_place,
    place_of,
    unpacked,
)
from fulgurite.store.faults import store_error, told
from fulgurite.store.packs import Place

LAYOUT = "4"
"""Raised with every change of what stands where; 2 had the bodies in here, 3 no sandbox_id in an entry."""
_HASHES: Final = {16: b"md5", 20: b"sha1", 32: b"sha256"}
_MAX_DATABASES: Final = 16
_MAP_BYTES = (1 << 40, 1 << 36, 1 << 33, 1 << 31, 1 << 29)
"""Address space asked for, the first that the process gets; a limit on memory may forbid the larger ones."""
_PART = 10_000
_REVIVAL_S = 0.1
_MAX_READERS = 1024
_LOCK_FILE_BYTES = 72 << 10
"""A bit more than LMDB wants for _MAX_READERS."""


class IndexDamaged(Damaged):
    """The index cannot be opened. Everything in it can be made again."""


class Changes:
    """A write transaction of the index."""

    def __init__(self, index: "Index", transaction: "lmdb.Transaction[bytes]") -> None:
        self._index = index
        self._transaction = transaction

    def set_hash(self, digest: bytes, entry: Entry) -> None:
        self._transaction.put(digest, packed(digest, entry), db=self._index.hashes[len(digest)])

    def forget_hash(self, digest: bytes) -> None:
        self._transaction.delete(digest, db=self._index.hashes[len(digest)])

    def set_sha512(self, sha512: bytes, sha256: bytes) -> None:
        self._transaction.put(*named(sha512, sha256), db=self._index.sha512)

    def forget_sha512(self, sha512: bytes) -> None:
        self._transaction.delete(sha512[:SHA512_KEPT], db=self._index.sha512)

    def set_id(self, sandbox_id: bytes, place: Place) -> None:
        self._transaction.put(sandbox_id, packed_place(place), db=self._index.ids)

    def forget_id(self, sandbox_id: bytes) -> None:
        self._transaction.delete(sandbox_id, db=self._index.ids)

    def set_key(self, digest: bytes, record: bytes) -> None:
        self._transaction.put(digest, record, db=self._index.keys)

    def forget_key(self, digest: bytes) -> None:
        self._transaction.delete(digest, db=self._index.keys)

    def fill_hashes(self, size: int, entries: Iterable[tuple[bytes, Entry]]) -> None:
        """Puts entries of digests of `size` bytes, which come in order and after all that are there."""
        items = ((digest, packed(digest, entry)) for digest, entry in entries)
        self._transaction.cursor(self._index.hashes[size]).putmulti(items, append=True)

    def fill_sha512(self, names: Iterable[tuple[bytes, bytes]]) -> None:
        """Puts SHA-512 with their SHA-256, which come in order and after all that are there."""
        items = (named(sha512, sha256) for sha512, sha256 in names)
        self._transaction.cursor(self._index.sha512).putmulti(items, append=True)

    def fill_ids(self, places: Iterable[tuple[bytes, Place]]) -> None:
        """Puts places of sandbox_ids, which come in order and after all that are there."""
        items = ((sandbox_id, packed_place(place)) for sandbox_id, place in places)
        self._transaction.cursor(self._index.ids).putmulti(items, append=True)

    def store_id(self) -> str | None:
        """As `Index.store_id`, in this transaction."""
        return _store_id(self._transaction, self._index.meta)

    def clear(self) -> None:
        """Empties the index. It belongs to nobody then, and nobody but the one who fills it writes to it."""
        self._transaction.delete(b"store", db=self._index.meta)
        index = self._index
        for database in (*index.hashes.values(), index.sha512, index.ids, index.keys):
            self._transaction.drop(database, delete=False)

    def belongs_to(self, store_id: str) -> None:
        """Says that the index is whole, and which database it was derived from."""
        self._transaction.put(b"store", f"{LAYOUT}:{store_id}".encode("ascii"), db=self._index.meta)


class Index:
    """The LMDB environment of one data folder in this process. Threads may share it, a forked child may not."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._reviving = threading.Lock()
        with told("opening the index"):
            folder.mkdir(mode=0o700, exist_ok=True)
            _reserve_lock_file(folder / "lock.mdb")
            self._open()

    def _open(self) -> None:
        try:
            self.environment = _environment(self._folder)
        except (lmdb.InvalidError, lmdb.CorruptedError, lmdb.VersionMismatchError) as error:
            hint = "stop the server, then `fulgurite store check --repair` makes it again"
            raise IndexDamaged(f"the index is damaged ({error}); {hint}") from error
        self.environment.reader_check()
        self.hashes = {size: self.environment.open_db(name) for size, name in _HASHES.items()}
        self.sha512 = self.environment.open_db(b"sha512")
        self.ids = self.environment.open_db(b"ids")
        self.keys = self.environment.open_db(b"keys")
        self.meta = self.environment.open_db(b"meta")

    def close(self) -> None:
        self.environment.close()
        del self.environment

    def _revive(self, failed: lmdb.Environment) -> None:
        """Opens the environment anew: once a write of its first page has failed, LMDB refuses everything.

        `failed`: the environment that refused. Raises StoreError when it cannot be opened.
        """
        with self._reviving, told("opening the index again"):
            if self.environment is failed:
                # It lets nobody begin any more; who is in there still is gone long before.
                time.sleep(_REVIVAL_S)
                failed.close()
                self._open()

    @contextlib.contextmanager
    def _told(self, what: str) -> Iterator[None]:
        """As `told`; sees to it that the next one finds a working environment."""
        environment = self.environment
        with told(what):
            try:
                yield
            except lmdb.PanicError:
                self._revive(environment)
                raise

    def free_dead_readers(self) -> None:
        """Frees what processes held that died while they read; LMDB cannot use those pages again before."""
        with self._told("looking after the index"):
            self.environment.reader_check()

    def abandon(self) -> None:
        """Lets go of the environment in a forked child, without touching what it shares with its parent."""
        _abandoned.append(self.environment)
        del self.environment

    def __getattr__(self, name: str) -> Any:
        """Reached when the environment is gone."""
        if name == "environment":
            raise StoreError("the store is closed, or was opened before this process was forked")
        raise AttributeError(name)

    @contextlib.contextmanager
    def write(self) -> Iterator[Changes]:
        """One transaction, durable at its end; writers of all processes wait for one another here."""
        with self._told("writing the index"), self.environment.begin(write=True) as transaction:
            yield Changes(self, transaction)

    def entry(self, digest: bytes) -> bytes | None:
        """What stands there for the file with this raw digest (see `unpacked`); None for an unknown file.

        Raises StoreError, also while the index is made anew.
        """
        environment = self.environment
        try:
            # As a context manager, and with the database named later, it takes half as long again.
            transaction = environment.begin(self.hashes[len(digest)])
            try:
                found = transaction.get(digest)
                if found is None:
                    self._refuse_unfinished(transaction)
                return found
            finally:
                transaction.abort()
        except lmdb.PanicError:
            self._revive(environment)
            return self.entry(digest)
        except lmdb.Error as error:
            raise store_error(error, "reading the index") from error

    def _refuse_unfinished(self, transaction: "lmdb.Transaction[bytes]") -> None:
        """What is not there yet is not unknown. Raises StoreError while the index is made anew."""
        if transaction.get(b"store", db=self.meta) is None:
            raise StoreError("the index is being made anew")

    def place(self, sandbox_id: bytes) -> Place | None:
        """Where the body of this analysis lies; None when the index has none."""
        with self._told("reading the index"), self.environment.begin() as transaction:
            found = transaction.get(sandbox_id, db=self.ids)
        return None if found is None else place_of(found)

    def raw_entries(self, digests: Iterable[bytes]) -> list[bytes | None]:
        """What stands there for each of these raw digests, in their order, as of one moment; None: unknown.

        Raises StoreError, also while the index is made anew.
        """
        hashes = self.hashes
        with self._told("reading the index"), self.environment.begin() as transaction:
            get = transaction.get
            found = [get(digest, None, hashes[len(digest)]) for digest in digests]
            if None in found:
                self._refuse_unfinished(transaction)
        return found

    def entries(self, digests: Sequence[bytes]) -> list[Entry | None]:
        """What is known of each file with these raw digests, in their order, as of one moment; None: unknown."""
        found = zip(digests, self.raw_entries(digests), strict=True)
        return [None if data is None else unpacked(digest, data) for digest, data in found]

    def sha256_of(self, sha512: bytes) -> bytes | None:
        """The raw SHA-256 of the file with this raw SHA-512; None for one that is not known by it.

        Raises Damaged, and StoreError, also while the index is made anew.
        """
        with self._told("reading the index"), self.environment.begin() as transaction:
            found = transaction.get(sha512[:SHA512_KEPT], db=self.sha512)
            if found is None:
                self._refuse_unfinished(transaction)
                return None
        sha256 = found[CHECK_BYTES:]
        if found != named(sha512, sha256)[1]:
            # Of another file that begins alike, if nothing is damaged: nobody has found such two.
            raise damaged(sha512)
        return sha256

    def all_sha512(self, first: bytes = b"") -> Iterator[tuple[bytes, bytes]]:
        """What stands there for each SHA-512, by its first half, in order from `first` on; not as of one moment."""
        return self._all(self.sha512, first)

    def all_hashes(self, size: int) -> Iterator[tuple[bytes, bytes]]:
        """All digests of `size` bytes and what stands there for each, in order; not as of one moment."""
        return self._all(self.hashes[size])

    def all_ids(self) -> Iterator[tuple[bytes, Place]]:
        """All sandbox_ids and where their bodies lie, in order; not as of one moment. Raises Damaged."""
        return ((sandbox_id, place_of(data)) for sandbox_id, data in self._all(self.ids))

    def all_keys(self) -> Iterator[tuple[bytes, bytes]]:
        """All digests of API keys and their records, in order; not as of one moment."""
        return self._all(self.keys)

    def _all(self, database: Any, first: bytes = b"") -> Iterator[tuple[bytes, bytes]]:
        """In parts: a reader that stays long keeps LMDB from using freed pages."""
        begin = first
        while True:
            with self._told("reading the index"), self.environment.begin() as transaction:
                cursor = transaction.cursor(db=database)
                some = list(islice(cursor, _PART)) if cursor.set_range(begin) else []
            if not some:
                return
            yield from some
            begin = some[-1][0] + b"\0"

    def analysed_from(self, first: bytes, last: bytes, limit: int) -> list[tuple[bytes, Entry]]:
        """The first `limit` files with an analysis whose SHA-256 lies between these two, both included, in order."""
        found: list[tuple[bytes, Entry]] = []
        with self._told("reading the index"), self.environment.begin() as transaction:
            self._refuse_unfinished(transaction)
            cursor = transaction.cursor(db=self.hashes[len(first)])
            if not cursor.set_range(first):
                return found
            for digest, data in cursor:
                if digest > last or len(found) == limit:
                    break
                entry = unpacked(digest, data)
                if entry.place != 0:
                    found.append((digest, entry))
        return found

    def key(self, digest: bytes) -> bytes | None:
        """The record of the key with this digest. Raises StoreError, also while the index is made anew."""
        with self._told("reading the index"), self.environment.begin() as transaction:
            found = transaction.get(digest, db=self.keys)
            if found is None:
                self._refuse_unfinished(transaction)
            return found

    def store_id(self) -> str | None:
        """The id of the database that the index was derived from; None for a new index, or one of another layout."""
        with self._told("reading the index"), self.environment.begin() as transaction:
            return _store_id(transaction, self.meta)


def _store_id(transaction: "lmdb.Transaction[bytes]", meta: Any) -> str | None:
    layout, _, store_id = (transaction.get(b"store", db=meta) or b"").decode("ascii").partition(":")
    return store_id if layout == LAYOUT else None


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
    return lmdb.open(str(folder), map_size=map_bytes, max_dbs=_MAX_DATABASES, max_readers=_MAX_READERS, mode=0o600)


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
