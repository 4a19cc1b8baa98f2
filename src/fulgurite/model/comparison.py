"""Two analyses side by side: what only one of them did, by kind.

Each report is reduced to the deeds that it tells apart, one after the other, so that two large ones need not lie in
memory at once. Counts are exact; of each kind so many are kept with their words, and so many are listed.
"""

import re
from collections.abc import Callable, Iterator
from hashlib import blake2b
from typing import Any, Final, NamedTuple

from fulgurite.model.base import Model
from fulgurite.model.events import (
    DnsAnswer,
    DnsQuery,
    Event,
    FileAccess,
    FlowStart,
    HttpRequest,
    Injection,
    ModuleLoad,
    RegistryAccess,
    Service,
    SyncObject,
    Task,
    TlsHandshake,
)
from fulgurite.model.listing import AnalysisEntry
from fulgurite.model.observed import domain_of, ip_of, url_of
from fulgurite.model.process import Process
from fulgurite.model.report import Report
from fulgurite.model.spelling import Spelling

KINDS: Final = (
    "signatures",
    "techniques",
    "families",
    "processes",
    "injections",
    "files",
    "files_read",
    "registry",
    "registry_read",
    "mutexes",
    "objects",
    "services",
    "tasks",
    "modules",
    "hosts",
    "names",
    "urls",
    "artifacts",
)
"""`files` and `registry` are of changes; what was only read has kinds of its own. `objects`: named, but no mutexes."""
MAX_WORDED = 10_000
"""Deeds of one kind that are kept with their words; those beyond are counted."""
MAX_TEXT = 600
_MAX_KEY = 200
_MAX_NOTES = 5


class Difference(Model, frozen=True, kw_only=True, omit_defaults=False):
    """Something that only one of both did. All text is hostile."""

    key: str
    """What was compared: in one spelling for what differs from run to run, such as `<user>` (see `spelling`)."""
    value: str
    """As the report says it first."""
    spellings: int = 1
    """How many values of the report come to this."""
    note: str | None = None
    """What is to be said of it: how a file was accessed, the score of a signature, the program of a command."""
    count: int = 1
    """How often."""


class Compared(Model, frozen=True, kw_only=True, omit_defaults=False):
    """One kind."""

    kind: str
    """One of KINDS."""
    first: tuple[Difference, ...] = ()
    """What only the first did, in the order of its report; as many as were asked for."""
    second: tuple[Difference, ...] = ()
    first_total: int = 0
    """How many there are in all."""
    second_total: int = 0
    both_total: int = 0
    """How many both did."""


class Comparison(Model, frozen=True, kw_only=True, omit_defaults=False):
    """Two analyses side by side."""

    first: AnalysisEntry
    second: AnalysisEntry
    kinds: tuple[Compared, ...] = ()
    """All kinds, in the order of KINDS."""


class _Deed(NamedTuple):
    """Something done, as a report tells it."""

    kind: str
    raw: str
    """What tells it from others of its kind, before it is spelt."""
    value: str
    note: str | None = None


_Key = str | bytes


class _Line:
    """A deed, however often it was done."""

    __slots__ = ("count", "key", "notes", "spellings", "value")

    def __init__(self, key: str, value: str) -> None:
        self.key = _cut(key)
        self.value = _cut(value)
        self.notes: dict[str, None] = {}
        self.spellings = 0
        self.count = 0


class _Kind:
    """The deeds of one kind."""

    def __init__(self) -> None:
        self.lines: dict[_Key, _Line] = {}
        self.beyond: set[_Key] = set()

    def keys(self) -> Iterator[_Key]:
        yield from self.lines
        yield from self.beyond

    def has(self, key: _Key) -> bool:
        return key in self.lines or key in self.beyond


