"""Operations of Process Monitor as events."""

import re
from collections.abc import Callable
from typing import Any

from fulgurite.importers import ntstatus, paths
from fulgurite.importers.flows import Ends
from fulgurite.importers.gathering import Gathered
from fulgurite.importers.values import number, port, text
from fulgurite.model.events import RegistryAccess, Search
from fulgurite.model.report import Report
from fulgurite.model.sample import Sample

Row = dict[str, str]

_RESULTS = {
    "SUCCESS": 0,
    "REPARSE": 0x104,
    "BUFFER OVERFLOW": 0x80000005,
    "NO MORE FILES": 0x80000006,
    "NO MORE ENTRIES": 0x8000001A,
    "END OF FILE": 0xC0000011,
    "NO SUCH FILE": 0xC000000F,
    "INVALID PARAMETER": 0xC000000D,
    "ACCESS DENIED": 0xC0000022,
    "BUFFER TOO SMALL": 0xC0000023,
    "NAME NOT FOUND": 0xC0000034,
    "NAME COLLISION": 0xC0000035,
    "PATH NOT FOUND": 0xC000003A,
    "SHARING VIOLATION": 0xC0000043,
}
_KEYS: dict[str, tuple[Any, str]] = {
    "RegOpenKey": ("read", "OpenKey"),
    "RegQueryKey": ("read", "QueryKey"),
    "RegQueryValue": ("read", "QueryValueKey"),
    "RegEnumKey": ("read", "EnumerateKey"),
    "RegEnumValue": ("read", "EnumerateValueKey"),
    "RegQueryMultipleValueKey": ("read", "QueryMultipleValueKey"),
    "RegCreateKey": ("write", "CreateKey"),
    "RegSetValue": ("write", "SetValueKeyStr"),
    "RegSetInfoKey": ("write", "SetInformationKey"),
    "RegRenameKey": ("write", "RenameKey"),
    "RegLoadKey": ("write", "LoadKey"),
    "RegDeleteKey": ("delete", "DeleteKey"),
    "RegDeleteValue": ("delete", "DeleteValueKey"),
    "RegUnloadKey": ("delete", "UnloadKey"),
}
_FILES: dict[str, tuple[Any, str]] = {
    "ReadFile": ("read", "OpenRead"),
    "WriteFile": ("write", "OpenModify"),
    "SetEndOfFileInformationFile": ("write", "Truncate"),
    "SetAllocationInformationFile": ("write", "Truncate"),
    "SetBasicInformationFile": ("write", "OpenModify"),
    "CreateFileMapping": ("read", "OpenRead"),
}
_NOISE = frozenset({"CloseFile", "RegCloseKey", "Thread Create", "Thread Exit", "Process Profiling"})
_CLOCK = re.compile(r"(\d{1,2}):(\d{2}):(\d{2})(?:[.,](\d{1,7}))?(?: ?([AaPp])[Mm])?", re.ASCII)
_WRITING = ("Generic Write", "Write Data", "Append Data", "Generic All", "Generic Read/Write", "All Access")
_CREATED = ("Created", "Overwritten", "Superseded")
_DAY_MS = 86_400_000


