"""What events tell already, so that lists which repeat it add only what is new."""

from collections.abc import Callable
from typing import Any

from fulgurite.model.events import (
    DnsQuery,
    Event,
    FileAccess,
    HttpRequest,
    ModuleLoad,
    RegistryAccess,
    Search,
    Service,
    SyncObject,
)

Told = tuple[str, str, str]
"""Kind, verb, what."""


def _files(event: FileAccess) -> list[Told]:
    """A file that got its name by a move was met, but not written: sources that list it so are right."""
    told: list[Told] = [("file", event.verb, event.path)]
    return told if event.dst is None else [*told, ("file", "moved to", event.dst)]


_TELLERS: dict[type[Any], Callable[[Any], list[Told]]] = {
    FileAccess: _files,
    RegistryAccess: lambda event: [("registry", event.verb, event.path)],
    SyncObject: lambda event: [(event.object, "", event.name)],
    ModuleLoad: lambda event: [("module", "", event.path)],
    Service: lambda event: [("service", event.op, event.name)],
    DnsQuery: lambda event: [("domain", "", event.name)],
    HttpRequest: lambda event: [("url", "", event.url)],
    Search: lambda event: [("search", "", event.target)],
}


class Coverage:
    """A set of deeds, each asked for with or without its verb and its process."""

    def __init__(self) -> None:
        self._told: set[tuple[str, str, str, int | None]] = set()

    def note_event(self, event: Event) -> None:
        """Notes what `event` tells."""
        teller = _TELLERS.get(type(event))
        if teller is not None:
            for kind, verb, what in teller(event):
                self.note(kind, verb, what, event.procid)

    def note(self, kind: str, verb: str, what: str, procid: int | None) -> None:
        """Notes that process `procid` did `verb` to `what`."""
        self._told.update(
            ((kind, verb, what, procid), (kind, "", what, procid), (kind, verb, what, None), (kind, "", what, None))
        )

    def is_covered(self, kind: str, verb: str, what: str, procid: int | None = None) -> bool:
        """Whether it is told already, by process `procid` where that is given; notes it for the next time.

        Any verb will do where `verb` is empty.
        """
        if (kind, verb, what, procid) in self._told:
            return True
        self.note(kind, verb, what, procid)
        return False
