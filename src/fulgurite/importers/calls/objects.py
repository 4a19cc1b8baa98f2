"""Calls on named kernel objects. Objects without a name tell nothing and stay in the original."""

from typing import Literal

from fulgurite.importers.calls.call import Call, Made, Row
from fulgurite.model.events import SyncObject

_NAMES = (
    "MutexName",
    "mutant_name",
    "EventName",
    "event_name",
    "SemaphoreName",
    "semaphore_name",
    "TimerName",
    "timer_name",
    "AtomName",
    "lpName",
    "Name",
    "ObjectAttributesName",
)
_NO_NAMES = frozenset({"(null)", "0x0", "NULL"})
"""How sources spell that there is no name."""

Kind = Literal["mutant", "event", "semaphore", "section", "timer", "pipe", "atom"]


def sync_row(kind: Kind, op: str) -> Row:
    """The row of a call that makes or opens a named object."""

    def row(call: Call) -> Made:
        name = call.text(*_NAMES)
        if name is None or name in _NO_NAMES:
            return None
        return SyncObject(procid=call.by.procid, object=kind, name=name, op=op, status=call.status)

    return row


ROWS: dict[str, Row] = {
    "NtCreateMutant": sync_row("mutant", "MutantCreate"),
    "CreateMutex": sync_row("mutant", "MutantCreate"),
    "CreateMutexEx": sync_row("mutant", "MutantCreate"),
    "NtOpenMutant": sync_row("mutant", "MutantOpen"),
    "OpenMutex": sync_row("mutant", "MutantOpen"),
    "NtCreateEvent": sync_row("event", "EventCreate"),
    "CreateEvent": sync_row("event", "EventCreate"),
    "CreateEventEx": sync_row("event", "EventCreate"),
    "NtOpenEvent": sync_row("event", "EventOpen"),
    "OpenEvent": sync_row("event", "EventOpen"),
    "NtCreateSemaphore": sync_row("semaphore", "SemaphoreCreate"),
    "CreateSemaphore": sync_row("semaphore", "SemaphoreCreate"),
    "CreateSemaphoreEx": sync_row("semaphore", "SemaphoreCreate"),
    "NtOpenSemaphore": sync_row("semaphore", "SemaphoreOpen"),
    "OpenSemaphore": sync_row("semaphore", "SemaphoreOpen"),
    "NtCreateTimer": sync_row("timer", "TimerCreate"),
    "CreateWaitableTimer": sync_row("timer", "TimerCreate"),
    "NtOpenTimer": sync_row("timer", "TimerOpen"),
    "NtAddAtom": sync_row("atom", "AtomAdd"),
    "NtAddAtomEx": sync_row("atom", "AtomAdd"),
    "GlobalAddAtom": sync_row("atom", "AtomAdd"),
    "NtFindAtom": sync_row("atom", "AtomFind"),
    "GlobalFindAtom": sync_row("atom", "AtomFind"),
    "NtQueryInformationAtom": sync_row("atom", "AtomFind"),
}
