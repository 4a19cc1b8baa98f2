"""A report in the making: processes by pid, events on one clock, coverage of what a source tells twice."""

from bisect import bisect_left
from collections.abc import Iterator

import msgspec

from fulgurite.importers import paths
from fulgurite.importers.calls import Contact
from fulgurite.importers.counting import Count
from fulgurite.importers.coverage import Coverage
from fulgurite.model.events import Event, ProcessCreate, ProcessTerminate
from fulgurite.model.process import Process


class Draft:
    """What an importer has read so far. Times are milliseconds of the source's clock until `settle_clock`."""

    def __init__(self) -> None:
        self.count = Count()
        self.processes: list[Process] = []
        self.contacts: list[tuple[Contact, int | None, int | None]] = []
        """Whom processes turned to, with procid and time."""
        self.local_ends: dict[Contact, tuple[str, int | None]] = {}
        """The guest's side of a contact, where the source tells it: address and port."""
        self._by_pid: dict[int, list[int]] = {}
        self._events: list[Event] = []
        self._times: list[int | None] = []
        self._counts: list[int] = []
        self._coverage = Coverage()
        self._network: list[Event] = []
        self._born = 0
        self._births: dict[int, int] = {}
        """Where the coming up of each process is told."""
        self._noted = (0, 0, 0)
        self._zero: int | None = None

    def add_process(self, process: Process) -> int:
        """Takes `process` up under the next procid, and returns that."""
        procid = len(self.processes) + 1
        image = None if process.image is None else paths.file(process.image)
        self.processes.append(msgspec.structs.replace(process, procid=procid, image=image))
        if process.pid is not None:
            self._by_pid.setdefault(process.pid, []).append(procid)
        return procid

    def procid_of(self, pid: int) -> int | None:
        """The procid of the guest's `pid`: of the last process that had it."""
        found = self._by_pid.get(pid)
        return None if found is None else found[-1]

    def procids_of(self, pid: int) -> list[int]:
        """Every procid that had the guest's `pid`, in order."""
        return self._by_pid.get(pid, [])

    def update(self, procid: int, **fields: object) -> None:
        """Sets fields of the process `procid`."""
        old = self.processes[procid - 1]
        self.processes[procid - 1] = msgspec.structs.replace(old, **fields)

    def add(self, event: Event, at_ms: int | None = None, repeats: int = 1) -> int:
        """Takes `event` up; the same event right after itself becomes a count. Returns its place."""
        events = self._events
        if events and events[-1] == event:
            self._counts[-1] += repeats
            return len(events) - 1
        events.append(event)
        self._times.append(at_ms)
        self._counts.append(repeats)
        return len(events) - 1

    def add_network(self, event: Event) -> None:
        """Takes up an event of the network's own record, whose times (of its own clock) it has already."""
        self._network.append(event)

    def deeds(self) -> Iterator[Event]:
        """The events so far, the network's own left out."""
        return (event for event in self._events if event is not _LINE)

    def start_block(self) -> None:
        """What comes next belongs to another process or list: nothing is merged over this line."""
        if self._events:
            self._events.append(_LINE)
            self._times.append(None)
            self._counts.append(0)

    def settle_clock(self, zero: int | None = None) -> None:
        """From here on `zero`, or else the earliest time met, is zero for processes and events alike.

        To be called once, when all is read.
        """
        for procid, place in self._births.items():
            started = self.processes[procid - 1].started_ms
            self._times[place] = self._times[place] if started is None else started
        starts = [process.started_ms for process in self.processes]
        self._zero = (
            zero if zero is not None else min((at for at in (*self._times, *starts) if at is not None), default=None)
        )
        self.processes = [
            msgspec.structs.replace(
                process,
                started_ms=self.since_zero(process.started_ms),
                terminated_ms=self.since_zero(process.terminated_ms),
            )
            for process in self.processes
        ]

    def since_zero(self, at_ms: int | None) -> int | None:
        """`at_ms` of the source's clock in milliseconds since the report's zero; None before `settle_clock`."""
        if at_ms is None or self._zero is None:
            return None
        return max(0, at_ms - self._zero)

    def cover(self) -> None:
        """Notes what was taken up since the last time, for `is_covered`."""
        noted = self._noted
        self._noted = (len(self.processes), len(self.contacts), len(self._events))
        for process in self.processes[noted[0] :]:
            if isinstance(process.cmd, str):
                self._coverage.note("command", "", process.cmd, process.procid)
        for contact, procid, _ in self.contacts[noted[1] :]:
            self._coverage.note("host", "", contact.host, procid)
        for event in self._events[noted[2] :]:
            self._coverage.note_event(event)

    def is_covered(self, kind: str, verb: str, what: str, procid: int | None = None) -> bool:
        """As `Coverage.is_covered`."""
        return self._coverage.is_covered(kind, verb, what, procid)

    def placed(self) -> tuple[tuple[Event, ...], list[int]]:
        """The events in order, and for each place that `add` gave its new place.

        Processes of which no one knows when they came up are first; then what has a time, by that; then what has none;
        then the network's own.
        """
        made = [place for place, event in enumerate(self._events) if event is not _LINE]
        made.sort(key=self._rank)
        order = [0] * len(self._events)
        for new, old in enumerate(made):
            order[old] = new
        return (*(self._stamped(place) for place in made), *self._network), order

    def _rank(self, place: int) -> float:
        at_ms = self._times[place]
        if at_ms is not None:
            return at_ms
        return -_NEVER if isinstance(self._events[place], ProcessCreate) else _NEVER

    def _stamped(self, place: int) -> Event:
        event, at_ms, repeats = self._events[place], self._times[place], self._counts[place]
        if at_ms is None and repeats == 1:
            return event
        return msgspec.structs.replace(event, at_ms=self.since_zero(at_ms), count=repeats)

    def name_pid(self, procid: int, pid: int | None) -> None:
        """Process `procid` turns out to have the guest's `pid`."""
        if pid is not None:
            self.update(procid, pid=pid)
            self._by_pid.setdefault(pid, []).append(procid)

    def add_births(self, kind: str | None = None) -> None:
        """The coming up of every process that has none yet, as `kind`; to be called before its deeds are added."""
        for process in self.processes[self._born :]:
            said = kind if kind is not None else "Existing" if process.existing else "Create"
            self._births[process.procid] = self.add(ProcessCreate(procid=process.procid, kind=said), process.started_ms)
        self._born = len(self.processes)

    def end_process(self, procid: int, at_ms: int | None, status: int) -> None:
        """Process `procid` ended with the exit `status`."""
        self.update(procid, terminated_ms=at_ms, exit_status=status)
        self.add(ProcessTerminate(procid=procid, status=status), at_ms)

    def add_deaths(self) -> None:
        """The end of every process that is known to have ended and whose end no event tells."""
        self.start_block()
        told = {event.procid for event in self._events if isinstance(event, ProcessTerminate)}
        for process in self.processes:
            if process.terminated_ms is not None and process.procid not in told:
                self.add(
                    ProcessTerminate(procid=process.procid, status=(process.exit_status or 0) & 0xFFFFFFFF),
                    process.terminated_ms,
                )

    def link_parents(self) -> None:
        """Sets the parent of every process by its ppid: the last process of that pid that came before it."""
        later: list[tuple[int, int]] = []
        for child in list(self.processes):
            if child.ppid is None or child.procid_parent is not None:
                continue
            found = self.procids_of(child.ppid)
            place = bisect_left(found, child.procid)
            if place > 0:
                self.update(child.procid, procid_parent=found[place - 1])
            elif found and found[-1] != child.procid:
                later.append((child.procid, next(procid for procid in found if procid != child.procid)))
        for procid, parent in later:
            if not self._is_above(procid, parent):
                self.update(procid, procid_parent=parent)

    def _is_above(self, procid: int, start: int) -> bool:
        """Whether `procid` is among the ancestors of `start`, or these are too many to tell: closes a circle."""
        at: int | None = start
        for _ in range(_DEEPEST):
            if at is None:
                return False
            if at == procid:
                return True
            at = self.processes[at - 1].procid_parent
        return True


_DEEPEST = 1000
"""Ancestors that are looked at."""
_NEVER = float("inf")
_LINE: Event = ProcessCreate(kind="line")
"""Stands between two blocks of events, so that they do not merge; never told."""
