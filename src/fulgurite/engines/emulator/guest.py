"""The guest: the state that all processes of one run share, and the one place where they record what they do."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from fulgurite.engines.emulator.clock import Clock
from fulgurite.engines.emulator.processes import GuestProcess, Processes

if TYPE_CHECKING:
    from fulgurite.engines.emulator.log import RunLog
    from fulgurite.engines.emulator.profile import System
    from fulgurite.model.events import Event

FIRST_HANDLE = 0x1000
"""Above the handles that the emulator's own handlers give out for files and events."""


class Guest:
    """One emulated machine during one run."""

    def __init__(self, system: System, log: RunLog, *, seconds: float) -> None:
        self.system = system
        self.log = log
        self.clock = Clock(system.boot_ms, system.epoch_s)
        self.deadline = time.monotonic() + seconds
        """Host time at which the run ends as partial."""
        self.seconds = seconds
        self.processes = Processes(self)
        self.handles: dict[int, Any] = {}
        """Handles that our hooks gave out -> what they stand for; one table for all processes."""
        self._next_handle = FIRST_HANDLE
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
        return handle

    @property
    def seconds_left(self) -> float:
        """Host seconds until the run must end; 0 or less when it is over."""
        return self.deadline - time.monotonic()

    def run_until_ended(self, process: GuestProcess) -> None:
        """Runs `process` now, inside the call of another one that waits for it, if it has not run yet."""
        if self.emulate is not None and self.processes.is_runnable(process) and self.seconds_left > 0:
            self.emulate(process)

    def run_all_pending(self) -> None:
        """Runs every process that waits to be run, in the order of their creation."""
        while (process := self.processes.next_runnable()) is not None and self.seconds_left > 0:
            self.run_until_ended(process)

    def record(self, process: GuestProcess, event: type[Event], /, **fields: Any) -> None:
        """Writes an event of `process` that happens now: `guest.record(p, FileAccess, verb="read", ...)`."""
        self.log.event(event(procid=process.procid, at_ms=self.clock.now_ms, **fields))