class Reduced:
    """What a report comes to when it is compared."""

    def __init__(self, report: Report) -> None:
        self.kinds = {kind: _Kind() for kind in KINDS}
        self._spelling = Spelling(report)
        self._known: dict[tuple[str, str], _Line | None] = {}
        for deed, count in _deeds(report):
            self._add(deed, count)
        self._known.clear()

    def _add(self, deed: _Deed, count: int) -> None:
        raw = (deed.kind, deed.raw)
        if raw in self._known:
            line = self._known[raw]
        else:
            line = self._known[raw] = self._line(deed)
            if line is not None:
                line.spellings += 1
        if line is not None:
            line.count += count
            if deed.note is not None and len(line.notes) < _MAX_NOTES:
                line.notes[_cut(deed.note)] = None

    def _line(self, deed: _Deed) -> _Line | None:
        """The line of this deed; None for one of those that are only counted."""
        spelt = _SPELT[deed.kind](self._spelling, deed.raw)
        key: _Key = (
            spelt if len(spelt) <= _MAX_KEY else blake2b(spelt.encode("utf-8", "replace"), digest_size=16).digest()
        )
        of = self.kinds[deed.kind]
        line = of.lines.get(key)
        if line is not None:
            return line
        if len(of.lines) >= MAX_WORDED:
            of.beyond.add(key)
            return None
        line = of.lines[key] = _Line(spelt, deed.value)
        return line


def compared(first: Reduced, second: Reduced, limit: int) -> tuple[Compared, ...]:
    """What only one of both did, of each kind: all counted, up to `limit` listed of each."""
    return tuple(_compared(kind, first.kinds[kind], second.kinds[kind], limit) for kind in KINDS)


def _compared(kind: str, first: _Kind, second: _Kind, limit: int) -> Compared:
    total = len(first.lines) + len(first.beyond)
    both = sum(1 for key in first.keys() if second.has(key))  # noqa: SIM118 - it is no dict
    return Compared(
        kind=kind,
        first=_listed(first, second, limit),
        second=_listed(second, first, limit),
        first_total=total - both,
        second_total=len(second.lines) + len(second.beyond) - both,
        both_total=both,
    )


def _listed(one: _Kind, other: _Kind, limit: int) -> tuple[Difference, ...]:
    found: list[Difference] = []
    for key, line in one.lines.items():
        if len(found) >= limit:
            break
        if not other.has(key):
            found.append(
                Difference(
                    key=line.key,
                    value=line.value,
                    spellings=line.spellings,
                    note=", ".join(line.notes) or None,
                    count=line.count,
                )
            )
    return tuple(found)


def _deeds(report: Report) -> Iterator[tuple[_Deed, int]]:
    for found in (_findings(report), _left(report)):
        yield from ((deed, 1) for deed in found)
    images = {process.procid: process.image or "" for process in report.processes}
    for event in report.events:
        deed = _injection(event, images) if isinstance(event, Injection) else _deed(event)
        if deed is not None:
            yield deed, event.count


def _findings(report: Report) -> Iterator[_Deed]:
    for signature in report.signatures:
        score = None if signature.score is None else f"score {signature.score}"
        yield _Deed("signatures", signature.label or signature.name, signature.name, score)
    techniques = [technique for signature in report.signatures for technique in signature.ttps]
    yield from (_Deed("techniques", one, one) for one in (*(report.ttps or ()), *techniques))
    yield from (_Deed("families", one, one) for one in report.families)


def _left(report: Report) -> Iterator[_Deed]:
    """What is told of processes, flows and artifacts beside the events."""
    yield from (_process(process) for process in report.processes if not process.existing)
    for flow in report.flows:
        yield _Deed("hosts", f"{flow.proto} {flow.dst}", f"{flow.proto} {flow.dst}")
        yield from (_Deed("names", name, name) for name in (flow.domain, flow.tls_sni) if name)
    for artifact in report.artifacts:
        digest = artifact.sha256 or artifact.sha1 or artifact.md5
        if digest:
            yield _Deed("artifacts", digest, artifact.path or artifact.name, artifact.kind)


def _process(process: Process) -> _Deed:
    image = process.image or ""
    command = process.cmd if isinstance(process.cmd, str) else " ".join(process.cmd or ())
    return _Deed("processes", f"{image}\n{command}", command or image, image or None)


