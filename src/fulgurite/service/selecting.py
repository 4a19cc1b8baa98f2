"""Which events of a report match a filter, in which order, and how they are spread; events are told by their indexes.

All but the search for text looks at columns only. That search reads the frames that hold what the rest of the filter
left, one after the other, up to a bound.
"""

from array import array
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple

import msgspec

from fulgurite.model.activity import KINDS, MAX_FACETS, NOBODY, VERBS, Filter, Order
from fulgurite.store.frames import Column, Framed, nothing_of, raws

MAX_SEARCHED_BYTES: Final = 256 << 20
"""Of events as JSON, in which one search looks for text: some seconds' work."""
_COLUMN_OF: Final = {"time": "time", "process": "procid", "kind": "kind", "object": "object"}


class Matching(NamedTuple):
    """The events that match a filter."""

    indexes: Sequence[int]
    """In the order that was asked for."""
    searched: int
    """How many events were looked at: all, unless looking for text came to its bound."""

    @property
    def size_bytes(self) -> int:
        """About how much memory it takes."""
        return 200 + (0 if isinstance(self.indexes, range) else 8 * len(self.indexes))


def matching(framed: Framed, wanted: Filter, behind: Collection[int]) -> Matching:
    """What matches `wanted`, in the order of the report.

    `behind`: the events of the signatures that it names. Raises Damaged.
    """
    found: Sequence[int] = range(framed.total)
    if wanted.signatures:
        found = sorted(index for index in set(behind) if 0 <= index < framed.total)
    if wanted.kinds:
        found = _of(framed.column("kind"), found, [KINDS.index(kind) for kind in wanted.kinds])
    if wanted.verbs:
        found = _of(framed.column("verb"), found, [VERBS.index(verb) for verb in wanted.verbs])
    if wanted.procids:
        procids = framed.column("procid")
        found = _of(procids, found, [nothing_of(procids) if who is None else who for who in wanted.procids])
    if wanted.flows:
        found = _of(framed.column("flow"), found, wanted.flows)
    if wanted.from_ms is not None or wanted.to_ms is not None:
        found = _between(framed.column("time"), found, wanted.from_ms, wanted.to_ms)
    if wanted.text == "":
        return Matching(_small(found), framed.total)
    return _with_text(framed, found, wanted.text)


def _of(column: Column, indexes: Iterable[int], values: Collection[int]) -> list[int]:
    allowed = frozenset(values)
    return [index for index in indexes if column[index] in allowed]


def _between(times: Column, indexes: Iterable[int], first: int | None, last: int | None) -> list[int]:
    least = nothing_of(times) + 1 if first is None else max(first, nothing_of(times) + 1)
    most = max(times, default=0) if last is None else last
    return [index for index in indexes if least <= times[index] <= most]


def _small(indexes: Sequence[int]) -> Sequence[int]:
    """`indexes` in as little memory as they need."""
    return indexes if isinstance(indexes, range) else array("q", indexes)


def _with_text(framed: Framed, indexes: Sequence[int], text: str) -> Matching:
    wanted = text.casefold()
    found: array[int] = array("q")
    left = MAX_SEARCHED_BYTES
    for frame, inside in _by_frame(framed, indexes):
        left -= framed.raw_size(frame)
        if left < 0:
            return Matching(found, framed.first_of(frame))
        found.extend(_hits(framed.text(frame), framed.first_of(frame), inside, wanted))
    return Matching(found, framed.total)


def _by_frame(framed: Framed, indexes: Sequence[int]) -> Iterator[tuple[int, list[int]]]:
    """The frames that hold `indexes`, which go up, each with those in it."""
    inside: list[int] = []
    frame, end = -1, 0
    for index in indexes:
        if index >= end:
            if inside:
                yield frame, inside
            frame, inside = framed.frame_of(index), []
            end = framed.end_of(frame)
        inside.append(index)
    if inside:
        yield frame, inside


def _hits(text: bytes, first: int, indexes: Iterable[int], wanted: str) -> Iterator[int]:
    """Those of `indexes`, events of the frame `text`, in whose texts `wanted` stands, which is in folded case."""
    spelt = msgspec.json.encode(wanted)[1:-1].decode()
    # Folding a text letter by letter and writing it as JSON can be done in any order, so this misses none.
    if spelt not in text.decode().casefold():
        return
    events = raws(text)
    for index in indexes:
        event = events[index - first]
        if spelt in bytes(event).decode().casefold() and _says(msgspec.json.decode(event), wanted):
            yield index


