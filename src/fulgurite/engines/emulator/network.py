"""The guest's network: names and their addresses, and the flows between the guest and a fake internet.

Nothing here touches the host's network. Every well-formed name has an address of its own out of the ranges kept for
documentation (RFC 5737, RFC 3849), so that flows map back to names; every other side accepts connections.
"""

from __future__ import annotations

import ipaddress
import re
import zlib
from typing import TYPE_CHECKING

from fulgurite.model.events import ApiCall, DnsAnswer, DnsQuery, FlowOwner, FlowStart
from fulgurite.model.flow import Flow

if TYPE_CHECKING:
    from fulgurite.engines.emulator.guest import Guest
    from fulgurite.engines.emulator.processes import GuestProcess

MAX_NAMES = 4_096
"""How many names get an address of their own; later ones share."""
MAX_FLOWS = 20_000
"""How many flows of one run are recorded."""
FIRST_EPHEMERAL_PORT = 49_152
LAST_PORT = 65_535
DNS_PORT = 53
DNS_MS = 12
"""What a lookup takes in the guest, in milliseconds."""
CONNECT_MS = 35
"""What a TCP handshake takes in the guest, in milliseconds."""

_POOLS = tuple(
    str(address) for net in ("198.51.100.0/24", "203.0.113.0/24") for address in ipaddress.ip_network(net).hosts()
)
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\Z")
_MAX_NAME = 253
_NO_SUCH_ZONES = ("invalid", "onion")
"""Top-level names that no public resolver knows (RFC 6761, RFC 7686)."""


def is_address(text: str) -> bool:
    """Whether `text` is a numeric IPv4 or IPv6 address."""
    try:
        ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    return True


def endpoint(address: str, port: int) -> str:
    """`address:port`, with brackets around an IPv6 address."""
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


