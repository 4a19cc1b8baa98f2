"""Messages of the monitors, whatever carried them, as events.

A message is its kind (`Process`, `Registry` ...) and its fields by their protobuf names, enums as words; fields of
value zero may be absent. Times are milliseconds since the monitor began.
"""

import base64
import binascii
import re
from collections.abc import Callable
from typing import Any

from fulgurite.importers import ntstatus, paths
from fulgurite.importers.calls import Contact
from fulgurite.importers.draft import Draft
from fulgurite.importers.values import cut, number, port, text
from fulgurite.model.events import (
    ApiCall,
    Event,
    FileAccess,
    ForeignEvent,
    Injection,
    RegistryAccess,
    Suspicious,
    SyncObject,
)
from fulgurite.model.nesting import nests_too_deep
from fulgurite.model.process import Process

Fields = dict[str, Any]

MAX_ARGUMENT = 1024
_HEX = re.compile(r"(?:[0-9a-f]{2})*", re.ASCII)
_UNSEEN = frozenset({"Existing", "Ignore", "Hidden"})
_PROTOS = {1: "icmp", 6: "tcp", 17: "udp"}
_READS = frozenset({"EnumerateKey", "EnumerateValueKey", "OpenKey", "OpenKeyEx"})
_DELETES = frozenset({"DeleteKey", "DeleteValueKey", "UnloadKey"})
_FILE_VERBS = {
    "OpenModify": "write",
    "OpenWrite": "write",
    "CreateRead": "write",
    "CreateModify": "write",
    "Truncate": "write",
    "Delete": "delete",
    "DeleteDelayed": "delete",
    "Rename": "rename",
}
_PATH_CALLS = {
    "open": "read",
    "openat": "read",
    "stat": "read",
    "stat64": "read",
    "lstat": "read",
    "newfstatat": "read",
    "access": "read",
    "faccessat": "read",
    "readlink": "read",
    "readlinkat": "read",
    "unlink": "delete",
    "unlinkat": "delete",
    "rmdir": "delete",
    "mkdir": "write",
    "mkdirat": "write",
    "creat": "write",
    "truncate": "write",
    "chmod": "write",
    "fchmodat": "write",
}
_OF_FILES = frozenset({"LoadsDroppedDLL", "ExecutesDroppedEXE"})
"""Acts whose first argument is the number of a file."""
_MAX_FILES = 100_000
_INJECTED = frozenset({"CreateRemoteThread", "QueueUserAPC"})


