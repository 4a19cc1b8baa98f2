"""What handles of the guest stand for, and the objects that have a name which all its processes share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from fulgurite.engines.emulator.guest import Guest
    from fulgurite.engines.emulator.processes import GuestProcess
    from fulgurite.engines.emulator.profile import System

ObjectKind = Literal["mutant", "event", "semaphore", "section", "timer", "pipe"]
MAX_NAMES = 20_000
"""Named objects of one guest; more are answered as if there were no memory."""


class GuestObject:
    """What a handle of our own stands for."""

    references = 0
    """How many open handles stand for it."""

    def closed(self, guest: Guest, process: GuestProcess) -> None:
        """Called when `process` closed the last handle."""


@dataclass(eq=False)
class SyncObject(GuestObject):
    """A mutex, event, semaphore or timer."""

    kind: ObjectKind
    name: str = ""
    """As the program gave it; empty when it has none."""
    is_signalled: bool = False
    resets_itself: bool = False
    """Whether one wait takes the signal (auto-reset event, timer)."""
    count: int = 0
    """Of a semaphore: how many waits it lets pass."""
    limit: int = 1
    """Of a semaphore."""
    owner: GuestProcess | None = None
    """Of a mutex that is held."""
    due_ms: int | None = None
    """Of a timer: when it signals, on the run's clock."""

    def is_ready(self, process: GuestProcess, now_ms: int) -> bool:
        """Whether a wait of `process` would pass."""
        match self.kind:
            case "mutant":
                return self.owner is None or self.owner is process or self.owner.terminated_ms is not None
            case "semaphore":
                return self.count > 0
            case "timer":
                return self.is_signalled or (self.due_ms is not None and self.due_ms <= now_ms)
            case _:
                return self.is_signalled

    def take(self, process: GuestProcess) -> None:
        """What a wait that passed changes."""
        if self.kind == "mutant":
            self.owner = process
        elif self.kind == "semaphore":
            self.count -= 1
        elif self.resets_itself:
            self.is_signalled = False
            self.due_ms = None


@dataclass(eq=False)
class Section(GuestObject):
    """Memory that can be mapped: of a file, or of its own."""

    size: int
    protection: int
    name: str = ""
    content: bytearray = field(default_factory=bytearray)
    """The file's stream itself, or what the processes share."""
    source: GuestObject | None = None
    """The open file behind it."""
    kind: ObjectKind = "section"


class Names:
    """The named objects of one guest. Windows keeps one name space for all kinds; names are without their prefix."""

    def __init__(self, system: System) -> None:
        self._objects: dict[str, GuestObject] = {}
        for kind, names in system.objects.items():
            for name in names:
                self.put(name, SyncObject(kind, name))

    @staticmethod
    def _key(name: str) -> str:
        """`name` as Windows looks it up: session names are the same with and without `Local\\`."""
        key = name
        for prefix in ("\\sessions\\1\\basenamedobjects\\", "local\\", "session\\1\\"):
            if key.lower().startswith(prefix):
                key = key[len(prefix) :]
        if key.lower().startswith("\\basenamedobjects\\"):
            key = "global\\" + key[18:]
        return key[:7].lower() + key[7:] if key.lower().startswith("global\\") else key

    def find(self, name: str) -> GuestObject | None:
        """The object called `name`."""
        return self._objects.get(self._key(name)) if name else None

    def put(self, name: str, thing: GuestObject) -> bool:
        """Gives `thing` the name; an empty one gives none. False when there are too many."""
        if len(self._objects) >= MAX_NAMES:
            return False
        if name:
            self._objects[self._key(name)] = thing
        return True

    def drop(self, thing: GuestObject) -> None:
        """Forgets the names of `thing`."""
        for key in [key for key, there in self._objects.items() if there is thing]:
            del self._objects[key]
