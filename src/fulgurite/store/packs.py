"""Packs: append-only files `packs/NNNNN.pack` in which originals, native reports and bodies lie one after the other.

A record is a head, then its payload: for a body the gzip that goes over the wire, and for a large one zstd after it.
The head's first field is a CRC-32 over all the rest of the record; its last is the SHA-256 of the content. Every
reading checks the CRC, but a process checks a body or a large record once in RECHECK_S only (see `mapped.py`).
Where a record begins is its place, a number that rows of the database and entries of the index hold: the number of the
pack, and the offset in units of 8 bytes.

Records are read where they lie, through a memory map: a body is handed on as a view into the page cache, without a
copy, and stays readable as long as the view is held, also when the pack is removed.

Each open store that writes has a pack of its own, held by a file lock, so writers never wait for one another. What a
crash left behind its last record is never pointed to; the next to take up the pack begins at the next block. Numbers
of removed packs are not used again.
"""

import contextlib
import fcntl
import os
import struct
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final

from zlib_ng.zlib_ng import crc32

from fulgurite.errors import Damaged
from fulgurite.store.faults import told
from fulgurite.store.mapped import NOTE_MASK, NOTE_SHIFT, Pack
from fulgurite.store.mapped import UNIT as _UNIT
from fulgurite.store.records import Record

HEAD: Final = struct.Struct(">I4sBBHQQQ12s32s")
"""CRC-32 of the rest, _MAGIC, kind, codec, dictionary, raw size, two sizes of payload, raw sandbox_id, SHA-256."""
_BODY_HEAD: Final = struct.Struct(">I8xQQQ12s8s")
"""What a lookup needs of it: the CRC, the sizes, the sandbox_id, the beginning of the SHA-256."""
_MAGIC: Final = b"FgR1"
_CRC_BYTES: Final = 4
_BLOCK: Final = 4096
_FILE_HEAD: Final = b"FULGPK1\n"
_SUFFIX: Final = ".pack"
_GONE: Final = ".gone"
PACK_BYTES: Final = 1 << 30
"""A pack that is larger gets no more records."""
_ALWAYS_CHECKED_BYTES: Final = 1 << 20
"""Of records that are no bodies, larger ones are not checked at every reading."""
RECHECK_S: Final = 600.0
"""How long a process takes a body or a large record for whole that it has found whole."""

Place = int
"""Where a record begins: number of the pack << 32 | offset / 8."""


class PackGone(Damaged):
    """The pack of a place is not there: a compaction has moved its records, or it was lost."""


