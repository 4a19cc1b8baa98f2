"""Flows and requests of one task."""

from collections.abc import Iterator
from typing import Any

from fulgurite.importers import lenient
from fulgurite.importers.counting import Count
from fulgurite.importers.triage.shapes import Network, TriageFlow, TriageRequest
from fulgurite.importers.values import number, port, text, texts
from fulgurite.model.events import (
    DnsAnswer,
    DnsQuery,
    Event,
    FlowOwner,
    FlowStart,
    HttpRequest,
    HttpResponse,
    TlsHandshake,
)
from fulgurite.model.flow import Flow


def read(network: Network, count: Count) -> tuple[tuple[Flow, ...], list[Event]]:
    """The flows under the numbers that the source gives them, and their events."""
    flows: dict[int, Flow] = {}
    events: list[Event] = []
    highest = 0
    for entry in lenient.many(network.flows, TriageFlow, "flows", count):
        dst = text(entry.dst)
        if dst is None:
            count.unreadable("flows")
            continue
        count.carry()
        flow = _flow(entry, dst, flows, highest + 1)
        highest = max(highest, flow.flow)
        flows[flow.flow] = flow
        events.extend(_told(flow))
    for request in lenient.many(network.requests, TriageRequest, "requests", count):
        count.carry()
        events.extend(_requested(request, flows))
    count.leave("network ips", lenient.size(network.ips))
    return tuple(flows.values()), events


def _flow(entry: TriageFlow, dst: str, known: dict[int, Flow], free: int) -> Flow:
    given = number(entry.id)
    is_free = given is not None and given >= 0 and given not in known
    return Flow(
        flow=given if given is not None and is_free else free,
        proto=(text(entry.proto) or "ip").lower(),
        src=text(entry.src) or "",
        dst=dst,
        procid=number(entry.procid),
        first_seen_ms=number(entry.first_seen),
        last_seen_ms=number(entry.last_seen),
        rx_bytes=number(entry.rx_bytes),
        rx_packets=number(entry.rx_packets),
        tx_bytes=number(entry.tx_bytes),
        tx_packets=number(entry.tx_packets),
        protocols=texts(entry.protocols),
        domain=text(entry.domain),
        tls_sni=text(entry.tls_sni),
        tls_ja3=text(entry.tls_ja3),
        tls_ja3s=text(entry.tls_ja3s),
    )


def _told(flow: Flow) -> Iterator[Event]:
    """The events that a flow's facts stand for."""
    local, local_port = ends(flow.src)
    remote, remote_port = ends(flow.dst)
    yield FlowStart(
        flow=flow.flow,
        proto=flow.proto,
        local_addr=local or None,
        local_port=local_port,
        remote_addr=remote,
        remote_port=remote_port,
        at_ms=flow.first_seen_ms,
    )
    if flow.procid is not None:
        yield FlowOwner(flow=flow.flow, procid=flow.procid, at_ms=flow.first_seen_ms)
    if flow.tls_sni is not None or flow.tls_ja3 is not None or flow.tls_ja3s is not None:
        yield TlsHandshake(flow=flow.flow, procid=flow.procid, sni=flow.tls_sni, ja3=flow.tls_ja3, ja3s=flow.tls_ja3s)


def ends(place: str) -> tuple[str, int | None]:
    """`address:port` apart; IPv6 addresses stand in brackets or bare."""
    host, colon, tail = place.rpartition(":")
    number_of = port(tail)
    if colon == "" or number_of is None or (":" in host and not host.startswith("[")):
        return place, None
    return host.removeprefix("[").removesuffix("]"), number_of


def _requested(request: TriageRequest, flows: dict[int, Flow]) -> Iterator[Event]:
    number_of = number(request.flow)
    flow = None if number_of is None else flows.get(number_of)
    known: dict[str, Any] = {
        "flow": number_of,
        "at_ms": number(request.at),
        "procid": None if flow is None else flow.procid,
    }
    yield from _asked(request.dns_request, known)
    yield from _answered(request.dns_response, known)
    index = number(request.index)
    if isinstance(request.http_request, dict):
        told = request.http_request
        url = text(told.get("url"))
        if url is not None:
            method, headers = text(told.get("method")) or "GET", texts(told.get("headers"))
            yield HttpRequest(method=method, url=url, headers=headers, index=index, **known)
    if isinstance(request.http_response, dict):
        told = request.http_response
        status = number(told.get("status"))
        if status is not None:
            yield HttpResponse(status=status, headers=texts(told.get("headers")), index=index, **known)


def _asked(told: Any, known: dict[str, Any]) -> Iterator[Event]:
    if not isinstance(told, dict):
        return
    names: dict[str, str] = dict.fromkeys(texts(told.get("domains")), "A")
    questions = told.get("questions")
    for question in questions if isinstance(questions, list) else ():
        name = text(question.get("name")) if isinstance(question, dict) else None
        if name is not None:
            names[name] = _kind(question.get("type"))
    yield from (DnsQuery(name=name, type=kind, **known) for name, kind in names.items())


def _answered(told: Any, known: dict[str, Any]) -> Iterator[Event]:
    if not isinstance(told, dict):
        return
    answers = told.get("answers")
    grouped: dict[tuple[str, str], list[str]] = {}
    for answer in answers if isinstance(answers, list) else ():
        if isinstance(answer, dict) and text(answer.get("name")) is not None:
            value = text(answer.get("value"))
            key = (text(answer.get("name")) or "", _kind(answer.get("type")))
            grouped.setdefault(key, []).extend([] if value is None else [value])
    if not grouped:
        grouped = {(name, "A"): list(texts(told.get("ip"))) for name in texts(told.get("domains"))[:1]}
    for (name, kind), values in grouped.items():
        yield DnsAnswer(name=name, type=kind, values=tuple(values), **known)


def _kind(value: Any) -> str:
    """`A` out of `IN A`."""
    return (text(value) or "A").removeprefix("IN ")
