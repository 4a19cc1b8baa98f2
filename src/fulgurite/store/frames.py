"""Native reports that can be read in parts: their JSON cut into frames, with a table of what stands where.

The frames are zstd, each by itself; what they hold, one after the other, is the native report byte for byte: first what
comes before the events, then the events, some hundred in each frame, then the rest. The table tells of each frame where
it lies and which events it has, and keeps what is asked of all events at once: counts, and columns (kind, verb,
process, flow, time, rank of what it is about), one value an event. So a page of events costs the one or two frames that
hold it, and a filter the columns it asks for.

A table is derived from the report; whatever is not known of it is made again from the report itself.
"""

import struct
import zlib
from array import array
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple, TypeAlias

import msgspec
from backports import zstd

from fulgurite.errors import Damaged, MalformedReport
from fulgurite.model import digest as digests
from fulgurite.model import report as model
from fulgurite.model.activity import KINDS, MAX_FACETS, NOBODY, OBJECT_FIELDS, VERBS, Overview
from fulgurite.model.base import Model

FRAME_EVENTS: Final = 1_000
FRAME_BYTES: Final = 256 << 10
"""A frame of events ends with the event that reaches one of these two."""
NOTHING: Final = -(1 << 63)
"""In a column: the event has no such value."""
_LEAST: Final = NOTHING + 1
_MOST: Final = (1 << 63) - 1
_MARK: Final = b'"events":['
_TABLE_HEAD: Final = struct.Struct(">I")
_VERSION: Final = 1
"""Of the table; one of another version is made again."""
_MAX_TABLE_BYTES: Final = 1 << 30
_TYPES: Final = ("b", "h", "i", "q")
"""Of columns, from narrow to wide: that of the least size that holds all values is taken."""

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

    version: int = msgspec.field(default_factory=lambda: _VERSION)
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


class _Facts(msgspec.Struct):
    """What the columns are made of."""

    event: str
    procid: int | None = None
    at_ms: int | None = None
    verb: str | None = None
    flow: int | None = None
    path: str | None = None
    name: str | None = None
    target: str | None = None
    url: str | None = None
    sni: str | None = None
    remote_addr: str | None = None
    api: str | None = None
    act: str | None = None
    n: str | None = None
    op: str | None = None

    @property
    def object(self) -> str:
        """What the event is about."""
        given = (getattr(self, field) for field in OBJECT_FIELDS)
        return next((text for text in given if text is not None), "")


class _Shell(msgspec.Struct):
    events: list[msgspec.Raw] = []


class _Told(msgspec.Struct):
    events: list[_Facts] = []


class _Versioned(msgspec.Struct):
    version: int


_shell = msgspec.json.Decoder(_Shell)
_told = msgspec.json.Decoder(_Told)
_raws = msgspec.json.Decoder(list[msgspec.Raw])
_table = msgspec.msgpack.Decoder(Table)
_versioned = msgspec.msgpack.Decoder(_Versioned)
_NO_TABLE = Table(head_size=0, overview=Overview(), spots=(), columns={}, digest_version=0, digest_size=0)


def cut(native: bytes, level: int) -> Cut:
    """`native`, a report as the model writes it, in frames. Raises ValueError for anything else."""
    try:
        head, parts, tail = _parts(native)
        facts = _told.decode(native).events
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"it is no native report: {error}") from error
    frames = [zstd.compress(head, level)]
    offset = len(frames[0])
    spots: list[Spot] = []
    for first, text in parts:
        frame = zstd.compress(text, level)
        spots.append(Spot(first, offset, len(frame), len(text)))
        frames.append(frame)
        offset += len(frame)
    frames.append(zstd.compress(tail, level))
    packed, columns = _packed_columns(facts, level)
    digest = zstd.compress(_digest(native), level)
    table = Table(
        head_size=len(frames[0]),
        overview=_overview(facts),
        spots=tuple(spots),
        columns=columns,
        digest_version=digests.VERSION,
        digest_size=len(digest),
    )
    told = zstd.compress(msgspec.msgpack.encode(table), level)
    return Cut(b"".join(frames), b"".join((_TABLE_HEAD.pack(len(told)), told, *packed, digest)))


def _digest(native: bytes) -> bytes:
    try:
        return msgspec.json.encode(digests.digest(model.decode(native)))
    except MalformedReport as error:
        raise ValueError(str(error)) from error


def _parts(native: bytes) -> tuple[memoryview, list[tuple[int, memoryview]], memoryview]:
    """What comes before the events, the events of each frame with the index of the first, and what comes after."""
    view = memoryview(native)
    events = _shell.decode(native).events
    start = native.find(_MARK) + len(_MARK)
    if not events or start < len(_MARK):
        return view, [], view[:0]
    parts: list[tuple[int, memoryview]] = []
    begun, end, first = start, start - 1, 0
    for index, event in enumerate(events):
        # A comma before each but the first.
        end += 1 + len(event)
        if index + 1 - first >= FRAME_EVENTS or end - begun >= FRAME_BYTES or index + 1 == len(events):
            parts.append((first, view[begun:end]))
            begun, first = end, index + 1
    if native[end : end + 1] != b"]" or any(len(text) == 0 for _, text in parts):
        raise ValueError("its events are not written as the model writes them")
    return view[:start], parts, view[end:]


