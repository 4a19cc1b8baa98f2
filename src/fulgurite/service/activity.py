"""The events of one report, asked in parts: what a page about it needs first, pages of a filter, counts, exports.

A large report is stored in frames (store/frames.py), so that none of this reads all of it, but for looking for text.
Others are cut into frames when they are asked for. What a filter left is kept for a while, so that moving about in it
costs what the events shown cost. As for lookups, what is private is as if it were not there for who may not see it.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final, Literal, NamedTuple

import msgspec

from fulgurite.errors import Damaged, InputError, NotFound
from fulgurite.exports import table
from fulgurite.model import digest as digests
from fulgurite.model import report as native
from fulgurite.model.activity import (
    ActivityPage,
    Facets,
    Filter,
    Histogram,
    NumberedEvent,
    Order,
    ReportHead,
    Window,
)
from fulgurite.model.events import Event
from fulgurite.model.process import Process
from fulgurite.model.signature import Signature
from fulgurite.model.viewer import Viewer
from fulgurite.service import heads, listing, selecting
from fulgurite.service.kept import Kept
from fulgurite.service.selecting import Matching
from fulgurite.store import Store, framing
from fulgurite.store.frames import Cut, Framed
from fulgurite.store.reports import ReportRow

ExportForm = Literal["ndjson", "csv"]

_LEVEL: Final = 1
"""Of zstd, for frames that are made to answer."""
_CUTS_BYTES: Final = 64 << 20
_LISTS_BYTES: Final = 64 << 20
_SPREADS_BYTES: Final = 4 << 20
"""How much of each is kept, of each process."""
_EXPORTED_AT_ONCE: Final = 2_000
"""Events that an export reads at one go: of these, each frame is read once."""

_event = msgspec.json.Decoder(Event)
_encoder = msgspec.json.Encoder()


class _Behind(msgspec.Struct):
    """What of a report's head tells which events stand behind its signatures."""

    signatures: tuple[Signature, ...] = ()
    processes: tuple[Process, ...] = ()


_behind = msgspec.json.Decoder(_Behind)


class Asked(NamedTuple):
    """Which events of which analysis."""

    sandbox_id: str
    filter: Filter
    order: Order