class Log:
    """Reads processes and events of one log."""

    def __init__(self, out: Gathered) -> None:
        self.out = out
        self.events = 0
        self._by_index: dict[int, int] = {}
        self._clock = (0, 0)
        self._readers: dict[str, Callable[[Row, int | None, int | None], None]] = {
            "CreateFile": self._opened,
            "QueryDirectory": self._listed,
            "Load Image": lambda row, actor, at: self.out.module(row.get("path"), actor, at),
            "Process Start": self._started,
            "Process Create": self._created,
            "Process Exit": self._ended,
        }

    def process(self, row: Row) -> None:
        """Takes up one process of the list that the XML begins with."""
        index = number(_plain(row, "processindex"))
        parent = number(_plain(row, "parentprocessindex"))
        above = None if parent is None else self._by_index.get(parent)
        procid = self.out.process(
            pid=_plain(row, "processid"),
            ppid=_plain(row, "parentprocessid"),
            image=_plain(row, "imagepath") or _plain(row, "processname"),
            cmd=_plain(row, "commandline"),
            procid_parent=above,
            existing=True,
        )
        if index is not None:
            self._by_index[index] = procid

    def event(self, row: Row) -> None:
        """Takes up one event."""
        self.events += 1
        operation = row.get("operation", "")
        actor, at_ms = self._actor(row), self._at(row)
        if operation in self._readers:
            self._readers[operation](row, actor, at_ms)
        elif operation in _KEYS:
            self._key(row, actor, at_ms, *_KEYS[operation])
        elif operation.startswith(("TCP ", "UDP ")):
            self._traffic(row, actor)
        elif operation.startswith("SetDispositionInformation"):
            self._told("delete", "Delete", row, actor, at_ms)
        elif operation.startswith("SetRenameInformation"):
            self.out.moved(row.get("path"), _detail(row, "FileName"), actor, at_ms)
        elif operation in _FILES:
            self._told(*_FILES[operation], row, actor, at_ms)
        elif operation.startswith("Query") and operation not in _NOISE and row.get("path", "") != "":
            self._told("read", "Unknown", row, actor, at_ms)
        else:
            self.out.count.leave(f"operation {operation[:40]}")

    def report(self) -> Report:
        """The report of all that was taken up."""
        self.out.births()
        return self.out.report(sample=Sample())

    def _actor(self, row: Row) -> int | None:
        index = number(_plain(row, "processindex"))
        if index is not None and index in self._by_index:
            return self._by_index[index]
        pid = number(_plain(row, "pid"))
        if pid is None:
            return None
        known = self.out.draft.procid_of(pid)
        if known is None:
            name = _plain(row, "image path") or _plain(row, "process name")
            known = self.out.process(pid=pid, ppid=_plain(row, "parent pid"), image=name, existing=True)
            self.out.count.carried -= 1
        return known

    def _at(self, row: Row) -> int | None:
        """Milliseconds since the midnight before the log began."""
        found = _CLOCK.search(row.get("time of day", ""))
        if found is None:
            return None
        hour = int(found[1]) % 12 + 12 * (found[5] in {"P", "p"}) if found[5] is not None else int(found[1])
        part = int((found[4] or "").ljust(3, "0")[:3])
        at_ms = ((hour * 60 + int(found[2])) * 60 + int(found[3])) * 1000 + part
        day, last = self._clock
        if at_ms < last - _DAY_MS // 2:
            day += 1
        self._clock = (day, at_ms)
        return day * _DAY_MS + at_ms

    def _told(self, verb: Any, op: str, row: Row, actor: int | None, at_ms: int | None) -> None:
        self.out.file(verb, row.get("path"), actor, op=op, status=_status(row), at_ms=at_ms)

    def _opened(self, row: Row, actor: int | None, at_ms: int | None) -> None:
        detail = row.get("detail", "")
        access = _detail(row, "Desired Access") or detail
        if any(word in detail for word in ("Delete On Close",)):
            self._told("delete", "Delete", row, actor, at_ms)
        elif any(f"OpenResult: {word}" in detail for word in _CREATED):
            self._told("write", "CreateModify", row, actor, at_ms)
        elif any(word in access for word in _WRITING):
            self._told("write", "OpenModify", row, actor, at_ms)
        else:
            self._told("read", "OpenRead", row, actor, at_ms)

    def _listed(self, row: Row, actor: int | None, at_ms: int | None) -> None:
        self.out.count.carry()
        target = row.get("path") or "unnamed"
        event = Search(procid=actor, object="file", target=target, op="QueryDirectory", status=_status(row))
        self.out.draft.add(event, at_ms)

    def _key(self, row: Row, actor: int | None, at_ms: int | None, verb: Any, op: str) -> None:
        kind = _detail(row, "Type")
        value: str | int | None = None
        if op == "SetValueKeyStr":
            op = {"REG_DWORD": "SetValueKeyInt", "REG_QWORD": "SetValueKeyInt", "REG_BINARY": "SetValueKeyDat"}.get(
                kind or "", op
            )
            told = row.get("detail", "").partition("Data: ")[2]
            as_number = number(told) if op == "SetValueKeyInt" else None
            value = as_number if as_number is not None else told or None
        path = row.get("path", "")
        if path == "":
            self.out.count.unreadable("events")
            return
        self.out.count.carry()
        self.out.draft.add(
            RegistryAccess(procid=actor, verb=verb, path=paths.registry(path), op=op, status=_status(row), value=value),
            at_ms,
        )

    def _traffic(self, row: Row, actor: int | None) -> None:
        """`guest:5000 -> host:https`: ports may stand by their services' names."""
        near, mark, far = row.get("path", "").partition(" -> ")
        host, _, number_of = far.rpartition(":")
        if mark == "" or host == "":
            self.out.count.unreadable("events")
            return
        local, _, local_port = near.rpartition(":")
        ends = Ends(local.strip("[]") or None, _port(local_port), host.strip("[]"), _port(number_of))
        self.out.flow(row["operation"][:3].lower(), ends, actor)

    def _started(self, row: Row, actor: int | None, at_ms: int | None) -> None:
        """The event of the new process itself."""
        self.out.count.carry()
        if actor is None:
            return
        old = self.out.draft.processes[actor - 1]
        ppid = number(_detail(row, "Parent PID"))
        cmd = row.get("detail", "").partition("Command line: ")[2].partition(", Current directory:")[0]
        self.out.draft.update(
            actor,
            existing=False,
            ppid=old.ppid if ppid is None else ppid,
            cmd=old.cmd or text(cmd),
            started_ms=at_ms if old.started_ms is None else old.started_ms,
        )

    def _created(self, row: Row, actor: int | None, at_ms: int | None) -> None:
        """The event of the parent, with the child's pid."""
        pid = number(_detail(row, "PID"))
        cmd = text(row.get("detail", "").partition("Command line: ")[2])
        known = None if pid is None else self.out.draft.procid_of(pid)
        above = None if actor is None else self.out.draft.processes[actor - 1].pid
        if known is None or self.out.draft.processes[known - 1].terminated_ms is not None:
            path = text(row.get("path"))
            self.out.process(pid=pid, ppid=above, procid_parent=actor, image=path, cmd=cmd, started_ms=at_ms)
            return
        self.out.count.carry()
        old = self.out.draft.processes[known - 1]
        self.out.draft.update(known, existing=False, ppid=old.ppid or above, cmd=old.cmd or cmd, started_ms=at_ms)

    def _ended(self, row: Row, actor: int | None, at_ms: int | None) -> None:
        self.out.count.carry()
        status = number(_detail(row, "Exit Status")) or 0
        if actor is not None and self.out.draft.processes[actor - 1].terminated_ms is None:
            self.out.draft.end_process(actor, at_ms, ntstatus.native(status))


def _plain(row: Row, name: str) -> str | None:
    return text(row.get(name, "").strip())


def _detail(row: Row, name: str) -> str | None:
    """The value of `name` in the details: `Desired Access: Generic Read, Disposition: Open`."""
    _, mark, rest = row.get("detail", "").partition(f"{name}: ")
    return None if mark == "" else text(re.split(r", [A-Z][A-Za-z ]*: ", rest, maxsplit=1)[0].strip())


def _status(row: Row) -> int | None:
    result = row.get("result", "").strip()
    return None if result == "" else _RESULTS.get(result, ntstatus.UNSUCCESSFUL)


def _port(told: str) -> int | None:
    return port(told) if told.isdecimal() else _SERVICES.get(told)


_SERVICES = {
    "https": 443,
    "http": 80,
    "domain": 53,
    "microsoft-ds": 445,
    "netbios-ssn": 139,
    "epmap": 135,
    "ms-wbt-server": 3389,
    "ldap": 389,
    "kerberos": 88,
    "ssh": 22,
    "ftp": 21,
    "smtp": 25,
    "ssdp": 1900,
    "llmnr": 5355,
    "ntp": 123,
}
