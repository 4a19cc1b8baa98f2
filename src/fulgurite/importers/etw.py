"""Event tracing of Windows as CAPE's auxiliary modules write it: a line an event, as JSON or as Python spells it.

`etw_dns.json` (DNS-Client), `etw_netevent.json` and `network_etw.json` (TCPIP, Kernel-Network), `etw_proc_spoof.json`
(Kernel-Process) and `wmi_etw.json` (WMI-Activity). They tell of the whole guest and name no sample.
"""

import re
from collections.abc import Callable
from typing import Any

from fulgurite.errors import MalformedReport
from fulgurite.importers import paths
from fulgurite.importers.clocks import moment
from fulgurite.importers.content import Content
from fulgurite.importers.flows import Ends
from fulgurite.importers.gathering import Gathered, Plain, mapping
from fulgurite.importers.values import cut, number, port, text
from fulgurite.model.events import ApiCall, Suspicious
from fulgurite.model.report import Report
from fulgurite.model.sample import Sample

_FILETIME_OF_1970 = 116_444_736_000_000_000
_TICKS_PER_MS = 10_000
_ADDRESS = re.compile(r"\[?(?:::ffff:)?([0-9A-Fa-f.:]+?)(?:%\d+)?\]?:(\d{1,5})", re.ASCII)
"""`192.0.2.1:80`, `[::ffff:192.0.2.1%2]:53`, `[2001:db8::1]:443`."""
_NOWHERE = frozenset({"0:0", "0.0.0.0", "::"})  # noqa: S104 - compared, not bound
_LONGEST = 4096
_Reader = Callable[[Plain, int | None, int | None], None]


class Etw:
    """One of the logs."""

    name = "etw"

    def sniff(self, content: Content) -> bool:
        return _kind(content.first) is not None

    def parse(self, content: Content) -> Report:
        log = _Log(self.name)
        for document in content.documents(log.out.count):
            log.take(document)
        if log.events == 0:
            raise MalformedReport("there is no event in it that can be read", where=self.name)
        return log.report()


def _kind(event: Any) -> str | None:
    """`traced` for an event with its header, `dns` or `network` for those that were put into fewer words."""
    one = mapping(event)
    if isinstance(mapping(one.get("event", one)).get("EventHeader"), dict):
        return "traced"
    if {"QueryType", "QueryName", "ProcessId"} <= one.keys():
        return "dns"
    return "network" if {"event_type", "pid", "direction", "dst_ip"} <= one.keys() else None