class Activity:
    """What can be asked. Threads may share it. All raise NotFound for what is not there, Damaged, StoreError."""

    def __init__(self, store: Store, *, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now
        self._cuts: Kept[Cut] = Kept(_CUTS_BYTES, lambda cut: len(cut.payload) + len(cut.second))
        self._lists: Kept[Matching] = Kept(_LISTS_BYTES, lambda found: found.size_bytes)
        self._spreads: Kept[selecting.Spread] = Kept(_SPREADS_BYTES, lambda one: 200 + 100 * sum(map(len, one.kinds)))

    def head(self, sandbox_id: str, viewer: Viewer) -> bytes:
        """A ReportHead, as JSON; of an analysis without a report, that there is none yet, or why."""
        entry = listing.entry(self._store, sandbox_id, viewer, self._now())
        if entry is None:
            raise NotFound(f"there is no analysis {sandbox_id}")
        row = self._store.report(sandbox_id, viewer)
        if row is None:
            return _encoder.encode(ReportHead(entry=entry))
        framed = self._framed(row)
        report, left_out = heads.bounded(framed.head(), sandbox_id)
        told = {
            "entry": entry,
            "report": msgspec.Raw(report),
            "events": framed.table.overview,
            "digest": msgspec.Raw(self._digest(framed, row)),
            "left_out": left_out,
        }
        return _encoder.encode(told)

    def listed(self, sandbox_id: str, name: str, skip: int, limit: int, viewer: Viewer) -> bytes:
        """A page of the list `name` of the report, as JSON: what the head has none or only the first of."""
        return heads.page(self._of(sandbox_id, viewer)[1].head(), sandbox_id, name, skip, limit)

    def page(self, asked: Asked, window: Window, viewer: Viewer, *, with_facets: bool) -> bytes:
        """An ActivityPage, as JSON. Raises InputError where `window` goes on after an event that does not match."""
        row, framed = self._of(asked.sandbox_id, viewer)
        found = self._ordered(row, framed, asked)
        skip, event_at = _start(found.indexes, window)
        chosen = found.indexes[skip : skip + window.limit]
        events = dict(framed.events(chosen))
        is_last = skip + len(chosen) >= len(found.indexes)
        page = ActivityPage(
            sandbox_id=asked.sandbox_id,
            total=framed.total,
            matching=len(found.indexes),
            searched=found.searched,
            skip=skip,
            event_at=event_at,
            events=tuple(NumberedEvent(index=index, event=events[index]) for index in chosen),
            next=None if is_last or not chosen else chosen[-1],
            facets=self._facets(row, framed, asked.filter) if with_facets else None,
        )
        return _encoder.encode(page)

    def histogram(self, asked: Asked, buckets: int, viewer: Viewer) -> bytes:
        """A Histogram, as JSON."""
        row, framed = self._of(asked.sandbox_id, viewer)
        found = self._matching(row, framed, asked.filter)
        name = (row.native_sha256, asked.filter, buckets)
        spread = self._spreads.of(name, lambda: selecting.spread(framed, found.indexes, asked.filter, buckets))
        told = Histogram(
            sandbox_id=asked.sandbox_id,
            matching=len(found.indexes),
            searched=found.searched,
            untimed=spread.untimed,
            from_ms=spread.first_ms,
            to_ms=spread.last_ms,
            buckets=buckets,
            kinds=spread.kinds,
        )
        return _encoder.encode(told)

    def exported(self, asked: Asked, form: ExportForm, viewer: Viewer) -> Iterator[bytes]:
        """All events that match, in pieces: a JSON object a line, or CSV.

        Before its first piece raises InputError where not all of them can be found; later Damaged at most.
        """
        row, framed = self._of(asked.sandbox_id, viewer)
        found = self._ordered(row, framed, asked)
        if found.searched < framed.total:
            raise InputError(
                f"q: only the first {found.searched:,} of {framed.total:,} events can be searched at once;"
                " ask for less by kind, process or time"
            )
        processes = {one.procid: one for one in _behind.decode(framed.head()).processes}
        write = _lines if form == "ndjson" else lambda some: table.rows(_decoded(some), processes)
        if form == "csv":
            yield table.HEAD
        for first in range(0, len(found.indexes), _EXPORTED_AT_ONCE):
            chosen = found.indexes[first : first + _EXPORTED_AT_ONCE]
            events = dict(framed.events(chosen))
            yield write((index, events[index]) for index in chosen)

    # Finding

    def _of(self, sandbox_id: str, viewer: Viewer) -> tuple[ReportRow, Framed]:
        row = self._store.report(sandbox_id, viewer)
        if row is None:
            raise NotFound(f"there is no finished analysis {sandbox_id}")
        return row, self._framed(row)

    def _framed(self, row: ReportRow) -> Framed:
        """The report in frames: as it is stored, else made for the moment."""
        stored = self._store.packing.framed(row)
        if stored is not None:
            return stored
        return Framed(self._cuts.of(row.native_sha256, lambda: self._cut(row)))

    def _cut(self, row: ReportRow) -> Cut:
        try:
            return framing.cut(self._store.native(row), _LEVEL)
        except ValueError as error:
            raise Damaged(f"the report {row.sandbox_id} cannot be read in parts: {error}") from error

    def _digest(self, framed: Framed, row: ReportRow) -> bytes:
        known = framed.digest()
        return _encoder.encode(digests.digest(native.decode(self._store.native(row)))) if known is None else known

    def _matching(self, row: ReportRow, framed: Framed, wanted: Filter) -> Matching:
        if wanted.is_open:
            return Matching(range(framed.total), framed.total)

        def find() -> Matching:
            behind = [] if not wanted.signatures else _events_behind(framed, wanted)
            return selecting.matching(framed, wanted, behind)

        return self._lists.of((row.native_sha256, wanted), find)

    def _ordered(self, row: ReportRow, framed: Framed, asked: Asked) -> Matching:
        if asked.order.by == "report" and not asked.order.is_descending:
            return self._matching(row, framed, asked.filter)

        def put_in_order() -> Matching:
            found = self._matching(row, framed, asked.filter)
            return found._replace(indexes=selecting.ordered(framed, found.indexes, asked.order))

        return self._lists.of((row.native_sha256, asked.filter, asked.order), put_in_order)

    # Counting

    def _facets(self, row: ReportRow, framed: Framed, wanted: Filter) -> Facets:
        def without(**fields: Any) -> Sequence[int]:
            return self._matching(row, framed, msgspec.structs.replace(wanted, **fields)).indexes

        if wanted.is_open:
            all_ = framed.table.overview
            signatures = _by_signature(framed, range(framed.total))
            return Facets(
                kinds=all_.kinds, verbs=all_.verbs, processes=all_.processes, flows=all_.flows, signatures=signatures
            )
        nothing: frozenset[Any] = frozenset()
        return Facets(
            kinds=selecting.kinds_of(framed, without(kinds=nothing)),
            verbs=selecting.verbs_of(framed, without(verbs=nothing)),
            processes=selecting.processes_of(framed, without(procids=nothing)),
            flows=selecting.flows_of(framed, without(flows=nothing)),
            signatures=_by_signature(framed, without(signatures=nothing)),
        )


def _by_signature(framed: Framed, indexes: Sequence[int]) -> dict[str, int]:
    """How many of `indexes` stand behind each signature."""
    signatures = _behind.decode(framed.head()).signatures
    is_member = selecting.members(framed.total, indexes)
    behind: dict[str, set[int]] = {}
    for one in signatures:
        if one.label is not None:
            behind.setdefault(one.label, set()).update(one.all_events)
    return {label: sum(map(is_member, events)) for label, events in behind.items()}


def _events_behind(framed: Framed, wanted: Filter) -> list[int]:
    """The events behind the signatures that `wanted` names. Raises NotFound where the report has no such signature."""
    signatures = _behind.decode(framed.head()).signatures
    unknown = wanted.signatures - {one.label for one in signatures}
    if unknown:
        raise NotFound(f"the report has no signature {min(unknown)!r}")
    return [event for one in signatures if one.label in wanted.signatures for event in one.all_events]


def _start(indexes: Sequence[int], window: Window) -> tuple[int, int | None]:
    """After how many events the page begins, and where the event stands that was asked for."""
    if window.event is not None:
        at = selecting.place_of(indexes, window.event)
        return (0, None) if at is None else (at - at % window.limit, at)
    if window.after is None:
        return window.skip, None
    at = selecting.place_of(indexes, window.after)
    if at is None:
        raise InputError(f"after: the event {window.after} is none of those that match")
    return at + 1, None


def _lines(events: Iterator[tuple[int, msgspec.Raw]]) -> bytes:
    return b"".join(b'{"index":%d,"event":%b}\n' % (index, bytes(event)) for index, event in events)


def _decoded(events: Iterator[tuple[int, msgspec.Raw]]) -> Iterator[tuple[int, Event]]:
    return ((index, _event.decode(event)) for index, event in events)
