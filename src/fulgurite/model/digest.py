"""What the events of a report come to: the same deed told once, by whom and how often, in lists of bounded length.

A page shows these lists for a report of any size; each line names its first event, so the rest is found from there.
"""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import msgspec

from fulgurite.model.base import Model
from fulgurite.model.events import (
    ApiCall,
    DnsAnswer,
    DnsQuery,
    Event,
    FileAccess,
    ForeignEvent,
    HttpRequest,
    HttpResponse,
    Injection,
    Memory,
    ModuleLoad,
    RegistryAccess,
    Search,
    Service,
    Suspicious,
    SyncObject,
    Task,
    TlsHandshake,
)
from fulgurite.model.report import Report

VERSION = 2
"""Raised with every change of what is told: digests are stored, and those of another version are made again."""
MAX_LINES = 100
"""Lines of one list."""
MAX_TOLD_APART = 5_000
"""Deeds of one list among which the lines are chosen; of those beyond only their number is known."""
MAX_DOERS = 8
"""Processes that a line names."""
MAX_COUNTED_PROCESSES = 2_000
"""Processes whose events are counted by kind."""
MAX_TEXT = 600
"""Characters of a text in a line; longer ones end in an ellipsis."""
MAX_VALUES = 8
"""Answers for a name that a line holds."""

_FIRST_FAILURE = 0x8000_0000
"""The least NTSTATUS that is a warning or an error."""


class Deed(Model, frozen=True, kw_only=True):
    """One thing that was done, however often. All text is hostile."""

    what: str
    """The path, name, URL, API."""
    verb: str = ""
    """How: the verb of a file access, the method of a request, the type of a question, the kind of an object."""
    note: str | None = None
    """What came with it first: the new path, the value written, the answers, the command."""
    count: int = 1
    """How often, in all."""
    procids: tuple[int, ...] = ()
    """Who did it, the first MAX_DOERS."""
    procid_target: int | None = None
    """Whom it was done to."""
    flow: int | None = None
    """The flow it went through first."""
    has_failed: bool = False
    """Whether it was tried only: every time that it was done ended in an error."""
    at_ms: int | None = None
    """When it was done first."""
    event: int = 0
    """Index into Report.events of the first."""


class Deeds(Model, frozen=True, kw_only=True):
    """One list."""

    lines: tuple[Deed, ...] = ()
    """What was done before what was only tried, each in the order in which it was seen first."""
    distinct: int = 0
    """How many lines there would be."""
    events: int = 0
    """How many events they stand for, repeats counted."""


class Digest(Model, frozen=True, kw_only=True):
    """The events of one report in sum."""

    lists: dict[str, Deeds] = msgspec.field(default_factory=dict)
    """By the words of LISTS; a list without lines is not there."""
    processes: dict[int, dict[str, int]] = msgspec.field(default_factory=dict)
    """Events by kind, as many as can be listed, of the first MAX_COUNTED_PROCESSES processes that did anything.

    By procid.
    """

    def of(self, name: str) -> Deeds:
        """The list of this name, empty where nothing of the kind was seen."""
        return self.lists.get(name, _NOTHING)


_NOTHING = Deeds()


class _Told(NamedTuple):
    """One event as a line has it."""

    list: str
    what: str
    verb: str = ""
    note: str | None = None
    target: int | None = None
    flow: int | None = None


def _file(event: FileAccess) -> _Told:
    return _Told("files_read" if event.verb == "read" else "files", event.path, event.verb, event.dst)


def _registry(event: RegistryAccess) -> _Told:
    note = None if event.value is None else str(event.value)
    return _Told("registry_read" if event.verb == "read" else "registry", event.path, event.verb, note)


def _memory(event: Memory) -> _Told:
    return _Told("memory", event.op, event.protection, target=event.procid_target)


def _service(event: Service) -> _Told:
    return _Told("services", event.name, event.op, event.path)


def _task(event: Task) -> _Told:
    return _Told("tasks", event.name, event.op, event.command)


def _api(event: ApiCall) -> _Told:
    return _Told("apis", event.api, note=", ".join(event.args[:MAX_VALUES]) or None)


def _suspicious(event: Suspicious) -> _Told:
    return _Told("suspicious", event.act, note=event.detail, target=event.procid_target)


def _answer(event: DnsAnswer) -> _Told:
    return _Told("names", event.name, event.type, ", ".join(event.values[:MAX_VALUES]) or None, flow=event.flow)


def _tls(event: TlsHandshake) -> _Told:
    return _Told("tls", event.sni or "", event.ja3 or "", event.ja3s, flow=event.flow)


_TELLERS: dict[type[Event], Callable[[Any], _Told]] = {
    FileAccess: _file,
    RegistryAccess: _registry,
    SyncObject: lambda event: _Told("objects", event.name, event.object),
    Search: lambda event: _Told("searches", event.target, event.object),
    Injection: lambda event: _Told("injections", event.op, target=event.procid_target),
    Suspicious: _suspicious,
    Memory: _memory,
    ModuleLoad: lambda event: _Told("modules", event.path),
    Service: _service,
    Task: _task,
    ApiCall: _api,
    DnsQuery: lambda event: _Told("names", event.name, event.type, flow=event.flow),
    DnsAnswer: _answer,
    HttpRequest: lambda event: _Told("requests", event.url, event.method, flow=event.flow),
    TlsHandshake: _tls,
    ForeignEvent: lambda event: _Told("foreign", event.n, event.bucket),
}
"""How a kind of event is told; kinds that are not here stand in the report's processes and flows."""

