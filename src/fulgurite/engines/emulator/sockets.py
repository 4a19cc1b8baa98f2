"""A socket of the guest: what is sent is read for the protocols it speaks, what comes back is the fake internet's."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from fulgurite.engines.emulator.objects import GuestObject
from fulgurite.engines.emulator.protocols import (
    MAX_HEAD_BYTES,
    Request,
    client_hello,
    dns_answer,
    dns_question,
    http_request,
    may_be_request,
)
from fulgurite.engines.emulator.web import Url, exchanged, host_and_port, url_of
from fulgurite.model.events import DnsAnswer, DnsQuery, TlsHandshake

if TYPE_CHECKING:
    from fulgurite.engines.emulator.guest import Guest
    from fulgurite.engines.emulator.network import Conversation
    from fulgurite.engines.emulator.processes import GuestProcess

AF_INET = 2
AF_INET6 = 23
SOCK_STREAM = 1
SOCK_DGRAM = 2
SOCK_RAW = 3

WSAEINVAL = 10022
WSAEWOULDBLOCK = 10035
WSAENOTSOCK = 10038
WSAEDESTADDRREQ = 10039
WSAEADDRINUSE = 10048
WSAECONNRESET = 10054
WSAENOTCONN = 10057
WSAETIMEDOUT = 10060
WSAECONNREFUSED = 10061

WAIT_MS = 5_000
"""How long a blocking wait for something that never comes lasts in the guest."""
_ANSWER_MS = 40
_DNS_PORT = 53
_GREETINGS = {
    21: b"220 FTP server ready.\r\n",
    25: b"220 mail ESMTP ready\r\n",
    110: b"+OK POP3 ready\r\n",
    143: b"* OK IMAP4 ready\r\n",
    587: b"220 mail ESMTP ready\r\n",
}
"""What servers of these ports say first."""
_LINE_ANSWERS = {21: b"230 OK\r\n", 25: b"250 OK\r\n", 110: b"+OK\r\n", 587: b"250 OK\r\n"}
_PROTOCOLS = {21: "ftp", 25: "smtp", 110: "pop3", 143: "imap", 587: "smtp", 1900: "ssdp", 123: "ntp"}


class Place(NamedTuple):
    """An address and a port."""

    address: str
    port: int


def sockaddr(place: Place, family: int) -> bytes:
    """`place` as a SOCKADDR_IN or SOCKADDR_IN6."""
    try:
        packed = ipaddress.ip_address(place.address).packed
    except ValueError:
        packed = bytes(4)
    port = place.port.to_bytes(2, "big")
    if family == AF_INET6:
        if len(packed) == 4:  # noqa: PLR2004 - IPv4, mapped into IPv6
            packed = bytes(10) + b"\xff\xff" + packed
        return AF_INET6.to_bytes(2, "little") + port + bytes(4) + packed + bytes(4)
    return AF_INET.to_bytes(2, "little") + port + packed[-4:] + bytes(8)


def place_of(data: bytes) -> Place | None:
    """The place that a SOCKADDR tells; None when it is of another family or too short."""
    family = int.from_bytes(data[:2], "little")
    port = int.from_bytes(data[2:4], "big")
    if family == AF_INET and len(data) >= 8:  # noqa: PLR2004 - up to the address
        return Place(str(ipaddress.IPv4Address(data[4:8])), port)
    if family == AF_INET6 and len(data) >= 24:  # noqa: PLR2004 - up to the address
        address = ipaddress.IPv6Address(data[8:24])
        return Place(str(address.ipv4_mapped or address), port)
    return None


@dataclass(eq=False)
class Socket(GuestObject):
    """One socket of a process."""

    process: GuestProcess
    family: int
    kind: int
    protocol: int
    local: Place | None = None
    remote: Place | None = None
    talk: Conversation | None = None
    is_listening: bool = False
    is_blocking: bool = True
    timeout_ms: int = 0
    """SO_RCVTIMEO; 0 for none."""
    inbound: bytes = b""
    inbound_from: Place | None = None
    """Who sent the datagram that waits."""
    outbound: bytes = b""
    """What was sent and may become a whole HTTP request or ClientHello."""
    is_read_through: bool = False
    """Whether what it sends is no longer looked at."""
    skip_bytes: int = 0
    """How much of a request's body is still to come."""
    would_block: int = 0
    """How often in a row a read of it would have blocked."""
    options: dict[tuple[int, int], bytes] = field(default_factory=dict)
    event: int = 0
    """The event object of WSAEventSelect."""
    pending: Callable[[], None] | None = None
    """Completes an overlapped receive that waits for something to come."""

    @property
    def is_stream(self) -> bool:
        """Whether it is TCP."""
        return self.kind == SOCK_STREAM

    @property
    def proto(self) -> str:
        """`tcp`, `udp` or `icmp`, as flows have it."""
        return "tcp" if self.is_stream else "udp" if self.kind == SOCK_DGRAM else "icmp"

    def bind(self, guest: Guest, place: Place) -> None:
        """Gives it a local place; port 0 takes a free one."""
        self.local = place if place.port else Place(place.address, guest.network.free_port())

    def connect(self, guest: Guest, place: Place) -> int:
        """Connects it to `place`; a Winsock error, or 0."""
        if place.port == 0 and self.is_stream:
            return WSAECONNREFUSED
        if self.is_stream and _is_own(guest, place.address) and ("tcp", place.port) not in guest.network.listening:
            return WSAECONNREFUSED
        self.remote = place
        if self.local is None or self.local.port == 0:
            self.bind(guest, Place(guest.network.local_address_for(place.address), 0))
        if self.is_stream:
            self._open(guest)
            self.inbound = _GREETINGS.get(place.port, b"")
            if self.inbound and self.talk is not None:
                self.talk.received(len(self.inbound))
        return 0

    def _open(self, guest: Guest) -> None:
        if self.remote is None or self.local is None:
            return
        if self.talk is not None and (self.talk.remote_addr, self.talk.remote_port) != self.remote:
            self.talk.close()
            self.talk = None
        if self.talk is None:
            self.talk = guest.network.open(
                self.process,
                self.proto,
                self.remote.address,
                self.remote.port,
                local_port=self.local.port,
                protocol=_PROTOCOLS.get(self.remote.port),
            )

    def send(self, guest: Guest, data: bytes) -> None:
        """Sends `data` to the other side."""
        self._open(guest)
        if self.talk is not None:
            self.talk.sent(len(data))
        self.would_block = 0
        if self.is_stream:
            self._read_stream(guest, data)
        elif self.remote is not None and self.remote.port == _DNS_PORT:
            self._read_question(guest, data)
        is_answered = bool(self.inbound) or (self.is_stream and self.is_read_through)
        if self.pending is not None and is_answered:
            complete, self.pending = self.pending, None
            complete()

    def receive(self, size: int, *, peek: bool = False) -> bytes:
        """Up to `size` bytes of what waits; a datagram is taken whole."""
        part = self.inbound[:size]
        if not peek:
            self.inbound = self.inbound[size:] if self.is_stream else b""
        return part

    def closed(self, guest: Guest, process: GuestProcess) -> None:  # noqa: ARG002 - what every object is told
        self.close(guest)

    def close(self, guest: Guest) -> None:
        """Ends its flow."""
        if self.is_listening and self.local is not None:
            guest.network.listening.discard((self.proto, self.local.port))
        if self.talk is not None:
            self.talk.close()

    # -- what it says ----------------------------------------------------------------------------------------------
    def _answered(self, data: bytes) -> None:
        self.inbound += data
        if self.talk is not None:
            self.talk.received(len(data))

    def _read_stream(self, guest: Guest, data: bytes) -> None:
        canned = _LINE_ANSWERS.get(self.remote.port) if self.remote is not None else None
        if canned is not None and data.endswith(b"\n"):
            self._answered(canned)
        skipped = min(self.skip_bytes, len(data))
        self.skip_bytes -= skipped
        self.outbound += data[skipped:]
        while self.outbound and not self.is_read_through:
            if not self._read_one(guest):
                break

    def _read_one(self, guest: Guest) -> bool:
        """Reads one request or ClientHello off `outbound`; False when there is none (yet)."""
        request = http_request(self.outbound)
        if request is not None:
            self.skip_bytes = max(request.head_bytes + request.body_bytes - len(self.outbound), 0)
            self.outbound = self.outbound[request.head_bytes + request.body_bytes :]
            self._ask(guest, request)
            return True
        hello = client_hello(self.outbound)
        if hello is not None and self.talk is not None:
            self.talk.speaks("tls")
            self.talk.sni, self.talk.ja3 = hello.sni, hello.ja3
            guest.record(self.process, TlsHandshake, sni=hello.sni, ja3=hello.ja3, flow=self.talk.number)
        may_grow = may_be_request(self.outbound) or self.outbound[:2] == b"\x16\x03"
        if hello is not None or not may_grow or len(self.outbound) > MAX_HEAD_BYTES:
            self.is_read_through = True
            self.outbound = b""
        return False

    def _ask(self, guest: Guest, request: Request) -> None:
        url = self._url(request)
        if url is not None:
            answer = exchanged(
                guest, self.process, self.talk, request.method, url, request.headers, request.body_bytes, 0
            )
            self._answered(answer.raw)

    def _url(self, request: Request) -> Url | None:
        absolute = url_of(request.target)
        if absolute is not None or self.remote is None:
            return absolute
        name = self.talk.domain if self.talk is not None else None
        told = request.header("Host") or name or self.remote.address
        host, _ = host_and_port(told, self.remote.port)
        path = request.target if request.target.startswith("/") else f"/{request.target}"
        return Url("http", host or self.remote.address, self.remote.port, path)

    def _read_question(self, guest: Guest, data: bytes) -> None:
        question = dns_question(data)
        if question is None or self.talk is None:
            return
        self.talk.speaks("dns")
        values = guest.network.answers(question.name, question.kind)
        addresses = values if question.kind in {"A", "AAAA"} else ()
        guest.record(self.process, DnsQuery, name=question.name, type=question.kind, flow=self.talk.number)
        guest.clock.sleep(_ANSWER_MS)
        guest.record(
            self.process, DnsAnswer, name=question.name, type=question.kind, values=values, flow=self.talk.number
        )
        self.inbound_from = self.remote
        self.inbound = b""
        self._answered(dns_answer(data, question, [ipaddress.ip_address(a).packed for a in addresses]))


def _is_own(guest: Guest, address: str) -> bool:
    return address.startswith(("127.", "0.")) or address in {"::1", "::", guest.system.address}
