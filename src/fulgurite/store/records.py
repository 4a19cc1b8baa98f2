"""What a pack keeps of an analysis: original, native report and body, each packed as it is used.

A body goes over the wire as it lies there, so it is gzip, and above LARGE_BYTES zstd as well, which is much smaller
then. Originals and native reports are read seldom, so they are zstd; a native report repeats most strings of its body
and is packed after it, unless it is large: then it is in frames, to be read in parts (see frames.py). An original needs
nothing else to be read.
"""

import zlib
from enum import IntEnum
from typing import Final, NamedTuple

from backports import zstd
from zlib_ng import zlib_ng

from fulgurite.errors import Damaged
from fulgurite.model.hashes import sha256_of
from fulgurite.store import frames, framing
from fulgurite.store.frames import Cut

LARGE_BYTES: Final = 512 << 10
_GZIP_LEVEL: Final = 6
_GZIP_FORMAT: Final = 31
"""zlib's name for: a gzip header, and the largest window."""
_ZSTD_LEVEL: Final = 9
_BASE_BYTES: Final = range(8, (8 << 20) + 1)
"""Sizes of bodies after which native reports are packed: zstd takes no less, and more takes too long to read."""
_MAX_RAW_BYTES: Final = 1 << 31
"""No content is larger; a head that says more is damaged."""
_WINDOW: Final[dict[int, int]] = {
    # Large reports tell the same again far apart: 16 MB looked back saves a tenth of their originals, and no time.
    zstd.CompressionParameter.window_log: 24,
    zstd.CompressionParameter.compression_level: _ZSTD_LEVEL,
}
_NO_ID: Final = bytes(12)


class Kind(IntEnum):
    """What a record is."""

    ORIGINAL = 1
    NATIVE = 2
    BODY = 3


class Codec(IntEnum):
    """How the payload of a record is packed."""

    GZIP = 1
    ZSTD = 2
    ZSTD_AFTER = 3
    """zstd that refers to another content, its base, which has to be at hand: for a native report its body."""
    FRAMES = 4
    """zstd in frames, and in the second payload a table of them: a large native report."""


class Record(NamedTuple):
    """A record; its payloads may be views into a pack."""

    kind: int
    codec: int
    raw_size: int
    sha256: bytes
    """Of the content before it was packed, 32 bytes."""
    payload: bytes | memoryview
    second: bytes | memoryview = b""
    """Of a large body: the content as zstd. Of a large native report: the table of its frames. Empty otherwise."""
    sandbox_id: bytes = _NO_ID
    """Of a body: the analysis, raw."""
    dictionary: int = 0
    """The version of the trained dictionary that the payload needs; 0: none."""


class Kept(NamedTuple):
    """The three records of a report."""

    original: Record
    native: Record
    body: Record


def of_report(original: bytes, native: bytes, body: bytes, sandbox_id: str) -> Kept:
    """What is kept of the report `native` (JSON) with its v4 `body`, which was read from `original`."""
    return Kept(original_record(original), native_record(native, body), body_record(body, sandbox_id))


def original_record(data: bytes) -> Record:
    """`data`, the bytes that a report was read from."""
    return Record(Kind.ORIGINAL, Codec.ZSTD, len(data), _digest(data), zstd.compress(data, options=_WINDOW))


def native_record(data: bytes, body: bytes) -> Record:
    """`data`, a native report, packed after `body`, which was made of it; a large one in frames."""
    parts = _in_frames(data) if len(data) > LARGE_BYTES else None
    if parts is not None:
        return Record(Kind.NATIVE, Codec.FRAMES, len(data), _digest(data), parts.payload, parts.second)
    if len(body) not in _BASE_BYTES:
        return Record(Kind.NATIVE, Codec.ZSTD, len(data), _digest(data), zstd.compress(data, _ZSTD_LEVEL))
    packed = zstd.compress(data, options=_WINDOW, zstd_dict=zstd.ZstdDict(body, is_raw=True).as_prefix)
    return Record(Kind.NATIVE, Codec.ZSTD_AFTER, len(data), _digest(data), packed)


def _in_frames(data: bytes) -> Cut | None:
    try:
        return framing.cut(data, _ZSTD_LEVEL)
    except ValueError:
        # Nothing that the model wrote; kept as it is all the same.
        return None


def body_record(body: bytes, sandbox_id: str) -> Record:
    """`body`, a v4 body in JSON, of the analysis `sandbox_id` (24 hex digits)."""
    gzipped = zlib_ng.compress(body, _GZIP_LEVEL, _GZIP_FORMAT)
    second = zstd.compress(body, _ZSTD_LEVEL) if len(body) > LARGE_BYTES else b""
    return Record(Kind.BODY, Codec.GZIP, len(body), _digest(body), gzipped, second, bytes.fromhex(sandbox_id))


def content(record: Record, base: bytes = b"") -> bytes:
    """What `record` holds, as it was before it was packed. Raises Damaged when it is not that.

    `base`: the content of the body, for a native report.
    """
    try:
        data = _unpacked(record, base)
    except (zstd.ZstdError, zlib.error, EOFError, ValueError) as error:
        raise Damaged(f"the stored bytes of {record.sha256.hex()} are damaged: {error}") from error
    if _digest(data) != record.sha256:
        raise Damaged(f"the stored bytes of {record.sha256.hex()} have another digest")
    return data


def _unpacked(record: Record, base: bytes) -> bytes:
    if record.raw_size > _MAX_RAW_BYTES:
        raise ValueError("its size is not possible")
    match record.codec:
        case Codec.GZIP:
            return zlib.decompressobj(_GZIP_FORMAT).decompress(record.payload, record.raw_size + 1)
        case Codec.ZSTD:
            return zstd.ZstdDecompressor().decompress(record.payload, record.raw_size + 1)
        case Codec.ZSTD_AFTER:
            dictionary = zstd.ZstdDict(base, is_raw=True).as_prefix
            return zstd.ZstdDecompressor(dictionary).decompress(record.payload, record.raw_size + 1)
        case Codec.FRAMES:
            return frames.whole(Cut(record.payload, record.second), record.raw_size)
        case _:
            raise ValueError(f"packed in a way that this version does not know ({record.codec})")


def _digest(data: bytes) -> bytes:
    return bytes.fromhex(sha256_of(data))
