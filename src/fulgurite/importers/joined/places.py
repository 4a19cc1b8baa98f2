"""Where the processes and flows of a log stand in the report of the same run."""

from collections import defaultdict
from typing import Any

import msgspec

from fulgurite.importers.paths import base_name
from fulgurite.model.events import Event
from fulgurite.model.flow import Flow
from fulgurite.model.process import Process
from fulgurite.model.report import Report

_GAPS = ("ppid", "image", "cmd", "orig", "started_ms", "terminated_ms", "exit_status")
"""Fields of a process that the log may fill."""
_FLOW_GAPS = ("first_seen_ms", "last_seen_ms", "rx_bytes", "rx_packets", "tx_bytes", "tx_packets", "domain")


class Places:
    """Numbers of a log's processes and flows as numbers of the report's."""

    def __init__(self, report: Report, log: Report) -> None:
        self._processes = {process.procid: process for process in report.processes}
        self._flows = {flow.flow: flow for flow in report.flows}
        self._procids: dict[int, int] = {}
        self._numbers: dict[int, int] = {}
        self._new_flows: set[int] = set()
        self._place_processes(log.processes)
        self._place_flows(log.flows)

    def processes(self) -> tuple[Process, ...]:
        """All processes, each once."""
        return tuple(self._processes.values())

    def flows(self) -> tuple[Flow, ...]:
        """All flows, each once."""
        return tuple(self._flows.values())

    def is_new_flow(self, number: int) -> bool:
        """Whether flow `number` is one that the log alone knows."""
        return number in self._new_flows

    def moved(self, event: Event) -> Event:
        """`event` of the log with the report's numbers in it."""
        fields: dict[str, Any] = {"procid": self._procids.get(event.procid or 0)}
        target = getattr(event, "procid_target", None)
        if target is not None:
            fields["procid_target"] = self._procids.get(target)
        flow = getattr(event, "flow", None)
        if flow is not None:
            fields["flow"] = self._numbers.get(flow, flow)
        return msgspec.structs.replace(event, **fields)

    def _place_processes(self, logged: tuple[Process, ...]) -> None:
        """Processes of one pid are the same ones in the order they came up, where their programs do not differ."""
        waiting: dict[int | None, list[Process]] = defaultdict(list)
        for process in self._processes.values():
            waiting[process.pid].append(process)
        highest = max(self._processes, default=0)
        added: list[Process] = []
        for process in logged:
            same = _same(process, waiting)
            if same is None:
                highest += 1
                self._procids[process.procid] = highest
                added.append(process)
            else:
                waiting[same.pid].remove(same)
                self._procids[process.procid] = same.procid
                self._processes[same.procid] = self._filled(same, process)
        for process in added:
            procid = self._procids[process.procid]
            parent = self._procids.get(process.procid_parent or 0)
            self._processes[procid] = msgspec.structs.replace(process, procid=procid, procid_parent=parent)

    def _filled(self, ours: Process, logged: Process) -> Process:
        parent = ours.procid_parent
        if parent is None:
            parent = self._procids.get(logged.procid_parent or 0)
        return msgspec.structs.replace(
            ours,
            procid_parent=None if parent == ours.procid else parent,
            injected=ours.injected or logged.injected,
            **_gaps(ours, logged, _GAPS),
        )

    def _place_flows(self, logged: tuple[Flow, ...]) -> None:
        """Flows to one end are the same ones in their order."""
        waiting: dict[tuple[str, str], list[Flow]] = defaultdict(list)
        for flow in self._flows.values():
            waiting[flow.proto, flow.dst].append(flow)
        highest = max(self._flows, default=0)
        for flow in logged:
            procid = self._procids.get(flow.procid or 0)
            there = waiting[flow.proto, flow.dst]
            if there:
                same = there.pop(0)
                self._numbers[flow.flow] = same.flow
                owner = same.procid if same.procid is not None else procid
                self._flows[same.flow] = msgspec.structs.replace(same, procid=owner, **_gaps(same, flow, _FLOW_GAPS))
            else:
                highest += 1
                self._numbers[flow.flow] = highest
                self._new_flows.add(highest)
                self._flows[highest] = msgspec.structs.replace(flow, flow=highest, procid=procid)


def _same(process: Process, waiting: dict[int | None, list[Process]]) -> Process | None:
    """The process of the report that `process` of the log is; one without a pid there is told by its program alone."""
    known = waiting[process.pid] if process.pid is not None else ()
    found = next((one for one in known if _alike(one, process)), None)
    if found is None and process.image is not None:
        found = next((one for one in waiting[None] if one.image is not None and _alike(one, process)), None)
    return found


def _alike(one: Process, other: Process) -> bool:
    """Whether both may be the same: of the same program, as far as that is known."""
    if one.image is None or other.image is None:
        return True
    return base_name(one.image).casefold() == base_name(other.image).casefold()


def _gaps(ours: Any, logged: Any, fields: tuple[str, ...]) -> dict[str, Any]:
    """What the log knows of `fields` and the report does not."""
    return {field: getattr(logged, field) for field in fields if getattr(ours, field) is None}
