"""API calls without an event of their own that are worth telling, bounded, repeats told once with their number."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from fulgurite.model.events import ApiCall

if TYPE_CHECKING:
    from fulgurite.engines.emulator.guest import Guest
    from fulgurite.engines.emulator.processes import GuestProcess

MAX_PER_API = 24
"""Events of one API in one process."""
MAX_PER_PROCESS = 1_500
MAX_ARGUMENT = 512
"""Characters of one argument that are kept."""
MAX_ARGUMENTS = 12


class ApiCalls:
    """The writer of ApiCall events."""

    def __init__(self, guest: Guest) -> None:
        self._guest = guest
        self._told: Counter[tuple[int, str]] = Counter()
        self._of_process: Counter[int] = Counter()
        self._last: ApiCall | None = None

    def note(self, process: GuestProcess, api: str, args: tuple[str, ...] = (), ret: str | None = None) -> None:
        """Tells that `process` called `api`."""
        args = tuple(arg[:MAX_ARGUMENT] for arg in args[:MAX_ARGUMENTS])
        last = self._last
        if last is not None and (last.procid, last.api, last.args, last.ret) == (process.procid, api, args, ret):
            self._last = ApiCall(
                procid=last.procid, at_ms=last.at_ms, count=last.count + 1, api=api, args=args, ret=ret
            )
            return
        self.flush()
        key = (process.procid, api)
        if self._told[key] >= MAX_PER_API or self._of_process[process.procid] >= MAX_PER_PROCESS:
            self._guest.log.note(
                f"process {process.procid} ({process.name}): API calls past the first ones are left out"
            )
            return
        self._told[key] += 1
        self._of_process[process.procid] += 1
        self._last = ApiCall(procid=process.procid, at_ms=self._guest.clock.now_ms, api=api, args=args, ret=ret)

    def flush(self) -> None:
        """Writes the call that waits for its repeats; called before any other event is written."""
        last, self._last = self._last, None
        if last is not None:
            self._guest.log.event(last)
