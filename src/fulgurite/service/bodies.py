"""Bodies in the encoding that a client takes: stored ones as they lie, inflated ones from a bounded cache or piecemeal.

A body that is stored in an encoding is a view into the page cache; whoever sends it copies nothing. Where a client
takes no such encoding, a small body is inflated whole, and the ones asked for last are kept; a large one is inflated
while it is sent, a piece at a time, so that it never delays others. The second time that it is asked for within a
while, the pieces are kept as well, and from then on it is sent from memory as a whole, as often as it is asked for.
"""

import mmap
import threading
import weakref
from collections import OrderedDict, deque
from collections.abc import Iterator
from typing import Final, NamedTuple

from backports import zstd
from zlib_ng import zlib_ng

from fulgurite.errors import Damaged
from fulgurite.store.finding import Found

LARGE_BYTES: Final = 1 << 20
"""A body that is larger is inflated piecemeal: about a millisecond's work."""
PIECE_BYTES: Final = 128 << 10
"""Of one piece."""
CACHE_BYTES: Final = 64 << 20
"""How much is kept of inflated bodies, of each process, unless settings say otherwise."""
_PARTS: Final = 4
"""No body takes more than this part of the cache."""
_ASKED_LATELY: Final = 1_024
"""So many large bodies that were asked for once are remembered."""
_GZIP_FORMAT: Final = 31
"""zlib's name for: a gzip header, and the largest window."""
_ZSTD_LEVEL: Final = 3
_AS_ZSTD: Final = b"zstd"
"""Stands in the name of a kept body where an ending stands else, and is none."""
_SLICE_BYTES: Final = 64 << 10
"""Of packed bytes that are given to zlib at once: what it does not use it gives back as a copy."""


class Takes(NamedTuple):
    """The encodings that a client takes, of those that bodies are stored in, where it would not rather have none."""

    gzip: bool = False
    zstd: bool = False


PLAIN: Final = Takes()


