"""The network's own record: packets, names, web requests, what suricata saw of them."""

from collections.abc import Iterator
from typing import Any

from fulgurite.importers import lenient, paths
from fulgurite.importers.clocks import span_ms
from fulgurite.importers.cuckoo.shapes import Alert, Answer, Packet, Question, SecureSession, WebRequest
from fulgurite.importers.draft import Draft
from fulgurite.importers.flows import ANY_PROTO, Ends, Flows
from fulgurite.importers.values import count, fraction, number, port, text
from fulgurite.model.events import (
    DnsAnswer,
    DnsQuery,
    HttpRequest,
    HttpResponse,
    Suspicious,
    TlsHandshake,
)

_EPOCH_FROM = 1e8
"""Times above are seconds since 1970, below seconds since the capture began."""
_HTTPS = 443
_DNS = 53
_NO_STATEMENT = frozenset({"pcap_sha256", "sorted_pcap_sha256"})
_PORTS = {"http": {None, 80}, "https": {None, 443}}


class Traffic:
    """Reads `network` and `suricata` of one report."""

    def __init__(self, draft: Draft, flows: Flows) -> None:
        self.draft = draft
        self.flows = flows
        self._askers = _askers(draft)
        self._addresses: dict[str, list[str]] = {}
        """What names resolved to."""
        self._named: set[str] = set()
        self._urls: set[tuple[str, str]] = set()
        self._hello: set[int] = set()
        self._asked_at: float | None = None
        """When the first packet to a name server was seen, in seconds of the capture."""
        self._zero: float | None = None
        """The capture's beginning in seconds since 1970, where names and requests have such times."""

    def read(self, network: lenient.Members, suricata: lenient.Members) -> None:
        """Takes up all lists of both."""
        self._read_packets(network)
        questions = self._many(network, "dns", Question)
        answered = [(question, self._answers(question)) for question in questions]
        self._zero = self._beginning(questions)
        self._read_dead(network)
        self.flows.own(self.draft)
        self._read_hosts(network)
        self.flows.tell(self.draft)
        for question, answers in answered:
            self._read_question(question, answers)
        self._read_domains(network)
        for request in self._many(network, "http", WebRequest):
            self._read_request(request)
        for name in ("http_ex", "https_ex"):
            for request in self._many(network, name, WebRequest):
                self._read_exchange(request, name.removesuffix("_ex"))
        self._read_suricata(suricata)
        self._leave(network, _READ, "network")

    def _many(self, holder: lenient.Members, name: str, kind: type[Any]) -> list[Any]:
        found = lenient.many(holder.get(name), kind, name, self.draft.count)
        self.draft.count.carry(len(found))
        return found

    def _leave(self, holder: lenient.Members, known: frozenset[str], where: str) -> None:
        for name, raw in holder.items():
            if name not in known and name not in _NO_STATEMENT and not name.endswith("_log_full_path"):
                self.draft.count.leave(f"{where} {name[:40]}", lenient.size(raw))

    def _read_packets(self, network: lenient.Members) -> None:
        listed = [(proto, packet) for proto in ("tcp", "udp", "icmp") for packet in self._many(network, proto, Packet)]
        times = (fraction(packet.time) for _, packet in listed)
        zero = min((at for at in times if at is not None), default=0.0)
        zero = zero if zero >= _EPOCH_FROM else 0
        for proto, packet in listed:
            dst = text(packet.dst)
            if dst is None:
                self.draft.count.unreadable(proto)
                continue
            since = fraction(packet.time)
            at = None if since is None else since - zero
            ends = Ends(text(packet.src), port(packet.sport), dst, port(packet.dport))
            number_of = self.flows.add(proto, ends, span_ms(at))
            if _DNS in {ends.dport, ends.sport}:
                self.flows.sees(number_of, "dns")
            if ends.dport == _DNS and at is not None:
                self._asked_at = at if self._asked_at is None else min(at, self._asked_at)

    def _beginning(self, questions: list[Question]) -> float | None:
        """The first question was asked when the first packet to a name server was sent."""
        times = [found for one in questions if (found := fraction(one.first_seen)) is not None and found > _EPOCH_FROM]
        return None if not times or self._asked_at is None else min(times) - self._asked_at

    def _at(self, first_seen: Any) -> int | None:
        seconds = fraction(first_seen)
        return None if seconds is None or self._zero is None else span_ms(seconds - self._zero)

    def _read_dead(self, network: lenient.Members) -> None:
        """Hosts that did not answer: tried all the same."""
        for pair in self._many(network, "dead_hosts", Any):
            host = text(pair[0]) if isinstance(pair, list) and pair else text(pair)
            number_of = port(pair[1]) if isinstance(pair, list) and len(pair) > 1 else None
            if host is not None and self.flows.to("tcp", host, number_of) is None:
                self.flows.add("tcp", Ends(None, None, host, number_of))

    def _read_hosts(self, network: lenient.Members) -> None:
        """Hosts that packets went to: a flow of any protocol where the lists of packets lack them."""
        for host in self._many(network, "hosts", Any):
            address = text(host.get("ip")) if isinstance(host, dict) else text(host)
            if address is not None and not self.flows.knows(address):
                self.flows.add(ANY_PROTO, Ends(None, None, address, None))
        names = {value: name for name, values in self._addresses.items() for value in values}
        for flow in list(self.flows.flows):
            name = names.get(self.flows.host_of(flow.flow))
            if name is not None:
                self.flows.update(flow.flow, domain=name)

    def _answers(self, question: Question) -> list[tuple[str, str]]:
        """The answers to `question` as (type, value); remembers which addresses its name led to."""
        name = text(question.request)
        found = []
        for answer in lenient.many(question.answers, Answer, "dns answers", self.draft.count):
            value = text(answer.data)
            kind = text(answer.type) or "A"
            if value is not None:
                found.append((kind, value))
                if name is not None and kind in {"A", "AAAA"}:
                    self._addresses.setdefault(name, []).append(value)
        return found

    def _read_question(self, question: Question, answers: list[tuple[str, str]]) -> None:
        name = text(question.request)
        if name is None:
            return
        self._named.add(name)
        kind = text(question.type) or "A"
        at_ms = self._at(question.first_seen)
        self.draft.add_network(DnsQuery(name=name, type=kind, procid=self._askers.get(name.lower()), at_ms=at_ms))
        if not answers:
            return
        for answered in dict.fromkeys(kind for kind, _ in answers):
            values = tuple(value for kind, value in answers if kind == answered)
            self.draft.add_network(DnsAnswer(name=name, type=answered, values=values, at_ms=at_ms))

    def _read_domains(self, network: lenient.Members) -> None:
        for entry in self._many(network, "domains", Any):
            name = text(entry.get("domain")) if isinstance(entry, dict) else text(entry)
            if name is None or name in self._named:
                continue
            self._named.add(name)
            self.draft.add_network(DnsQuery(name=name, procid=self._askers.get(name.lower())))
            address = text(entry.get("ip")) if isinstance(entry, dict) else None
            if address is not None:
                self.draft.add_network(DnsAnswer(name=name, values=(address,)))

    def _read_request(self, request: WebRequest) -> None:
        url = text(request.uri)
        if url is None:
            self.draft.count.unreadable("http")
            return
        host, place = text(request.host) or "", port(request.port)
        if "://" not in url:
            url = _url("https" if place == _HTTPS else "http", host, place, url)
        method = text(request.method) or "GET"
        self._urls.add((method, url))
        flow = self._flow_to(host.partition(":")[0], place)
        self.flows.sees(flow, "http")
        raw = text(request.data) or ""
        body = text(request.body)
        self.draft.add_network(
            HttpRequest(
                method=method,
                url=url,
                headers=_headers(raw),
                body_bytes=None if body is None else len(body.encode("utf-8", "replace")),
                flow=flow,
                procid=self._owner(flow),
                count=count(request.count),
                at_ms=self._at(request.first_seen),
            )
        )

    def _owner(self, flow: int | None) -> int | None:
        return None if flow is None else self.flows.flows[flow - 1].procid

    def _flow_to(self, host: str, place: int | None) -> int | None:
        for address in (host, *self._addresses.get(host, ())):
            found = self.flows.to("tcp", address, place)
            if found is not None:
                return found
        return None

    def _read_exchange(self, request: WebRequest, scheme: str) -> None:
        """A request with its answer, as Cuckoo 2's http_ex and https_ex tell them."""
        path, host = text(request.uri), text(request.host) or text(request.dst) or ""
        if path is None:
            self.draft.count.unreadable("http_ex")
            return
        place = port(request.dport)
        url = path if "://" in path else _url(text(request.protocol) or scheme, host, place, path)
        method = text(request.method) or "GET"
        dst = text(request.dst)
        ends = None if dst is None else Ends(text(request.src), port(request.sport), dst, place)
        flow = self._flow_to(host, place) if ends is None else self.flows.of("tcp", ends)
        self.flows.sees(flow, scheme)
        if (method, url) not in self._urls:
            self._urls.add((method, url))
            headers = _headers(text(request.request) or "")
            owner = self._owner(flow)
            self.draft.add_network(HttpRequest(method=method, url=url, headers=headers, flow=flow, procid=owner))
        status = number(request.status)
        if status is not None:
            headers = _headers(text(request.response) or "")
            self.draft.add_network(HttpResponse(status=status, url=url, headers=headers, flow=flow))

    def _read_suricata(self, suricata: lenient.Members) -> None:
        for session in self._many(suricata, "tls", SecureSession):
            self._read_session(session)
        for request in self._many(suricata, "http", WebRequest):
            self._read_seen(request)
        for alert in self._many(suricata, "alerts", Alert):
            detail = text(alert.signature) or text(alert.category)
            ends = f"{text(alert.srcip)}:{text(alert.srcport)} -> {text(alert.dstip)}:{text(alert.dstport)}"
            self.draft.add_network(Suspicious(act="NetworkAlert", detail=f"{detail} ({ends})"))
        for entry in lenient.many(suricata.get("dns"), Any, "suricata dns", self.draft.count):
            self._read_asked(entry)
        self._leave(suricata, _SURICATA, "suricata")

    def _read_session(self, session: SecureSession) -> None:
        dst = text(session.dstip)
        flow = None
        if dst is not None:
            ends = Ends(text(session.srcip), port(session.srcport), dst, port(session.dstport))
            flow = self.flows.of("tcp", ends) or self.flows.to("tcp", dst, ends.dport)
        sni, ja3, ja3s = text(session.sni), _hash(session.ja3), _hash(session.ja3s)
        self.draft.add_network(TlsHandshake(sni=sni, ja3=ja3, ja3s=ja3s, flow=flow, procid=self._owner(flow)))
        if flow is not None and flow not in self._hello:
            self._hello.add(flow)
            self.flows.sees(flow, "tls")
            self.flows.update(flow, tls_sni=sni, tls_ja3=ja3, tls_ja3s=ja3s)

    def _read_seen(self, request: WebRequest) -> None:
        """A request that suricata saw: an event where the pcap's list has it not."""
        path, host = _said(request.uri), _said(request.hostname)
        if path is None or host is None:
            return
        url = _url("http", host, port(request.dstport), path)
        method = _said(request.http_method) or "GET"
        if (method, url) in self._urls:
            return
        self._urls.add((method, url))
        dst = text(request.dstip)
        ends = None if dst is None else Ends(text(request.srcip), port(request.srcport), dst, port(request.dstport))
        flow = None if ends is None else self.flows.of("tcp", ends)
        owner = self._owner(flow)
        self.draft.add_network(HttpRequest(method=method, url=url, flow=flow, procid=owner))
        status = number(request.status)
        if status is not None:
            self.draft.add_network(HttpResponse(status=status, url=url, flow=flow))

    def _read_asked(self, entry: Any) -> None:
        """One of suricata's dns lines: the names that the pcap's list has not."""
        told = entry.get("dns") if isinstance(entry, dict) else None
        name = text(told.get("rrname")) if isinstance(told, dict) else None
        if name is None or not isinstance(told, dict):
            self.draft.count.leave("suricata dns")
            return
        self.draft.count.carry()
        if name not in self._named:
            self._named.add(name)
            kind = text(told.get("rrtype")) or "A"
            self.draft.add_network(DnsQuery(name=name, type=kind, procid=self._askers.get(name.lower())))