def _says(event: dict[str, Any], wanted: str) -> bool:
    """Whether `wanted` stands in a value of `event`; its own name, and the names of fields, are none."""
    left: list[Any] = [value for name, value in event.items() if name != "event"]
    while left:
        value = left.pop()
        if isinstance(value, str):
            if wanted in value.casefold():
                return True
        elif isinstance(value, dict):
            left += value.values()
        elif isinstance(value, list):
            left += value
    return False


def ordered(framed: Framed, indexes: Sequence[int], order: Order) -> Sequence[int]:
    """`indexes`, which go up, in this order. Raises Damaged."""
    if order.by == "report":
        return indexes[::-1] if order.is_descending else indexes
    column = framed.column(_COLUMN_OF[order.by])
    nothing = nothing_of(column)
    known = sorted(
        (index for index in indexes if column[index] != nothing),
        key=column.__getitem__,
        reverse=order.is_descending,
    )
    if len(known) < len(indexes):
        known += (index for index in indexes if column[index] == nothing)
    return array("q", known)


def place_of(indexes: Sequence[int], event: int) -> int | None:
    """Where among `indexes` the event stands; None: nowhere."""
    try:
        return indexes.index(event)
    except ValueError:
        return None


def kinds_of(framed: Framed, indexes: Iterable[int]) -> dict[str, int]:
    """How many of `indexes` are of each kind."""
    counts = _counts(framed.column("kind"), indexes)
    return {kind: counts[number] for number, kind in enumerate(KINDS) if counts[number] > 0}


def verbs_of(framed: Framed, indexes: Iterable[int]) -> dict[str, int]:
    """How many of `indexes` have each verb."""
    counts = _counts(framed.column("verb"), indexes)
    return {verb: counts[number] for number, verb in enumerate(VERBS) if counts[number] > 0}


def processes_of(framed: Framed, indexes: Iterable[int]) -> dict[str, int]:
    """How many of `indexes` are of each process: the MAX_FACETS with most, and of none."""
    column = framed.column("procid")
    counts = _counts(column, indexes)
    nobody = counts.pop(nothing_of(column), 0)
    named = {str(procid): counts[procid] for procid in sorted(_most(counts))}
    return {**named, NOBODY: nobody} if nobody else named


def flows_of(framed: Framed, indexes: Iterable[int]) -> dict[str, int]:
    """How many of `indexes` are of each flow: the MAX_FACETS with most."""
    column = framed.column("flow")
    counts = _counts(column, indexes)
    counts.pop(nothing_of(column), None)
    return {str(flow): counts[flow] for flow in sorted(_most(counts))}


def _counts(column: Column, indexes: Iterable[int]) -> Counter[int]:
    return Counter(map(column.__getitem__, indexes))


def _most(counts: Counter[int]) -> list[int]:
    return [value for value, _ in counts.most_common(MAX_FACETS)]


def members(total: int, indexes: Iterable[int]) -> Callable[[int], bool]:
    """What says whether an event, of `total`, is one of `indexes`."""
    if isinstance(indexes, range):
        return lambda index: index in indexes
    mask = bytearray(total)
    for index in indexes:
        mask[index] = 1
    return lambda index: 0 <= index < total and mask[index] == 1


class Spread(NamedTuple):
    """How events lie in time."""

    untimed: int
    first_ms: int | None
    last_ms: int | None
    kinds: dict[str, tuple[int, ...]]


def spread(framed: Framed, indexes: Sequence[int], wanted: Filter, buckets: int) -> Spread:
    """How many of `indexes` fall into each of `buckets` equal parts of time, by kind. Raises Damaged."""
    times, kinds = framed.column("time"), framed.column("kind")
    nothing = nothing_of(times)
    timed = [index for index in indexes if times[index] != nothing]
    untimed = len(indexes) - len(timed)
    seen = [times[index] for index in timed]
    first = min(seen, default=None) if wanted.from_ms is None else wanted.from_ms
    last = max(seen, default=None) if wanted.to_ms is None else wanted.to_ms
    if first is None or last is None:
        return Spread(untimed, None, None, {})
    span = last - first + 1
    counts = Counter(
        zip((kinds[index] for index in timed), ((at - first) * buckets // span for at in seen), strict=True)
    )
    rows = {kind: [0] * buckets for kind, _ in counts}
    for (kind, bucket), count in counts.items():
        rows[kind][bucket] = count
    return Spread(untimed, first, last, {KINDS[kind]: tuple(rows[kind]) for kind in sorted(rows)})
