"""What can be asked of the events of one report, and the answers: pages, counts, what a page about the report needs.

An event is named by its index, its place in Report.events, from 0.
"""

from typing import Literal

import msgspec

from fulgurite.model.base import Model
from fulgurite.model.digest import Digest
from fulgurite.model.events import Event
from fulgurite.model.listing import AnalysisEntry
from fulgurite.model.report import Report

KINDS: tuple[str, ...] = tuple(str(kind.__struct_config__.tag) for kind in Event.__args__)
"""The words for kinds of events, as native events have them under `event`."""
VERBS = ("read", "write", "delete", "rename")
"""Of accesses to files and to the registry."""
NOBODY = "none"
"""The word for events of which the source names no process."""
OBJECT_FIELDS = ("path", "name", "target", "url", "sni", "remote_addr", "api", "act", "n", "op")
"""What an event is about: the first of these fields that it has."""

SortKey = Literal["report", "time", "process", "kind", "object"]
SORTS: tuple[SortKey, ...] = ("report", "time", "process", "kind", "object")
"""`report`: the order in which they were seen."""


class Filter(Model, frozen=True, kw_only=True):
    """Which events are meant: those that pass all that is set here; of several values of a field, any."""

    kinds: frozenset[str] = frozenset()
    verbs: frozenset[str] = frozenset()
    procids: frozenset[int | None] = frozenset()
    """None: the events of which the source names no process."""
    flows: frozenset[int] = frozenset()
    signatures: frozenset[str] = frozenset()
    """Labels; the events that stand behind such a signature."""
    text: str = ""
    """Stands in one of the event's texts; case does not matter."""
    from_ms: int | None = None
    to_ms: int | None = None
    """Bounds of `at_ms`, both included. With either, events without a time do not pass."""

    @property
    def is_open(self) -> bool:
        """Whether every event passes."""
        return self == _OPEN


_OPEN = Filter()


class Order(Model, frozen=True, kw_only=True):
    """In which order events come. Those alike keep the order of the report; those without a value come last."""

    by: SortKey = "report"
    is_descending: bool = False


class Window(Model, frozen=True, kw_only=True):
    """Which part of the events that match is asked for; at most one of `skip`, `after` and `event` is set."""

    limit: int = 100
    skip: int = 0
    """After how many."""
    after: int | None = None
    """After the event of this index, which matches: `next` of the page before."""
    event: int | None = None
    """The page that holds the event of this index, counted in pages of `limit`; the first where it does not match."""


class Overview(Model, frozen=True, kw_only=True, omit_defaults=False):
    """All events of a report in figures."""

    total: int = 0
    untimed: int = 0
    """How many have no time."""
    first_ms: int | None = None
    last_ms: int | None = None
    """Of those that have a time."""
    kinds: dict[str, int] = msgspec.field(default_factory=dict)
    verbs: dict[str, int] = msgspec.field(default_factory=dict)
    processes: dict[str, int] = msgspec.field(default_factory=dict)
    """By procid, NOBODY for none; of very many the MAX_FACETS with most events, as of flows."""
    flows: dict[str, int] = msgspec.field(default_factory=dict)


class LeftOut(Model, frozen=True, kw_only=True, omit_defaults=False):
    """A list of a report that is not given whole."""

    total: int
    given: int
    """How many of them, the first."""
    at: str
    """The path under which all of them can be had."""


class ListPage(Model, frozen=True, kw_only=True, omit_defaults=False):
    """Some of the elements of a list of a report."""

    sandbox_id: str
    list: str
    total: int
    skip: int
    """How many come before these."""
    items: tuple[msgspec.Raw, ...] = ()
    """As in a native Report."""
    next: int | None = None
    """What to pass as `skip` for the page that follows; None: there is none."""


class ReportHead(Model, frozen=True, kw_only=True, omit_defaults=False):
    """What a page about an analysis needs before any event is looked at."""

    entry: AnalysisEntry
    report: Report | None = None
    """Without its `events`; None while there is none. Its large lists are bounded, and of each
    signature at most the first 20 of its own `events` and 100 of its indicators are here."""
    events: Overview | None = None
    digest: Digest | None = None
    left_out: dict[str, LeftOut] = msgspec.field(default_factory=dict)
    """What of `report` is not here, by name of the list; `signatures.events` and `signatures.indicators` are those of
    all signatures together."""


class NumberedEvent(Model, frozen=True, kw_only=True, omit_defaults=False):
    """An event with its place in the report."""

    index: int
    event: msgspec.Raw
    """A native event."""


class Facets(Model, frozen=True, kw_only=True, omit_defaults=False):
    """How many events each value would leave: they pass all of the filter but what it asks of this very field."""

    kinds: dict[str, int] = msgspec.field(default_factory=dict)
    verbs: dict[str, int] = msgspec.field(default_factory=dict)
    processes: dict[str, int] = msgspec.field(default_factory=dict)
    """By procid, NOBODY for none; of very many the MAX_FACETS with most events, as of flows."""
    flows: dict[str, int] = msgspec.field(default_factory=dict)
    signatures: dict[str, int] = msgspec.field(default_factory=dict)
    """By label. Of a finding of ours, of the first 1,000 events that are kept of it."""


MAX_FACETS = 1_000
"""Values that are counted apart."""


class ActivityPage(Model, frozen=True, kw_only=True, omit_defaults=False):
    """Some of the events that match a filter."""

    sandbox_id: str
    total: int
    """All events of the report."""
    matching: int
    """How many match."""
    searched: int
    """How many were looked at: less than `total` where looking for `q` in all of them would take too long. Then
    `matching` is of these, the first of the report that pass the rest of the filter."""
    skip: int
    """How many matching ones come before this page."""
    event_at: int | None = None
    """Where among the matching ones the event stands that was asked for; None: not asked for, or it does not match."""
    events: tuple[NumberedEvent, ...] = ()
    next: int | None = None
    """What to pass as `after` for the page that follows; None: there is none."""
    facets: Facets | None = None
    """Where they were asked for."""


class Histogram(Model, frozen=True, kw_only=True, omit_defaults=False):
    """How the events that match a filter lie in time."""

    sandbox_id: str
    matching: int
    searched: int
    """As of ActivityPage."""
    untimed: int
    """How many of them have no time; the others are counted below."""
    from_ms: int | None = None
    to_ms: int | None = None
    """The whole span, both included: as the filter says, else as the matching events have it; None: none has a time."""
    buckets: int = 0
    """How many equal parts it is cut into."""
    kinds: dict[str, tuple[int, ...]] = msgspec.field(default_factory=dict)
    """Of each kind of event that matches, how many there are in each part."""
