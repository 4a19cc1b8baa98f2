"""The processes of the guest: those of the baseline, and those that the sample starts."""

from __future__ import annotations

import ntpath
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fulgurite.engines.emulator.threads import GuestThread, Region
from fulgurite.model.events import ProcessCreate, ProcessTerminate
from fulgurite.model.process import Process

if TYPE_CHECKING:
    from fulgurite.engines.emulator.guest import Guest

MAX_DEPTH = 6
"""How many generations below the sample are emulated."""
MAX_EMULATED = 24
"""How many processes of one run are emulated; more are recorded, not run."""


@dataclass(eq=False)
class GuestProcess:
    """One process of the guest. `pid` may be met again by another one; `procid` never."""

    procid: int
    pid: int
    image: str
    cmd: str
    parent: GuestProcess | None = None
    ppid: int = 0
    cwd: str = "C:\\Windows\\System32"
    existing: bool = False
    orig: bool = True
    """Whether the image belongs to the clean guest."""
    data: bytes | None = None
    """Bytes of its image when it can be emulated."""
    depth: int = 0
    is_sample: bool = False
    """Whether it is the process of the sample itself."""
    started_ms: int = 0
    is_suspended: bool = False
    was_run: bool = False
    terminated_ms: int | None = None
    exit_status: int = 0
    has_exited: bool = False
    """Whether it asked for its end, which gave `exit_status`."""
    injected: bool = False
    bits: int = 64
    """Width of its code."""
    session: int = 1
    user: str = ""
    environment: dict[str, str] | None = None
    """Its variables where they differ from the guest's; None when they do not."""
    library: str | None = None
    """Path of the library that `data` holds, when the process (rundll32.exe) only loads that."""
    entries: tuple[str, ...] = ()
    """The exports of `library` that are called after its entry point."""
    main_thread: GuestThread | None = None
    threads: list[GuestThread] = field(default_factory=list)
    """Threads that other processes (or its own calls) put into it and that wait to run."""
    regions: list[Region] = field(default_factory=list)
    """Memory that other processes allocated in it or wrote to."""
    image_base: int = 0
    """Where its image is mapped; 0 when that is not known yet."""
    is_unmapped: bool = False
    """Whether another process unmapped its image."""
    output: list[str] = field(default_factory=list)
    """What it wrote to its standard output, where that is known and somebody may read it."""
    addresses: dict[str, int] = field(default_factory=dict)
    """Where hooks put values that they hand out more than once."""
    idle: tuple[int, int] = (0, 0)
    """The run's number of events at its last sleep, and how many sleeps saw that number."""
    polls: int = 0
    """How often it was asked whether it still runs."""

    @property
    def name(self) -> str:
        """Base name of the image."""
        return ntpath.basename(self.image)


