"""What a lookup finds: the entry of the index, then the body's record where it lies.

A view into a pack stays readable as long as it is held. So an answer can be written to a slow client without a copy,
without a transaction that is kept open, and whatever is compacted meanwhile.
"""

from binascii import hexlify
from collections.abc import Sequence
from typing import NamedTuple

from zlib_ng.zlib_ng import crc32

from fulgurite.store.entries import (
    CHECK_BYTES,
    ENTRY,
    NOTHING,
    PRIVACY_MASK,
    SCORE_MASK,
    SCORE_SHIFT,
    TIME_SHIFT,
    Privacy,
    damaged,
)
from fulgurite.store.index import Index
from fulgurite.store.mapped import Pack
from fulgurite.store.packs import PackGone, Packs, Place

ETAG_CHARACTERS = 16
_new = tuple.__new__
_PRIVACY = (*Privacy, Privacy.ALL)


class Found(NamedTuple):
    """What is known of a file, or of one analysis."""

    etag: bytes
    """16 hex digits: the beginning of the body's SHA-256. Empty when there is no finished analysis."""
    gzipped: bytes | memoryview
    """The body of the last analysis as gzip; empty when there is none."""
    running: bytes
    """The raw sandbox_id of the newest analysis in progress, or NOTHING."""
    has_private: bool = False
    """Whether there is more, and for some only: what is here is no answer then, the database has to be asked."""
    raw_size: int = 0
    """Of the body before it was packed, in bytes."""
    zstd: bytes | memoryview = b""
    """The body as zstd; empty unless it is large."""
    sandbox_id: bytes = NOTHING
    """Of the last analysis, raw."""
    pack: Pack | None = None
    """The pack that the body lies in, for who sends it from there."""
    start: int = 0
    """Where in it `gzipped` begins; `zstd` stands right behind."""


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


class Finder:
    """Looks things up in one store. Threads may share it."""

    def __init__(self, index: Index, packs: Packs) -> None:
        self._index = index
        self._packs = packs
        self._entry = index.entry
        self._body = packs.body

    def found(self, digest: bytes) -> Found | None:
        """What is known of the file with this raw digest (16, 20, 32 or 64 bytes); None for an unknown file.

        One read of the index. Raises Damaged, StoreError.
        """
        entry = self._entry(digest)
        if entry is None:
            return None
        if len(entry) < ENTRY.size:
            raise damaged(digest)
        check, number, pack, offset, _ = ENTRY.unpack_from(entry)
        if crc32(entry[CHECK_BYTES:], crc32(digest)) & 0xFFFF != check:
            raise damaged(digest)
        running = entry[ENTRY.size :] or NOTHING
        has_private = number & PRIVACY_MASK != 0
        if pack == 0:
            return Found(b"", b"", running, has_private)
        try:
            sha256, first, second, raw_size, sandbox_id, lies_in, start = self._body(pack, offset)
        except PackGone:
            if self._entry(digest) == entry:
                raise
            return self.found(digest)
        middle = start + first
        gzipped = lies_in.view[start:middle]
        zstd = lies_in.view[middle : middle + second] if second else b""
        # The constructor of a NamedTuple takes twice as long.
        return _new(Found, (hexlify(sha256), gzipped, running, has_private, raw_size, zstd, sandbox_id, lies_in, start))

    def body(self, sandbox_id: bytes) -> Found | None:
        """The body of exactly this analysis, or None when the index has none. Raises Damaged, StoreError."""
        place = self._index.place(sandbox_id)
        if place is None:
            return None
        try:
            return self.at(place)
        except PackGone:
            if self._index.place(sandbox_id) == place:
                raise
            return self.body(sandbox_id)

    def at(self, place: Place) -> Found:
        """The body that lies there. Raises Damaged, PackGone, StoreError."""
        sha256, first, second, raw_size, sandbox_id, pack, start = self._body(place >> 32, place & 0xFFFFFFFF)
        middle = start + first
        gzipped, zstd = pack.view[start:middle], pack.view[middle : middle + second]
        return Found(hexlify(sha256), gzipped, NOTHING, False, raw_size, zstd, sandbox_id, pack, start)

    def summaries(self, digests: Sequence[bytes]) -> list[Summary | None]:
        """What is known of each file with these raw digests, in their order; None: unknown. Raises StoreError."""
        found = zip(digests, self._index.raw_entries(digests), strict=True)
        return [None if entry is None else _summary(digest, entry) for digest, entry in found]


def _summary(digest: bytes, entry: bytes) -> Summary:
    """What `unpacked` gives, but for the place, at half of its cost: ten thousand are asked for at once."""
    if len(entry) < ENTRY.size or crc32(digest + entry[CHECK_BYTES:]) & 0xFFFF != entry[0] << 8 | entry[1]:
        raise damaged(digest)
    _, number, _, _, last = ENTRY.unpack_from(entry)
    running = entry[ENTRY.size :] or NOTHING
    score = number >> SCORE_SHIFT & SCORE_MASK
    # The constructor of a NamedTuple takes twice as long.
    return _new(Summary, (last, running, score, number >> TIME_SHIFT, _PRIVACY[number & PRIVACY_MASK]))
