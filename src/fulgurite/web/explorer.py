"""The event explorer as the server draws it first: filters with their counts, one page of events, one event in full.

Everything stands in the address, by the names that `GET /v4/sandbox/:id/activity` has for it; a script
(`static/explorer`) goes on from here without another page, and the links and the form do where there is none.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode

import msgspec
from starlette.datastructures import QueryParams

from fulgurite.model.activity import NOBODY, ActivityPage, Facets, NumberedEvent, Overview
from fulgurite.model.base import Model
from fulgurite.model.process import program_name
from fulgurite.web.acts import ACTS, GROUPS, Act, Line, fields, line
from fulgurite.web.bridge import Answer, path_of
from fulgurite.web.visit import Visit

PAGE_SIZE = 100
MAX_CHOICES = 500
"""Processes, flows and signatures that can be chosen from a list; others by their links."""
_LISTS = ("kind", "verb", "procid", "flow", "signature")
_SINGLES = ("q", "from_ms", "to_ms")
_MAX_VALUES = 100
_MAX_CHARACTERS = 500
_COLUMNS = (("Time (s)", "time"), ("Process", "process"), ("Kind", "kind"), ("Action", None), ("Object", "object"))

Query = dict[str, str | list[str]]


class Choice(Model, frozen=True, kw_only=True):
    """A value that a filter can have."""

    value: str
    label: str
    """May be hostile text."""
    count: int
    """How many events it would leave."""
    is_on: bool
    group: str = ""


class Column(Model, frozen=True, kw_only=True):
    """A column's head."""

    label: str
    sort: str | None
    """The word to sort by; None: it does not sort."""
    query: str = ""
    """The page sorted by it, or turned round."""
    direction: str | None = None
    """`ascending`, `descending`; None: the table is not sorted by it."""


class Detail(Model, frozen=True, kw_only=True):
    """One event in full."""

    line: Line
    fields: tuple[tuple[str, str], ...]
    """All that it says, by name. Names of a foreign event's fields are hostile, too."""
    closed: str
    """The page without it."""


class About(Model, frozen=True, kw_only=True, omit_defaults=False):
    """What the script needs to know."""

    id: str
    address: str
    total: int
    acts: dict[str, Act]
    groups: tuple[str, ...]
    names: dict[str, str]
    """Programs by procid."""


class Explorer(Model, frozen=True, kw_only=True):
    """What the explorer's part of a page is told."""

    sandbox_id: str
    address: str
    """Where the form goes without a script."""
    total: int
    matching: int
    searched: int
    skip: int
    lines: tuple[Line, ...]
    kinds: tuple[Choice, ...]
    verbs: tuple[Choice, ...]
    processes: tuple[Choice, ...]
    flows: tuple[Choice, ...]
    signatures: tuple[Choice, ...]
    text: str
    from_ms: str
    to_ms: str
    first_ms: int | None
    last_ms: int | None
    """When the first and last event with a time happened; None: none has one."""
    sort: str
    is_filtered: bool
    columns: tuple[Column, ...]
    detail: Detail | None
    newer: str | None
    older: str | None
    """Queries of the pages before and after this; None: there is none."""
    query: str
    """The filter alone, for exports."""
    about: str
    """An `About` as JSON."""


class _Process(msgspec.Struct):
    procid: int
    image: str | None = None


class _Flow(msgspec.Struct):
    flow: int


class _Signature(msgspec.Struct):
    name: str
    label: str = ""


class _Report(msgspec.Struct):
    os: str = "windows"
    processes: list[_Process] = []
    flows: list[_Flow] = []
    signatures: list[_Signature] = []


class _Head(msgspec.Struct):
    report: _Report | None = None
    events: Overview | None = None


class Told(NamedTuple):
    """What a report says that its events name by number or label only."""

    names: dict[str, str]
    signatures: dict[str, str]
    flows: tuple[str, ...]
    overview: Overview


def told_by(head: Answer) -> Told:
    """From the answer to `GET /v4/sandbox/:id/report`. Raises MalformedReport when it is none."""
    read = head.read_as(_Head)
    report = _Report() if read.report is None else read.report
    images = ((str(p.procid), p.image) for p in report.processes if p.image is not None)
    return Told(
        {procid: program_name(image, report.os) for procid, image in images},
        {signature.label: signature.name for signature in report.signatures if signature.label},
        tuple(str(flow.flow) for flow in report.flows),
        Overview() if read.events is None else read.events,
    )


def asked_of(params: QueryParams) -> Query:
    """What the address asks for, by the interface's names; what is empty is not asked for."""
    query: Query = {}
    for name in _LISTS:
        values = [value[:_MAX_CHARACTERS] for value in params.getlist(name) if value != ""][:_MAX_VALUES]
        if values:
            query[name] = values
    for name in (*_SINGLES, "sort", "skip", "event"):
        value = params.get(name, "").strip()[:_MAX_CHARACTERS]
        if value != "":
            query[name] = value
    return query


async def explorer_of(visit: Visit, sandbox_id: str, head: Answer) -> Explorer:
    """The explorer of the analysis that `head` (its `/report`) is of, as the address asks for it.

    Raises Refused when the interface does not like what is asked for.
    """
    query = asked_of(visit.request.query_params)
    path = path_of("sandbox", sandbox_id, "activity")
    place: Query = {name: query[name] for name in ("event", "skip") if name in query}
    if "event" in place:
        place.pop("skip", None)
    given: Query = {**_filter(query), **_sorted(query), **place, "limit": str(PAGE_SIZE), "facets": "1"}
    page = (await visit.bridge.get(visit.visitor, path, given)).read_as(ActivityPage)
    event = next((event for event in page.events if str(event.index) == query.get("event")), None)
    if event is None and "event" in query:
        # It does not pass the filter: it is shown all the same, beside the table.
        alone = await visit.bridge.get(visit.visitor, path, {"event": query["event"], "limit": "1"})
        event = next(iter(alone.read_as(ActivityPage).events), None)
    told = told_by(head)
    return _explorer(query, page, told, _detail(event, query, told.names))


