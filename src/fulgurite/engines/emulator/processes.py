"""The processes of the guest: those of the baseline, and those that the sample starts."""

from __future__ import annotations

import ntpath
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

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
    injected: bool = False
    memory: dict[int, bytes] = field(default_factory=dict)
    """What other processes wrote into it: address -> bytes."""

    @property
    def name(self) -> str:
        """Base name of the image."""
        return ntpath.basename(self.image)


class Processes:
    """All processes of one guest."""

    def __init__(self, guest: Guest) -> None:
        self._guest = guest
        self.all: list[GuestProcess] = []
        self._next_pid = 2_000

    def seed_baseline(self) -> None:
        """Brings up the processes that run before the sample, marked `Existing`."""
        for number, row in enumerate(self._guest.system.processes, 1):
            process = GuestProcess(
                procid=number, pid=row.pid, ppid=row.ppid, image=row.image, cmd=row.cmd, existing=True
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
        )
        self._add(process, kind="Create")
        return process

    def _add(self, process: GuestProcess, kind: str) -> None:
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

    def next_runnable(self) -> GuestProcess | None:
        """The oldest process that waits to be emulated."""
        return next((p for p in self.all if self.is_runnable(p)), None)

    def is_runnable(self, process: GuestProcess) -> bool:
        """Whether `process` waits to be emulated and may be."""
        return (
            process.data is not None
            and not process.was_run
            and not process.is_suspended
            and process.terminated_ms is None
            and process.depth <= MAX_DEPTH
            and sum(p.was_run for p in self.all) < MAX_EMULATED
        )

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
