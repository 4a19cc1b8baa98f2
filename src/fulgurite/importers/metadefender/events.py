"""Items of `details` as events: typed where a type holds every field of the item exactly, else a ForeignEvent.

Exactly means: the v4 export renders the typed event as the item came. A property test holds the two together.
"""

from collections.abc import Callable, Mapping
from typing import Any, Literal, NamedTuple, cast

import msgspec
from msgspec import UNSET

from fulgurite.importers.metadefender import shapes
from fulgurite.importers.metadefender.shapes import Text, Texts
from fulgurite.model.events import (
    ApiCall,
    DnsAnswer,
    DnsQuery,
    Event,
    FileAccess,
    FlowOwner,
    FlowStart,
    ForeignEvent,
    HttpRequest,
    HttpResponse,
    Injection,
    Memory,
    ModuleLoad,
    ProcessCreate,
    ProcessTerminate,
    RegistryAccess,
    Search,
    Service,
    Suspicious,
    SyncObject,
    Task,
    TlsHandshake,
)
from fulgurite.model.process import Process, program_name

Common = dict[str, Any]
Item = dict[str, Any]
Processes = Mapping[int, Process]


class Inexact(Exception):
    """The typed event would not be rendered as the item came."""


def known(value: Any) -> Any:
    """`value` as the model tells what is not known."""
    return None if value is UNSET else value


def common(d: shapes.Fields) -> Common:
    """The model's fields that every event has."""
    return {"procid": known(d.proc), "at_ms": known(d.time), "count": 1 if d.count is UNSET else d.count}


def digits(text: str) -> int:
    """The number that `text` spells, of a port or a status. Raises Inexact for any other spelling of a number."""
    if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS) or str(int(text)) != text:
        raise Inexact
    return int(text)


_MOST_DIGITS = 5


def _port(text: Text) -> int | None:
    return digits(text) if isinstance(text, str) else None


def _create(d: shapes.Create, _what: str, processes: Processes) -> Event:
    process = None if d.proc is UNSET else processes.get(d.proc)
    if process is None or facts(process) != facts_of(d):
        raise Inexact
    return ProcessCreate(kind=d.kind, status=d.status, **common(d))


def facts(process: Process) -> tuple[Any, ...]:
    """What the creation of `process` tells of it."""
    return process.pid, process.cmd, process.image, process.orig


def facts_of(d: shapes.Create) -> tuple[Any, ...]:
    """What `d` tells of its process, comparable with `facts`."""
    cmd = tuple(d.cmd) if isinstance(d.cmd, list) else known(d.cmd)
    return known(d.pid), cmd, known(d.image), known(d.orig)


def _terminate(d: shapes.Terminate, _what: str, processes: Processes) -> Event:
    process = None if d.proc is UNSET else processes.get(d.proc)
    if known(d.pid) != (None if process is None else process.pid):
        raise Inexact
    return ProcessTerminate(status=d.status, **common(d))


def _file(d: shapes.File, what: str, _processes: Processes) -> Event:
    verb = cast("Literal['read', 'write', 'delete', 'rename']", what)
    return FileAccess(verb=verb, path=d.path, op=d.op, status=known(d.status), dst=known(d.dst), **common(d))


def _registry(d: shapes.Registry, what: str, _processes: Processes) -> Event:
    verb = cast("Literal['read', 'write', 'delete']", what)
    return RegistryAccess(verb=verb, path=d.path, op=d.op, status=known(d.status), value=known(d.value), **common(d))


_OBJECTS = ("mutant", "event", "semaphore", "section", "timer", "pipe", "atom")


def _sync(d: shapes.Sync, what: str, _processes: Processes) -> Event:
    names = {kind: getattr(d, kind) for kind in _OBJECTS if getattr(d, kind) is not UNSET}
    if list(names) != [what]:
        raise Inexact
    kind = cast("Literal['mutant', 'event', 'semaphore', 'section', 'timer', 'pipe', 'atom']", what)
    return SyncObject(object=kind, name=names[what], op=d.op, status=known(d.status), **common(d))


