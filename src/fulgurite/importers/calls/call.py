"""One logged call as the rows of the table see it, whatever its source calls the arguments."""

from collections.abc import Callable
from typing import Any, NamedTuple

from fulgurite.importers import ntstatus
from fulgurite.importers.values import number, text
from fulgurite.model.events import Event

SELF_HANDLES = frozenset({0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF, -1})
"""What a process calls itself by (`GetCurrentProcess`)."""


HANDLES = ("ProcessHandle", "process_handle", "hProcess")
"""Arguments that hold another process's handle, or the caller's own."""
_PIDS = ("ProcessId", "process_identifier", "ProcessIdentifier", "th32ProcessID", "dwProcessId", "pid")


class Contact(NamedTuple):
    """Another machine was turned to: becomes a flow once the network's own record is read."""

    proto: str
    host: str
    port: int | None


class Program:
    """One process as its calls go by: what its handles stand for, and how its pids are to be read."""

    def __init__(self, procid: int | None, pid: int | None, procid_of: Callable[[int], int | None]) -> None:
        self.procid = procid
        self.pid = pid
        self.procid_of = procid_of
        """The procid of a pid of the guest, where it is known."""
        self.keys: dict[str, str] = {}
        """Registry keys by handle, for sources that name keys by handle only."""
        self.hosts: dict[str, tuple[str, int | None]] = {}
        """Hosts and ports by internet handle."""
        self.files: dict[str, str] = {}
        """Paths by file handle, for sources that name files by handle only."""


class Call:
    """One call. Rows read its arguments by all names that sources have for them."""

    __slots__ = ("api", "args", "by", "ok", "returned")

    def __init__(self, api: str, args: dict[str, Any], by: Program, *, ok: bool, returned: Any = None) -> None:
        self.api = api
        self.args = args
        self.by = by
        self.ok = ok
        self.returned = returned

    def text(self, *names: str) -> str | None:
        """The first of the arguments `names` that has text in it."""
        args = self.args
        for name in names:
            value = args.get(name)
            if value is not None and value != "":
                return value if type(value) is str else text(value)
        return None

    def number(self, *names: str) -> int | None:
        """The first of the arguments `names` that is a number."""
        args = self.args
        for name in names:
            if name in args:
                found = number(args[name])
                if found is not None:
                    return found
        return None

    def text_of_return(self) -> str | None:
        """What the call returned, as text: a handle, where it made one."""
        return text(self.returned)

    @property
    def status(self) -> int:
        """The NTSTATUS of the call."""
        return ntstatus.of_call(self.api, succeeded=self.ok, returned=number(self.returned))

    @property
    def target(self) -> int | None:
        """The procid of the other process that the call is about; None for itself and where it is not known."""
        pid = self.number(*_PIDS)
        if pid is None or pid == self.by.pid:
            return None
        procid = self.by.procid_of(pid)
        return None if procid == self.by.procid else procid

    @property
    def is_elsewhere(self) -> bool:
        """Whether the call reaches into another process, as far as its arguments tell."""
        pid = self.number(*_PIDS)
        if pid is not None:
            return pid != self.by.pid
        handle = self.number(*HANDLES)
        return handle is not None and handle not in SELF_HANDLES and handle != 0


Made = Event | Contact | tuple[Event | Contact, ...] | None
"""What a row makes of a call; None where the call tells nothing worth keeping."""
Row = Callable[[Call], Made]
