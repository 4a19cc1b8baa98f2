"""The network part of post.json; times are those of the capture, from its first packet on."""

from typing import Any

from fulgurite.importers import lenient
from fulgurite.importers.clocks import span_ms
from fulgurite.importers.cuckoo3.shapes import Dns, Network, Traced
from fulgurite.importers.draft import Draft
from fulgurite.importers.flows import ANY_PROTO, Ends, Flows
from fulgurite.importers.values import fraction, number, port, text
from fulgurite.model.events import DnsAnswer, DnsQuery, HttpRequest, HttpResponse, TlsHandshake

_DNS = 53


class Traffic:
    """Reads `network` of one report."""

    def __init__(self, network: Network, draft: Draft, flows: Flows) -> None:
        self.draft = draft
        self.flows = flows
        many = lenient.many
        dns = lenient.one(network.dns, Dns, "dns", draft.count) or Dns()
        self._listed = {
            "tcp": many(network.tcp, Traced, "tcp", draft.count),
            "udp": many(network.udp, Traced, "udp", draft.count),
            "query": many(dns.query, Traced, "dns query", draft.count),
            "response": many(dns.response, Traced, "dns response", draft.count),
            "http": many(network.http, Traced, "http", draft.count),
            "tls": many(network.tls, Traced, "tls", draft.count),
        }
        self._domains = many(network.domain, Any, "domain", draft.count)
        self._hosts = many(network.host, Any, "host", draft.count)
        times = (fraction(one.ts) for listed in self._listed.values() for one in listed)
        self._zero = min((at for at in times if at is not None), default=0.0)

    def read(self) -> None:
        """Takes up all lists."""
        for proto in ("tcp", "udp"):
            for one in self._listed[proto]:
                self._connection(one, proto)
        self._read_hosts()
        self.flows.tell(self.draft)
        for one in self._listed["query"]:
            self._question(one)
        self._read_domains()
        self._answers()
        for one in self._listed["http"]:
            self._request(one)
        for one in self._listed["tls"]:
            self.draft.add_network(
                TlsHandshake(sni=text(one.sni), ja3=text(one.ja3), ja3s=text(one.ja3s), flow=self._flow(one, "tcp"))
            )
        self.draft.count.carry(sum(map(len, self._listed.values())) + len(self._domains) + len(self._hosts))

    def _read_hosts(self) -> None:
        for host in self._hosts:
            address = text(host)
            if address is not None and not self.flows.knows(address):
                self.flows.add(ANY_PROTO, Ends(None, None, address, None))

    def _read_domains(self) -> None:
        named = {text(one.name) for one in self._listed["query"]}
        for name in self._domains:
            told = text(name)
            if told is not None and told not in named:
                self.draft.add_network(DnsQuery(name=told))

    def _at(self, one: Traced) -> int | None:
        at = fraction(one.ts)
        return None if at is None else span_ms(at - self._zero)

    def _connection(self, one: Traced, proto: str) -> None:
        ends = _ends(one)
        if ends is None:
            self.draft.count.unreadable(proto)
            return
        at_ms = self._at(one)
        known = self.flows.of(proto, ends)
        is_back = known is not None and self.flows.host_of(known) != ends.dst
        if known is None:
            known = self.flows.add(proto, ends, at_ms)
        flow = self.flows.flows[known - 1]
        received = number(one.size if is_back else one.rx_size)
        sent = number(one.tx_size) if is_back else number(one.tx_size if one.tx_size is not None else one.size)
        self.flows.update(
            known,
            last_seen_ms=at_ms,
            rx_bytes=_sum(flow.rx_bytes, received),
            tx_bytes=_sum(flow.tx_bytes, sent),
        )
        if _DNS in {ends.sport, ends.dport}:
            self.flows.sees(known, "dns")

    def _flow(self, one: Traced, proto: str) -> int | None:
        ends = _ends(one)
        return None if ends is None else self.flows.of(proto, ends)

    def _question(self, one: Traced) -> None:
        name = text(one.name)
        if name is not None:
            kind, flow = text(one.type) or "A", self._flow(one, "udp")
            self.draft.add_network(DnsQuery(name=name, type=kind, flow=flow, at_ms=self._at(one)))

    def _answers(self) -> None:
        """Answers: each value stands alone in the source; their question is that of the same flow."""
        asked = {self._flow(one, "udp"): text(one.name) for one in self._listed["query"]}
        grouped: dict[tuple[str, str, int | None, int | None], list[str]] = {}
        for one in self._listed["response"]:
            flow = self._flow(one, "udp")
            value = text(one.data)
            name = text(one.name) or (asked.get(flow) if flow is not None else None) or ""
            if value is not None:
                grouped.setdefault((name, text(one.type) or "A", flow, self._at(one)), []).append(value)
        for (name, kind, flow, at_ms), values in grouped.items():
            self.draft.add_network(DnsAnswer(name=name, type=kind, values=tuple(values), flow=flow, at_ms=at_ms))

    def _request(self, one: Traced) -> None:
        flow, at_ms = self._flow(one, "tcp"), self._at(one)
        told = one.request if isinstance(one.request, dict) else {}
        url = text(told.get("url"))
        if url is not None:
            self.flows.sees(flow, "http")
            method, size = text(told.get("method")) or "GET", number(told.get("length"))
            headers = _headers(told.get("headers"))
            self.draft.add_network(
                HttpRequest(method=method, url=url, headers=headers, body_bytes=size, flow=flow, at_ms=at_ms)
            )
        answer = one.response if isinstance(one.response, dict) else {}
        status = number(answer.get("status"))
        if status is not None:
            headers, size = _headers(answer.get("headers")), number(answer.get("length"))
            self.draft.add_network(
                HttpResponse(status=status, url=url, headers=headers, body_bytes=size, flow=flow, at_ms=at_ms)
            )


def _ends(one: Traced) -> Ends | None:
    dst = text(one.dstip)
    return None if dst is None else Ends(text(one.srcip), port(one.srcport), dst, port(one.dstport))


def _sum(known: int | None, more: int | None) -> int | None:
    return known if more is None else more + (known or 0)


def _headers(value: Any) -> tuple[str, ...]:
    listed = value if isinstance(value, list) else []
    return tuple(f"{text(one.get('key'))}: {text(one.get('value')) or ''}" for one in listed if isinstance(one, dict))
