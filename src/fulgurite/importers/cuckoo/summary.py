"""Lists of what was touched: of the whole run, and in Cuckoo 2 of each process.

They repeat what the calls tell, and tell more where calls are missing or cut: only the latter become events here.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Literal, NamedTuple

from fulgurite.importers import lenient, ntstatus, paths
from fulgurite.importers.calls.call import Contact
from fulgurite.importers.clocks import Stamps
from fulgurite.importers.cuckoo.shapes import Behavior, EnhancedEvent, Generic, ProcessNode
from fulgurite.importers.draft import Draft
from fulgurite.importers.values import cut, number, text
from fulgurite.model.events import (
    ApiCall,
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

MAX_COMMAND = 32_768
"""Characters of one command line: what Windows allows."""


class Entry(NamedTuple):
    """One list: what its entries are."""

    kind: Literal["file", "registry"]
    verb: Literal["read", "write", "delete"]
    op: str
    is_loose: bool = False
    """Whether any verb of another event tells the same."""
    status: int | None = None


_PATHS: dict[str, Entry] = {
    "read_files": Entry("file", "read", "OpenRead"),
    "write_files": Entry("file", "write", "OpenModify"),
    "delete_files": Entry("file", "delete", "Delete"),
    "files": Entry("file", "read", "Unknown", is_loose=True),
    "read_keys": Entry("registry", "read", "QueryValueKey"),
    "write_keys": Entry("registry", "write", "Unknown"),
    "delete_keys": Entry("registry", "delete", "DeleteKey"),
    "keys": Entry("registry", "read", "OpenKey", is_loose=True),
    "regkey_read": Entry("registry", "read", "QueryValueKey"),
    "regkey_opened": Entry("registry", "read", "OpenKey"),
    "regkey_enumerated": Entry("registry", "read", "EnumerateKey"),
    "regkey_written": Entry("registry", "write", "Unknown"),
    "regkey_deleted": Entry("registry", "delete", "DeleteKey"),
    "file_opened": Entry("file", "read", "OpenRead", is_loose=True),
    "file_read": Entry("file", "read", "OpenRead"),
    "file_exists": Entry("file", "read", "Unknown", is_loose=True),
    "file_failed": Entry("file", "read", "Unknown", is_loose=True, status=ntstatus.UNSUCCESSFUL),
    "file_written": Entry("file", "write", "OpenModify"),
    "file_created": Entry("file", "write", "CreateModify"),
    "file_recreated": Entry("file", "write", "CreateModify"),
    "file_deleted": Entry("file", "delete", "Delete"),
    "directory_created": Entry("file", "write", "CreateModify"),
    "directory_removed": Entry("file", "delete", "Delete"),
    "directory_queried": Entry("file", "read", "Unknown", is_loose=True),
}
"""In the order in which they are read: the exact ones before the loose ones."""


def read(behavior: Behavior, draft: Draft, stamps: Stamps, listed: Iterable[tuple[int, ProcessNode]] = ()) -> None:
    """Takes up what the lists tell beyond the calls; `listed` are the processes by procid, with lists of their own."""
    draft.start_block()
    draft.cover()
    for owner, node in listed:
        lists = lenient.one(node.file_activities, lenient.Members, "file_activities", draft.count) or {}
        _read_lists(lists, draft, owner)
    for generic in lenient.many(behavior.generic, Generic, "generic", draft.count):
        pid = number(generic.pid)
        procid = None if pid is None else draft.procid_of(pid)
        lists = lenient.one(generic.summary, lenient.Members, "generic", draft.count) or {}
        _read_lists(lists, draft, procid)
    for event in lenient.many(behavior.enhanced, EnhancedEvent, "enhanced", draft.count):
        _read_enhanced(event, draft, stamps)
    lists = lenient.one(behavior.summary, lenient.Members, "summary", draft.count) or {}
    _read_lists(lists, draft, None)


def _read_lists(lists: lenient.Members, draft: Draft, procid: int | None) -> None:
    order = [name for name in _PATHS if name in lists] + [name for name in lists if name not in _PATHS]
    for name in order:
        read_one = _OTHERS.get(name)
        if name in _PATHS:
            _read_paths(lists[name], name, draft, procid)
        elif read_one is None:
            draft.count.leave(f"summary {name[:40]}", lenient.size(lists[name]))
        else:
            for value in lenient.many(lists[name], Any, name, draft.count):
                draft.count.carry()
                read_one(value, draft, procid)


def _read_paths(raw: lenient.Raw, name: str, draft: Draft, procid: int | None) -> None:
    entry = _PATHS[name]
    for value in lenient.many(raw, Any, name, draft.count):
        spelt = text(value)
        if spelt is None:
            continue
        draft.count.carry()
        path = paths.file(spelt) if entry.kind == "file" else paths.registry(spelt)
        if not draft.is_covered(entry.kind, "" if entry.is_loose else entry.verb, path, procid):
            draft.add(_access(entry, path, procid))


def _access(entry: Entry, path: str, procid: int | None, at_ms: int | None = None) -> Event:
    if entry.kind == "file":
        return FileAccess(procid=procid, verb=entry.verb, path=path, op=entry.op, status=entry.status, at_ms=at_ms)
    return RegistryAccess(procid=procid, verb=entry.verb, path=path, op=entry.op, status=entry.status, at_ms=at_ms)


def _pairs(value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, list) and len(value) == 2:  # noqa: PLR2004 - from and to
        old, new = text(value[0]), text(value[1])
        if old is not None and new is not None:
            yield paths.file(old), paths.file(new)


def _moved(value: Any, draft: Draft, procid: int | None) -> None:
    for old, new in _pairs(value):
        if not draft.is_covered("file", "rename", old, procid):
            draft.add(FileAccess(procid=procid, verb="rename", path=old, dst=new, op="Rename"))


def _copied(value: Any, draft: Draft, procid: int | None) -> None:
    for old, new in _pairs(value):
        if not draft.is_covered("file", "copy", new, procid):
            draft.add(FileAccess(procid=procid, verb="read", path=old, dst=new, op="OpenRead"))
            draft.add(FileAccess(procid=procid, verb="write", path=new, op="CreateModify"))


def _mutex(value: Any, draft: Draft, procid: int | None) -> None:
    name = text(value)
    if name is not None and not draft.is_covered("mutant", "", name, procid):
        draft.add(SyncObject(procid=procid, object="mutant", name=name, op="MutantUndefined"))


def _command(value: Any, draft: Draft, procid: int | None) -> None:
    command = text(value)
    if command is not None and not draft.is_covered("command", "", command, procid):
        draft.add(ApiCall(procid=procid, api="CreateProcess", args=(f"CommandLine={cut(command, MAX_COMMAND)}",)))


def _service(op: str) -> Callable[[Any, Draft, int | None], None]:
    def row(value: Any, draft: Draft, procid: int | None) -> None:
        name = text(value)
        if name is not None and not draft.is_covered("service", op, name, procid):
            draft.add(Service(procid=procid, op=op, name=name))

    return row


def _module(value: Any, draft: Draft, procid: int | None) -> None:
    path = text(value)
    if path is not None and not draft.is_covered("module", "", paths.file(path), procid):
        draft.add(ModuleLoad(procid=procid, path=paths.file(path)))


def _listed(value: Any, draft: Draft, procid: int | None) -> None:
    path = text(value)
    if path is not None and not draft.is_covered("search", "", paths.file(path), procid):
        draft.add(Search(procid=procid, object="file", target=paths.file(path), op="FindFirstFile"))


def _resolved(value: Any, draft: Draft, procid: int | None) -> None:
    name = text(value)
    if name is not None and not draft.is_covered("domain", "", name, procid):
        draft.add(DnsQuery(procid=procid, name=name))


def _reached(value: Any, draft: Draft, procid: int | None) -> None:
    host = text(value)
    if host is not None and not draft.is_covered("host", "", host, procid):
        draft.contacts.append((Contact(proto="tcp", host=host, port=None), procid, None))


def _fetched(value: Any, draft: Draft, procid: int | None) -> None:
    url = text(value)
    if url is not None and not draft.is_covered("url", "", url, procid):
        draft.add(HttpRequest(procid=procid, method="GET", url=url))


def _asked_wmi(value: Any, draft: Draft, procid: int | None) -> None:
    query = text(value)
    if query is not None and not draft.is_covered("wmi", "", query, procid):
        draft.add(ApiCall(procid=procid, api="IWbemServices.ExecQuery", args=(cut(query, MAX_COMMAND),)))


_OTHERS: dict[str, Callable[[Any, Draft, int | None], None]] = {
    "file_moved": _moved,
    "file_copied": _copied,
    "mutexes": _mutex,
    "mutex": _mutex,
    "executed_commands": _command,
    "command_line": _command,
    "created_services": _service("Create"),
    "started_services": _service("Start"),
    "service_created": _service("Create"),
    "service_started": _service("Start"),
    "dll_loaded": _module,
    "directory_enumerated": _listed,
    "resolves_host": _resolved,
    "connects_host": _resolved,
    "connects_ip": _reached,
    "fetches_url": _fetched,
    "downloads_file": _fetched,
    "wmi_query": _asked_wmi,
}

_ENHANCED: dict[tuple[str, str], str] = {
    ("read", "registry"): "read_keys",
    ("write", "registry"): "write_keys",
    ("delete", "registry"): "delete_keys",
    ("read", "file"): "read_files",
    ("write", "file"): "write_files",
    ("delete", "file"): "delete_files",
    ("create", "dir"): "directory_created",
    ("delete", "dir"): "directory_removed",
}


def _read_enhanced(event: EnhancedEvent, draft: Draft, stamps: Stamps) -> None:
    """One of CAPE's condensed events; most repeat a call."""
    data = event.data if isinstance(event.data, dict) else {}
    name = _ENHANCED.get((str(event.event), str(event.object)))
    spelt = text(data.get("regkey")) or text(data.get("file")) or text(data.get("from"))
    if name is None or spelt is None:
        _read_other(event, data, draft)
        return
    draft.count.carry()
    entry = _PATHS[name]
    path = paths.file(spelt) if entry.kind == "file" else paths.registry(spelt)
    if not draft.is_covered(entry.kind, "", path):
        draft.add(_access(entry, path, None), stamps.ms(event.timestamp))


