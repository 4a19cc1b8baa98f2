"""The run log of our own engines (model/runlog.py) as a report, also where the run died while it wrote.

What can be read is kept. A log without End, with lines that cannot be read, or with an end that the engine's keeper
tells of (killed, out of memory) gives a partial report that says so; with nothing seen besides, a failed one.
"""

import re
from collections.abc import Iterator

import msgspec

from fulgurite.errors import MalformedReport
from fulgurite.importers.content import Content
from fulgurite.model.artifact import Artifact
from fulgurite.model.behaviour import saw_behaviour
from fulgurite.model.events import Event, FlowOwner, FlowStart, ForeignEvent, ProcessCreate
from fulgurite.model.flow import Flow
from fulgurite.model.nesting import nests_too_deep
from fulgurite.model.process import Process
from fulgurite.model.report import OURS, Outcome, Report, checked
from fulgurite.model.runlog import (
    LOG_VERSION,
    ArtifactRecord,
    End,
    EventRecord,
    FlowRecord,
    Header,
    Note,
    ProcessRecord,
    Record,
)

NAME = "runlog"

MAX_LINE_BYTES = 1 << 20
"""A longer line is left out: engines cut what the sample controls far below this."""

MAX_REASONS = 50

_START = re.compile(rb'\s*\{\s*"record"\s*:\s*"header"')
_decoder: msgspec.json.Decoder[Record] = msgspec.json.Decoder(Record)


class RunLog:
    """Reads run logs."""

    name = NAME

    def sniff(self, content: Content) -> bool:
        """JSON lines that begin with a Header."""
        return _START.match(content.start) is not None

    def parse(self, content: Content) -> Report:
        """The report of the log in `data`. Raises MalformedReport when it does not begin with a Header."""
        return parse(content.data)


def parse(data: bytes, *, end_reason: str | None = None) -> Report:
    """The report of the log in `data`.

    `end_reason`: why the run did not come to its own end, as the keeper of the engine saw it (RunOutput.end_reason);
    None when it did. Raises MalformedReport when the log does not begin with a Header of a version known here.
    """
    lines = _lines(data)
    seen = _Seen(_header(next(lines, b"")))
    for line in lines:
        record = _record(line)
        if record is None or isinstance(record, Header):
            seen.unread += 1
        else:
            seen.take(record)
    return checked(seen.report(end_reason), where=NAME)


def _lines(data: bytes) -> Iterator[bytes]:
    start = 0
    while start < len(data):
        end = data.find(b"\n", start)
        end = len(data) if end == -1 else end
        line = data[start : min(end, start + MAX_LINE_BYTES + 1)]
        start = end + 1
        if line.strip() != b"":
            yield line


def _record(line: bytes) -> Record | None:
    """The record in `line`; None when it cannot be read."""
    if len(line) > MAX_LINE_BYTES:
        return None
    try:
        record = _decoder.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if isinstance(record, EventRecord) and isinstance(record.event, ForeignEvent) and nests_too_deep(record.event.d):
        return None
    return record


def _header(line: bytes) -> Header:
    record = _record(line)
    if not isinstance(record, Header):
        raise MalformedReport("the first line is not the header of a run log", where=NAME)
    if record.log_version != LOG_VERSION:
        raise MalformedReport(
            f"its log_version is {record.log_version}, this Fulgurite reads {LOG_VERSION}", where=NAME
        )
    return record


class _Seen:
    """What the lines have told so far."""

    def __init__(self, header: Header) -> None:
        self.header = header
        self.processes: dict[int, Process] = {}
        self.events: list[Event] = []
        self.flows: dict[int, Flow] = {}
        self.artifacts: dict[str, Artifact] = {}
        self.notes: list[str] = []
        self.end: End | None = None
        self.unread = 0

    def take(self, record: Record) -> None:
        match record:
            case EventRecord(event=event):
                self.events.append(event)
            case ProcessRecord(process=process):
                self.processes[process.procid] = process
            case FlowRecord(flow=flow):
                self.flows[flow.flow] = flow
            case ArtifactRecord(artifact=artifact):
                self.artifacts[artifact.name] = artifact
            case Note(text=text):
                self.notes.append(text)
            case End():
                self.end = record
            case _:
                pass  # Progress is for whoever watches the run; a second Header is counted as unread

    def report(self, end_reason: str | None) -> Report:
        outcome, reasons = self._outcome(end_reason)
        processes = tuple(self.processes.values())
        return Report(
            # Whatever the log says: only engines of ours write this format.
            source=msgspec.structs.replace(self.header.source, name=OURS),
            sample=self.header.sample,
            os=self.header.os,
            machine=self.header.machine,
            outcome=outcome,
            reasons=reasons,
            processes=processes,
            events=(*_missing_creations(processes, self.events), *self.events),
            flows=tuple({**_flows_of(self.events), **self.flows}.values()),
            artifacts=tuple(self.artifacts.values()),
        )

    def _outcome(self, end_reason: str | None) -> tuple[Outcome, tuple[str, ...]]:
        """How the run ended and why, each reason once; the first MAX_REASONS of them."""
        why = [end_reason, None if self.end is None else self.end.reason]
        if self.end is None and end_reason is None:
            why.append("The run was cut off: its log has no end.")
        if self.unread:
            why.append(f"{self.unread} line(s) of the run's log could not be read and are left out.")
        reasons = list(dict.fromkeys(reason for reason in [*why, *self.notes] if reason is not None))
        if len(reasons) > MAX_REASONS:
            reasons = [*reasons[:MAX_REASONS], f"{len(reasons) - MAX_REASONS} more reason(s) are left out."]
        return self._ending(end_reason), tuple(reasons)

    def _ending(self, end_reason: str | None) -> Outcome:
        if self.end is None:
            return "partial" if saw_behaviour(self.processes.values(), self.events) else "failed"
        is_whole = end_reason is None and self.unread == 0
        return "partial" if self.end.outcome == "completed" and not is_whole else self.end.outcome


def _missing_creations(processes: tuple[Process, ...], events: list[Event]) -> Iterator[ProcessCreate]:
    """Creations of processes that the log has facts of, but no event: a report shows every process."""
    told = {event.procid for event in events if isinstance(event, ProcessCreate)}
    for process in processes:
        if process.procid not in told:
            kind = "Existing" if process.existing else "Create"
            yield ProcessCreate(procid=process.procid, at_ms=process.started_ms, kind=kind)


def _flows_of(events: list[Event]) -> dict[int, Flow]:
    """Flows as their events tell of them, for logs that have no facts of theirs."""
    owners = {event.flow: event.procid for event in events if isinstance(event, FlowOwner)}
    return {
        event.flow: Flow(
            flow=event.flow,
            proto=event.proto,
            src=_end_point(event.local_addr, event.local_port),
            dst=_end_point(event.remote_addr, event.remote_port),
            procid=owners.get(event.flow, event.procid),
            first_seen_ms=event.at_ms,
        )
        for event in events
        if isinstance(event, FlowStart)
    }


def _end_point(address: str | None, port: int | None) -> str:
    return f"{address or ''}:{'' if port is None else port}"