class Room:
    """Memory for one inflated body, filled while it is sent; what is sent from it keeps it as long as it needs it."""

    def __init__(self, size: int) -> None:
        """`size`: in bytes, at least 1."""
        self.memory = mmap.mmap(-1, size, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        self._filled = 0

    def add(self, piece: bytes) -> None:
        """The next bytes."""
        self.memory[self._filled : self._filled + len(piece)] = piece
        self._filled += len(piece)


class Stream:
    """A body that comes in pieces. Its length is known.

    It is inflated from gzip, also where there is zstd: that would hold some megabytes for each slow reader.
    """

    def __init__(self, found: Found, ending: bytes = b"", keeper: "Inflated | None" = None) -> None:
        """The body of `found`; with `ending` instead of its last byte, where there is one. `keeper` gets it whole."""
        self._found = found
        self._ending = ending
        self._keeper = keeper
        self.length = found.raw_size + max(0, len(ending) - 1)

    def __iter__(self) -> Iterator[bytes]:
        """The pieces, in order. Raises Damaged, when they are not what they should be."""
        room = None if self._keeper is None else self._keeper.room_for(self._found)
        left = self._found.raw_size - (1 if self._ending else 0)
        try:
            for piece in _inflated(self._found.gzipped):
                whole = piece if len(piece) <= left else piece[:left]
                left -= len(whole)
                if room is not None:
                    room.add(whole)
                yield whole
        except (zlib_ng.error, EOFError) as error:  # type: ignore[misc] # its stub says it is a function
            raise self._damaged() from error
        if left > 0:
            raise self._damaged()
        if room is not None and self._keeper is not None:
            self._keeper.keep(self._found, room)
        if self._ending:
            yield self._ending

    def _damaged(self) -> Damaged:
        return Damaged(f"the body of {self._found.sandbox_id.hex()} is damaged")


Body = bytes | memoryview | Stream


def length_of(body: Body) -> int:
    """How many bytes it has."""
    return body.length if isinstance(body, Stream) else len(body)


def pieces_of(body: Body) -> Iterator[bytes]:
    """`body` in pieces of bounded size. Raises Damaged."""
    if isinstance(body, Stream):
        yield from body
    else:
        for start in range(0, len(body), PIECE_BYTES):
            yield bytes(body[start : start + PIECE_BYTES])


class Inflated:
    """Inflated bodies, the ones asked for last. Threads may share it: what two inflate at once is inflated twice.

    What it takes of memory is bounded, with large bodies that are no longer kept but still being sent, or being filled.
    """

    def __init__(self, cache_bytes: int = CACHE_BYTES) -> None:
        """`cache_bytes`: how much memory it may take; 0 keeps nothing."""
        self._cache_bytes = cache_bytes
        self._kept: OrderedDict[tuple[bytes, bytes], bytes | memoryview] = OrderedDict()
        self._asked: OrderedDict[bytes, None] = OrderedDict()
        """Large bodies that were asked for lately and are not kept."""
        self._bytes = 0
        self._freed: deque[int] = deque()
        """Sizes of large bodies that nobody needs any more: whoever lets go of the last view may hold any lock."""
        self._guard = threading.Lock()

    def of(self, found: Found, ending: bytes = b"") -> bytes | memoryview | Stream:
        """The body of `found` without encoding; `ending` stands instead of its last byte. Raises Damaged."""
        name = (found.etag, ending)
        with self._guard:
            kept = self._kept.get(name)
            if kept is not None:
                self._kept.move_to_end(name)
                return kept
        if found.raw_size > LARGE_BYTES:
            return Stream(found, ending, self if not ending and self._is_asked_again(found) else None)
        made = b"".join(Stream(found, ending))
        self._keep_small(name, made)
        return made

    def as_zstd(self, found: Found) -> bytes | memoryview:
        """A body that is not large as zstd, which is stored of large ones only. Raises Damaged."""
        name = (found.etag, _AS_ZSTD)
        with self._guard:
            kept = self._kept.get(name)
            if kept is not None:
                self._kept.move_to_end(name)
                return kept
        made = zstandard(b"".join(Stream(found)))
        self._keep_small(name, made)
        return made

    def _keep_small(self, name: tuple[bytes, bytes], made: bytes) -> None:
        with self._guard:
            if self._makes_room(len(made)):
                self._drop(name)
                self._bytes += len(made)
                self._kept[name] = made

    def room_for(self, found: Found) -> Room | None:
        """Where to put the body of `found`, to be given to `keep` once it is whole; None: it is not to be kept."""
        size = found.raw_size
        with self._guard:
            if size > self._cache_bytes // _PARTS or not self._makes_room(size):
                return None
            self._bytes += size
            room = Room(size)
            weakref.finalize(room.memory, self._freed.append, size)
        return room

    def keep(self, found: Found, room: Room) -> None:
        """Keeps the body of `found`, which fills `room`."""
        with self._guard:
            self._drop((found.etag, b""))
            self._kept[found.etag, b""] = memoryview(room.memory).toreadonly()
            self._asked.pop(found.etag, None)

    def _is_asked_again(self, found: Found) -> bool:
        with self._guard:
            if found.etag in self._asked:
                return True
            self._asked[found.etag] = None
            if len(self._asked) > _ASKED_LATELY:
                self._asked.popitem(last=False)
            return False

    def _makes_room(self, size: int) -> bool:
        """Whether there is room for so many bytes, with the guard held; what was asked for longest ago gives way."""
        if size > self._cache_bytes:
            return False
        while True:
            while self._freed:
                self._bytes -= self._freed.popleft()
            if self._bytes + size <= self._cache_bytes:
                return True
            if not self._kept:
                return False
            self._drop(next(iter(self._kept)))

    def _drop(self, name: tuple[bytes, bytes]) -> None:
        dropped = self._kept.pop(name, b"")
        if isinstance(dropped, bytes):
            self._bytes -= len(dropped)


def gzipped(data: bytes | memoryview) -> bytes:
    """`data` as gzip, fast rather than small."""
    packed: bytes = zlib_ng.compress(data, 1, _GZIP_FORMAT)
    return packed


def zstandard(data: bytes | memoryview) -> bytes:
    """`data` as zstd, fast rather than small."""
    return zstd.compress(data, _ZSTD_LEVEL)


def _inflated(packed: bytes | memoryview) -> Iterator[bytes]:
    machine = zlib_ng.decompressobj(_GZIP_FORMAT)
    for start in range(0, len(packed), _SLICE_BYTES):
        given: bytes | memoryview = packed[start : start + _SLICE_BYTES]
        while len(given) > 0 and not machine.eof:
            yield machine.decompress(given, PIECE_BYTES)
            given = machine.unconsumed_tail
    # What zlib still holds back when its input is at an end.
    while not machine.eof:
        piece = machine.decompress(b"", PIECE_BYTES)
        if piece == b"":
            raise EOFError
        yield piece