class Processes:
    """All processes of one guest."""

    def __init__(self, guest: Guest) -> None:
        self._guest = guest
        self.all: list[GuestProcess] = []
        self._next_pid = 3_300
        self._next_tid = 5_000
        self.attributes: dict[int, dict[int, int]] = {}
        """Attribute lists for CreateProcess: address -> attribute -> address of its value."""
        self.slept_ms = 0
        """Sleeps since the others last had their turn."""
        self.emulated = 0
        """How often the emulator was started for one of them."""

    def seed_baseline(self) -> None:
        """Brings up the processes that run before the sample, marked `Existing`."""
        for number, row in enumerate(self._guest.system.processes, 1):
            process = GuestProcess(
                procid=number,
                pid=row.pid,
                ppid=row.ppid,
                image=row.image,
                cmd=row.cmd,
                existing=True,
                session=row.session,
                user=row.user,
            )
            process.parent = next((p for p in self.all if p.pid == row.ppid), None)
            self._add(process, kind="Existing")

    def start(
        self,
        image: str,
        cmd: str,
        *,
        parent: GuestProcess | None,
        cwd: str | None = None,
        data: bytes | None = None,
        orig: bool = True,
        is_suspended: bool = False,
    ) -> GuestProcess:
        """A new process, recorded; it runs when the scheduler comes to it, if it has `data`."""
        self._next_pid += 4 * (1 + (len(self.all) * 7) % 5)
        while any(p.pid == self._next_pid for p in self.all):
            self._next_pid += 4
        process = GuestProcess(
            procid=len(self.all) + 1,
            pid=self._next_pid,
            ppid=parent.pid if parent else 0,
            parent=parent,
            image=image,
            cmd=cmd,
            cwd=cwd or (parent.cwd if parent else ntpath.dirname(image)),
            data=data,
            orig=orig,
            depth=parent.depth + 1 if parent and not parent.existing else 0,
            started_ms=self._guest.clock.now_ms,
            is_suspended=is_suspended,
            user=(parent.user if parent else "") or self._guest.system.user,
            bits=32 if "\\syswow64\\" in image.lower() else 64,
        )
        self._add(process, kind="Create")
        return process

    def _add(self, process: GuestProcess, kind: str) -> None:
        process.main_thread = self.new_thread(process)
        process.main_thread.is_suspended = process.is_suspended
        self.all.append(process)
        self._guest.log.process(self.value(process))
        self._guest.record(process, ProcessCreate, kind=kind)

    def end(self, process: GuestProcess, status: int = 0) -> None:
        """Ends `process`, once."""
        if process.terminated_ms is not None:
            return
        process.terminated_ms = self._guest.clock.now_ms
        process.exit_status = status & 0xFFFFFFFF
        self._guest.record(process, ProcessTerminate, status=process.exit_status)
        self._guest.log.process(self.value(process))

    def mark_injected(self, process: GuestProcess) -> None:
        """Notes that another process put code into `process`."""
        if not process.injected:
            process.injected = True
            self._guest.log.process(self.value(process))

    def new_thread(self, process: GuestProcess, *, start: int = 0, argument: int = 0) -> GuestThread:
        """A thread of `process` with an id of its own; it is not queued."""
        self._next_tid += 4
        return GuestThread(process=process, tid=self._next_tid, start=start, argument=argument)

    def of_pid(self, pid: int) -> GuestProcess | None:
        """The living process with `pid`."""
        return next((p for p in reversed(self.all) if p.pid == pid and p.terminated_ms is None), None)

    @property
    def living(self) -> list[GuestProcess]:
        """The processes that run now, oldest first."""
        return [p for p in self.all if p.terminated_ms is None]

    def next_runnable(self, but: GuestProcess | None = None) -> GuestProcess | None:
        """The oldest process that waits to be run, `but` left out."""
        return next((p for p in self.all if p is not but and self.is_runnable(p)), None)

    def is_runnable(self, process: GuestProcess) -> bool:
        """Whether `process` waits to be run and may be."""
        if process.is_suspended or process.terminated_ms is not None:
            return False
        has_threads = any(not thread.is_suspended for thread in process.threads)
        if not has_threads and (process.was_run or process.existing):
            return False
        return self._within_limits(process)

    def _within_limits(self, process: GuestProcess) -> bool:
        if process.depth > MAX_DEPTH:
            self._guest.log.note(f"processes more than {MAX_DEPTH} generations below the sample are listed, not run")
            return False
        if self.emulated >= MAX_EMULATED:
            self._guest.log.note(f"processes past the {MAX_EMULATED}th are listed, not run")
            return False
        return True

    @staticmethod
    def value(process: GuestProcess) -> Process:
        """`process` as the log has it."""
        return Process(
            procid=process.procid,
            pid=process.pid,
            ppid=process.ppid,
            procid_parent=process.parent.procid if process.parent else None,
            image=process.image,
            cmd=process.cmd,
            orig=process.orig,
            existing=process.existing,
            injected=process.injected,
            started_ms=process.started_ms,
            terminated_ms=process.terminated_ms,
            exit_status=process.exit_status if process.terminated_ms is not None else None,
        )
