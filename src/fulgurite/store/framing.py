"""Cuts native reports into frames, and makes the table of them (see frames.py)."""

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter
from typing import Final

import msgspec
from backports import zstd

from fulgurite.model import digest as digests
from fulgurite.model.activity import KINDS, MAX_FACETS, NOBODY, OBJECT_FIELDS, VERBS, Overview
from fulgurite.model.events import Event
from fulgurite.store.frames import TABLE_HEAD, Column, ColumnAt, Cut, Spot, Table, listed

FRAME_EVENTS: Final = 1_000
FRAME_BYTES: Final = 256 << 10
"""A frame of events ends with the event that reaches one of these two."""
NOTHING: Final = -(1 << 63)
"""In a wide column: the event has no such value."""
_LEAST: Final = NOTHING + 1
_MOST: Final = (1 << 63) - 1
_MARK: Final = b'"events":['
_TYPES: Final = ("b", "h", "i", "q")
"""Of columns, from narrow to wide: that of the least size that holds all values is taken."""


class _Facts(msgspec.Struct):
    """What the columns are made of, of one event."""

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


class _Shell(msgspec.Struct):
    events: list[msgspec.Raw] = []


class _Head(msgspec.Struct):
    os: str = "windows"


_objects_in = attrgetter(*OBJECT_FIELDS)
_KIND_NUMBERS: Final = {kind: number for number, kind in enumerate(KINDS)}
_VERB_NUMBERS: Final = {verb: number for number, verb in enumerate(VERBS)}
_shell = msgspec.json.Decoder(_Shell)
_head = msgspec.json.Decoder(_Head)
_facts = msgspec.json.Decoder(list[_Facts])
_events = msgspec.json.Decoder(list[Event])


def cut(native: bytes, level: int) -> Cut:
    """`native`, a report as the model writes it, in frames. Raises ValueError for anything else.

    Besides frames there are never more of its events in memory than one frame holds.
    """
    try:
        return _cut(native, level)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"it is no native report: {error}") from error


def _cut(native: bytes, level: int) -> Cut:
    head, parts, tail = _parts(native)
    frames = [zstd.compress(head, level)]
    offset = len(frames[0])
    spots: list[Spot] = []
    values = _Values()
    for first, text in parts:
        frame = zstd.compress(text, level)
        spots.append(Spot(first, offset, len(frame), len(text)))
        frames.append(frame)
        offset += len(frame)
        values.add(_facts.decode(listed(text)))
    frames.append(zstd.compress(tail, level))
    packed, columns = _packed_columns(values, level)
    is_windows = _head.decode(b"".join((head, tail))).os == "windows"
    events = (event for _, text in parts for event in _events.decode(listed(text)))
    digest = zstd.compress(msgspec.json.encode(digests.digest_of(events, is_windows=is_windows)), level)
    table = Table(
        head_size=len(frames[0]),
        overview=values.overview(),
        spots=tuple(spots),
        columns=columns,
        digest_version=digests.VERSION,
        digest_size=len(digest),
    )
    told = zstd.compress(msgspec.msgpack.encode(table), level)
    return Cut(b"".join(frames), b"".join((TABLE_HEAD.pack(len(told)), told, *packed, digest)))


def _parts(native: bytes) -> tuple[memoryview, list[tuple[int, memoryview]], memoryview]:
    """What comes before the events, the events of each frame with the index of the first, and what comes after."""
    view = memoryview(native)
    events = _shell.decode(native).events
    if not events:
        return view, [], view[:0]
    start = native.find(_MARK) + len(_MARK)
    parts: list[tuple[int, memoryview]] = []
    begun, end, first = start, start - 1, 0
    for index, event in enumerate(events):
        # A comma before each but the first.
        end += 1 + len(event)
        if index + 1 - first >= FRAME_EVENTS or end - begun >= FRAME_BYTES or index + 1 == len(events):
            if view[end - len(event) : end] != memoryview(event):
                raise ValueError("its events are not written as the model writes them")
            parts.append((first, view[begun:end]))
            begun, first = end, index + 1
    if native[end : end + 1] != b"]":
        raise ValueError("its events are not written as the model writes them")
    return view[:start], parts, view[end:]


class _Values:
    """What stands in the columns, as far as it is known."""

    def __init__(self) -> None:
        self.numbers: dict[str, Column] = {name: array("q") for name in ("kind", "verb", "procid", "flow", "time")}
        self.objects: list[str] = []
        self._kept: dict[str, str] = {}

    def add(self, facts: Sequence[_Facts]) -> None:
        """Adds events."""
        self.numbers["kind"].extend(_KIND_NUMBERS[one.event] for one in facts)
        self.numbers["verb"].extend(_VERB_NUMBERS.get(one.verb or "", NOTHING) for one in facts)
        self.numbers["procid"].extend(_bounded(one.procid) for one in facts)
        self.numbers["flow"].extend(_bounded(one.flow) for one in facts)
        self.numbers["time"].extend(_bounded(one.at_ms) for one in facts)
        # The same text is kept once.
        self.objects += (self._kept.setdefault(text, text) for text in map(_object_of, facts))

    def ranks(self) -> Iterator[int]:
        """Of what each event is about: its place among all of them in alphabetical order."""
        ranks = {text: rank for rank, text in enumerate(sorted(self._kept, key=_folded))}
        return (ranks[text] for text in self.objects)

    def overview(self) -> Overview:
        """All events in figures."""
        counts = {name: Counter(values) for name, values in self.numbers.items() if name != "time"}
        nobody = counts["procid"].pop(NOTHING, 0)
        counts["flow"].pop(NOTHING, None)
        times = [at for at in self.numbers["time"] if at != NOTHING]
        named = _most(counts["procid"])
        return Overview(
            total=len(self.objects),
            untimed=len(self.objects) - len(times),
            first_ms=min(times, default=None),
            last_ms=max(times, default=None),
            kinds={kind: counts["kind"][n] for kind, n in _KIND_NUMBERS.items() if n in counts["kind"]},
            verbs={verb: counts["verb"][n] for verb, n in _VERB_NUMBERS.items() if n in counts["verb"]},
            processes={**named, NOBODY: nobody} if nobody else named,
            flows=_most(counts["flow"]),
        )


def _most(counts: Counter[int]) -> dict[str, int]:
    """Those that are counted most, by number."""
    return {str(number): counts[number] for number in sorted(number for number, _ in counts.most_common(MAX_FACETS))}


def _packed_columns(values: _Values, level: int) -> tuple[list[bytes], dict[str, ColumnAt]]:
    packed: list[bytes] = []
    places: dict[str, ColumnAt] = {}
    offset = 0
    for name, numbers in (*values.numbers.items(), ("object", values.ranks())):
        column = narrow(numbers)
        packed.append(zstd.compress(column.tobytes(), level))
        places[name] = ColumnAt(offset, len(packed[-1]), column.typecode)
        offset += len(packed[-1])
    return packed, places


def _object_of(one: _Facts) -> str:
    return next((text for text in _objects_in(one) if text is not None), "")


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
