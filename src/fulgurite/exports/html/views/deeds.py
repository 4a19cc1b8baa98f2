"""What was done to files, registry, objects and so on: the lists of the digest, as tables."""

from typing import NamedTuple

from fulgurite.exports.html.views.who import Cast, Who
from fulgurite.model.base import Model
from fulgurite.model.digest import Deed, Digest

MAX_ROWS = 20
"""Lines of one list that a page shows: enough to see of what kind they are; all are in the events."""


class _Head(NamedTuple):
    title: str
    what: str
    verb: str | None
    note: str | None
    filters: dict[str, str]
    """Of the explorer, which show all of them."""


_HEADS = {
    "files": _Head("Files changed", "Path", "How", "New path", {"kind": "file"}),
    "files_read": _Head("Files read", "Path", None, None, {"kind": "file", "verb": "read"}),
    "registry": _Head("Registry changed", "Key or value", "How", "Data", {"kind": "registry"}),
    "registry_read": _Head("Registry read", "Key or value", None, None, {"kind": "registry", "verb": "read"}),
    "objects": _Head("Mutexes and other named objects", "Name", "Object", None, {"kind": "sync"}),
    "searches": _Head("Looked for", "Target", "Among", None, {"kind": "search"}),
    "injections": _Head("Injection", "Call", None, None, {"kind": "injection"}),
    "suspicious": _Head("Telling calls", "Call", None, "Detail", {"kind": "suspicious"}),
    "memory": _Head("Memory made executable", "Call", "Protection", None, {"kind": "memory"}),
    "modules": _Head("Modules loaded", "Path", None, None, {"kind": "module"}),
    "services": _Head("Services", "Name", "Call", "Command", {"kind": "service"}),
    "tasks": _Head("Scheduled tasks", "Name", "Call", "Command", {"kind": "task"}),
    "apis": _Head("Other calls", "API", None, "First arguments", {"kind": "api"}),
    "names": _Head("Names asked for", "Name", "Type", "Answers", {"kind": "dns_query"}),
    "requests": _Head("HTTP requests", "URL", "Method", "Status", {"kind": "http_request"}),
    "tls": _Head("TLS handshakes", "Server name", "JA3", "JA3S", {"kind": "tls"}),
    "foreign": _Head("Other events of the source", "Event", "List", None, {"kind": "foreign"}),
}
BEHAVIOUR = (
    "injections",
    "suspicious",
    "files",
    "registry",
    "services",
    "tasks",
    "objects",
    "memory",
    "searches",
    "modules",
    "apis",
    "files_read",
    "registry_read",
    "foreign",
)
"""Those that are no network, the most telling first."""


class Line(Model, frozen=True, kw_only=True):
    """One deed with its doers."""

    said: Deed
    by: tuple[Who, ...] = ()
    target: Who | None = None


class Table(Model, frozen=True, kw_only=True):
    """One list of the digest."""

    id: str
    """A word of model.digest.LISTS."""
    title: str
    what: str
    """Heads of the columns; None: there is none of the kind."""
    verb: str | None
    note: str | None
    filters: dict[str, str]
    """Of the explorer, which show all of them."""
    lines: tuple[Line, ...] = ()
    distinct: int = 0
    events: int = 0
    has_targets: bool = False
    has_notes: bool = False

    @property
    def left(self) -> int:
        """Lines that the page does not show."""
        return self.distinct - len(self.lines)


def table(name: str, digest: Digest, cast: Cast) -> Table:
    """The list `name` as a table."""
    head, deeds = _HEADS[name], digest.of(name)
    lines = tuple(
        Line(said=deed, by=cast.all_of(deed.procids), target=cast.who(deed.procid_target))
        for deed in deeds.lines[:MAX_ROWS]
    )
    return Table(
        id=name,
        **head._asdict(),
        lines=lines,
        distinct=deeds.distinct,
        events=deeds.events,
        has_notes=any(line.said.note is not None for line in lines),
        has_targets=any(line.target is not None for line in lines),
    )


def behaviour(digest: Digest, cast: Cast) -> tuple[Table, ...]:
    """Tables of all that was done but for the network, without the empty ones."""
    return tuple(table(name, digest, cast) for name in BEHAVIOUR if digest.of(name).lines)