def _injection(event: Injection, images: dict[int, str]) -> _Deed:
    pair = [images.get(procid or 0, "") or "?" for procid in (event.procid, event.procid_target)]
    return _Deed("injections", "\n".join(pair), " -> ".join(pair), event.op)


def _deed(event: Event) -> _Deed | None:
    teller = _TELLERS.get(type(event))
    return None if teller is None else teller(event)


def _flow(event: FlowStart) -> _Deed:
    port = "" if event.remote_port is None else f":{event.remote_port}"
    told = f"{event.proto} {event.remote_addr}{port}"
    return _Deed("hosts", told, told)


def _sync(event: SyncObject) -> _Deed | None:
    if event.name == "":
        return None
    if event.object == "mutant":
        return _Deed("mutexes", event.name, event.name)
    return _Deed("objects", f"{event.object} {event.name}", event.name, event.object)


_TELLERS: dict[type[Event], Callable[[Any], _Deed | None]] = {
    FileAccess: lambda event: _Deed(
        "files_read" if event.verb == "read" else "files", event.path, event.path, event.verb
    ),
    RegistryAccess: lambda event: _Deed(
        "registry_read" if event.verb == "read" else "registry", event.path, event.path, event.verb
    ),
    SyncObject: _sync,
    ModuleLoad: lambda event: _Deed("modules", event.path, event.path),
    Service: lambda event: _Deed("services", event.name, event.name, event.op),
    Task: lambda event: _Deed("tasks", event.name, event.name, event.op),
    FlowStart: _flow,
    DnsQuery: lambda event: _Deed("names", event.name, event.name, event.type),
    DnsAnswer: lambda event: _Deed("names", event.name, event.name, event.type),
    TlsHandshake: lambda event: _Deed("names", event.sni, event.sni, "TLS") if event.sni else None,
    HttpRequest: lambda event: _Deed("urls", event.url, event.url, event.method),
}


def _host(_: Spelling, raw: str) -> str:
    """Protocol, address and port; addresses in their shortest form."""
    proto, _space, place = raw.partition(" ")
    address, colon, port = place.rpartition(":")
    if colon and port.isdecimal() and ip_of(place) is None:
        return f"{proto} {ip_of(address) or address}:{port}".lower()
    return f"{proto} {ip_of(place) or place}".lower()


def _command(spelling: Spelling, raw: str) -> str:
    """The program's path, then what it was given: programs are started by their names and by their paths."""
    image, _newline, command = raw.partition("\n")
    given = spelling.command(_arguments(image, command))
    return f"{spelling.path(image)} {given}".strip()


def _arguments(image: str, command: str) -> str:
    """What follows the program's own name in a command line; all of it where it does not begin with that."""
    if image != "" and command.startswith(image):
        return command[len(image) :]
    end = command.find('"', 1) if command.startswith('"') else command.find(" ")
    first = command if end == -1 else command[: end + 1]
    return command[len(first) :] if _stem(first) == _stem(image) else command


def _stem(path: str) -> str:
    name = re.split(r"[\\/]", path.strip('" '))[-1].casefold()
    return name.removesuffix(".exe")


_SPELT: Final[dict[str, Callable[[Spelling, str], str]]] = {
    **dict.fromkeys(("signatures", "techniques", "families", "artifacts"), lambda _, raw: raw.casefold()),
    "processes": _command,
    **dict.fromkeys(("injections", "files", "files_read", "modules"), Spelling.path),
    **dict.fromkeys(("registry", "registry_read"), Spelling.key),
    **dict.fromkeys(("mutexes", "objects", "services", "tasks"), Spelling.name),
    "hosts": _host,
    "names": lambda _, raw: domain_of(raw) or raw.casefold(),
    "urls": lambda _, raw: url_of(raw) or raw,
}


def _cut(text: str) -> str:
    return text if len(text) <= MAX_TEXT else f"{text[: MAX_TEXT - 1]}…"