def _read_other(event: EnhancedEvent, data: dict[str, Any], draft: Draft) -> None:
    """Kinds that are no access to a file or key: events where the calls did not tell the same."""
    path = text(data.get("file")) or text(data.get("pathtofile")) or text(data.get("from"))
    service, window = text(data.get("service")), text(data.get("classname")) or text(data.get("windowname"))
    deed = str(event.event)
    if path is not None and deed in _DEEDS:
        kind, verb = _DEEDS[deed]
        place, to = paths.file(path), text(data.get("to"))
        draft.count.carry()
        if not draft.is_covered(kind, verb, place if verb != "write" or to is None else paths.file(to)):
            draft.add(_other(deed, place, to))
    elif service is not None:
        draft.count.carry()
        _service("Start" if deed == "start" else "Create")(service, draft, None)
    elif window is not None and deed == "findwindow":
        draft.count.carry()
        if not draft.is_covered("search", "", window):
            draft.add(Search(object="window", target=window, op="FindWindow"))
    else:
        draft.count.leave(f"enhanced {deed[:20]} {str(event.object)[:20]}")


_DEEDS = {"load": ("module", ""), "execute": ("command", ""), "move": ("file", "rename"), "copy": ("file", "write")}
"""What tells the same, by kind and verb; of a copy the place it was written to."""


def _other(deed: str, path: str, to: str | None) -> Event:
    if deed == "load":
        return ModuleLoad(path=path)
    if deed == "execute":
        return ApiCall(api="execute", args=(cut(path, MAX_COMMAND),))
    dst = None if to is None else paths.file(to)
    if deed == "move":
        return FileAccess(verb="rename", path=path, op="Rename", dst=dst)
    return FileAccess(verb="read", path=path, op="OpenRead", dst=dst)
