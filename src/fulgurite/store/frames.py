"""Native reports that can be read in parts: their JSON cut into frames, with a table of what stands where.

The frames are zstd, each by itself; what they hold, one after the other, is the native report byte for byte: first what
comes before the events, then the events, some hundred in each frame, then the rest. The table tells of each frame where
it lies and which events it has, and keeps what is asked of all events at once: counts, and columns (kind, verb,
process, flow, time, rank of what it is about), one value an event. So a page of events costs the one or two frames that
hold it, and a filter the columns it asks for.

A table is derived from the report; whatever is not known of it is made again from the report itself.
"""

import struct
from array import array
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple, TypeAlias

import msgspec
from backports import zstd

from fulgurite.errors import Damaged
from fulgurite.model import digest as digests
from fulgurite.model.activity import Overview
from fulgurite.model.base import Model

TABLE_HEAD: Final = struct.Struct(">I")
"""The length of the packed table, before it."""
VERSION: Final = 1
"""Of the table; one of another version is made again."""
_MAX_BYTES: Final = 1 << 30
"""Of a table or a frame, unpacked."""

Column: TypeAlias = "array[int]"
"""One value an event."""


class Spot(Model, frozen=True, array_like=True):
    """Where a frame of events lies in the payload."""

    first: int
    """The index of its first event."""
    offset: int
    size: int
    raw_size: int


class ColumnAt(Model, frozen=True, array_like=True):
    """Where a column lies, after the table."""

    offset: int
    size: int
    type: str


class Table(Model, frozen=True, kw_only=True):
    """What is known of a report that is in frames."""

    version: int = msgspec.field(default_factory=lambda: VERSION)
    head_size: int
    """Of the first frame, in bytes; the last one begins where those of events end."""
    overview: Overview
    spots: tuple[Spot, ...]
    columns: dict[str, ColumnAt]
    digest_version: int
    digest_size: int
    """In bytes, packed; it lies after the columns."""


class Cut(NamedTuple):
    """A native report in frames."""

    payload: bytes | memoryview
    """The frames, one after the other: as zstd, the report itself."""
    second: bytes | memoryview
    """The table, and what it tells of."""


class _Versioned(msgspec.Struct):
    version: int


_raws = msgspec.json.Decoder(list[msgspec.Raw])
_table = msgspec.msgpack.Decoder(Table)
_versioned = msgspec.msgpack.Decoder(_Versioned)
_NO_TABLE = Table(head_size=0, overview=Overview(), spots=(), columns={}, digest_version=0, digest_size=0)


def listed(text: bytes | memoryview) -> bytes:
    """The events of a frame as a JSON list."""
    return b"[%b]" % bytes(text).removeprefix(b",")


def nothing_of(column: Column) -> int:
    """What stands in `column` for an event that has no such value."""
    return -(1 << 8 * column.itemsize - 1)