def _overview(facts: Sequence[_Facts]) -> Overview:
    times = [one.at_ms for one in facts if one.at_ms is not None]
    kinds, verbs = Counter(one.event for one in facts), Counter(one.verb for one in facts)
    processes, flows = Counter(one.procid for one in facts), Counter(one.flow for one in facts)
    nobody = processes.pop(None, 0)
    flows.pop(None, None)
    named = _most(processes)
    return Overview(
        total=len(facts),
        untimed=len(facts) - len(times),
        first_ms=min(times, default=None),
        last_ms=max(times, default=None),
        kinds={kind: kinds[kind] for kind in KINDS if kinds[kind] > 0},
        verbs={verb: verbs[verb] for verb in VERBS if verbs[verb] > 0},
        processes={**named, NOBODY: nobody} if nobody else named,
        flows=_most(flows),
    )


def _most(counts: Counter[int | None]) -> dict[str, int]:
    """Those that are counted most, by number."""
    numbers = [number for number, _ in counts.most_common(MAX_FACETS) if number is not None]
    return {str(number): counts[number] for number in sorted(numbers)}


def _packed_columns(facts: Sequence[_Facts], level: int) -> tuple[list[bytes], dict[str, ColumnAt]]:
    kinds = {kind: number for number, kind in enumerate(KINDS)}
    verbs = {verb: number for number, verb in enumerate(VERBS)}
    ranks = {text: rank for rank, text in enumerate(sorted({one.object for one in facts}, key=_folded))}
    columns: dict[str, Iterable[int]] = {
        "kind": (kinds[one.event] for one in facts),
        "verb": (verbs.get(one.verb or "", NOTHING) for one in facts),
        "procid": (_bounded(one.procid) for one in facts),
        "flow": (_bounded(one.flow) for one in facts),
        "time": (_bounded(one.at_ms) for one in facts),
        "object": (ranks[one.object] for one in facts),
    }
    packed: list[bytes] = []
    places: dict[str, ColumnAt] = {}
    offset = 0
    for name, values in columns.items():
        column = narrow(values)
        packed.append(zstd.compress(column.tobytes(), level))
        places[name] = ColumnAt(offset, len(packed[-1]), column.typecode)
        offset += len(packed[-1])
    return packed, places


def _folded(text: str) -> tuple[str, str]:
    return (text.casefold(), text)


def _bounded(value: int | None) -> int:
    """`value` for a column; numbers of other sandboxes may be of any size."""
    return NOTHING if value is None else max(_LEAST, min(_MOST, value))


def narrow(values: Iterable[int]) -> Column:
    """`values` in as little room as they need. The least of each type stands for NOTHING."""
    wide = array("q", values)
    given = [value for value in wide if value != NOTHING]
    least, most = min(given, default=0), max(given, default=0)
    for type_ in _TYPES:
        bound = 1 << 8 * array(type_).itemsize - 1
        if -bound < least and most < bound:
            return array(type_, (-bound if value == NOTHING else value for value in wide))
    return wide


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
            (size,) = _TABLE_HEAD.unpack_from(self._second)
            told = _unpacked(self._second[_TABLE_HEAD.size : _TABLE_HEAD.size + size], _MAX_TABLE_BYTES)
            self.is_of_today = _versioned.decode(told).version == _VERSION
            self.table = _table.decode(told) if self.is_of_today else _NO_TABLE
        except (struct.error, zstd.ZstdError, EOFError, msgspec.DecodeError) as error:
            raise Damaged(f"the table of a native report is damaged: {error}") from error
        self._columns_at = _TABLE_HEAD.size + size
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
        return _read(self._second[len(self._second) - self.table.digest_size :], _MAX_TABLE_BYTES)

    def column(self, name: str) -> Column:
        """The column `name`, with the least value of its type where an event has none."""
        at = self.table.columns[name]
        start = self._columns_at + at.offset
        column = array(at.type)
        column.frombytes(_read(self._second[start : start + at.size], 8 * self.total))
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
        return b"[%b]" % self._frame(spot.offset, spot.size).removeprefix(b",")

    def events(self, indexes: Sequence[int]) -> Iterator[tuple[int, msgspec.Raw]]:
        """The events of these indexes with their index, by frame: each frame is read once."""
        by_frame: dict[int, list[int]] = {}
        for index in indexes:
            by_frame.setdefault(self.frame_of(index), []).append(index)
        for frame, wanted in sorted(by_frame.items()):
            first = self._firsts[frame]
            events = raws(self.text(frame))
            yield from ((index, events[index - first]) for index in wanted)

    def _frame(self, offset: int, size: int) -> bytes:
        return _read(self._payload[offset : offset + size], _MAX_TABLE_BYTES)


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
    except (zstd.ZstdError, zlib.error, EOFError) as error:
        raise Damaged(f"a frame of a native report is damaged: {error}") from error


def _unpacked(packed: memoryview, most: int) -> bytes:
    machine = zstd.ZstdDecompressor()
    data = machine.decompress(packed, most + 1)
    if not machine.eof:
        raise EOFError("it is cut off, or larger than it may be")
    return data
