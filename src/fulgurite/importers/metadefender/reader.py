"""The body of the v4 sandbox lookup as MetaDefender Cloud documented it in 2021, and as our own export writes it.

Every field of the body ends up in the report: in a typed field that renders as it came, else in `Report.extra`
under its place. Hashes are kept in lower case, and rendered in upper case as the API demands.
"""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar, cast, get_args

import msgspec

from fulgurite.errors import InvalidHash, MalformedReport
from fulgurite.importers.metadefender import extracted, sections
from fulgurite.importers.metadefender.events import Item, Reading, facts_of
from fulgurite.importers.metadefender.shapes import Create
from fulgurite.model import hashes
from fulgurite.model.events import DnsAnswer, DnsQuery, Event, HttpRequest, HttpResponse
from fulgurite.model.flow import Flow
from fulgurite.model.process import Process
from fulgurite.model.report import Machine, Os, Outcome, Report, Source, checked
from fulgurite.model.sample import Sample
from fulgurite.model.times import utc_ms

NAME = "metadefender"

Value = TypeVar("Value")

_SANDBOX_ID = re.compile(r"[0-9a-f]{24}")
_DATA_ID = re.compile(r"[0-9A-Za-z_=-]{1,128}")
_FINISHED = 100

_ORDER = ("files", "registry", "mutex", "search", "processes", "misc", "network")
"""Events of a body stand in lists without one clock for all; files first, so that a write stands before the process
that was started from it."""

_OURS = frozenset({"_id", "scan_in_progress", "sandbox_added"})
"""Fields of our own export that are made anew with every rendering."""


class _Body:
    """One body under reading: its parts are taken out one by one, what is left over is kept as it came."""

    def __init__(self, top: dict[str, Any]) -> None:
        self.top = dict(top)
        self.details = self.part("details")
        self.data = self._part_of(self.details, "data", "/details/data")
        self.summary = self.part("summary")
        self.extra: dict[str, Any] = {}

    def part(self, name: str) -> dict[str, Any]:
        return self._part_of(self.top, name, f"/{name}")

    def _part_of(self, holder: dict[str, Any], name: str, place: str) -> dict[str, Any]:
        part = holder.pop(name, {})
        if not isinstance(part, dict):
            raise MalformedReport("expected an object", where=f"{NAME} {place}")
        return dict(part)

    def text(self, name: str) -> str | None:
        """The text at `name` of the top; None where there is none, and anything else is left over."""
        return cast("str", self.top.pop(name)) if isinstance(self.top.get(name), str) else None

    def keep(self, place: str, value: Any) -> None:
        self.extra[place] = value

    def leave_over(self) -> None:
        """Keeps all that was not taken."""
        for place, holder in (
            ("", self.top),
            ("/details", self.details),
            ("/details/data", self.data),
            ("/summary", self.summary),
        ):
            for key, value in holder.items():
                self.keep(f"{place}/{key.replace('~', '~0').replace('/', '~1')}", value)


def parse(data: bytes) -> Report:
    """The report in `data`. Raises MalformedReport for anything but a finished analysis in this form."""
    try:
        top = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedReport(str(error), where=NAME) from error
    if not isinstance(top, dict):
        raise MalformedReport("expected an object", where=NAME)
    progress = top["scan_results"].get("progress_percentage") if isinstance(top.get("scan_results"), dict) else None
    if progress != _FINISHED:
        raise MalformedReport("the analysis was not finished when this was written", where=NAME)
    return checked(_report(_Body(top)), where=NAME)


