"""Reports with a payload in every field that takes text, found by walking the model: a new field is in by itself."""

import types
import typing
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import msgspec

from fulgurite.model.events import Event
from fulgurite.model.report import Report
from fulgurite.model.sample import Sample
from tests.browser.payloads import PAYLOADS

EVENTS: tuple[type[Event], ...] = typing.get_args(Event)
NEUTRAL = {
    "Sample.sha256",  # a report is taken in only when these are digests
    "Sample.sha1",
    "Sample.md5",
    "Sample.sha512",
    "Report.sandbox_id",  # a word that is no name of an analysis is not taken over
    "Report.data_id",
    "Report.extra",  # pointers into a foreign body, which has its own checks
    "Report.matched",  # what our own rules say is said anew when the report is taken in
}
"""Fields that cannot be filled by whom a report is about, or that no report is kept with."""


def text_fields(kind: type[Any] = Report, path: str = "") -> Iterator[str]:
    """Every place that takes text below `kind`, such as `processes.image`, `events.DnsQuery.name`."""
    for field in msgspec.structs.fields(kind):
        if f"{kind.__name__}.{field.name}" in NEUTRAL:
            continue
        yield from _places(field.type, f"{path}{field.name}")


def _places(kind: Any, path: str) -> Iterator[str]:
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if kind in EVENTS:
        yield from text_fields(kind, f"{path}.{kind.__name__}.")
    elif kind in (str, Any) or origin is dict:
        yield path
    elif isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        yield from text_fields(kind, f"{path}.")
    elif origin is not typing.Literal:
        yield from dict.fromkeys(place for one in inner for place in _places(one, path))


NUMBERS = {place: number for number, place in enumerate(text_fields())}
"""Each place with a number of its own, which stands behind the payload there: so it is known by the text of a page."""


def mark(place: str) -> str:
    """What stands behind every payload at `place`."""
    return f"~{NUMBERS[place]}~"


def filled(payload: str, number: int, procid: int = 1) -> Report:
    """A report with `payload` at every place, about a file of its own by `number`."""
    report: Report = _filled(Report, payload, "", procid)
    sample = Sample(sha256=f"{number:064x}", name=report.sample.name, file_type=report.sample.file_type)
    return msgspec.structs.replace(report, sample=sample, sandbox_id=f"{number:024x}", data_id=None)


def merged(payloads: Sequence[str], number: int) -> Report:
    """A report with all of `payloads`, each in a process, a flow, an event of every kind of its own and so on."""
    reports = [filled(payload, number, procid) for procid, payload in enumerate(payloads, 1)]
    lists = {
        field.name: tuple(one for report in reports for one in getattr(report, field.name) or ())
        for field in msgspec.structs.fields(Report)
        if isinstance(getattr(reports[0], field.name), tuple)
    }
    return msgspec.structs.replace(reports[0], **lists)


def _filled(kind: type[Any], payload: str, path: str, procid: int) -> Any:
    values = {}
    for field in msgspec.structs.fields(kind):
        if f"{kind.__name__}.{field.name}" not in NEUTRAL:
            value = _value(field.type, payload, f"{path}{field.name}", procid)
            if value is not msgspec.UNSET or field.required:
                values[field.name] = 1 if value is msgspec.UNSET else value
    return kind(**values)


def _value(kind: Any, payload: str, path: str, procid: int) -> Any:
    """What goes to `path`: the payload where text is taken, a number where one is, UNSET for what has its default."""
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if kind in (str, Any):
        return payload + mark(path)
    if kind is int:
        return _number(path, procid)
    if kind is bool or kind is datetime or origin is typing.Annotated:
        return msgspec.UNSET
    if origin is typing.Literal:
        return inner[0]
    if origin is dict:
        return {payload + mark(path): payload + mark(path)} if inner[1] is Any else {payload + mark(path): 1}
    if origin is tuple:
        return _several(inner[0], payload, path, procid)
    if origin in (typing.Union, types.UnionType):
        chosen = str if str in inner else next(one for one in inner if one is not type(None))
        return _value(chosen, payload, path, procid)
    return _filled(kind, payload, f"{path}.", procid)


def _several(kind: Any, payload: str, path: str, procid: int) -> Any:
    kinds = typing.get_args(kind) if kind == Event else (kind,)
    if kinds[0] in EVENTS:
        return tuple(_filled(one, payload, f"{path}.{one.__name__}.", procid) for one in kinds)
    value = _value(kinds[0], payload, path, procid)
    return () if value is msgspec.UNSET else (value,)


def _number(path: str, procid: int) -> Any:
    name = path.rpartition(".")[2]
    if name in ("procid", "flow"):
        return procid
    if name in ("at_ms", "started_ms", "first_seen_ms"):
        return procid * 10
    return 1 if name in ("count", "score", "event", "pid", "remote_port") else msgspec.UNSET


ALL: tuple[Report, ...] = tuple(filled(payload, number) for number, payload in enumerate(PAYLOADS, 0x1000))
"""One report a payload."""
