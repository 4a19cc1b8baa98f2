"""Flows in the making: numbered in order of first sight, tied to processes by whom these turned to."""

from collections import defaultdict

import msgspec

from fulgurite.importers import paths
from fulgurite.importers.calls import Contact
from fulgurite.importers.draft import Draft
from fulgurite.model.events import FlowOwner, FlowStart
from fulgurite.model.flow import Flow

ANY_PROTO = "ip"
"""The proto of a host that the source names without saying how it was reached."""


_Key = tuple[str, str, int | None]
"""Proto, host and port of the other side."""


class Ends:
    """The two sides of a flow, apart."""

    __slots__ = ("dport", "dst", "sport", "src")

    def __init__(self, src: str | None, sport: int | None, dst: str, dport: int | None) -> None:
        self.src = src
        self.sport = sport
        self.dst = dst
        self.dport = dport


class Flows:
    """The flows of one report."""

    def __init__(self) -> None:
        self.flows: list[Flow] = []
        self._ends: list[Ends] = []
        self._to: dict[_Key, list[int]] = defaultdict(list)
        self._first_to: dict[str, _Key] = {}
        self._tuples: dict[tuple[str, str | None, int | None, str, int | None], int] = {}
        self._owned_at: dict[int, int | None] = {}
        self._hosts: set[str] = set()

    def add(self, proto: str, ends: Ends, at_ms: int | None = None) -> int:
        """Takes a flow up, and returns its number. `at_ms` is of the network's clock."""
        number = len(self.flows) + 1
        src = "" if ends.src is None else paths.address(ends.src, ends.sport)
        flow = Flow(flow=number, proto=proto, src=src, dst=paths.address(ends.dst, ends.dport), first_seen_ms=at_ms)
        self.flows.append(flow)
        self._ends.append(ends)
        key = (proto, ends.dst, ends.dport)
        self._to[key].append(number)
        self._first_to.setdefault(ends.dst, key)
        self._tuples.setdefault((proto, ends.src, ends.sport, ends.dst, ends.dport), number)
        self._hosts.add(ends.dst)
        if ends.src is not None:
            self._hosts.add(ends.src)
        return number

    def of(self, proto: str, ends: Ends) -> int | None:
        """The flow between `ends`, from either side."""
        there = self._tuples.get((proto, ends.src, ends.sport, ends.dst, ends.dport))
        if there is not None or ends.src is None:
            return there
        return self._tuples.get((proto, ends.dst, ends.dport, ends.src, ends.sport))

    def to(self, proto: str, host: str, port: int | None) -> int | None:
        """The first flow to `host` and `port`."""
        found = self._to.get((proto, host, port))
        return found[0] if found else None

    def knows(self, host: str) -> bool:
        """Whether a flow leads to `host` or from it."""
        return host in self._hosts

    def host_of(self, number: int) -> str:
        """The other side of flow `number`."""
        return self._ends[number - 1].dst

    def update(self, number: int, **fields: object) -> None:
        """Sets fields of flow `number`."""
        self.flows[number - 1] = msgspec.structs.replace(self.flows[number - 1], **fields)

    def sees(self, number: int | None, protocol: str) -> None:
        """Notes that `protocol` was spoken over flow `number`."""
        if number is None:
            return
        spoken = self.flows[number - 1].protocols
        if protocol not in spoken:
            self.update(number, protocols=(*spoken, protocol))

    def own(self, draft: Draft) -> None:
        """Ties flows to the processes that turned to their hosts; who turned to one without a flow gets a new one."""
        taken: dict[_Key, int] = defaultdict(int)
        for contact, procid, at_ms in draft.contacts:
            key = self._key_of(contact)
            if key not in self._to:
                number = self.add(contact.proto, Ends(None, None, contact.host, contact.port))
                self.update(number, domain=None if paths.is_address(contact.host) else contact.host)
            number = self._to[key][min(taken[key], len(self._to[key]) - 1)]
            taken[key] += 1
            if self.flows[number - 1].procid is None and procid is not None:
                self.update(number, procid=procid)
                self._owned_at[number] = at_ms

    def _key_of(self, contact: Contact) -> _Key:
        """Where flows of `contact` are found: without a port, those of any flow to its host."""
        if contact.port is None and contact.host in self._first_to:
            return self._first_to[contact.host]
        return (contact.proto, contact.host, contact.port)

    def tell(self, draft: Draft) -> None:
        """Adds the events of all flows: begun, and owned where it is known by whom."""
        for flow, ends in zip(self.flows, self._ends, strict=True):
            draft.add_network(
                FlowStart(
                    flow=flow.flow,
                    proto=flow.proto,
                    local_addr=ends.src,
                    local_port=ends.sport,
                    remote_addr=ends.dst,
                    remote_port=ends.dport,
                    at_ms=flow.first_seen_ms,
                )
            )
            if flow.procid is not None:
                at_ms = draft.since_zero(self._owned_at.get(flow.flow))
                draft.add_network(FlowOwner(flow=flow.flow, procid=flow.procid, at_ms=at_ms))