_READ = frozenset({"tcp", "udp", "icmp", "dns", "dead_hosts", "hosts", "domains", "http", "http_ex", "https_ex"})
_SURICATA = frozenset({"tls", "http", "alerts", "dns"})


def _askers(draft: Draft) -> dict[str, int]:
    """Which process asked for a name first."""
    found: dict[str, int] = {}
    for event in draft.deeds():
        if isinstance(event, DnsQuery) and event.procid is not None:
            found.setdefault(event.name.lower(), event.procid)
    return found


def _said(value: Any) -> str | None:
    """`value` as text; suricata's `None` for nothing."""
    found = text(value)
    return None if found in {"None", "/libhtp::request_uri_not_seen"} else found


def _hash(value: Any) -> str | None:
    return text(value.get("hash")) if isinstance(value, dict) else text(value)


def _url(scheme: str, host: str, place: int | None, path: str) -> str:
    shown = host if ":" in host or place in _PORTS.get(scheme, {None}) else paths.address(host, place)
    return f"{scheme}://{shown}{path if path.startswith('/') else '/' + path}"


def _headers(raw: str) -> tuple[str, ...]:
    """The header lines of a request or response: what follows its first line, until the empty one."""
    return tuple(_lines(raw))


def _lines(raw: str) -> Iterator[str]:
    for line in raw.split("\n")[1:200]:
        told = line.rstrip("\r")
        if told == "":
            return
        yield told