class Framed:
    """A native report in frames, read in parts; what is damaged raises Damaged. Threads may share it."""

    is_of_today: bool
    """Whether its table is of this version. Else nothing here may be asked: cut the report anew."""

    def __init__(self, parts: Cut) -> None:
        """`parts` were checked to be what was written. Raises Damaged for what no version wrote."""
        self._payload = memoryview(parts.payload)
        self._second = memoryview(parts.second)
        try:
            (size,) = TABLE_HEAD.unpack_from(self._second)
            told = _unpacked(self._second[TABLE_HEAD.size : TABLE_HEAD.size + size], _MAX_BYTES)
            self.is_of_today = _versioned.decode(told).version == VERSION
            self.table = _table.decode(told) if self.is_of_today else _NO_TABLE
        except (struct.error, zstd.ZstdError, EOFError, msgspec.DecodeError) as error:
            raise Damaged(f"the table of a native report is damaged: {error}") from error
        self._columns_at = TABLE_HEAD.size + size
        self._firsts = [spot.first for spot in self.table.spots]

    @property
    def total(self) -> int:
        """How many events there are."""
        return self.table.overview.total

    def head(self) -> bytes:
        """The report without its events, as JSON."""
        ends = self.table.spots[-1].offset + self.table.spots[-1].size if self.table.spots else self.table.head_size
        return self._frame(0, self.table.head_size) + self._frame(ends, len(self._payload) - ends)

    def digest(self) -> bytes | None:
        """The model's Digest of the report, as JSON; None where it is one of another version."""
        if self.table.digest_version != digests.VERSION:
            return None
        return _read(self._second[len(self._second) - self.table.digest_size :], _MAX_BYTES)

    def column(self, name: str) -> Column:
        """The column `name`, with the least value of its type where an event has none. Raises Damaged."""
        try:
            at = self.table.columns[name]
            start = self._columns_at + at.offset
            column = array(at.type)
            column.frombytes(_read(self._second[start : start + at.size], 8 * self.total))
        except (KeyError, ValueError) as error:
            raise Damaged(f"the column {name} of a native report cannot be read: {error}") from error
        if len(column) != self.total:
            raise Damaged(f"the column {name} of a native report has another length")
        return column

    def frame_of(self, index: int) -> int:
        """The number of the frame that holds the event `index`."""
        return bisect_right(self._firsts, index) - 1

    def first_of(self, frame: int) -> int:
        """The index of the first event of a frame."""
        return self._firsts[frame]

    def end_of(self, frame: int) -> int:
        """The index after that of its last event."""
        return self._firsts[frame + 1] if frame + 1 < len(self._firsts) else self.total

    def raw_size(self, frame: int) -> int:
        """How many bytes its events have, unpacked."""
        return self.table.spots[frame].raw_size

    def text(self, frame: int) -> bytes:
        """The events of a frame as a JSON list."""
        spot = self.table.spots[frame]
        return listed(self._frame(spot.offset, spot.size))

    def events(self, indexes: Sequence[int]) -> Iterator[tuple[int, msgspec.Raw]]:
        """The events of these indexes with their index, by frame: each frame is read once."""
        by_frame: dict[int, list[int]] = {}
        for index in indexes:
            by_frame.setdefault(self.frame_of(index), []).append(index)
        for frame, wanted in sorted(by_frame.items()):
            first = self._firsts[frame]
            events = raws(self.text(frame))
            # Copied out, so that an event does not hold the frame that it was read with.
            yield from ((index, events[index - first].copy()) for index in wanted)

    def _frame(self, offset: int, size: int) -> bytes:
        return _read(self._payload[offset : offset + size], _MAX_BYTES)


def raws(text: bytes) -> list[msgspec.Raw]:
    """The elements of a JSON list, as they are written. Raises Damaged."""
    try:
        return _raws.decode(text)
    except msgspec.DecodeError as error:
        raise Damaged(f"events of a native report are damaged: {error}") from error


def whole(parts: Cut, most: int) -> bytes:
    """The native report that `cut` cut, which has at most `most` bytes. Raises ValueError, ZstdError, EOFError."""
    payload, pieces, left = memoryview(parts.payload), list[bytes](), most
    while len(payload) > 0:
        size = zstd.get_frame_size(payload)
        pieces.append(_unpacked(payload[:size], left))
        left -= len(pieces[-1])
        payload = payload[size:]
    return b"".join(pieces)


def _read(packed: memoryview, most: int) -> bytes:
    try:
        return _unpacked(packed, most)
    except (zstd.ZstdError, EOFError) as error:
        raise Damaged(f"a frame of a native report is damaged: {error}") from error


def _unpacked(packed: memoryview, most: int) -> bytes:
    machine = zstd.ZstdDecompressor()
    data = machine.decompress(packed, most + 1)
    if not machine.eof or len(data) > most:
        raise EOFError("it is cut off, or larger than it may be")
    return data