def _search(d: shapes.Search, what: str, _processes: Processes) -> Event:
    return Search(object=cast("Any", what), target=d.target, op=d.op, status=known(d.status), **common(d))


def _inject(d: shapes.Inject, _what: str, _processes: Processes) -> Event:
    return Injection(
        op=d.op,
        procid_target=known(d.proc_target),
        address=known(d.address),
        size_bytes=known(d.size),
        **common(d),
    )


def _suspicious(d: shapes.Suspicious, _what: str, _processes: Processes) -> Event:
    return Suspicious(act=d.event, detail=known(d.detail), procid_target=known(d.proc_target), **common(d))


def _memory(d: shapes.Memory, _what: str, _processes: Processes) -> Event:
    return Memory(
        op=d.op,
        protection=d.protection,
        address=known(d.address),
        size_bytes=known(d.size),
        procid_target=known(d.proc_target),
        **common(d),
    )


def _module(d: shapes.Module, _what: str, _processes: Processes) -> Event:
    return ModuleLoad(path=d.path, status=known(d.status), **common(d))


def _service(d: shapes.Service, _what: str, _processes: Processes) -> Event:
    return Service(op=d.op, name=d.service, path=known(d.path), status=known(d.status), **common(d))


def _task(d: shapes.Task, _what: str, _processes: Processes) -> Event:
    return Task(op=d.op, name=d.task, command=known(d.command), **common(d))


def _texts(value: Texts) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, list) else ()


def _api(d: shapes.Api, _what: str, _processes: Processes) -> Event:
    return ApiCall(api=d.api, args=_texts(d.args), ret=known(d.ret), **common(d))


def _flow_start(d: shapes.FlowStart, _what: str, _processes: Processes) -> Event:
    return FlowStart(
        flow=d.flow,
        proto=d.proto,
        local_addr=known(d.local_addr),
        local_port=_port(d.local_port),
        remote_addr=d.remote_addr,
        remote_port=_port(d.remote_port),
        **common(d),
    )


def _flow_owner(d: shapes.FlowOwner, _what: str, _processes: Processes) -> Event:
    return FlowOwner(flow=d.flow, **common(d))


_CLASS = "IN "
"""What stands before every type of a DNS record."""


def _dns_request(d: shapes.DnsRequest, _what: str, _processes: Processes) -> Event:
    asked = [(question.name, question.type[: len(_CLASS)]) for question in d.questions]
    if len(d.domains) != 1 or asked != [(d.domains[0], _CLASS)]:
        raise Inexact
    return DnsQuery(name=d.domains[0], type=d.questions[0].type[len(_CLASS) :], flow=known(d.flow), **common(d))


def _dns_response(d: shapes.DnsResponse, _what: str, _processes: Processes) -> Event:
    types = {answer.type for answer in d.answers} or {"IN A"}
    kind = types.pop()
    values = [answer.value for answer in d.answers]
    ip = values if kind in {"IN A", "IN AAAA"} and values != [] else UNSET
    named = {answer.name for answer in d.answers} | set(d.domains)
    if types or not kind.startswith(_CLASS) or len(d.domains) != 1 or len(named) != 1 or d.ip != ip:
        raise Inexact
    return DnsAnswer(name=d.domains[0], type=kind[len(_CLASS) :], values=tuple(values), flow=known(d.flow), **common(d))


def _http_request(d: shapes.HttpRequest, _what: str, _processes: Processes) -> Event:
    return HttpRequest(
        method=d.method,
        url=d.url,
        headers=_texts(d.headers),
        body_bytes=known(d.body_bytes),
        flow=known(d.flow),
        index=known(d.index),
        **common(d),
    )


def _http_response(d: shapes.HttpResponse, _what: str, _processes: Processes) -> Event:
    return HttpResponse(
        status=digits(d.status),
        url=known(d.url),
        headers=_texts(d.headers),
        body_bytes=known(d.body_bytes),
        flow=known(d.flow),
        index=known(d.index),
        **common(d),
    )


