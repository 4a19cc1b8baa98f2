"""The log of calls, process by process: the bulk of a report."""

from collections.abc import Iterable
from typing import Any

from fulgurite.importers import lenient
from fulgurite.importers.calls import Call, Contact, Table
from fulgurite.importers.calls.call import Program
from fulgurite.importers.calls.plain import api_call
from fulgurite.importers.clocks import Stamps
from fulgurite.importers.cuckoo.shapes import LoggedCall, ProcessNode
from fulgurite.importers.draft import Draft
from fulgurite.importers.values import number
from fulgurite.model.events import Injection, ProcessTerminate

CallId = tuple[int, int]
"""How signatures name a call: pid and number of the call in its process."""
_TAKEOVERS = frozenset({"CreateRemoteThread", "QueueUserAPC"})
_MOST_REPEATS = 2**31


class Log:
    """Reads the calls of one report. `wanted` calls are those that signatures point to: kept whatever they are."""

    def __init__(self, draft: Draft, stamps: Stamps, wanted: Iterable[CallId]) -> None:
        self.draft = draft
        self.stamps = stamps
        self.wanted = frozenset(wanted)
        self.places: dict[CallId, int] = {}
        """Where the wanted calls ended up, as `Draft.add` numbers."""
        self.began_ms: int | None = None
        """When the first of the processes with calls came up: the guest's clock is set after its services have begun,
        and processes that were there before may have been seen hours earlier."""
        self._least_ms: int | None = None
        self._table = Table()

    def read(self, procid: int, node: ProcessNode) -> None:
        """Takes up the calls of one process."""
        draft = self.draft
        draft.start_block()
        self._least_ms = None
        program = Program(procid, node.own_pid, draft.procid_of)
        for place, logged in enumerate(lenient.many(node.calls, LoggedCall, "calls", draft.count)):
            self._read_call(logged, program, place)
        self._settle(procid)

    def _settle(self, procid: int) -> None:
        """A process came up before its first call, whatever another clock says."""
        if self._least_ms is None:
            return
        started = self.draft.processes[procid - 1].started_ms
        if started is not None and started > self._least_ms:
            self.draft.update(procid, started_ms=self._least_ms)
        came_up = self._least_ms if started is None else min(started, self._least_ms)
        self.began_ms = came_up if self.began_ms is None else min(self.began_ms, came_up)

    def _read_call(self, logged: LoggedCall, program: Program, place: int) -> None:
        api = logged.api
        if type(api) is not str:
            self.draft.count.unreadable("calls")
            return
        returned = logged.returned if logged.returned is not None else logged.return_value
        call = Call(api, _arguments(logged), program, ok=_succeeded(logged.status), returned=returned)
        made = self._table.made(call)
        wanted = None if program.pid is None or not self.wanted else (program.pid, _id(logged, place))
        if wanted is not None and wanted not in self.wanted:
            wanted = None
        if wanted is not None and made is None:
            made = api_call(call)
        if made is None:
            self.draft.count.leave(f"api {api[:80]}")
            return
        self.draft.count.carry()
        found = self._take(made, program, logged)
        if wanted is not None and found is not None:
            self.places[wanted] = found

    def _take(self, made: Any, program: Program, logged: LoggedCall) -> int | None:
        """Adds what a call became; returns the place of its (last) event."""
        at_ms = self.stamps.ms(logged.timestamp if logged.timestamp is not None else logged.time)
        if at_ms is not None and (self._least_ms is None or at_ms < self._least_ms):
            self._least_ms = at_ms
        repeats = 1 if not logged.repeated else 1 + min(max(number(logged.repeated) or 0, 0), _MOST_REPEATS)
        place = None
        for one in made if type(made) is tuple else (made,):
            if type(one) is Contact:
                self.draft.contacts.append((one, program.procid, at_ms))
            else:
                place = self.draft.add(one, at_ms, repeats)
                self._note(one, program, at_ms)
        return place

    def _note(self, event: Any, program: Program, at_ms: int | None) -> None:
        """What an event says of the processes themselves."""
        if type(event) is Injection and event.op in _TAKEOVERS and event.procid_target is not None:
            self.draft.update(event.procid_target, injected=True)
        elif type(event) is ProcessTerminate and program.procid is not None:
            self.draft.update(program.procid, terminated_ms=at_ms, exit_status=event.status)


def _id(logged: LoggedCall, place: int) -> int:
    return logged.id if type(logged.id) is int else place


def _arguments(logged: LoggedCall) -> dict[str, Any]:
    given = logged.arguments
    if type(given) is list:
        return {one.name: one.value for one in given if type(one.name) is str}
    return given if type(given) is dict else {}


_FAILED = frozenset({"FAILURE", "failure", "false", "False", "0"})


def _succeeded(status: Any) -> bool:
    """`status` as CAPE (bool), Cuckoo 2 (0 or 1) and VirusTotal's fork (SUCCESS, FAILURE) write it."""
    if status is None or status is True:
        return True
    return status not in _FAILED if isinstance(status, str) else bool(status)
