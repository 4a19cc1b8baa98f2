"""LMDB: where a lookup finds its answer, in one read. All of it is derived and can be made again.

Databases
    md5, sha1, sha256, sha512
             raw digest (of a SHA-512 the first 32 bytes) -> an entry: two bytes of check over the digest and the rest;
             when the last analysis was asked for (microseconds since 1970), its score and the file's Privacy, in one
             number of 64 bits; the place of its body in the packs and its raw sandbox_id (all zeros: no analysis);
             after that, only where one runs, its raw sandbox_id. A file that is known at all has an entry. Nothing
             private is told here: for what is private the database is asked
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
import struct
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from enum import IntEnum
from itertools import islice
from pathlib import Path
from typing import Any, Final, NamedTuple

import lmdb
from zlib_ng.zlib_ng import crc32

from fulgurite.errors import Damaged, StoreError
from fulgurite.store.faults import store_error, told
from fulgurite.store.packs import Place

LAYOUT = "4"
"""Raised with every change of what stands where; 2 had the bodies in here, 3 no sandbox_id in an entry."""
NOTHING = bytes(12)
"""Where a sandbox_id could stand: there is none."""
ENTRY: Final = struct.Struct(">HqHI12s")
"""Check; time, score and privacy; number of the pack and offset in it; raw sandbox_id."""
_PLACE: Final = struct.Struct(">HI")
CHECK_BYTES: Final = 2
SCORE_SHIFT: Final = 4
SCORE_MASK: Final = 15
TIME_SHIFT: Final = 8
SHA512_BYTES: Final = 64
_HASHES: Final = {16: b"md5", 20: b"sha1", 32: b"sha256", SHA512_BYTES: b"sha512"}
_KEPT_BYTES: Final = 32
_OLD: Final = (b"hashes", b"bodies")
"""Databases of earlier layouts."""
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


class Privacy(IntEnum):
    """How much of what is known of a file is private."""

    NONE = 0
    SOME = 1
    ALL = 2
    """To everybody but the owners and administrators, the file is unknown."""


PRIVACY_MASK: Final = 3


class Entry(NamedTuple):
    """What the index says of a file."""

    place: Place
    """Of the body of the last analysis; 0: there is none."""
    running: bytes = NOTHING
    """The raw sandbox_id of the newest analysis in progress, or NOTHING."""
    score: int = 0
    """Of the last analysis, 1-10; 0 when it makes no statement."""
    requested_us: int = 0
    """When the last analysis was asked for, in microseconds since 1970."""
    privacy: Privacy = Privacy.NONE
    """Not NONE: there is more than is told here, and for some only."""
    last: bytes = NOTHING
    """The raw sandbox_id of the last analysis, or NOTHING."""


def packed(digest: bytes, entry: Entry) -> bytes:
    """`entry` as it stands in the index for the file with this raw digest."""
    number = entry.requested_us << TIME_SHIFT | entry.score << SCORE_SHIFT | entry.privacy
    running = b"" if entry.running == NOTHING else entry.running
    rest = ENTRY.pack(0, number, entry.place >> 32, entry.place & 0xFFFFFFFF, entry.last)[CHECK_BYTES:] + running
    return (crc32(rest, crc32(digest)) & 0xFFFF).to_bytes(CHECK_BYTES, "big") + rest


def unpacked(digest: bytes, data: bytes) -> Entry:
    """The entry in what the index has for this raw digest. Raises Damaged."""
    if len(data) < ENTRY.size or crc32(data[CHECK_BYTES:], crc32(digest)) & 0xFFFF != int.from_bytes(data[:2], "big"):
        raise damaged(digest)
    _, number, pack, offset, last = ENTRY.unpack_from(data)
    running = data[ENTRY.size :] or NOTHING
    score = number >> SCORE_SHIFT & SCORE_MASK
    return Entry(pack << 32 | offset, running, score, number >> TIME_SHIFT, Privacy(number & PRIVACY_MASK), last)


def damaged(digest: bytes) -> Damaged:
    """What to raise when the entry of this digest is not what was put there."""
    return Damaged(f"the index entry of {digest.hex()} is damaged; `fulgurite store check --repair` makes it again")


class Changes:
    """A write transaction of the index."""

    def __init__(self, index: "Index", transaction: "lmdb.Transaction[bytes]") -> None:
        self._index = index
        self._transaction = transaction

    def set_hash(self, digest: bytes, entry: Entry) -> None:
        self._transaction.put(digest[:_KEPT_BYTES], packed(digest, entry), db=self._index.hashes[len(digest)])

    def forget_hash(self, digest: bytes) -> None:
        self._transaction.delete(digest[:_KEPT_BYTES], db=self._index.hashes[len(digest)])

    def set_id(self, sandbox_id: bytes, place: Place) -> None:
        self._transaction.put(sandbox_id, _PLACE.pack(place >> 32, place & 0xFFFFFFFF), db=self._index.ids)

    def forget_id(self, sandbox_id: bytes) -> None:
        self._transaction.delete(sandbox_id, db=self._index.ids)

    def set_key(self, digest: bytes, record: bytes) -> None:
        self._transaction.put(digest, record, db=self._index.keys)

    def forget_key(self, digest: bytes) -> None:
        self._transaction.delete(digest, db=self._index.keys)

    def fill_hashes(self, size: int, entries: Iterable[tuple[bytes, Entry]]) -> None:
        """Puts entries of digests of `size` bytes, which come in order and after all that are there."""
        items = ((digest[:_KEPT_BYTES], packed(digest, entry)) for digest, entry in entries)
        self._transaction.cursor(self._index.hashes[size]).putmulti(items, append=True)

    def fill_ids(self, places: Iterable[tuple[bytes, Place]]) -> None:
        """Puts places of sandbox_ids, which come in order and after all that are there."""
        items = ((sandbox_id, _PLACE.pack(place >> 32, place & 0xFFFFFFFF)) for sandbox_id, place in places)
        self._transaction.cursor(self._index.ids).putmulti(items, append=True)

    def store_id(self) -> str | None:
        """As `Index.store_id`, in this transaction."""
        return _store_id(self._transaction, self._index.meta)

    def clear(self) -> None:
        """Empties the index. It belongs to nobody then, and nobody but the one who fills it writes to it."""
        self._transaction.delete(b"store", db=self._index.meta)
        for database in (*self._index.hashes.values(), self._index.ids, self._index.keys):
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
            self._environment = _environment(self._folder)
        except (lmdb.InvalidError, lmdb.CorruptedError, lmdb.VersionMismatchError) as error:
            hint = "stop the server, then `fulgurite store check --repair` makes it again"
            raise IndexDamaged(f"the index is damaged ({error}); {hint}") from error
        self._environment.reader_check()
        self.hashes = {size: self._environment.open_db(name) for size, name in _HASHES.items()}
        self.ids = self._environment.open_db(b"ids")
        self.keys = self._environment.open_db(b"keys")
        self.meta = self._environment.open_db(b"meta")

    def close(self) -> None:
        self._environment.close()
        del self._environment

    def _revive(self, failed: lmdb.Environment) -> None:
        """Opens the environment anew: once a write of its first page has failed, LMDB refuses everything.

        `failed`: the environment that refused. Raises StoreError when it cannot be opened.
        """
        with self._reviving, told("opening the index again"):
            if self._environment is failed:
                # It lets nobody begin any more; who is in there still is gone long before.
                time.sleep(_REVIVAL_S)
                failed.close()
                self._open()

    @contextlib.contextmanager
    def _told(self, what: str) -> Iterator[None]:
        """As `told`; sees to it that the next one finds a working environment."""
        environment = self._environment
        with told(what):
            try:
                yield
            except lmdb.PanicError:
                self._revive(environment)
                raise

    def free_dead_readers(self) -> None:
        """Frees what processes held that died while they read; LMDB cannot use those pages again before."""
        with self._told("looking after the index"):
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
        with self._told("writing the index"), self._environment.begin(write=True) as transaction:
            yield Changes(self, transaction)

    def entry(self, digest: bytes) -> bytes | None:
        """What stands there for the file with this raw digest (see `unpacked`); None for an unknown file.

        Raises StoreError, also while the index is made anew.
        """
        environment = self._environment
        try:
            with environment.begin() as transaction:
                found = transaction.get(digest[:_KEPT_BYTES], db=self.hashes[len(digest)])
                if found is None:
                    self._refuse_unfinished(transaction)
                return found
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
        with self._told("reading the index"), self._environment.begin() as transaction:
            found = transaction.get(sandbox_id, db=self.ids)
        return None if found is None else place_of(found)

    def raw_entries(self, digests: Iterable[bytes]) -> list[bytes | None]:
        """What stands there for each of these raw digests, in their order, as of one moment; None: unknown.

        Raises StoreError, also while the index is made anew.
        """
        hashes = self.hashes
        with self._told("reading the index"), self._environment.begin() as transaction:
            get = transaction.get
            found = [get(digest[:_KEPT_BYTES], None, hashes[len(digest)]) for digest in digests]
            if None in found:
                self._refuse_unfinished(transaction)
        return found

    def entries(self, digests: Sequence[bytes]) -> list[Entry | None]:
        """What is known of each file with these raw digests, in their order, as of one moment; None: unknown."""
        found = zip(digests, self.raw_entries(digests), strict=True)
        return [None if data is None else unpacked(digest, data) for digest, data in found]

    def all_hashes(self, size: int) -> Iterator[tuple[bytes, bytes]]:
        """All digests of `size` bytes and what stands there for each, in order; not as of one moment."""
        return self._all(self.hashes[size])

    def all_ids(self) -> Iterator[tuple[bytes, Place]]:
        """All sandbox_ids and where their bodies lie, in order; not as of one moment. Raises Damaged."""
        return ((sandbox_id, place_of(data)) for sandbox_id, data in self._all(self.ids))

    def all_keys(self) -> Iterator[tuple[bytes, bytes]]:
        """All digests of API keys and their records, in order; not as of one moment."""
        return self._all(self.keys)

    def _all(self, database: Any) -> Iterator[tuple[bytes, bytes]]:
        """In parts: a reader that stays long keeps LMDB from using freed pages."""
        after = b""
        while True:
            with self._told("reading the index"), self._environment.begin() as transaction:
                cursor = transaction.cursor(db=database)
                some = list(islice(cursor, _PART)) if cursor.set_range(after + b"\0") else []
            if not some:
                return
            yield from some
            after = some[-1][0]

    def analysed_from(self, first: bytes, last: bytes, limit: int) -> list[tuple[bytes, Entry]]:
        """The first `limit` files with an analysis whose SHA-256 lies between these two, both included, in order."""
        found: list[tuple[bytes, Entry]] = []
        with self._told("reading the index"), self._environment.begin() as transaction:
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
        with self._told("reading the index"), self._environment.begin() as transaction:
            found = transaction.get(digest, db=self.keys)
            if found is None:
                self._refuse_unfinished(transaction)
            return found

    def store_id(self) -> str | None:
        """The id of the database that the index was derived from; None for a new index, or one of another layout."""
        with self._told("reading the index"), self._environment.begin() as transaction:
            return _store_id(transaction, self.meta)


def place_of(data: bytes) -> Place:
    """The place in what `ids` has for a sandbox_id. Raises Damaged."""
    if len(data) != _PLACE.size:
        raise Damaged("an entry of the index is damaged; `fulgurite store check --repair` makes it again")
    number, offset = _PLACE.unpack(data)
    return Place(number << 32 | offset)


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
