"""What Windows tells of an open file, and changes in it, by information class."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import TYPE_CHECKING

from fulgurite.engines.emulator import paths, status
from fulgurite.engines.emulator.files import NORMAL, READONLY, Node
from fulgurite.engines.emulator.opening import OpenFile, is_running, recorded, used
from fulgurite.engines.emulator.status import NtFailure

if TYPE_CHECKING:
    from fulgurite.engines.emulator.call import Call

_CLUSTER = 4096
_KEEPS = frozenset({0, 0xFFFFFFFF_FFFFFFFF, 0xFFFFFFFF_FFFFFFFE})
"""Times that SetFileTime and its relatives leave as they are."""


def shown_attributes(node: Node) -> int:
    """Attributes as they are told: NORMAL for none."""
    return node.attributes or NORMAL


def _allocated(size: int) -> int:
    return -(-size // _CLUSTER) * _CLUSTER


def _basic(node: Node) -> bytes:
    return struct.pack("<4QI4x", node.time, node.accessed, node.written, node.written, shown_attributes(node))


def _standard(file: OpenFile, size: int) -> bytes:
    return struct.pack("<2QIBB2x", _allocated(size), size, 1, int(file.deletes), int(file.node.is_dir))


def _name(file: OpenFile) -> bytes:
    text = file.path[2:].encode("utf-16-le", "surrogatepass")
    return struct.pack("<I", len(text)) + text


def network_open(node: Node, size: int) -> bytes:
    """FILE_NETWORK_OPEN_INFORMATION."""
    return struct.pack(
        "<6QI4x", node.time, node.accessed, node.written, node.written, _allocated(size), size, shown_attributes(node)
    )


def _streams(node: Node) -> bytes:
    out = bytearray()
    names = [] if node.is_dir else sorted({"", *node.streams})
    for number, name in enumerate(names):
        text = f":{name}:$DATA".encode("utf-16-le", "surrogatepass")
        size = len(node.streams.get(name, b""))
        length = 24 + len(text)
        following = length + -length % 8 if number + 1 < len(names) else 0
        record = struct.pack("<2I2Q", following, len(text), size, _allocated(size)) + text
        out += record.ljust(following, b"\0")
    return bytes(out)


def _all(_call: Call, file: OpenFile, size: int) -> bytes:
    middle = struct.pack("<QIIQII", file.node.file_id, 0, file.access, file.position, 0, 0)
    return _basic(file.node) + _standard(file, size) + middle + _name(file)


_TOLD: dict[int, Callable[[Call, OpenFile, int], bytes]] = {
    4: lambda _call, file, _size: _basic(file.node),
    5: lambda _call, file, size: _standard(file, size),
    6: lambda _call, file, _size: struct.pack("<Q", file.node.file_id),
    9: lambda _call, file, _size: _name(file),
    14: lambda _call, file, _size: struct.pack("<Q", file.position),
    18: _all,
    22: lambda _call, file, _size: _streams(file.node),
    34: lambda _call, file, size: network_open(file.node, size),
    35: lambda _call, file, _size: struct.pack("<2I", shown_attributes(file.node), 0),
    59: lambda call, file, _size: struct.pack("<2Q8x", call.guest.system.volume_serial, file.node.file_id),
}
"""FILE_INFORMATION_CLASS -> what it tells of an open file of that size: Basic, Standard, Internal, Name, Position,
All, Stream, NetworkOpen, AttributeTag, Id."""


def information(call: Call, file: OpenFile, kind: int) -> bytes:
    """What class `kind` tells of `file`. Raises NtFailure for a class that is not known here."""
    told = _TOLD.get(kind)
    if told is None:
        raise NtFailure(status.INVALID_INFO_CLASS)
    return told(call, file, len(call.guest.files.content(file.node, file.stream)))


# -- changing --------------------------------------------------------------------------------------------------------
def set_times(node: Node, created: int, accessed: int, written: int) -> None:
    """Sets times that are not among those that mean «leave it»."""
    node.time = node.time if created in _KEEPS else created
    node.accessed = node.accessed if accessed in _KEEPS else accessed
    node.written = node.written if written in _KEEPS else written


def _set_basic(call: Call, file: OpenFile, data: bytes) -> int:
    created, accessed, written, _, attributes = struct.unpack("<4QI", data[:36].ljust(36, b"\0"))
    set_times(file.node, created, accessed, written)
    if attributes:
        call.guest.files.set_attributes(file.node, attributes)
    used(call, file, "write")
    return status.SUCCESS


def marked_deleted(call: Call, file: OpenFile, *, deletes: bool) -> int:
    """Marks `file` to be deleted when it is closed (or no longer), recorded; the NTSTATUS."""
    if not deletes:
        file.deletes = False
        return status.SUCCESS
    node = file.node
    code = status.SUCCESS
    if node.children:
        code = status.DIRECTORY_NOT_EMPTY
    elif node.attributes & READONLY or (is_running(call.guest, node) and not file.stream and "" in node.streams):
        code = status.CANNOT_DELETE
    recorded(call, "delete", file.path, "Delete", code)
    if code == status.SUCCESS:
        file.deletes = True
        file.verbs.add("delete")
    return code


def _target(call: Call, file: OpenFile, data: bytes) -> str:
    """The path in a FILE_RENAME_INFORMATION or FILE_LINK_INFORMATION; a stream's name begins with a colon."""
    width = call.pointer_bytes
    root = int.from_bytes(data[width : 2 * width], "little")
    length = int.from_bytes(data[2 * width : 2 * width + 4], "little")
    name = data[2 * width + 4 : 2 * width + 4 + length].decode("utf-16-le", "replace").rstrip("\0")
    if name.startswith(":"):
        return name
    folder = call.guest.handles.get(root)
    base = folder.path if isinstance(folder, OpenFile) else file.path.rpartition("\\")[0]
    return paths.absolute(name, base if "\\" not in name or root else call.process.cwd)


