"""A report and the log of the same run as one report: what both tell stands in it once, as the log tells it."""

from collections.abc import Hashable, Iterable

import msgspec

from fulgurite.importers.joined.places import Places
from fulgurite.model.events import (
    DnsAnswer,
    DnsQuery,
    Event,
    FileAccess,
    FlowOwner,
    FlowStart,
    HttpRequest,
    HttpResponse,
    ModuleLoad,
    ProcessCreate,
    ProcessTerminate,
    RegistryAccess,
    SyncObject,
    TlsHandshake,
)
from fulgurite.model.report import Report
from fulgurite.model.tally import MAX_KINDS, OTHER_KINDS, Tally

_NETWORK = (FlowStart, FlowOwner, DnsQuery, DnsAnswer, HttpRequest, HttpResponse, TlsHandshake)
_NEVER = float("inf")


def merged(report: Report, log: Report) -> Report:
    """`report` with the processes, flows and events that `log` tells of the same run."""
    places = Places(report, log)
    events = [places.moved(event) for event in log.events]
    outcome = "partial" if "partial" in {report.outcome, log.outcome} else report.outcome
    return msgspec.structs.replace(
        report,
        processes=places.processes(),
        flows=places.flows(),
        events=_together(report.events, events, places),
        artifacts=(*report.artifacts, *(one for one in log.artifacts if one not in report.artifacts)),
        signatures=(*report.signatures, *(one for one in log.signatures if one not in report.signatures)),
        outcome=outcome,
        reasons=tuple(dict.fromkeys((*report.reasons, *log.reasons))),
        requested_at=report.requested_at if report.requested_at is not None else log.requested_at,
        tally=_sum(report.tally, log.tally),
    )


def _together(ours: tuple[Event, ...], logged: list[Event], places: Places) -> tuple[Event, ...]:
    """The events of both in order: deeds as the log tells them, the network as the report tells it."""
    told = set(_keys(event for event in logged if not isinstance(event, _NETWORK)))
    traced = set(_keys(event for event in ours if isinstance(event, _NETWORK)))
    lives = {(type(event), event.procid) for event in ours if isinstance(event, ProcessCreate | ProcessTerminate)}
    kept = [event for event in ours if isinstance(event, _NETWORK) or not _is_told(event, told)]
    for event in logged:
        if isinstance(event, ProcessCreate | ProcessTerminate):
            is_new = (type(event), event.procid) not in lives
        elif isinstance(event, FlowStart):
            is_new = places.is_new_flow(event.flow)
        elif isinstance(event, _NETWORK):
            is_new = not _is_told(event, traced)
        else:
            is_new = True
        if is_new:
            kept.append(event)
    return tuple(sorted(kept, key=_rank))


def _rank(event: Event) -> tuple[int, float]:
    """Processes of which no one knows when they came up, what has a time, what has none, the network."""
    if isinstance(event, _NETWORK):
        return 2, 0 if event.at_ms is None else event.at_ms
    if event.at_ms is not None:
        return 1, event.at_ms
    return (0, 0) if isinstance(event, ProcessCreate) else (1, _NEVER)


def _keys(events: Iterable[Event]) -> Iterable[Hashable]:
    """What is told, with who did it and without."""
    for event in events:
        what = _what(event)
        if what is not None:
            yield what, event.procid
            yield what, None


def _is_told(event: Event, keys: set[Hashable]) -> bool:
    what = _what(event)
    return what is not None and (what, event.procid) in keys


def _what(event: Event) -> Hashable | None:
    """What an event is about, where two sources can tell of the same; None where each tells its own."""
    match event:
        case FileAccess(verb=verb, path=path) | RegistryAccess(verb=verb, path=path):
            return type(event), verb, path.casefold()
        case SyncObject(object=kind, name=name):
            return type(event), kind, name.casefold()
        case ModuleLoad(path=path):
            return type(event), path.casefold()
        case DnsQuery(name=name) | DnsAnswer(name=name):
            return type(event), name.casefold()
        case HttpRequest(url=url) | HttpResponse(url=url):
            return type(event), url
        case TlsHandshake(sni=sni, flow=flow):
            return type(event), sni, flow
        case FlowOwner(flow=flow):
            return type(event), flow
        case _:
            return None


def _sum(report: Tally | None, log: Tally | None) -> Tally | None:
    """The counts of both."""
    if report is None or log is None:
        return report or log
    left = dict(report.left)
    for kind, items in log.left.items():
        name = kind if kind in left or len(left) < MAX_KINDS else OTHER_KINDS
        left[name] = left.get(name, 0) + items
    return Tally(items=report.items + log.items, carried=report.carried + log.carried, left=left)
