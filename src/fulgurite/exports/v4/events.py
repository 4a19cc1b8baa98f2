"""Events as the lists of `details`: one pass over the report, one row of RENDERERS a kind of event."""

import re
from collections.abc import Callable, Iterable
from typing import Any, cast

from fulgurite.exports.v4.vocabulary import BUCKETS
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
from fulgurite.model.report import Report

Fields = dict[str, Any]
Item = dict[str, Any]

_LABELLED = re.compile(r"(windows|linux|macos|android)\.proc\.create")


class Details:
    """The lists under construction, and what events need to know of the report."""

    def __init__(self, report: Report) -> None:
        self.os = report.os
        self.processes: dict[int | None, Process] = {process.procid: process for process in report.processes}
        self.lists: dict[str, list[Item]] = {bucket: [] for bucket in BUCKETS}
        self.flow_labels: list[Item] = []

    def rendered(self) -> Fields:
        """`details` of the body."""
        labels = [item for item in self.lists["processes"] if _LABELLED.fullmatch(item["n"])]
        return {"procLabels": labels, "flowLabels": self.flow_labels, "data": self.lists}


def details(report: Report) -> Fields:
    """`details` of the v4 body of `report`."""
    out = Details(report)
    for event in report.events:
        RENDERERS[type(event)](event, out)
    return out.rendered()


def some_of(report: Report, events: Iterable[tuple[int, Event]]) -> list[Fields]:
    """These events of `report`, with their numbers, as `details` has them, each with the list that it stands in.

    Of `report` itself only the other parts are looked at.
    """
    out = Details(report)
    shown: list[Fields] = []
    for index, event in events:
        RENDERERS[type(event)](event, out)
        for name, items in (("flowLabels", out.flow_labels), *out.lists.items()):
            shown += [{"event": index, "list": name, **item} for item in items]
            items.clear()
    return shown


def _put(bucket: list[Item], n: str, event: Event, fields: Fields, name: str | None = None) -> None:
    """Appends one item: `fields` that are known, then what every event may have."""
    d = {key: value for key, value in fields.items() if value is not None}
    if event.at_ms is not None:
        d["time"] = event.at_ms
    if event.procid is not None:
        d["proc"] = event.procid
    if event.count != 1:
        d["count"] = event.count
    bucket.append({"d": d, "n": n} if name is None else {"name": name, "d": d, "n": n})


def _process_create(event: ProcessCreate, out: Details) -> None:
    process = out.processes.get(event.procid)
    fields: Fields = {"status": event.status, "kind": event.kind}
    name = None
    if process is not None:
        fields = {
            "status": event.status,
            "orig": process.orig,
            "pid": process.pid,
            "cmd": process.cmd,
            "image": process.image,
            "kind": event.kind,
        }
        name = None if process.image is None else program_name(process.image, out.os)
    _put(out.lists["processes"], f"{out.os}.proc.create", event, fields, name)


def _process_terminate(event: ProcessTerminate, out: Details) -> None:
    process = out.processes.get(event.procid)
    pid = None if process is None else process.pid
    _put(out.lists["processes"], f"{out.os}.proc.terminate", event, {"pid": pid, "status": event.status})


def _file(event: FileAccess, out: Details) -> None:
    fields = {"status": event.status, "op": event.op, "path": event.path, "dst": event.dst}
    _put(out.lists["files"], f"{out.os}.file.{event.verb}", event, fields)


def _registry(event: RegistryAccess, out: Details) -> None:
    fields = {"path": event.path, "status": event.status, "op": event.op, "value": event.value}
    _put(out.lists["registry"], f"{out.os}.reg.{event.verb}", event, fields)


def _sync(event: SyncObject, out: Details) -> None:
    fields = {"status": event.status, "op": event.op, event.object: event.name}
    _put(out.lists["mutex"], f"{out.os}.{event.object}", event, fields)


def _search(event: Search, out: Details) -> None:
    fields = {"status": event.status, "op": event.op, "target": event.target}
    _put(out.lists["search"], f"{out.os}.search.{event.object}", event, fields)


def _injection(event: Injection, out: Details) -> None:
    fields = {
        "op": event.op,
        "proc_target": event.procid_target,
        "address": event.address,
        "size": event.size_bytes,
    }
    _put(out.lists["misc"], f"{out.os}.inject", event, fields)


def _suspicious(event: Suspicious, out: Details) -> None:
    fields = {"event": event.act, "detail": event.detail, "proc_target": event.procid_target}
    _put(out.lists["misc"], f"{out.os}.suspicious", event, fields)


def _memory(event: Memory, out: Details) -> None:
    fields = {
        "op": event.op,
        "protection": event.protection,
        "address": event.address,
        "size": event.size_bytes,
        "proc_target": event.procid_target,
    }
    _put(out.lists["misc"], f"{out.os}.memory", event, fields)