def _tls(d: shapes.Tls, _what: str, _processes: Processes) -> Event:
    return TlsHandshake(sni=known(d.sni), ja3=known(d.ja3), ja3s=known(d.ja3s), flow=known(d.flow), **common(d))


class Reader(NamedTuple):
    """How one name is read."""

    shape: type[shapes.Fields]
    event: Callable[[Any, str, Processes], Event]
    what: str = ""
    """The name's own word, where several names share a reader."""


_OF_THE_SYSTEM: dict[tuple[str, str], Reader] = {
    ("processes", "proc.create"): Reader(shapes.Create, _create),
    ("processes", "proc.terminate"): Reader(shapes.Terminate, _terminate),
    ("misc", "inject"): Reader(shapes.Inject, _inject),
    ("misc", "suspicious"): Reader(shapes.Suspicious, _suspicious),
    ("misc", "memory"): Reader(shapes.Memory, _memory),
    ("misc", "module"): Reader(shapes.Module, _module),
    ("misc", "service"): Reader(shapes.Service, _service),
    ("misc", "task"): Reader(shapes.Task, _task),
    ("misc", "api"): Reader(shapes.Api, _api),
    **{("files", f"file.{verb}"): Reader(shapes.File, _file, verb) for verb in ("read", "write", "delete", "rename")},
    **{("registry", f"reg.{verb}"): Reader(shapes.Registry, _registry, verb) for verb in ("read", "write", "delete")},
    **{("mutex", kind): Reader(shapes.Sync, _sync, kind) for kind in _OBJECTS},
    **{
        ("search", f"search.{kind}"): Reader(shapes.Search, _search, kind)
        for kind in (
            *("file", "process", "window", "module", "thread"),
            *("drive", "service", "user", "network", "other"),
        )
    },
}
"""By list and name without its first word, which is the family of systems."""

_OF_THE_NETWORK: dict[tuple[str, str], Reader] = {
    ("flowLabels", "net.flow.start"): Reader(shapes.FlowStart, _flow_start),
    ("network", "net.flow.proc"): Reader(shapes.FlowOwner, _flow_owner),
    ("network", "net.dns.request"): Reader(shapes.DnsRequest, _dns_request),
    ("network", "net.dns.response"): Reader(shapes.DnsResponse, _dns_response),
    ("network", "net.http.request"): Reader(shapes.HttpRequest, _http_request),
    ("network", "net.http.response"): Reader(shapes.HttpResponse, _http_response),
    ("network", "net.tls.client"): Reader(shapes.Tls, _tls),
}


def readers(os: str) -> dict[tuple[str, str], Reader]:
    """Every name that has a type, by list and name, for a report of the family of systems `os`."""
    return {(bucket, f"{os}.{tail}"): reader for (bucket, tail), reader in _OF_THE_SYSTEM.items()} | _OF_THE_NETWORK


class Reading:
    """The reading of one report's items: its family of systems decides which names have a type."""

    def __init__(self, os: str, processes: Processes) -> None:
        self.os = os
        self.processes = processes
        self.readers = readers(os)

    def event(self, bucket: str, item: Item) -> Event:
        """`item` of the list `bucket` as an event, typed where that loses nothing."""
        n, d, name = item["n"], item["d"], item.get("name")
        reader = self.readers.get((bucket, n))
        try:
            if reader is not None and name == label(reader, d, self.os):
                return reader.event(msgspec.convert(d, reader.shape), reader.what, self.processes)
        except (msgspec.ValidationError, Inexact):
            pass
        actor = d.get("proc")
        return ForeignEvent(bucket=bucket, n=n, d=d, name=name, procid=actor if type(actor) is int else None)


def label(reader: Reader, d: Item, os: str) -> str | None:
    """The `name` that stands beside an item that the export renders: on creations, the program's base name."""
    image = d.get("image")
    return program_name(image, os) if reader.event is _create and isinstance(image, str) else None