def _renamed(call: Call, file: OpenFile, target: str, *, replaces: bool) -> int:
    source = file.path
    if target.startswith(":"):
        return _renamed_stream(call, file, target)
    try:
        call.guest.files.move(file.node, target, call.process, replaces=replaces)
        file.path = target
        code = status.SUCCESS
    except NtFailure as failure:
        code = failure.status
    recorded(call, "rename", source, "Rename", code, target)
    return code


def _renamed_stream(call: Call, file: OpenFile, target: str) -> int:
    """Gives the open stream another name, as programs do that delete themselves while they run."""
    name = target[1:].partition(":")[0]
    content = file.node.streams.pop(file.stream.lower(), bytearray())
    file.node.streams[name.lower()] = content
    base = paths.stream_of(file.path)[0]
    recorded(call, "rename", file.path, "Rename", status.SUCCESS, f"{base}:{name}" if name else base)
    return status.SUCCESS


def _linked(call: Call, file: OpenFile, target: str) -> int:
    try:
        call.guest.files.link(file.node, target, call.process)
        code = status.SUCCESS
    except NtFailure as failure:
        code = failure.status
    recorded(call, "write", target, "CreateModify", code, file.path)
    return code


def _resized(call: Call, file: OpenFile, data: bytes) -> int:
    used(call, file, "write")
    call.guest.files.resize(file.node, file.stream, int.from_bytes(data[:8], "little"), call.process)
    return status.SUCCESS


def changed(call: Call, file: OpenFile, kind: int, data: bytes) -> int:
    """Changes `file` as class `kind` says; the NTSTATUS. Raises NtFailure for what cannot be."""
    match kind:
        case 4:  # FileBasicInformation
            return _set_basic(call, file, data)
        case 10 | 65:  # FileRenameInformation, -Ex
            return _renamed(call, file, _target(call, file, data), replaces=bool(data[:1] and data[0] & 1))
        case 11 | 72:  # FileLinkInformation, -Ex
            return _linked(call, file, _target(call, file, data))
        case 13 | 64:  # FileDispositionInformation, -Ex
            return marked_deleted(call, file, deletes=bool(data[:1] and data[0] & 1))
        case 14:  # FilePositionInformation
            file.position = int.from_bytes(data[:8], "little") & 0x7FFFFFFF_FFFFFFFF
            return status.SUCCESS
        case 20:  # FileEndOfFileInformation
            return _resized(call, file, data)
        case 19 | 30 | 39 | 40 | 41:  # allocation, completion port, valid data, short name, notification
            return status.SUCCESS
        case _:
            raise NtFailure(status.INVALID_INFO_CLASS)