LISTS = (
    "files",
    "files_read",
    "registry",
    "registry_read",
    "objects",
    "searches",
    "injections",
    "suspicious",
    "memory",
    "modules",
    "services",
    "tasks",
    "apis",
    "names",
    "requests",
    "tls",
    "foreign",
)
"""Names of lists. `files` and `registry` are of changes; what was only read has lists of its own."""


class _Line:
    """A line while it is counted."""

    __slots__ = ("asked", "at_ms", "count", "event", "flow", "has_failed", "note", "procids")

    def __init__(self, told: _Told, event: Event, index: int) -> None:
        self.note = told.note
        self.flow = told.flow
        self.at_ms = event.at_ms
        self.event = index
        self.asked = (event.flow, event.index) if isinstance(event, HttpRequest) and event.flow is not None else None
        """Of a request: what names its answer."""
        self.count = 0
        self.procids: dict[int, None] = {}
        self.has_failed = True

    def add(self, event: Event, told: _Told, *, has_failed: bool) -> None:
        # An answer tells nothing new of how often a name was asked for.
        self.count += 0 if isinstance(event, DnsAnswer) and self.count else event.count
        if event.procid is not None and len(self.procids) < MAX_DOERS:
            self.procids[event.procid] = None
        if self.note is None:
            self.note = told.note
        if self.flow is None:
            self.flow = told.flow
        self.has_failed = self.has_failed and has_failed


_Key = tuple[str, str, int | None]


class _List:
    """A list while it is made."""

    def __init__(self) -> None:
        self.lines: dict[_Key, _Line] = {}
        self.beyond: set[_Key] = set()
        self.events = 0

    def add(self, index: int, event: Event, told: _Told, *, has_failed: bool) -> None:
        self.events += event.count
        key = (told.what, told.verb, told.target)
        line = self.lines.get(key)
        if line is None:
            if len(self.lines) >= MAX_TOLD_APART:
                self.beyond.add(key)
                return
            line = self.lines[key] = _Line(told, event, index)
        line.add(event, told, has_failed=has_failed)

    def made(self) -> Deeds:
        chosen = sorted(self.lines.items(), key=lambda item: item[1].has_failed)[:MAX_LINES]
        lines = tuple(_deed(key, line) for key, line in chosen)
        return Deeds(lines=lines, distinct=len(self.lines) + len(self.beyond), events=self.events)


def digest(report: Report) -> Digest:
    """What the events of `report` come to."""
    return digest_of(report.events, is_windows=report.os == "windows")


def digest_of(events: Iterable[Event], *, is_windows: bool) -> Digest:
    """What `events`, all of a report of a system of this family, come to. One pass over them."""
    lists: dict[str, _List] = {}
    processes: dict[int, dict[str, int]] = {}
    answers: dict[tuple[int, int | None], int] = {}
    for index, event in enumerate(events):
        if event.procid is not None:
            _count(processes, event.procid, event)
        teller = _TELLERS.get(type(event))
        if teller is not None:
            told = teller(event)
            made = lists.setdefault(told.list, _List())
            made.add(index, event, told, has_failed=_has_failed(event, is_windows=is_windows))
        elif isinstance(event, HttpResponse) and event.flow is not None:
            answers.setdefault((event.flow, event.index), event.status)
    if answers and "requests" in lists:
        _answered(lists["requests"], answers)
    named = {name: lists[name].made() for name in LISTS if name in lists}
    return Digest(lists=named, processes=dict(sorted(processes.items())))


def _count(processes: dict[int, dict[str, int]], procid: int, event: Event) -> None:
    counts = processes.get(procid)
    if counts is None:
        if len(processes) >= MAX_COUNTED_PROCESSES:
            return
        counts = processes[procid] = {}
    kind = str(event.__struct_config__.tag)
    counts[kind] = counts.get(kind, 0) + 1


def _has_failed(event: Event, *, is_windows: bool) -> bool:
    status = getattr(event, "status", None)
    if status is None:
        return False
    return bool(status >= _FIRST_FAILURE) if is_windows else bool(status != 0)


def _answered(requests: _List, answers: dict[tuple[int, int | None], int]) -> None:
    """Gives the lines of requests the status of the first answer to their first request."""
    for line in requests.lines.values():
        if line.asked is not None:
            status = answers.get(line.asked)
            line.note = None if status is None else str(status)


def _deed(key: _Key, line: _Line) -> Deed:
    what, verb, target = key
    return Deed(
        what=_cut(what),
        verb=_cut(verb),
        note=None if line.note is None else _cut(line.note),
        count=line.count,
        procids=tuple(line.procids),
        procid_target=target,
        flow=line.flow,
        has_failed=line.has_failed,
        at_ms=line.at_ms,
        event=line.event,
    )


def _cut(text: str) -> str:
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1] + "\N{HORIZONTAL ELLIPSIS}"
