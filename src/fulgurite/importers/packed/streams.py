"""Compressed streams: inflated piece by piece, so that no more comes out than is asked for."""

import bz2
import io
import lzma
import zlib
from collections.abc import Callable, Iterator
from typing import Protocol

from backports import zstd

from fulgurite.errors import MalformedReport
from fulgurite.importers.packed.caps import Budget

_FED_BYTES = 1 << 16
_PIECE_BYTES = 1 << 18
_LZMA_BYTES = 256 << 20
"""Memory for the dictionary of xz; its strongest preset takes 65 MiB."""
_WINDOW_LOG = 27
"""Of zstd: 128 MiB, what its own command reads without being asked."""
_BROKEN = (EOFError, OSError, ValueError, lzma.LZMAError, zlib.error, zstd.ZstdError)


class _Stream(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    @property
    def needs_input(self) -> bool: ...
    def decompress(self, data: bytes, max_length: int) -> bytes: ...


class _Gzip:
    """zlib's stream with the manners of the others."""

    def __init__(self) -> None:
        self._stream = zlib.decompressobj(wbits=31)

    @property
    def eof(self) -> bool:
        return self._stream.eof

    @property
    def unused_data(self) -> bytes:
        return self._stream.unused_data

    @property
    def needs_input(self) -> bool:
        return self._stream.unconsumed_tail == b""

    def decompress(self, data: bytes, max_length: int) -> bytes:
        return self._stream.decompress(self._stream.unconsumed_tail + data, max_length)


def _zstd() -> _Stream:
    return zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: _WINDOW_LOG})


_KINDS: tuple[tuple[bytes, str, Callable[[], _Stream]], ...] = (
    (b"\x1f\x8b", "gzip", _Gzip),
    (b"\x28\xb5\x2f\xfd", "zstd", _zstd),
    (b"\xfd7zXZ\0", "xz", lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, _LZMA_BYTES)),
    (b"BZh", "bzip2", bz2.BZ2Decompressor),
)


def kind_of(data: bytes) -> str | None:
    """`gzip`, `zstd`, `xz` or `bzip2`, whichever `data` begins as; else None."""
    return next((word for mark, word, _ in _KINDS if data.startswith(mark)), None)


def pieces(data: bytes, budget: Budget) -> Iterator[bytes]:
    """What the compressed `data` holds, in pieces of at most 256 KiB; streams that follow one another are one.

    What follows and is no such stream is left. Raises MalformedReport, and TooLarge for what is too dense.
    """
    mark, kind, make = next(row for row in _KINDS if data.startswith(row[0]))
    at = out = 0
    try:
        while data.startswith(mark, at):
            stream = make()
            while not stream.eof:
                fed = data[at : at + _FED_BYTES] if stream.needs_input else b""
                at += len(fed)
                piece = stream.decompress(fed, _PIECE_BYTES)
                if piece != b"":
                    out += len(piece)
                    budget.ahead(out, at)
                    yield piece
                elif at >= len(data) and fed == b"" and not stream.eof:
                    raise MalformedReport("the compressed data ends too early: it was cut off", where=kind)
            at -= len(stream.unused_data)
            while data.startswith(b"\0", at):
                at += 1
    except _BROKEN as error:
        raise MalformedReport(f"the compressed data is damaged ({error})", where=kind) from error


def inflated(data: bytes, budget: Budget) -> bytes:
    """All that the compressed `data` holds. Raises MalformedReport and TooLarge."""
    content = io.BytesIO()
    for piece in pieces(data, budget):
        content.write(piece)
        budget.out(len(piece), content.tell())
    # Unlike bytes(bytearray()) no copy of it.
    return content.getvalue()


class Squeezed:
    """Bytes that wait to be read, deflated meanwhile: thousands of reports out of one archive take little memory."""

    def __init__(self) -> None:
        self._packer = zlib.compressobj(1)
        self._parts: list[bytes] = []
        self._packed: bytes | None = None

    def add(self, piece: bytes) -> None:
        """Takes up the next bytes."""
        self._parts.append(self._packer.compress(piece))

    def taken(self) -> bytes:
        """All of them; nothing is added from here on."""
        if self._packed is None:
            self._packed = b"".join([*self._parts, self._packer.flush()])
            self._parts = []
        return zlib.decompress(self._packed)


class Reader:
    """Reads the compressed `data` like a file, forwards only; nothing is kept of what was passed."""

    def __init__(self, data: bytes, budget: Budget) -> None:
        self._pieces = pieces(data, budget)
        self._budget = budget
        self._held = bytearray()

    def read(self, size: int) -> bytes:
        """The next `size` bytes, fewer at the end. Raises MalformedReport and TooLarge."""
        self._hold(size)
        found = bytes(self._held[:size])
        del self._held[:size]
        return found

    def peek(self, size: int) -> bytes:
        """The same, and they stay."""
        self._hold(size)
        return bytes(self._held[:size])

    def kept(self, size: int) -> Callable[[], bytes] | None:
        """The next `size` bytes, to be had later and deflated until then; None where so many are not there."""
        squeezed, left = Squeezed(), size
        while left > 0:
            piece = self.read(min(left, _PIECE_BYTES))
            if piece == b"":
                return None
            squeezed.add(piece)
            left -= len(piece)
        return squeezed.taken

    def skip(self, size: int) -> None:
        """Passes over `size` bytes."""
        left = size
        while left > 0 and (passed := len(self.read(min(left, _PIECE_BYTES)))) > 0:
            left -= passed

    def _hold(self, size: int) -> None:
        while len(self._held) < size:
            piece = next(self._pieces, b"")
            if piece == b"":
                return
            self._budget.out(len(piece), 0)
            self._held += piece