def _explorer(query: Query, page: ActivityPage, told: Told, detail: Detail | None) -> Explorer:
    facets = Facets() if page.facets is None else page.facets
    address = f"/sandbox/{page.sandbox_id}/activity"
    about = About(
        id=page.sandbox_id, address=address, total=page.total, acts=ACTS, groups=GROUPS, names=told.names
    )  # fmt: skip
    shown = {name: value for name, value in query.items() if name != "event"}
    return Explorer(
        sandbox_id=page.sandbox_id,
        address=address,
        total=page.total,
        matching=page.matching,
        searched=page.searched,
        skip=page.skip,
        lines=tuple(line(event.index, _native(event), told.names) for event in page.events),
        kinds=_kinds(query, facets, told.overview),
        verbs=_choices("verb", query, facets.verbs, {}),
        processes=_choices(
            "procid", query, {**_none_of(told.overview.processes), **facets.processes}, told.names, "process"
        ),
        flows=_choices("flow", query, {**_none_of(told.flows), **facets.flows}, {}, "flow"),
        signatures=_choices("signature", query, {**_none_of(told.signatures), **facets.signatures}, told.signatures),
        text=_single(query, "q"),
        from_ms=_single(query, "from_ms"),
        to_ms=_single(query, "to_ms"),
        first_ms=told.overview.first_ms,
        last_ms=told.overview.last_ms,
        sort=_single(query, "sort"),
        is_filtered=_filter(query) != {},
        columns=tuple(_column(label, sort, shown) for label, sort in (*_COLUMNS, ("Result", None))),
        detail=detail,
        newer=_page(shown, page.skip - PAGE_SIZE) if page.skip > 0 else None,
        older=_page(shown, page.skip + PAGE_SIZE) if page.skip + len(page.events) < page.matching else None,
        query=_encoded({**_filter(query), **_sorted(query)}),
        about=msgspec.json.encode(about).decode(),
    )


def _detail(event: NumberedEvent | None, query: Query, names: Mapping[str, str]) -> Detail | None:
    if event is None:
        return None
    native = _native(event)
    closed = _encoded({name: value for name, value in query.items() if name != "event"})
    return Detail(line=line(event.index, native, names), fields=fields(native, names), closed=closed)


def _native(event: NumberedEvent) -> dict[str, Any]:
    return msgspec.json.decode(event.event, type=dict[str, Any])


def _kinds(query: Query, facets: Facets, overview: Overview) -> tuple[Choice, ...]:
    """All kinds that the report has, in the table's order, so that none comes and goes with the filter."""
    chosen = _several(query, "kind")
    there = [kind for kind in ACTS if kind in overview.kinds or kind in facets.kinds or kind in chosen]
    return tuple(
        Choice(
            value=kind,
            label=ACTS[kind].label,
            count=facets.kinds.get(kind, 0),
            is_on=kind in chosen,
            group=ACTS[kind].group,
        )
        for kind in there
    )


def _choices(
    field: str, query: Query, counts: Mapping[str, int], labels: Mapping[str, str], noun: str = ""
) -> tuple[Choice, ...]:
    """Those with most events first, and whatever is chosen."""
    chosen = _several(query, field)
    most = sorted((value for value in counts if value not in chosen), key=lambda value: -counts[value])[:MAX_CHOICES]
    return tuple(
        Choice(
            value=value,
            label=_named(value, labels, noun),
            count=counts.get(value, 0),
            is_on=value in chosen,
        )
        for value in (*chosen, *most)
    )


def _none_of(values: Iterable[str]) -> dict[str, int]:
    """What there is, so that it can be chosen under another filter."""
    return dict.fromkeys(values, 0)


def _named(value: str, labels: Mapping[str, str], noun: str) -> str:
    if noun == "process" and value == NOBODY:
        return "no process told"
    name = labels.get(value)
    if name is None:
        return f"{noun} {value}".strip()
    return f"{name} ({value})" if noun else name


def _column(label: str, sort: str | None, query: Query) -> Column:
    if sort is None:
        return Column(label=label, sort=None)
    now = _single(query, "sort")
    is_up, is_down = now == sort, now == f"-{sort}"
    rest = {name: value for name, value in query.items() if name not in {"sort", "skip"}}
    # Upwards, downwards, then the order of the report again.
    turned: Query = {} if is_down else {"sort": f"-{sort}" if is_up else sort}
    direction = "ascending" if is_up else "descending" if is_down else None
    return Column(label=label, sort=sort, query=_encoded({**rest, **turned}), direction=direction)


def _filter(query: Query) -> Query:
    return {name: query[name] for name in (*_LISTS, *_SINGLES) if name in query}


def _sorted(query: Query) -> Query:
    return {"sort": query["sort"]} if "sort" in query else {}


def _page(query: Query, skip: int) -> str:
    rest = {name: value for name, value in query.items() if name != "skip"}
    return _encoded(rest if skip <= 0 else {**rest, "skip": str(skip)})


def _single(query: Query, name: str) -> str:
    value = query.get(name, "")
    return value if isinstance(value, str) else ""


def _several(query: Query, name: str) -> list[str]:
    values = query.get(name, [])
    return values if isinstance(values, list) else [values]


def _encoded(query: Query) -> str:
    return urlencode(query, doseq=True)
