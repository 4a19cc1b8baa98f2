"""Opening of files and devices: what CreateFile and NtCreateFile have in common."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from fulgurite.engines.emulator import paths, status
from fulgurite.engines.emulator.files import READONLY, Node
from fulgurite.engines.emulator.objects import GuestObject
from fulgurite.engines.emulator.status import NtFailure
from fulgurite.model.events import FileAccess, Suspicious

if TYPE_CHECKING:
    from fulgurite.engines.emulator.call import Call
    from fulgurite.engines.emulator.guest import Guest
    from fulgurite.engines.emulator.listing import Listing
    from fulgurite.engines.emulator.processes import GuestProcess

Verb = Literal["read", "write", "delete", "rename"]

SUPERSEDE, OPEN, CREATE, OPEN_IF, OVERWRITE, OVERWRITE_IF = range(6)
"""Dispositions of NtCreateFile."""
SUPERSEDED, OPENED, CREATED, OVERWRITTEN = range(4)
"""What NtCreateFile says it did."""
DIRECTORY_FILE, NON_DIRECTORY_FILE, DELETE_ON_CLOSE = 0x1, 0x40, 0x1000
"""Options of NtCreateFile."""
GENERIC_READ, GENERIC_WRITE = 0x8000_0000, 0x4000_0000
APPEND_DATA, WRITE_DATA, DELETE_ACCESS = 0x4, 0x2, 0x1_0000
READS = GENERIC_READ | 0x3000_0000 | 0x200_0000 | 0x21
"""GENERIC_READ, _EXECUTE, _ALL, MAXIMUM_ALLOWED, FILE_READ_DATA, FILE_EXECUTE."""
WRITES = GENERIC_WRITE | 0x1000_0000 | 0x116
"""GENERIC_WRITE, _ALL, FILE_WRITE_DATA, _APPEND_DATA, _WRITE_EA, _WRITE_ATTRIBUTES."""
_WRITES_DATA = GENERIC_WRITE | 0x1000_0000 | WRITE_DATA | APPEND_DATA
_RAW_DISKS = ("physicaldrive", "c:", "harddisk", "harddiskvolume")
_STREAM_DEVICES = ("nul", "con", "conin$", "conout$", "mountpointmanager", "ksecdd", "afd", "nsi")


class Wanted(NamedTuple):
    """What an opening asks for, in the terms of NtCreateFile."""

    access: int
    disposition: int
    options: int = 0
    attributes: int = 0


@dataclass(eq=False)
class OpenFile(GuestObject):
    """An open file or folder."""

    node: Node
    path: str
    """As the program spelt it, absolute."""
    access: int
    stream: str = ""
    position: int = 0
    verbs: set[Verb] = field(default_factory=set)
    """What was recorded for it."""
    deletes: bool = False
    """Whether it is deleted when the last handle is closed."""
    listing: Listing | None = None
    """The rest of an enumeration by NtQueryDirectoryFile."""

    def closed(self, guest: Guest, process: GuestProcess) -> None:
        if not self.deletes or not self.node.is_live:
            return
        code = removed(guest, self)
        if "delete" not in self.verbs:
            guest.record(process, FileAccess, verb="delete", path=self.path, op="Delete", status=code)


@dataclass(eq=False)
class Device(GuestObject):
    """An open device; it reads as zeros."""

    path: str
    access: int
    position: int = 0
    was_written: bool = False

    @property
    def is_raw_disk(self) -> bool:
        """Whether it is a disk or volume below the file system."""
        return self.path[4:].lower().startswith(_RAW_DISKS)

    def wrote(self, call: Call) -> None:
        """Notes the first write to a raw disk."""
        if self.is_raw_disk and not self.was_written:
            self.was_written = True
            call.guest.record(call.process, Suspicious, act="WriteRawDisk", detail=self.path)


@dataclass(eq=False)
class Pipe(GuestObject):
    """A named pipe: what is written at one end is read at the other."""

    path: str
    content: bytearray = field(default_factory=bytearray)


class Opened(NamedTuple):
    """The answer to an opening."""

    status: int
    information: int = 0
    thing: Any = None


def removed(guest: Guest, file: OpenFile) -> int:
    """Deletes what `file` has open; the NTSTATUS of that."""
    try:
        if file.stream:
            guest.files.delete_stream(file.node, file.stream)
        else:
            guest.files.delete(file.node)
    except NtFailure as failure:
        return failure.status
    return status.SUCCESS


def recorded(call: Call, verb: Verb, path: str, op: str, code: int, dst: str | None = None) -> None:
    """Records an access to a file."""
    call.guest.record(call.process, FileAccess, verb=verb, path=path, op=op, status=code, dst=dst)


def noted(guest: Guest, process: GuestProcess, file: OpenFile, verb: Verb) -> None:
    """Records the first read of, or write to, an open file when its opening did not say so."""
    if verb not in file.verbs:
        file.verbs.add(verb)
        op = "OpenRead" if verb == "read" else "OpenModify"
        guest.record(process, FileAccess, verb=verb, path=file.path, op=op, status=status.SUCCESS)


def used(call: Call, file: OpenFile, verb: Verb) -> None:
    """The same for the calling process."""
    noted(call.guest, call.process, file, verb)


def full_path(call: Call, text: str) -> str:
    """`text` as an absolute path in the calling process; a 32-bit one reaches System32 as Sysnative, too."""
    path = paths.absolute(text, call.process.cwd)
    if path[:21].lower() == "c:\\windows\\sysnative\\" and call.pointer_bytes == 4:  # noqa: PLR2004
        return "C:\\Windows\\System32" + path[20:]
    return path


def nt_path(call: Call, attributes: int) -> str:
    """The absolute path that an OBJECT_ATTRIBUTES names."""
    root, name = call.object_name(attributes)
    folder = call.guest.handles.get(root)
    if root and isinstance(folder, OpenFile):
        return paths.absolute(folder.path + "\\" + name, "C:\\") if name else folder.path
    return full_path(call, name)


def opened(call: Call, path: str, wanted: Wanted) -> Opened:
    """Opens `path`, which is absolute, and records it."""
    if paths.is_device(path):
        return _opened_device(call, path, wanted)
    base, stream = paths.stream_of(path)
    existing = call.guest.files.find(base)
    verb, op = _kind(wanted, exists=existing is not None and (not stream or stream.lower() in existing.streams))
    try:
        node, information = _node(call, base, stream, existing, wanted)
    except NtFailure as failure:
        recorded(call, verb, path, op, failure.status)
        return Opened(failure.status)
    recorded(call, verb, path, op, status.SUCCESS)
    file = OpenFile(node, path, wanted.access, stream, verbs={verb})
    file.deletes = bool(wanted.options & DELETE_ON_CLOSE)
    return Opened(status.SUCCESS, information, file)


def _kind(wanted: Wanted, *, exists: bool) -> tuple[Verb, str]:
    """How an opening is recorded: as reading or writing, and its kind."""
    writes = wanted.access & WRITES
    if wanted.disposition == OVERWRITE:
        return "write", "Truncate"
    if wanted.disposition != OPEN and (wanted.disposition != OPEN_IF or not exists):
        return "write", "CreateModify" if writes or wanted.options & DIRECTORY_FILE else "CreateRead"
    if writes:
        return "write", "OpenModify"
    return "read", "OpenRead" if wanted.access & READS else "Unknown"


def _node(call: Call, base: str, stream: str, node: Node | None, wanted: Wanted) -> tuple[Node, int]:
    """The file that is opened or made. Raises NtFailure as Windows would refuse."""
    files, process = call.guest.files, call.process
    if node is None or (stream and stream.lower() not in node.streams):
        if wanted.disposition in {OPEN, OVERWRITE}:
            files.at(base)
            raise NtFailure(status.OBJECT_NAME_NOT_FOUND)
        is_dir = bool(wanted.options & DIRECTORY_FILE)
        made = node or files.create(base, process, is_dir=is_dir, attributes=wanted.attributes)
        if stream:
            files.write(made, stream, 0, b"", process)
        return made, CREATED
    _check(call, node, wanted)
    if wanted.disposition in {OVERWRITE, OVERWRITE_IF, SUPERSEDE}:
        files.keep_foreign(node, process)
        files.resize(node, stream, 0, process)
        files.set_attributes(node, wanted.attributes)
        return node, SUPERSEDED if wanted.disposition == SUPERSEDE else OVERWRITTEN
    return node, OPENED


def _check(call: Call, node: Node, wanted: Wanted) -> None:
    """Refuses what Windows refuses for a file that is there."""
    if wanted.disposition == CREATE:
        raise NtFailure(status.OBJECT_NAME_COLLISION)
    if node.is_dir and (wanted.options & NON_DIRECTORY_FILE or wanted.disposition in {OVERWRITE, OVERWRITE_IF}):
        raise NtFailure(status.FILE_IS_A_DIRECTORY)
    if not node.is_dir and wanted.options & DIRECTORY_FILE:
        raise NtFailure(status.NOT_A_DIRECTORY)
    writes = wanted.access & _WRITES_DATA or wanted.disposition in {OVERWRITE, OVERWRITE_IF, SUPERSEDE}
    if not node.is_dir and writes:
        if node.attributes & READONLY:
            raise NtFailure(status.ACCESS_DENIED)
        if is_running(call.guest, node):
            raise NtFailure(status.SHARING_VIOLATION)


def is_running(guest: Guest, node: Node) -> bool:
    """Whether `node` is the image of a process that is alive."""
    path = node.path.lower()
    return any(p.terminated_ms is None and p.image.lower() == path for p in guest.processes.all)


def _opened_device(call: Call, path: str, wanted: Wanted) -> Opened:
    """Opens a device: a disk, a console, a pipe of the guest; others are not there."""
    name = path[4:].lower()
    verb: Verb = "write" if wanted.access & _WRITES_DATA else "read"
    op = "OpenModify" if verb == "write" else "OpenRead" if wanted.access & READS else "Unknown"
    if name.startswith(("con", "nul")):
        return Opened(status.SUCCESS, OPENED, Device(path, wanted.access))
    pipe = call.guest.names.find(path.lower())
    if isinstance(pipe, Pipe):
        recorded(call, verb, path, op, status.SUCCESS)
        return Opened(status.SUCCESS, OPENED, pipe)
    is_there = name.startswith((*_STREAM_DEVICES, "physicaldrive0", "c:", "harddisk0", "harddiskvolume"))
    code = status.SUCCESS if is_there else status.OBJECT_NAME_NOT_FOUND
    recorded(call, verb, path, op, code)
    return Opened(code, OPENED, Device(path, wanted.access) if is_there else None)