def _report(body: _Body) -> Report:
    sample = Sample(md5=_digest(body, "md5"), sha1=_digest(body, "sha1"), sha256=_digest(body, "sha256"))
    source, machine, os = _source(body)
    score, is_score_exact = sections.score(body.top["scan_results"])
    if is_score_exact:
        body.top.pop("scan_results")
    processes, events = _behaviour(body, os)
    fields = {
        "requested_at": _request_time(body),
        "sandbox_id": _name(body, "sandbox_id", _SANDBOX_ID),
        "data_id": _name(body, "data_id", _DATA_ID),
        "sandbox_version": body.text("sandbox_version"),
        "rescan_available": _rescan_available(body),
        "artifacts": _taken(body, "dumped", sections.dumps),
        "signatures": _taken(body, "signatures", sections.signatures),
        "configs": _taken(body, "extracted", extracted.configs),
        "families": _words(body, "sandbox_families"),
        "tags": _words(body, "sandbox_tags"),
        "ttps": _ttps(body),
        "flows": _flows(body, events),
        **_outcome(body),
    }
    for name in _OURS:
        body.top.pop(name, None)
    body.leave_over()
    return Report(
        source=source,
        sample=sample,
        os=os,
        machine=machine,
        score=score,
        processes=processes,
        events=events,
        extra=body.extra,
        **fields,
    )


def _digest(body: _Body, kind: str) -> str | None:
    """The digest `kind` of the sample in lower case; None where the body leaves it empty."""
    text = body.top.pop(kind, None)
    if text is None or text == "":
        return None
    try:
        raw = hashes.parse(text) if isinstance(text, str) else b""
    except InvalidHash:
        raw = b""
    if len(raw) != _DIGEST_BYTES[kind]:
        raise MalformedReport(f"expected {2 * _DIGEST_BYTES[kind]} hex digits", where=f"{NAME} /{kind}")
    return raw.hex()


_DIGEST_BYTES = {"md5": 16, "sha1": 20, "sha256": 32}


def _request_time(body: _Body) -> datetime | None:
    """When the run was asked for; a spelling that we would not write the same is kept besides."""
    text = body.top.get("request_time")
    try:
        at = datetime.fromisoformat(text) if isinstance(text, str) else None
        written = None if at is None or at.tzinfo is None else utc_ms(at)
    except (ValueError, OverflowError):
        return None
    if written is None:
        return None
    if written == text:
        body.top.pop("request_time")
    return at


def _name(body: _Body, name: str, form: re.Pattern[str]) -> str | None:
    """An identifier that may stand in a URL; another spelling is not taken over, the service then makes one."""
    text = body.top.pop(name, None)
    return text if isinstance(text, str) and form.fullmatch(text) is not None else None


def _rescan_available(body: _Body) -> bool | None:
    told = body.top.get("rescan_available")
    if not isinstance(told, bool):
        return None
    body.top.pop("rescan_available")
    return told


def _source(body: _Body) -> tuple[Source, Machine, Os]:
    """Who made the report, on what; told by the first `analog.header`, which stays an event besides."""
    header: dict[str, Any] = next(
        (item["d"] for item in _items(body.data.get("misc")) if item["n"] == "analog.header"), {}
    )
    told = {key: value for key, value in header.items() if isinstance(value, str)}
    source = Source(
        name=NAME,
        version=told.get("version"),
        backend=told.get("backend"),
        task=told.get("task"),
        sample=told.get("sample"),
    )
    machine = Machine(
        system=body.text("system"),
        platform=told.get("platform"),
        resource=told.get("resource"),
        browser=body.text("browser"),
        timeout=body.text("timeout"),
    )
    return source, machine, _os(machine, body)


def _os(machine: Machine, body: _Body) -> Os:
    """The family of systems, by the names of events, else by the platform."""
    for items in body.data.values():
        for item in _items(items):
            family = item["n"].partition(".")[0]
            if family in get_args(Os):
                return cast("Os", family)
    platform = (machine.platform or machine.system or "").lower()
    return next((cast("Os", family) for family in get_args(Os) if platform.startswith(family)), "windows")


def _items(raw: Any) -> list[Item]:
    """Those of `raw` that have the form of an item."""
    return [one for one in raw if _is_item(one)] if isinstance(raw, list) else []


def _is_item(one: Any) -> bool:
    return (
        isinstance(one, dict)
        and isinstance(one.get("n"), str)
        and isinstance(one.get("d"), dict)
        and (len(one) == 2 or (len(one) == 3 and isinstance(one.get("name"), str)))  # noqa: PLR2004 - n, d and a name
    )