class Conversation:
    """One flow of the guest, while it is open."""

    def __init__(self, network: Network, process: GuestProcess, flow: Flow, remote: tuple[str, int]) -> None:
        self._network = network
        self._facts = flow
        self.process = process
        self.remote_addr, self.remote_port = remote
        self.rx_bytes = self.rx_packets = self.tx_bytes = self.tx_packets = 0
        self.protocols: list[str] = []
        self.sni: str | None = None
        self.ja3: str | None = None
        self.requests = 0
        """How many HTTP requests were sent on it."""
        self.is_open = True

    @property
    def number(self) -> int:
        """The flow's number in the report."""
        return self._facts.flow

    @property
    def domain(self) -> str | None:
        """The name that led to the address."""
        return self._facts.domain

    def sent(self, size_bytes: int) -> None:
        """Counts what the guest sent."""
        self.tx_bytes += size_bytes
        self.tx_packets += max(1, -(-size_bytes // 1460))

    def received(self, size_bytes: int) -> None:
        """Counts what the guest received."""
        self.rx_bytes += size_bytes
        self.rx_packets += max(1, -(-size_bytes // 1460))

    def speaks(self, protocol: str) -> None:
        """Notes a protocol seen on it."""
        if protocol not in self.protocols:
            self.protocols.append(protocol)

    def close(self) -> None:
        """Ends the flow, once, and records its sum."""
        if self.is_open:
            self.is_open = False
            self._network.closed(self)

    def value(self, last_seen_ms: int) -> Flow:
        """The flow as the log has it."""
        known = self._facts
        return Flow(
            flow=known.flow,
            proto=known.proto,
            src=known.src,
            dst=known.dst,
            procid=known.procid,
            first_seen_ms=known.first_seen_ms,
            last_seen_ms=last_seen_ms,
            rx_bytes=self.rx_bytes,
            rx_packets=self.rx_packets,
            tx_bytes=self.tx_bytes,
            tx_packets=self.tx_packets,
            protocols=tuple(self.protocols),
            domain=known.domain,
            tls_sni=self.sni,
            tls_ja3=self.ja3,
        )


class Network:
    """Names, ports and flows of one guest."""

    def __init__(self, guest: Guest) -> None:
        self._guest = guest
        self._names: dict[str, str] = {}
        self._by_address: dict[str, str] = {}
        self._answered: dict[tuple[str, str], int] = {}
        self._flows = 0
        self._next_port = FIRST_EPHEMERAL_PORT + 531
        self._open: dict[int, Conversation] = {}
        self.listening: set[tuple[str, int]] = set()
        """Protocol and port of what the guest's processes listen on."""

    # -- names -----------------------------------------------------------------------------------------------------
    def address_of(self, name: str) -> str | None:
        """The IPv4 address of `name`, the same in every run; None when it does not exist."""
        key = name.rstrip(".").lower()
        if key in {"localhost", ""}:
            return "127.0.0.1"
        if key == self._guest.system.computer.lower():
            return self._guest.system.address
        fixed = self._guest.system.dns.get(key)
        if fixed is not None:
            self._by_address.setdefault(fixed, key)
            return fixed
        return self._names.get(key) or (self._assigned(key) if self._exists(key) else None)

    def _assigned(self, name: str) -> str:
        start = zlib.crc32(name.encode("utf-8", "replace"))
        if len(self._names) >= MAX_NAMES:
            return _POOLS[start % len(_POOLS)]
        for step in range(len(_POOLS)):
            address = _POOLS[(start + step) % len(_POOLS)]
            if address not in self._by_address:
                break
        else:
            address = _POOLS[start % len(_POOLS)]
        self._names[name] = address
        self._by_address.setdefault(address, name)
        self._by_address.setdefault(self.address6(address), name)
        return address

    @staticmethod
    def _exists(name: str) -> bool:
        try:
            ascii_name = name.encode("idna").decode("ascii")
        except UnicodeError:
            return False
        labels = ascii_name.split(".")
        return (
            len(labels) > 1
            and len(ascii_name) <= _MAX_NAME
            and labels[-1] not in _NO_SUCH_ZONES
            and not labels[-1].isdigit()
            and all(_LABEL.match(label) for label in labels)
        )

    @staticmethod
    def address6(address: str) -> str:
        """The IPv6 address beside an IPv4 one."""
        return "::1" if address == "127.0.0.1" else f"2001:db8::{int(ipaddress.IPv4Address(address)):x}"

    def name_of(self, address: str) -> str | None:
        """The name that was resolved to `address`."""
        return self._by_address.get(address)

    def lookup(self, process: GuestProcess, name: str, kind: str = "A") -> tuple[str, ...]:
        """What a question for `name` is answered, recorded as asked by `process`; empty when it does not exist.

        `kind` is `A`, `AAAA`, `PTR` or another type of RFC 1035; only those three have answers.
        """
        answers = self.answers(name, kind)
        key = (name.lower(), kind)
        flow = self._answered.get(key)
        if flow is None:
            flow = self._asked(process, name, kind, answers)
            if len(self._answered) < MAX_NAMES:
                self._answered[key] = flow
        number = flow or None
        self._guest.record(process, DnsQuery, name=name, type=kind, flow=number)
        self._guest.clock.sleep(DNS_MS)
        self._guest.record(process, DnsAnswer, name=name, type=kind, values=answers, flow=number)
        return answers

    def answers(self, name: str, kind: str) -> tuple[str, ...]:
        """What a question for `name` is answered, without a record."""
        if kind == "PTR":
            host = self.name_of(_reversed(name))
            return (host,) if host is not None else ()
        address = self.address_of(name) if kind in {"A", "AAAA"} else None
        if address is None:
            return ()
        return (address if kind == "A" else self.address6(address),)

    def _asked(self, process: GuestProcess, name: str, kind: str, answers: tuple[str, ...]) -> int:
        """The number of the flow that carries the question; 0 when there is none."""
        if name.lower() in {"", "localhost", self._guest.system.computer.lower()}:
            return 0
        talk = self.open(process, "udp", self._guest.system.dns_server, DNS_PORT, protocol="dns")
        if talk is None:
            return 0
        question = 12 + len(name.encode("utf-8", "replace")) + 2 + 4
        talk.sent(question)
        talk.received(question + len(answers) * (16 if kind == "A" else 28))
        talk.close()
        return talk.number

    def listens(self, process: GuestProcess, api: str, proto: str, address: str, port: int) -> None:
        """Records that `process` waits on a port: the call `ws2_32.bind` or `ws2_32.listen`."""
        self.listening.add((proto, port))
        self._guest.record(process, ApiCall, api=f"ws2_32.{api}", args=(proto, endpoint(address, port)), ret="0")

    # -- flows -----------------------------------------------------------------------------------------------------
    def free_port(self) -> int:
        """The next ephemeral port."""
        port = self._next_port
        self._next_port = port + 1 if port < LAST_PORT else FIRST_EPHEMERAL_PORT
        return port

    def local_address_for(self, remote: str) -> str:
        """The guest's own address towards `remote`."""
        if ":" in remote:
            return "::1" if remote == "::1" else self.address6(self._guest.system.address)
        return "127.0.0.1" if remote.startswith("127.") else self._guest.system.address

    def open(
        self,
        process: GuestProcess,
        proto: str,
        address: str,
        port: int,
        *,
        local_port: int | None = None,
        protocol: str | None = None,
    ) -> Conversation | None:
        """A new flow of `process` to `address`, recorded; None when there were too many."""
        if self._flows >= MAX_FLOWS:
            self._guest.log.note(f"flows past number {MAX_FLOWS} are not listed")
            return None
        self._flows += 1
        clock = self._guest.clock
        has_ports = proto in {"tcp", "udp"}
        local = self.local_address_for(address)
        here = local_port if local_port is not None else self.free_port()
        flow = Flow(
            flow=self._flows,
            proto=proto,
            src=endpoint(local, here) if has_ports else local,
            dst=endpoint(address, port) if has_ports else address,
            procid=process.procid,
            first_seen_ms=clock.now_ms,
            domain=self.name_of(address),
        )
        talk = Conversation(self, process, flow, (address, port))
        if protocol is not None:
            talk.speaks(protocol)
        self._guest.record(
            process,
            FlowStart,
            flow=flow.flow,
            proto=proto,
            local_addr=local,
            local_port=here if has_ports else None,
            remote_addr=address,
            remote_port=port if has_ports else None,
        )
        self._guest.record(process, FlowOwner, flow=flow.flow)
        self._guest.log.flow(talk.value(clock.now_ms))
        self._open[flow.flow] = talk
        if proto == "tcp":
            clock.sleep(CONNECT_MS)
        return talk

    def closed(self, talk: Conversation) -> None:
        """Records the sum of `talk`; called by it."""
        self._open.pop(talk.number, None)
        self._guest.log.flow(talk.value(self._guest.clock.now_ms))

    def end(self) -> None:
        """Closes every flow: the run is over."""
        for talk in list(self._open.values()):
            talk.close()


def _reversed(name: str) -> str:
    """The address that a name of in-addr.arpa asks for; the name itself when it is another one."""
    labels = name.lower().rstrip(".").removesuffix(".in-addr.arpa").split(".")
    return ".".join(reversed(labels)) if name.lower().rstrip(".").endswith(".in-addr.arpa") else name