def _module(event: ModuleLoad, out: Details) -> None:
    _put(out.lists["misc"], f"{out.os}.module", event, {"path": event.path, "status": event.status})


def _service(event: Service, out: Details) -> None:
    fields = {"op": event.op, "service": event.name, "path": event.path, "status": event.status}
    _put(out.lists["misc"], f"{out.os}.service", event, fields)


def _task(event: Task, out: Details) -> None:
    fields = {"op": event.op, "task": event.name, "command": event.command}
    _put(out.lists["misc"], f"{out.os}.task", event, fields)


def _api(event: ApiCall, out: Details) -> None:
    _put(out.lists["misc"], f"{out.os}.api", event, {"api": event.api, "args": event.args or None, "ret": event.ret})


def _flow_start(event: FlowStart, out: Details) -> None:
    fields = {
        "remote_port": _port(event.remote_port),
        "remote_addr": event.remote_addr,
        "local_port": _port(event.local_port),
        "local_addr": event.local_addr,
        "proto": event.proto,
        "flow": event.flow,
    }
    _put(out.flow_labels, "net.flow.start", event, fields)


def _port(port: int | None) -> str | None:
    return None if port is None else str(port)


def _flow_owner(event: FlowOwner, out: Details) -> None:
    _put(out.lists["network"], "net.flow.proc", event, {"flow": event.flow})


def _dns_query(event: DnsQuery, out: Details) -> None:
    _put(out.lists["network"], "net.dns.request", event, {"flow": event.flow, **dns_request(event)})


def _dns_answer(event: DnsAnswer, out: Details) -> None:
    _put(out.lists["network"], "net.dns.response", event, {"flow": event.flow, **dns_response(event)})


def _http_request(event: HttpRequest, out: Details) -> None:
    fields = {"flow": event.flow, "index": event.index, **http_request(event), "body_bytes": event.body_bytes}
    _put(out.lists["network"], "net.http.request", event, fields)


def _http_response(event: HttpResponse, out: Details) -> None:
    fields = {
        "flow": event.flow,
        "index": event.index,
        **http_response(event),
        "url": event.url,
        "body_bytes": event.body_bytes,
    }
    _put(out.lists["network"], "net.http.response", event, fields)


def _tls(event: TlsHandshake, out: Details) -> None:
    fields = {"flow": event.flow, "sni": event.sni, "ja3": event.ja3, "ja3s": event.ja3s}
    _put(out.lists["network"], "net.tls.client", event, fields)


def _foreign(event: ForeignEvent, out: Details) -> None:
    item: Item = {"d": event.d, "n": event.n}
    if event.name is not None:
        item = {"name": event.name, **item}
    if event.bucket == "flowLabels":
        out.flow_labels.append(item)
    else:
        out.lists.setdefault(event.bucket, []).append(item)


def dns_request(event: DnsQuery) -> Fields:
    """A question as `summary.network.requests` and `net.dns.request` tell it."""
    return {"domains": [event.name], "questions": [{"name": event.name, "type": f"IN {event.type}"}]}


def dns_response(event: DnsAnswer) -> Fields:
    """An answer as `summary.network.requests` and `net.dns.response` tell it."""
    values = list(event.values) if event.type in {"A", "AAAA"} else []
    return {
        "domains": [event.name],
        "ip": values or None,
        "answers": [{"name": event.name, "type": f"IN {event.type}", "value": value} for value in event.values],
    }


def http_request(event: HttpRequest) -> Fields:
    """A request as `summary.network.requests` and `net.http.request` tell it."""
    return {"method": event.method, "url": event.url, "headers": event.headers or None}


def http_response(event: HttpResponse) -> Fields:
    """An answer as `summary.network.requests` and `net.http.response` tell it."""
    return {"status": str(event.status), "headers": event.headers or None}


Renderer = Callable[[Any, Details], None]

RENDERERS: dict[type[Event], Renderer] = cast(
    "dict[type[Event], Renderer]",
    {
        ProcessCreate: _process_create,
        ProcessTerminate: _process_terminate,
        FileAccess: _file,
        RegistryAccess: _registry,
        SyncObject: _sync,
        Search: _search,
        Injection: _injection,
        Suspicious: _suspicious,
        Memory: _memory,
        ModuleLoad: _module,
        Service: _service,
        Task: _task,
        ApiCall: _api,
        FlowStart: _flow_start,
        FlowOwner: _flow_owner,
        DnsQuery: _dns_query,
        DnsAnswer: _dns_answer,
        HttpRequest: _http_request,
        HttpResponse: _http_response,
        TlsHandshake: _tls,
        ForeignEvent: _foreign,
    },
)
"""How each kind of event is rendered; a test holds it complete."""
