"""What conditions can ask about beside the record itself: its processes, and what was seen before it.

Facts go along with the one pass over the events: `note` is told every event after it was matched.
"""

from collections.abc import Iterator
from typing import Any

from fulgurite.model.events import Event, FileAccess, FlowOwner, Injection
from fulgurite.model.flow import Flow
from fulgurite.model.process import Process, program_name
from fulgurite.model.report import Report

_FAILED = 0x80000000
"""The bit of an NTSTATUS that says failure."""
MAX_ANCESTORS = 64
"""How far up a process's ancestors are looked at."""


class Facts:
    """The facts of one report, as far as the pass has come."""

    def __init__(self, report: Report) -> None:
        self.os = report.os
        self.processes = {process.procid: process for process in report.processes}
        self._flows = {flow.flow: flow for flow in report.flows}
        self._owners = {flow.flow: flow.procid for flow in report.flows if flow.procid is not None}
        for event in report.events:
            if type(event) is FlowOwner and event.procid is not None:
                self._owners.setdefault(event.flow, event.procid)
        self._roots: dict[int, int] = {}
        dropped = (one.path for one in report.artifacts if one.kind == "martian")
        self.written = {self.folded(path) for path in dropped if path is not None}
        """Paths that were written so far, and those of dropped files that the run left."""
        self.injected = {process.procid for process in report.processes if process.injected}
        """Processes that others put code into, as far as is known."""

    def note(self, event: Event) -> None:
        """Takes `event` into what was seen so far."""
        if type(event) is FileAccess and self.has_succeeded(event.status):
            if event.verb in {"write", "rename"}:
                self.written.add(self.folded(event.path if event.dst is None else event.dst))
            elif event.dst is not None:
                self.written.add(self.folded(event.dst))
        elif type(event) is Injection and event.procid_target not in {None, event.procid}:
            self.injected.add(event.procid_target or 0)

    def actor(self, record: Any) -> int | None:
        """The process that acted: the one that the record names, else the owner of its flow."""
        procid: int | None = getattr(record, "procid", None)
        return self._owners.get(getattr(record, "flow", None) or 0) if procid is None else procid

    def process(self, procid: int | None) -> Process | None:
        return None if procid is None else self.processes.get(procid)

    def parent(self, procid: int | None) -> Process | None:
        process = self.process(procid)
        return None if process is None else self.process(process.procid_parent)

    def ancestors(self, procid: int | None) -> Iterator[Process]:
        """The parent, its parent, and so on, nearest first; each once."""
        seen = {procid}
        process = self.parent(procid)
        while process is not None and process.procid not in seen and len(seen) <= MAX_ANCESTORS:
            yield process
            seen.add(process.procid)
            process = self.process(process.procid_parent)

    def root(self, procid: int | None) -> int | None:
        """The first process of the tree that `procid` belongs to: its topmost ancestor that this run started."""
        if procid is None:
            return None
        if procid not in self._roots:
            started = [one.procid for one in self.ancestors(procid) if not one.existing]
            self._roots[procid] = started[-1] if started else procid
        return self._roots[procid]

    def flow(self, number: int | None) -> Flow | None:
        return None if number is None else self._flows.get(number)

    def folded(self, path: str) -> str:
        """`path` as it compares: on Windows without case, with one kind of slash, without quotes and prefixes."""
        if self.os != "windows":
            return path
        folded = path.strip('"').replace("/", "\\").lower()
        return folded.removeprefix("\\??\\").removeprefix("\\\\?\\")

    def was_written(self, path: str | None) -> bool | None:
        """Whether the file at `path` was written before in this run; None for no path."""
        return None if path is None else self.folded(path) in self.written

    def was_injected(self, process: Process) -> bool:
        """Whether another process put code into `process`."""
        return process.injected or process.procid in self.injected

    def is_own(self, path: str, procid: int | None) -> bool:
        """Whether `path` is the program of process `procid` or of one it comes from, guest programs left aside."""
        wanted, process = self.folded(path), self.process(procid)
        own = [] if process is None else [process, *self.ancestors(procid)]
        guests_left_out = (one.image for one in own if one.image is not None and one.orig is not True)
        return any(self.folded(image) == wanted for image in guests_left_out)

    def is_sample(self, process: Process | None) -> bool | None:
        """Whether `process` is one that was started for the sample: its parent was there before, or is not known."""
        if process is None:
            return None
        parent = self.process(process.procid_parent)
        return not process.existing and (parent is None or parent.existing)

    def name(self, image: str | None) -> str | None:
        """The base name of a path."""
        return None if image is None else program_name(image, self.os)

    def has_succeeded(self, status: int | None) -> bool:
        """Whether `status` is no failure: an NTSTATUS on Windows, an errno elsewhere. Unknown counts as success."""
        if status is None:
            return True
        return status & _FAILED == 0 if self.os == "windows" else status == 0
