"""`summary` of the v4 body: processes, signatures, dumps and network in the shape of the field's report types.

What is not known is left out, as the source of this shape does: no `terminated` is a process that still ran, no
`score` an informational signature.
"""

from collections.abc import Iterable
from typing import Any

from fulgurite.exports.v4.events import dns_request, dns_response, http_request, http_response
from fulgurite.exports.v4.extracted import extracted
from fulgurite.model.artifact import Artifact
from fulgurite.model.events import DnsAnswer, DnsQuery, Event, HttpRequest, HttpResponse
from fulgurite.model.flow import Flow
from fulgurite.model.process import Process
from fulgurite.model.report import Report
from fulgurite.model.signature import Indicator, Signature

Fields = dict[str, Any]


def summary(report: Report) -> Fields:
    """`summary` of the v4 body of `report`; `ttp` only where the report has such a list."""
    shown: Fields = {
        "dumped": [_dump(artifact) for artifact in report.artifacts],
        "network": _network(report),
        "signatures": [_signature(one) for one in report.signatures if one.is_ours == report.source.is_ours],
        "processes": [_process(one) for one in report.processes if one.injected or not one.existing],
    }
    taken_out = extracted(report)
    if taken_out is not None:
        shown["extracted"] = taken_out
    if report.ttps is not None:
        shown["ttp"] = report.ttps
    elif report.source.is_ours:
        shown["ttp"] = []
    return shown


def added(report: Report) -> Fields | None:
    """What our rules found in the report of another sandbox, whose own findings stay as they came; None for nothing."""
    found = [signature for signature in report.signatures if signature.is_ours]
    if report.source.is_ours or not found:
        return None
    ttps = sorted({ttp for signature in found for ttp in signature.ttps})
    return {"signatures": [_signature(signature) for signature in found], "ttp": ttps}


def statement(report: Report) -> Fields | None:
    """What our rules come to, and which they were; None where the report was not matched."""
    told = report.matched
    if told is None:
        return None
    return {
        "version": told.version,
        "digest": told.digest,
        "count": told.count,
        "infection_score": told.score,
        "reasons": told.reasons,
    }


def _known(fields: Fields) -> Fields:
    return {key: value for key, value in fields.items() if value is not None and value != ()}


def _process(process: Process) -> Fields:
    return _known(
        {
            "started": process.started_ms,
            "terminated": process.terminated_ms,
            "orig": process.orig,
            "image": process.image,
            "cmd": process.cmd,
            "ppid": process.ppid,
            "pid": process.pid,
            "procid_parent": process.procid_parent,
            "procid": process.procid,
            "injected": process.injected or None,
        }
    )


def _signature(signature: Signature) -> Fields:
    shown = _known(
        {
            "label": signature.label,
            "name": signature.name,
            "score": signature.score,
            "ttp": signature.ttps,
            "tags": signature.tags,
            "yara_rule": signature.yara_rule,
            "desc": signature.description,
            "url": signature.url,
            "confidence": signature.confidence,
            "family": signature.family,
            "benign": signature.benign,
            "event_count": signature.event_count,
        }
    )
    shown["indicators"] = [_indicator(indicator) for indicator in signature.indicators]
    return shown


def _indicator(indicator: Indicator) -> Fields:
    return _known(
        {
            "ioc": indicator.ioc,
            "description": indicator.description,
            "at": indicator.at_ms,
            "pid": indicator.pid,
            "procid": indicator.procid,
            "pid_target": indicator.pid_target,
            "procid_target": indicator.procid_target,
            "flow": indicator.flow,
            "dump_file": indicator.dump_file,
            "resource": indicator.resource,
            "yara_rule": indicator.yara_rule,
            "event": indicator.event,
        }
    )


def _dump(artifact: Artifact) -> Fields:
    """One dump. Memory has an address and a `length`, a file a `size`."""
    is_memory = artifact.address is not None
    return _known(
        {
            "at": artifact.at_ms,
            "pid": artifact.pid,
            "procid": artifact.procid,
            "path": artifact.path,
            "name": artifact.name,
            "kind": artifact.kind,
            "origin": artifact.origin,
            "addr": artifact.address,
            "length": artifact.size_bytes if is_memory else None,
            "size": None if is_memory else artifact.size_bytes,
            "md5": artifact.md5,
            "sha1": artifact.sha1,
            "sha256": artifact.sha256,
        }
    )


def _network(report: Report) -> Fields:
    pids = {process.procid: process.pid for process in report.processes}
    flows = [_flow(flow, None if flow.procid is None else pids.get(flow.procid)) for flow in report.flows]
    requests = list(_requests(report.events))
    shown: Fields = {}
    if flows:
        shown["flows"] = flows
    if requests:
        shown["requests"] = requests
    return shown


def _flow(flow: Flow, pid: int | None) -> Fields:
    return _known(
        {
            "id": flow.flow,
            "src": flow.src,
            "dst": flow.dst,
            "proto": flow.proto,
            "pid": pid,
            "procid": flow.procid,
            "first_seen": flow.first_seen_ms,
            "last_seen": flow.last_seen_ms,
            "rx_bytes": flow.rx_bytes,
            "rx_packets": flow.rx_packets,
            "tx_bytes": flow.tx_bytes,
            "tx_packets": flow.tx_packets,
            "protocols": flow.protocols,
            "domain": flow.domain,
            "tls_ja3": flow.tls_ja3,
            "tls_ja3s": flow.tls_ja3s,
            "tls_sni": flow.tls_sni,
        }
    )


def _requests(events: Iterable[Event]) -> Iterable[Fields]:
    for event in events:
        match event:
            case DnsQuery():
                yield _request(event, None, "dns_request", dns_request(event))
            case DnsAnswer():
                yield _request(event, None, "dns_response", dns_response(event))
            case HttpRequest():
                yield _request(event, event.index, "http_request", http_request(event))
            case HttpResponse():
                yield _request(event, event.index, "http_response", http_response(event))
            case _:
                pass


def _request(
    event: DnsQuery | DnsAnswer | HttpRequest | HttpResponse, index: int | None, name: str, fields: Fields
) -> Fields:
    shown = {"flow": event.flow, "index": index, "at": event.at_ms, name: _known(fields)}
    return _known(shown)