def _behaviour(body: _Body, os: Os) -> tuple[tuple[Process, ...], tuple[Event, ...]]:
    """Processes and events. Takes out of `body` what they hold exactly."""
    processes = _processes(body)
    reading = Reading(os, {process.procid: process for process in processes})
    creations = [item for item in _items(body.data.get("processes")) if _CREATION.fullmatch(item["n"]) is not None]
    if body.details.get("procLabels") == creations and _is_whole(body.data.get("processes")):
        body.details.pop("procLabels")
    others = [bucket for bucket in body.data if bucket not in {*_ORDER, "flowLabels"} and body.data[bucket] != []]
    events: list[Event] = []
    for holder, buckets in ((body.data, (*_ORDER, *others)), (body.details, ("flowLabels",))):
        for bucket in buckets:
            raw = holder.get(bucket)
            events += [reading.event(bucket, item) for item in _items(raw)]
            if _is_whole(raw):
                holder.pop(bucket)
    return processes, tuple(events)


_CREATION = re.compile(r"(windows|linux|macos|android)\.proc\.create")


def _is_whole(raw: Any) -> bool:
    return isinstance(raw, list) and all(_is_item(one) for one in raw)


def _processes(body: _Body) -> tuple[Process, ...]:
    """Those of the summary first, in its order, then those that events alone tell of."""
    told, is_exact = sections.processes(body.summary.get("processes", []))
    found = {process.procid: process for process in told}
    for item in _items(body.data.get("processes")):
        d = _creation(item)
        if d is None or not isinstance(d.proc, int):
            continue
        is_existing = d.kind == "Existing"
        if d.proc not in found:
            pid, cmd, image, orig = facts_of(d)
            started = None if is_existing or not isinstance(d.time, int) else d.time
            found[d.proc] = Process(
                procid=d.proc, pid=pid, cmd=cmd, image=image, orig=orig, existing=is_existing, started_ms=started
            )
            is_exact = is_exact and is_existing
        elif is_existing:
            # Shown in the source's summary though it was there before: the typed process alone would not be shown.
            found[d.proc] = msgspec.structs.replace(found[d.proc], existing=True)
            is_exact = False
    if is_exact:
        body.summary.pop("processes", None)
    return tuple(found.values())


def _creation(item: Item) -> Create | None:
    try:
        return msgspec.convert(item["d"], Create) if _CREATION.fullmatch(item["n"]) is not None else None
    except msgspec.ValidationError:
        return None


def _taken(body: _Body, name: str, read: Callable[[Any], tuple[tuple[Value, ...], bool]]) -> tuple[Value, ...]:
    """The list `name` of the summary as values; taken out of `body` where they hold it exactly."""
    if name not in body.summary:
        return ()
    values, is_exact = read(body.summary[name])
    if is_exact:
        body.summary.pop(name)
    return values


def _ttps(body: _Body) -> tuple[str, ...] | None:
    told = body.summary.get("ttp")
    if not isinstance(told, list) or not all(isinstance(one, str) for one in told):
        return None
    body.summary.pop("ttp")
    return tuple(told)


def _flows(body: _Body, events: tuple[Event, ...]) -> tuple[Flow, ...]:
    """The flows of the summary. Taken out of `body` only when there is nothing in it, and nothing would be rendered."""
    flows = sections.flows(body.summary.get("network"))
    is_idle = not any(isinstance(event, DnsQuery | DnsAnswer | HttpRequest | HttpResponse) for event in events)
    if body.summary.get("network") == {} and is_idle:
        body.summary.pop("network")
    return flows


def _words(body: _Body, name: str) -> tuple[str, ...]:
    """The list of texts at `name` of the top, which only our own export has."""
    told = body.top.get(name)
    if not isinstance(told, list) or told == [] or not all(isinstance(one, str) for one in told):
        return ()
    body.top.pop(name)
    return tuple(told)


def _outcome(body: _Body) -> dict[str, Any]:
    """How the run ended, which only our own export tells."""
    fields: dict[str, Any] = {}
    if body.top.get("sandbox_outcome") in get_args(Outcome):
        fields["outcome"] = body.top.pop("sandbox_outcome")
    warnings = body.top.get("sandbox_warnings")
    if isinstance(warnings, list) and warnings != [] and all(isinstance(one, str) for one in warnings):
        fields["reasons"] = tuple(body.top.pop("sandbox_warnings"))
    return fields
