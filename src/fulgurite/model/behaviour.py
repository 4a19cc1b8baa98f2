"""How much a run saw the sample do: what tells an idle or broken run from a harmless program."""

from collections.abc import Iterable
from itertools import islice

from fulgurite.model.events import Event, ForeignEvent, ModuleLoad, ProcessCreate, ProcessTerminate
from fulgurite.model.process import Process

ENOUGH_DEEDS = 3
"""Of a run that saw fewer, nobody can say that its sample is harmless."""


def saw_behaviour(processes: Iterable[Process], events: Iterable[Event]) -> bool:
    """Whether one of `events` is something that the sample did.

    That a process came up or ended, and what its loader loaded, is not, unless a process of the sample started it.
    """
    return deeds(processes, events, most=1) == 1


def deeds(processes: Iterable[Process], events: Iterable[Event], *, most: int) -> int:
    """How many of `events` are something that the sample did, counted up to `most`."""
    known = {process.procid: process for process in processes}
    return sum(1 for _ in islice((event for event in events if _is_deed(event, known)), most))


def _is_deed(event: Event, known: dict[int, Process]) -> bool:
    if isinstance(event, ProcessCreate):
        return event.procid is not None and _is_child(known.get(event.procid), known)
    if isinstance(event, ForeignEvent):
        return event.n != "analog.header"
    return not isinstance(event, ProcessTerminate | ModuleLoad)


def _is_child(process: Process | None, known: dict[int, Process]) -> bool:
    """Whether `process` was started by one that was not there before the sample."""
    if process is None or process.existing or process.procid_parent is None:
        return False
    parent = known.get(process.procid_parent)
    return parent is not None and not parent.existing