class Messages:
    """Reads the messages of one log."""

    def __init__(self, draft: Draft, os: str) -> None:
        self.draft = draft
        self._is_windows = os == "windows"
        self._files: dict[int, str] = {}
        """Paths by the monitor's number for the file."""
        self._rows: dict[str, Callable[[Fields], bool]] = {
            "Process": self._process,
            "Registry": self._registry,
            "File": self._file,
            "Mutant": self._mutant,
            "Event": self._event,
            "NetworkFlow": self._flow,
            "Inject": self._inject,
            "ThreadContext": self._context,
            "Suspicious": self._suspicious,
        }

    def read(self, kind: str, fields: Fields, full_kind: str) -> None:
        """Takes up one message. `full_kind` is how its log spells `kind`."""
        row = self._rows.get(kind)
        if row is None and kind.startswith("Syscall"):
            row = self._syscall
        carried = self._foreign(full_kind, fields) if row is None else row(fields)
        if carried:
            self.draft.count.carry()
        else:
            self.draft.count.leave(full_kind[:80])

    def _path(self, fields: Fields, name: str) -> str | None:
        told = text(fields.get(name))
        if told is None:
            return None
        return paths.file(told) if self._is_windows else plain(told)

    def _procid(self, pid: Any) -> int | None:
        found = number(pid)
        return None if found is None else self.draft.procid_of(found)

    def _add(self, event: Event, fields: Fields) -> bool:
        self.draft.add(event, _at(fields))
        return True

    def _process(self, fields: Fields) -> bool:
        pid = number(fields.get("pid")) or 0
        status = text(fields.get("status")) or "Create"
        if status == "Terminate":
            return self._ended(fields, pid)
        command = fields.get("command", fields.get("Command"))
        cmd = tuple(plain(one) for one in command if isinstance(one, str)) if isinstance(command, list) else None
        told = text(command) if cmd is None else None
        process = Process(
            procid=0,
            pid=max(pid, 0),
            ppid=number(fields.get("ppid")),
            image=self._path(fields, "image") or self._path(fields, "Image"),
            cmd=cmd if cmd is not None else None if told is None else told if self._is_windows else plain(told),
            orig=fields.get("orig") is True,
            existing=status in _UNSEEN,
            started_ms=_at(fields),
            procid_parent=self._procid(fields.get("ppid")),
        )
        self.draft.add_process(process)
        self.draft.add_births(kind=status)
        return True

    def _ended(self, fields: Fields, pid: int) -> bool:
        procid = self.draft.procid_of(pid)
        if procid is None:
            return False
        status = number(fields.get("exit_status", fields.get("exitStatus"))) or 0
        self.draft.end_process(procid, _at(fields), ntstatus.native(status))
        return True

    def _registry(self, fields: Fields) -> bool:
        path = text(fields.get("path"))
        op = text(fields.get("kind")) or "CreateKey"
        if path is None:
            return False
        value: str | int | None = None
        if op == "SetValueKeyInt":
            value = number(fields.get("valuei")) or 0
        elif op == "SetValueKeyStr":
            value = text(fields.get("values")) or ""
        elif op == "SetValueKeyDat":
            value = _hex(fields.get("valued"))
        verb = "delete" if op in _DELETES else "read" if op in _READS or op.startswith("Query") else "write"
        event = RegistryAccess(
            procid=self._procid(fields.get("pid")),
            verb=verb,  # type: ignore[arg-type]
            path=paths.registry(path),
            op=op,
            status=_status(fields),
            value=value,
        )
        return self._add(event, fields)

    def _file(self, fields: Fields) -> bool:
        path = self._path(fields, "srcpath")
        op = text(fields.get("kind")) or "Unknown"
        if path is None:
            return False
        known = number(fields.get("id"))
        if known is not None and len(self._files) < _MAX_FILES:
            self._files[known] = path
        event = FileAccess(
            procid=self._procid(fields.get("pid")),
            verb=_FILE_VERBS.get(op, "read"),  # type: ignore[arg-type]
            path=path,
            op=op,
            status=_status(fields),
            dst=self._path(fields, "dstpath"),
        )
        return self._add(event, fields)

    def _mutant(self, fields: Fields) -> bool:
        return self._object(fields, "mutant", "MutantUndefined")

    def _event(self, fields: Fields) -> bool:
        return self._object(fields, "event", "EventUndefined")

    def _object(self, fields: Fields, kind: str, unset: str) -> bool:
        name = text(fields.get("path"))
        if name is None:
            return False
        op = text(fields.get("action")) or text(fields.get("kind")) or unset
        procid = self._procid(fields.get("pid"))
        event = SyncObject(procid=procid, object=kind, name=name, op=op, status=_status(fields))  # type: ignore[arg-type]
        return self._add(event, fields)

    def _flow(self, fields: Fields) -> bool:
        host = address(fields.get("dstip"))
        if host is None:
            return False
        proto = number(fields.get("proto")) or 0
        contact = Contact(_PROTOS.get(proto, "ip"), host, port(fields.get("dstport")))
        self.draft.contacts.append((contact, self._procid(fields.get("pid")), _at(fields)))
        local = address(fields.get("srcip"))
        if local is not None:
            self.draft.local_ends[contact] = (local, port(fields.get("srcport")))
        return True

    def _inject(self, fields: Fields) -> bool:
        op = text(fields.get("technique")) or text(fields.get("kind")) or "CreateRemoteThread"
        target = self._procid(fields.get("dstpid"))
        if target is not None and op in _INJECTED:
            self.draft.update(target, injected=True)
        return self._add(Injection(procid=self._procid(fields.get("srcpid")), op=op, procid_target=target), fields)

    def _context(self, fields: Fields) -> bool:
        target = self._procid(fields.get("dstpid"))
        event = Injection(procid=self._procid(fields.get("srcpid")), op="SetThreadContext", procid_target=target)
        return self._add(event, fields)

    def _suspicious(self, fields: Fields) -> bool:
        act = text(fields.get("event")) or "UnmapMainImage"
        shown = [f"{name}={number(fields[name])}" for name in ("arg1", "arg2") if name in fields]
        dropped = self._files.get(number(fields.get("arg1")) or 0) if act in _OF_FILES else None
        detail = dropped or ", ".join(shown) or None
        return self._add(Suspicious(procid=self._procid(fields.get("pid")), act=act, detail=detail), fields)

    def _syscall(self, fields: Fields) -> bool:
        api = text(fields.get("kind")) or text(fields.get("nr"))
        if api is None:
            return False
        procid = self._procid(fields.get("pid"))
        named = [text(fields[name]) for name in ("arg0", "arg1", "arg2", "arg3") if name in fields]
        args = [one if self._is_windows else plain(one) for one in named if one is not None]
        if api in _PATH_CALLS and args and args[0].startswith(("/", ".")):
            verb = _PATH_CALLS[api]
            return self._add(FileAccess(procid=procid, verb=verb, path=args[0], op=api), fields)  # type: ignore[arg-type]
        shown = tuple(cut(one, MAX_ARGUMENT) for one in args)
        return self._add(ApiCall(procid=procid, api=api[:200], args=shown), fields)

    def _foreign(self, kind: str, fields: Fields) -> bool:
        """A message that has no event here: kept whole, secrets of TLS excepted."""
        if "Secret" in kind or nests_too_deep(fields):
            return False
        procid = self._procid(fields.get("pid"))
        return self._add(ForeignEvent(procid=procid, bucket="misc", n=kind[:200], d=fields), fields)


def _at(fields: Fields) -> int | None:
    found = number(fields.get("ts"))
    return 0 if found is None or found < 0 else found


def _status(fields: Fields) -> int:
    return ntstatus.native(number(fields.get("status")) or 0)


def _hex(value: Any) -> str:
    """Bytes as hex: JSON has them in base64, those out of protobuf are hex already."""
    if isinstance(value, str) and _HEX.fullmatch(value) is not None:
        return value
    try:
        return base64.b64decode(text(value) or "", validate=True).hex()
    except (ValueError, binascii.Error):
        return text(value) or ""


def plain(told: str) -> str:
    """`told` out of base64 where it is that: stahp and bigmac write paths so. Text that is a path already stays."""
    if told.startswith(("/", ".")) or len(told) % 4 != 0:
        return told
    try:
        decoded = base64.b64decode(told, validate=True).decode()
    except (ValueError, UnicodeDecodeError):
        return told
    return decoded.rstrip("\0") if decoded.isprintable() or "\0" in decoded else told


def address(value: Any) -> str | None:
    """An IPv4 address out of its 32 bits, the first part lowest; texts stay."""
    if isinstance(value, str) and not value.isdecimal():
        return value or None
    bits = number(value)
    if bits is None or not 0 <= bits <= 0xFFFFFFFF:  # noqa: PLR2004 - 32 bits
        return None
    return ".".join(str(part) for part in bits.to_bytes(4, "little"))