class Packs:
    """The packs of one data folder. Threads may share it, processes may share the folder."""

    def __init__(self, folder: Path, *, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` gives seconds that never go back."""
        self._folder = folder
        self._clock = clock
        self.open: dict[int, Pack] = {}
        """By number: those that were read from."""
        self.forget_at = clock() + RECHECK_S
        """From then on nothing is known of any record."""
        self._writing = threading.Lock()
        self._descriptor: int | None = None
        self._number = 0
        self._end = 0
        with told("making the folder of packs"):
            folder.mkdir(mode=0o700, exist_ok=True)

    def close(self) -> None:
        """Gives up the pack it writes. Views that were handed out stay readable."""
        with self._writing:
            self._let_go()
        self.open = {}

    # Reading

    def body(self, number: int, unit: int) -> tuple[bytes, int, int, int, bytes, Pack, int]:
        """Of the body at `unit` of the pack `number`: what a lookup needs of `read`, for a part of its cost.

        The first 8 bytes of its SHA-256, the sizes of its two payloads, its raw size, the raw sandbox_id; the pack, and
        where in it the payloads begin. Raises as `read` does.
        """
        begun = unit * _UNIT + HEAD.size
        pack = self.open.get(number)
        if pack is None or begun > pack.size:
            pack = self._mapped(number, begun)
        crc, raw_size, first, second, sandbox_id, sha256 = _BODY_HEAD.unpack_from(pack.view, unit * _UNIT)
        end = begun + first + second
        if end > pack.size:
            pack = self._mapped(number, end)
        # As `Pack.is_noted` has it, without a call.
        if pack.notes[unit >> NOTE_SHIFT] != (unit & NOTE_MASK) + 1 or self._clock() >= self.forget_at:
            self._check(pack, number, unit, crc, end)
        return sha256, first, second, raw_size, sandbox_id, pack, begun

    def read(self, place: Place) -> Record:
        """The record at `place`, its payloads as views. Raises Damaged, PackGone, StoreError."""
        number, unit = place >> 32, place & 0xFFFFFFFF
        start = unit * _UNIT
        begun = start + HEAD.size
        pack = self.open.get(number)
        if pack is None or begun > pack.size:
            pack = self._mapped(number, begun)
        crc, magic, kind, codec, dictionary, raw_size, first, second, sandbox_id, sha256 = HEAD.unpack_from(
            pack.view, start
        )
        middle = begun + first
        end = middle + second
        if end > pack.size:
            pack = self._mapped(number, end)
        is_large = end - start >= _ALWAYS_CHECKED_BYTES
        if not is_large or self._clock() >= self.forget_at or not pack.is_noted(unit):
            self._check(pack, number, unit, crc, end)
        if magic != _MAGIC:
            raise self._damaged(number, unit)
        view = pack.view
        return Record(kind, codec, raw_size, sha256, view[begun:middle], view[middle:end], sandbox_id, dictionary)

    def _check(self, pack: Pack, number: int, unit: int, crc: int, end: int) -> None:
        """Notes that the record is whole. Raises Damaged when it is not."""
        now = self._clock()
        if now >= self.forget_at:
            self.forget_at = now + RECHECK_S
            for one in list(self.open.values()):
                one.forget()
        if crc32(pack.view[unit * _UNIT + _CRC_BYTES : end]) != crc:
            raise self._damaged(number, unit)
        pack.note(unit)

    def _damaged(self, number: int, unit: int) -> Damaged:
        return Damaged(f"the record at {unit * _UNIT} of {self._path(number)} is damaged")

    def size(self, place: Place) -> int:
        """How many bytes the record at `place` takes; 0 when there is none. Raises StoreError."""
        start = (place & 0xFFFFFFFF) * _UNIT
        try:
            pack = self.open.get(place >> 32)
            if pack is None or start + HEAD.size > pack.size:
                pack = self._mapped(place >> 32, start + HEAD.size)
        except Damaged:
            return 0
        head = HEAD.unpack_from(pack.view, start)
        return _size(head[6], head[7]) if head[1] == _MAGIC else 0

    def assert_there(self, places: Iterable[Place | None]) -> None:
        """Raises PackGone when a compaction has removed what was appended: it takes records without a row for garbage.

        To be asked in the transaction that writes the row.
        """
        for number in {place >> 32 for place in places if place is not None}:
            if not self._path(number).exists():
                raise PackGone(f"{self._path(number)} was compacted before its records were in use; try again")

    def _mapped(self, number: int, needed: int) -> Pack:
        """The whole pack, as it is now, which must be at least `needed` bytes long."""
        path = self._path(number)
        before = self.open.get(number)
        with told("reading a pack"):
            try:
                if path.stat().st_size < needed:
                    raise Damaged(f"{path} ends before a record that it should have")
                pack = Pack(path, before)
            except FileNotFoundError as error:
                self.open.pop(number, None)
                raise PackGone(f"{path} is not there") from error
        if before is None:
            # A pack that is new to this process may be what a compaction made of others.
            self.forget_removed()
        self.open[number] = pack
        return pack

    def forget_removed(self) -> None:
        """Lets go of packs that a compaction has removed, so that their room on the disk becomes free."""
        for number in list(self.open):
            if not self._path(number).exists():
                self.open.pop(number, None)

    # Writing

    def append(self, records: Sequence[Record]) -> list[Place]:
        """Keeps `records`, durable when this returns, and returns their places. Raises StoreFull, StoreError."""
        with self._writing, told("writing a pack"):
            descriptor = self._own()
            places: list[Place] = []
            pieces: list[bytes | memoryview] = []
            end = self._end
            for record in records:
                places.append(self._number << 32 | end // _UNIT)
                packed = _packed(record)
                pieces += packed
                end += sum(map(len, packed))
            try:
                _write_at(descriptor, b"".join(pieces), self._end)
                os.fdatasync(descriptor)
            except OSError:
                with contextlib.suppress(OSError):
                    os.ftruncate(descriptor, self._end)
                self._let_go()
                raise
            self._end = end
            if end >= PACK_BYTES:
                self._let_go()
            return places

    def _own(self) -> int:
        """The descriptor of the pack that this store writes; takes one up where it has none."""
        if self._descriptor is not None and os.fstat(self._descriptor).st_nlink == 0:
            self._let_go()
        if self._descriptor is None:
            taken = (self._taken(number) for number in self.numbers())
            descriptor = next((one for one in taken if one is not None), None)
            self._descriptor = self._made() if descriptor is None else descriptor
        return self._descriptor

    def _taken(self, number: int) -> int | None:
        """The pack of that number, locked for this store, unless it is full or another's."""
        path = self._path(number)
        if path.stat().st_size >= PACK_BYTES:
            return None
        descriptor = locked(path)
        if descriptor is not None:
            self._number = number
            self._end = -(-os.fstat(descriptor).st_size // _BLOCK) * _BLOCK
        return descriptor

    def _made(self) -> int:
        """A new pack, locked, whose name is on disk."""
        number, descriptor = self._created(self._last_number() + 1)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            _write_at(descriptor, _FILE_HEAD, 0)
            sync_folder(self._folder)
        except OSError:
            os.close(descriptor)
            raise
        self._number = number
        self._end = len(_FILE_HEAD)
        return descriptor

    def _created(self, number: int) -> tuple[int, int]:
        """A new file of this number or, where others were faster, of a higher one; with its descriptor."""
        while True:
            try:
                return number, os.open(self._path(number), os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            except FileExistsError:
                number += 1

    def _let_go(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    # The folder

    def numbers(self) -> list[int]:
        """The numbers of the packs that are there, in order."""
        return sorted(int(path.stem) for path in self._folder.glob(f"*{_SUFFIX}"))

    def path(self, number: int) -> Path:
        """The file of a pack."""
        return self._path(number)

    def remove(self, number: int) -> None:
        """Removes a pack, for good; its number is not used again. Raises StoreError."""
        with told("removing a pack"):
            if number == self._last_number():
                (self._folder / f"{number:05d}{_GONE}").touch(mode=0o600)
            self._path(number).unlink(missing_ok=True)
            sync_folder(self._folder)
        self.open.pop(number, None)

    def _last_number(self) -> int:
        known = (int(path.stem) for suffix in (_SUFFIX, _GONE) for path in self._folder.glob(f"*{suffix}"))
        return max(known, default=0)

    def _path(self, number: int) -> Path:
        return self._folder / f"{number:05d}{_SUFFIX}"


def locked(path: Path) -> int | None:
    """A descriptor of the pack `path` that nobody else writes as long as it is open; None when somebody does."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    # Between opening and locking, a compaction may have removed it.
    if os.fstat(descriptor).st_nlink == 0:
        os.close(descriptor)
        return None
    return descriptor


def _packed(record: Record) -> list[bytes | memoryview]:
    head = HEAD.pack(
        0,
        _MAGIC,
        record.kind,
        record.codec,
        record.dictionary,
        record.raw_size,
        len(record.payload),
        len(record.second),
        record.sandbox_id,
        record.sha256,
    )[_CRC_BYTES:]
    crc = crc32(record.second, crc32(record.payload, crc32(head)))
    size = HEAD.size + len(record.payload) + len(record.second)
    padding = bytes(_size(len(record.payload), len(record.second)) - size)
    return [struct.pack(">I", crc), head, record.payload, record.second, padding]


def _size(payload: int, second: int) -> int:
    """The bytes that a record with payloads of these sizes takes."""
    return -(-(HEAD.size + payload + second) // _UNIT) * _UNIT


def _write_at(descriptor: int, data: bytes, offset: int) -> None:
    view = memoryview(data)
    while len(view) > 0:
        written = os.pwrite(descriptor, view, offset)
        view, offset = view[written:], offset + written


def sync_folder(folder: Path) -> None:
    """Sees to it that the names in `folder` are on disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