class _Log:
    def __init__(self, name: str) -> None:
        self.out = Gathered(name)
        self.events = 0
        self._first: int | None = None
        self._traced: dict[str, _Reader] = {
            "PROCESSSTART": self._started,
            "PROCESSSTOP": self._stopped,
            "TCPREQUESTCONNECT": self._connected,
            "TCPCONNECTTCBCOMPLETE": self._connected,
            "UDPENDPOINTSENDMESSAGES": self._sent,
            "MICROSOFT-WINDOWS-WMI-ACTIVITY": self._managed,
        }

    def take(self, document: Any) -> None:
        """Takes up one event."""
        kind = _kind(document)
        if kind is None:
            self.out.count.unreadable("events")
            return
        self.events += 1
        if kind == "dns":
            self._asked(document)
        elif kind == "network":
            self._contact(document)
        else:
            self._event(mapping(document.get("event", document)))

    def report(self) -> Report:
        """The report of all events taken up."""
        self.out.births()
        at = None if self._first is None else moment(self._first / 1000)
        return self.out.report(sample=Sample(), at=at)

    def _event(self, event: Plain) -> None:
        header = mapping(event.get("EventHeader"))
        stamp = number(header.get("TimeStamp"))
        at_ms = None if stamp is None else (stamp - _FILETIME_OF_1970) // _TICKS_PER_MS
        if self._first is None and at_ms is not None and at_ms > 0:
            self._first = at_ms
        task = (text(event.get("Task Name")) or "").strip()
        reader = self._traced.get(task)
        if reader is None:
            number_of = number(mapping(header.get("EventDescriptor")).get("Id"))
            self.out.count.leave(f"{task[:60] or 'unnamed'} event {number_of}")
        else:
            reader(event, number(header.get("ProcessId")), at_ms)

    def _process(self, pid: Any) -> int | None:
        """The process of `pid`; one that is met for the first time was there before."""
        told = number(pid)
        if told is None:
            return None
        known = self.out.draft.procid_of(told)
        if known is None:
            known = self.out.process(pid=told, existing=True)
            self.out.count.carried -= 1
        return known

    def _started(self, event: Plain, creator: int | None, at_ms: int | None) -> None:
        """A process came up. Its event stands in the name of the process that truly made it."""
        maker, claimed = self._process(creator), number(event.get("ParentProcessID"))
        image = text(event.get("ImageName"))
        procid = self.out.process(
            pid=event.get("ProcessID"),
            ppid=claimed,
            procid_parent=self._process(claimed),
            image=None if image is None else paths.file(image),
            started_ms=at_ms,
        )
        if creator is not None and claimed is not None and creator != claimed:
            act, detail = "NtCreateUserProcessOtherParentProcess", f"parent {claimed}, created by {creator}"
            self.out.draft.add(Suspicious(procid=maker, act=act, detail=detail, procid_target=procid), at_ms)

    def _stopped(self, event: Plain, _creator: int | None, at_ms: int | None) -> None:
        procid = self.out.draft.procid_of(number(event.get("ProcessID")) or -1)
        if procid is None:
            self.out.count.leave("ends of unknown processes")
            return
        self.out.count.carry()
        self.out.draft.end_process(procid, at_ms, (number(event.get("ExitStatus")) or 0) & 0xFFFFFFFF)

    def _connected(self, event: Plain, pid: int | None, _at_ms: int | None) -> None:
        owner = event.get("ProcessId") if event.get("ProcessId") is not None else pid
        self._flow("tcp", event.get("LocalAddress"), event.get("RemoteAddress"), owner)

    def _sent(self, event: Plain, pid: int | None, _at_ms: int | None) -> None:
        owner = event.get("Pid") if event.get("Pid") is not None else pid
        self._flow("udp", event.get("LocalSockAddr"), event.get("RemoteSockAddr"), owner)

    def _flow(self, proto: str, local: Any, remote: Any, pid: Any) -> None:
        near, far = _end(local), _end(remote)
        if far is None or far[0] is None:
            self.out.count.leave(f"{proto} events without a host")
            return
        src, sport = near if near is not None else (None, None)
        self.out.flow(proto, Ends(src, sport, far[0], far[1]), self._process(pid))

    def _contact(self, event: Plain) -> None:
        src, dst = text(event.get("src_ip")), text(event.get("dst_ip"))
        near, far = (src, event.get("src_port")), (dst, event.get("dst_port"))
        if text(event.get("direction")) == "inbound":
            near, far = far, near
        if far[0] is None:
            self.out.count.leave("network events without a host")
            return
        proto = (text(event.get("protocol")) or "ip").lower()
        self.out.flow(proto, Ends(near[0], port(near[1]), far[0], port(far[1])), self._process(event.get("pid")))

    def _asked(self, event: Plain) -> None:
        results = (text(event.get("QueryResults")) or "").split(";")
        answers = [one.strip().removeprefix("::ffff:") for one in results if one.strip() not in {"", "-"}]
        self.out.domain(event.get("QueryName"), answers, procid=self._process(event.get("ProcessId")))

    def _managed(self, event: Plain, _pid: int | None, at_ms: int | None) -> None:
        """Something was asked of WMI, by a process that is named only where the event names it."""
        operation = text(event.get("Operation")) or text(event.get("Query"))
        client = number(event.get("ClientProcessId"))
        if operation is None or client is None:
            number_of = number(mapping(mapping(event.get("EventHeader")).get("EventDescriptor")).get("Id"))
            self.out.count.leave(f"WMI event {number_of}")
            return
        self.out.count.carry()
        args = tuple(
            cut(one, _LONGEST)
            for one in (operation, text(event.get("NamespaceName")), text(event.get("User")))
            if one is not None
        )
        self.out.draft.add(ApiCall(procid=self._process(client), api="wmi", args=args), at_ms)


def _end(told: Any) -> tuple[str | None, int | None] | None:
    found = _ADDRESS.fullmatch((text(told) or "").strip())
    if found is None:
        return None
    return None if found[1] in _NOWHERE else found[1], port(found[2])
