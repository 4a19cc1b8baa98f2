"""The guest: the state that all processes of one run share, and the one place where they record what they do."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from fulgurite.engines.emulator.calls import ApiCalls
from fulgurite.engines.emulator.clock import Clock
from fulgurite.engines.emulator.dropped import DroppedFiles
from fulgurite.engines.emulator.files import FileSystem
from fulgurite.engines.emulator.network import Network
from fulgurite.engines.emulator.objects import GuestObject, Names
from fulgurite.engines.emulator.processes import GuestProcess, Processes
from fulgurite.engines.emulator.registry import Registry
from fulgurite.engines.emulator.services import Services

if TYPE_CHECKING:
    from fulgurite.engines.emulator.crt import Crt
    from fulgurite.engines.emulator.log import RunLog
    from fulgurite.engines.emulator.profile import System
    from fulgurite.engines.emulator.views import View
    from fulgurite.model.events import Event

FIRST_HANDLE = 0x1000
"""Above the handles that the emulator's own handlers give out for files and events."""


TURN_MS = 100
"""Sleeps of this length in all give the other processes their turn."""


class Guest:
    """One emulated machine during one run."""

    def __init__(self, system: System, log: RunLog, *, seconds: float) -> None:
        self.system = system
        self.log = log
        self.clock = Clock(system.boot_ms, system.epoch_s)
        self.deadline = time.monotonic() + seconds
        """Host time at which the run ends as partial."""
        self.seconds = seconds
        self.calls = ApiCalls(self)
        self.processes = Processes(self)
        self.dropped = DroppedFiles(log)
        self.files = FileSystem(system, self.clock, self.dropped.keep)
        self.names = Names(system)
        self.atoms: dict[str, int] = {}
        """Lower-case name -> number."""
        self.views: list[View] = []
        """What processes have mapped of sections."""
        self.runtimes: WeakKeyDictionary[Any, Crt] = WeakKeyDictionary()
        """Emulator of a process -> what its C run-time has open."""
        self.registry = Registry(system, self.clock)
        self.network = Network(self)
        self.handles: dict[int, Any] = {}
        """Handles that our hooks gave out -> what they stand for; one table for all processes."""
        self._next_handle = FIRST_HANDLE
        self.services = Services(self)
        self.load_error: str | None = None
        """Why the sample itself could not be loaded, when it could not."""
        self.cut_short: str | None = None
        """Why the sample itself did not come to its own end, when it did not."""
        self.emulate: Callable[[GuestProcess], None] | None = None
        """Runs one process to its end; set by the session, which stands above this module."""

    def handle_of(self, thing: Any) -> int:
        """A new handle for `thing`."""
        handle, self._next_handle = self._next_handle, self._next_handle + 4
        self.handles[handle] = thing
        if isinstance(thing, GuestObject):
            thing.references += 1
        return handle

    @property
    def seconds_left(self) -> float:
        """Host seconds until the run must end; 0 or less when it is over."""
        return self.deadline - time.monotonic()

    def run_until_ended(self, process: GuestProcess) -> None:
        """Runs `process` now, inside the call of another one that waits for it, if it has not run yet."""
        if self.emulate is not None and self.processes.is_runnable(process) and self.seconds_left > 0:
            self.emulate(process)

    def pause(self, ms: int, process: GuestProcess) -> None:
        """Lets `process` sleep or wait for `ms`; other processes run meanwhile, once that comes to their turn."""
        self.clock.sleep(ms)
        self.processes.slept_ms += ms
        if self.processes.slept_ms >= TURN_MS:
            self.processes.slept_ms = 0
            while (other := self.processes.next_runnable(process)) is not None and self.seconds_left > 0:
                self.run_until_ended(other)

    def run_all_pending(self) -> None:
        """Runs every process that waits to be run, in the order of their creation."""
        while (process := self.processes.next_runnable()) is not None and self.seconds_left > 0:
            self.run_until_ended(process)

    def record(self, process: GuestProcess, event: type[Event], /, **fields: Any) -> None:
        """Writes an event of `process` that happens now: `guest.record(p, FileAccess, verb="read", ...)`."""
        self.calls.flush()
        self.log.event(event(procid=process.procid, at_ms=self.clock.now_ms, **fields))
