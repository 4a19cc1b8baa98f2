"""Bodies in the encoding that a client takes: stored ones as they lie, inflated ones from a bounded cache or piecemeal.

A body that is stored in an encoding is a view into the page cache; whoever sends it copies nothing. Where a client
takes no such encoding, a small body is inflated whole, and the ones asked for last are kept; a large one is inflated
while it is sent, a piece at a time, so that it never delays others and never lies in memory as a whole.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterator
from typing import Final, NamedTuple

from zlib_ng import zlib_ng

from fulgurite.errors import Damaged
from fulgurite.store.finding import Found

LARGE_BYTES: Final = 1 << 20
"""A body that is larger is inflated piecemeal: about a millisecond's work."""
PIECE_BYTES: Final = 128 << 10
"""Of one piece."""
CACHE_BYTES: Final = 64 << 20
"""How much is kept of inflated bodies, of each process."""
_GZIP_FORMAT: Final = 31
"""zlib's name for: a gzip header, and the largest window."""
_SLICE_BYTES: Final = 64 << 10
"""Of packed bytes that are given to zlib at once: what it does not use it gives back as a copy."""


class Takes(NamedTuple):
    """The encodings that a client takes, of those that bodies are stored in, where it would not rather have none."""

    gzip: bool = False
    zstd: bool = False


PLAIN: Final = Takes()


class Stream:
    """A body that comes in pieces. Its length is known.

    It is inflated from gzip, also where there is zstd: that would hold some megabytes for each slow reader.
    """

    def __init__(self, found: Found, ending: bytes = b"") -> None:
        """The body of `found`; with `ending` instead of its last byte, where there is one."""
        self._found = found
        self._ending = ending
        self.length = found.raw_size + max(0, len(ending) - 1)

    def __iter__(self) -> Iterator[bytes]:
        """The pieces, in order. Raises Damaged, when they are not what they should be."""
        left = self._found.raw_size - (1 if self._ending else 0)
        try:
            for piece in _inflated(self._found.gzipped):
                whole = piece if len(piece) <= left else piece[:left]
                left -= len(whole)
                yield whole
        except (zlib_ng.error, EOFError) as error:  # type: ignore[misc] # its stub says it is a function
            raise self._damaged() from error
        if left > 0:
            raise self._damaged()
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
    """Inflated bodies, the ones asked for last. Threads may share it: what two inflate at once is inflated twice."""

    def __init__(self, cache_bytes: int = CACHE_BYTES) -> None:
        self._cache_bytes = cache_bytes
        self._kept: OrderedDict[tuple[bytes, bytes], bytes] = OrderedDict()
        self._kept_bytes = 0
        self._guard = threading.Lock()

    def of(self, found: Found, ending: bytes = b"") -> bytes | Stream:
        """The body of `found` without encoding; `ending` stands instead of its last byte. Raises Damaged."""
        if found.raw_size > LARGE_BYTES:
            return Stream(found, ending)
        name = (found.etag, ending)
        with self._guard:
            kept = self._kept.get(name)
            if kept is not None:
                self._kept.move_to_end(name)
                return kept
        made = b"".join(Stream(found, ending))
        with self._guard:
            self._kept_bytes += len(made) - len(self._kept.pop(name, b""))
            self._kept[name] = made
            while self._kept_bytes > self._cache_bytes:
                self._kept_bytes -= len(self._kept.popitem(last=False)[1])
        return made


def gzipped(data: bytes) -> bytes:
    """`data` as gzip, fast rather than small."""
    packed: bytes = zlib_ng.compress(data, 1, _GZIP_FORMAT)
    return packed


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
