"""Looking for files: FindFirstFile and its relatives, NtQueryDirectoryFile."""

from __future__ import annotations

import struct
from itertools import chain

from fulgurite.engines.emulator import status
from fulgurite.engines.emulator.call import Call, Hook, api, native, text_api
from fulgurite.engines.emulator.file_information import shown_attributes
from fulgurite.engines.emulator.files import Node
from fulgurite.engines.emulator.hooks.handles import closed
from fulgurite.engines.emulator.listing import Listing, entries, pattern_of, searched
from fulgurite.engines.emulator.opening import OpenFile
from fulgurite.model.events import Search as SearchEvent

_INVALID_HANDLE, _NO_MORE_FILES = 6, 18
_NAME_CHARS, _SHORT_CHARS = 260, 14
_RESTART_SCAN, _SINGLE_ENTRY = 0x1, 0x2
_MAX_STREAMS_CHARS = 296

_LAYOUTS = {
    1: (64, False, False),
    2: (68, True, False),
    3: (94, True, True),
    12: (12, False, False),
    37: (104, True, True),
    38: (80, True, False),
}
"""File information classes of an enumeration: offset of the name, whether an EaSize, whether a short name precedes."""
_MAX_DIRECTORY_BUFFER = 1 << 20


def find_data(call: Call, name: str, node: Node) -> bytes:
    """WIN32_FIND_DATA in the call's character width."""
    size = len(node.streams.get("", b""))
    head = struct.pack(
        "<I3Q4I",
        shown_attributes(node),
        node.time,
        node.accessed,
        node.written,
        size >> 32,
        size & 0xFFFFFFFF,
        0,
        0,
    )
    width = 2 if call.wide else 1
    encoded = call.encoded(name[: _NAME_CHARS - 1])
    return head + encoded.ljust(_NAME_CHARS * width, b"\0") + bytes(_SHORT_CHARS * width)


def _find_first(call: Call, data: int, op: str) -> int:
    code, name, node, listing = searched(call, pattern_of(call, call.arg_text(0)), op)
    if node is None:
        return call.fail(status.win32_of(code), call.invalid_handle())
    call.write(data, find_data(call, name, node))
    return call.guest.handle_of(listing)


def find_first_file(call: Call) -> int:
    """FindFirstFile(lpFileName, lpFindFileData)."""
    return _find_first(call, call.args[1], "FindFirstFile")


def find_first_file_ex(call: Call) -> int:
    """FindFirstFileEx(lpFileName, fInfoLevelId, lpFindFileData, fSearchOp, lpSearchFilter, dwAdditionalFlags)."""
    return _find_first(call, call.args[2], "FindFirstFileEx")


def find_next_file(call: Call) -> int:
    """FindNextFile(hFindFile, lpFindFileData)."""
    listing = call.guest.handles.get(call.args[0])
    if not isinstance(listing, Listing):
        return call.fail(_INVALID_HANDLE)
    found = next(listing.rest, None)
    if found is None:
        return call.fail(_NO_MORE_FILES)
    call.write(call.args[1], find_data(call, *found))
    return 1


def find_close(call: Call) -> int:
    """FindClose(hFindFile)."""
    return 1 if closed(call, call.args[0]) else call.fail(_INVALID_HANDLE)


def find_first_stream(call: Call) -> int:
    """FindFirstStreamW(lpFileName, InfoLevel, lpFindStreamData, dwFlags)."""
    pattern = pattern_of(call, call.arg_text(0))
    node = call.guest.files.find(pattern)
    code = status.SUCCESS if node is not None else status.OBJECT_NAME_NOT_FOUND
    call.guest.record(call.process, SearchEvent, object="file", target=pattern, op="FindFirstStream", status=code)
    if node is None or node.is_dir:
        return call.fail(status.win32_of(code), call.invalid_handle())
    names = iter([(f":{name}:$DATA", node) for name in sorted({"", *node.streams})])
    listing = Listing(names)
    _write_stream(call, call.args[2], next(names)[0], node)
    return call.guest.handle_of(listing)


def _write_stream(call: Call, address: int, name: str, node: Node) -> None:
    size = len(node.streams.get(name[1:].removesuffix(":$DATA"), b""))
    call.write(address, struct.pack("<Q", size) + call.encoded(name[: _MAX_STREAMS_CHARS - 1], wide=True))


def find_next_stream(call: Call) -> int:
    """FindNextStreamW(hFindStream, lpFindStreamData)."""
    listing = call.guest.handles.get(call.args[0])
    found = next(listing.rest, None) if isinstance(listing, Listing) else None
    if found is None:
        return call.fail(38)
    _write_stream(call, call.args[1], *found)
    return 1


# -- native ----------------------------------------------------------------------------------------------------------
def directory_record(kind: int, name: str, node: Node) -> bytes:
    """One entry of NtQueryDirectoryFile, without the offset to the next one in place."""
    start, has_ea, has_short = _LAYOUTS[kind]
    text = name.encode("utf-16-le", "surrogatepass")
    if kind == 12:  # noqa: PLR2004 - FileNamesInformation
        return struct.pack("<3I", 0, 0, len(text)) + text
    size = len(node.streams.get("", b""))
    head = struct.pack("<2I4Q2Q2I", 0, 0, node.time, node.accessed, node.written, node.written, size, size,
                       shown_attributes(node), len(text))  # fmt: skip
    if has_ea:
        head += bytes(4)
    if has_short:
        head += bytes(26)
    if kind in {37, 38}:
        head = head.ljust(start - 8, b"\0") + struct.pack("<Q", node.file_id)
    return head.ljust(start, b"\0") + text


def _packed(listing: Listing, kind: int, room: int, *, single: bool) -> tuple[bytes, int]:
    """As many entries as fit into `room` bytes, and the status."""
    out = bytearray()
    last = 0
    for found in listing.rest:
        record = directory_record(kind, *found)
        aligned = len(out) + -len(out) % 8
        if aligned + len(record) > room:
            listing.rest = chain((found,), listing.rest)
            return bytes(out), status.SUCCESS if out else status.BUFFER_OVERFLOW
        out.extend(bytes(aligned - len(out)))
        if out:
            out[last : last + 4] = struct.pack("<I", aligned - last)
        last = len(out)
        out.extend(record)
        if single:
            break
    return bytes(out), status.SUCCESS if out else status.NO_MORE_FILES


def directory_records(
    call: Call, file: OpenFile, kind: int, room: int, *, pattern: str = "", restart: bool = False, single: bool = False
) -> tuple[bytes, int]:
    """The next entries of an open folder in class `kind`, in at most `room` bytes, and the status; recorded once."""
    is_first = file.listing is None
    if file.listing is None or restart:
        file.listing = Listing(entries(file.node, pattern))
        target = file.path.rstrip("\\") + "\\" + (pattern or "*")
        call.guest.record(call.process, SearchEvent, object="file", target=target, op="NtQueryDirectoryFile", status=0)
    data, code = _packed(file.listing, kind, room, single=single)
    return data, status.NO_SUCH_FILE if is_first and code == status.NO_MORE_FILES else code


def _query_directory(call: Call, kind: int, pattern_at: int, *, restart: bool, single: bool) -> int:
    """The answer of NtQueryDirectoryFile and its Ex form."""
    io_status, buffer, room = call.args[4], call.args[5], min(call.args[6] & 0xFFFFFFFF, _MAX_DIRECTORY_BUFFER)
    file = call.guest.handles.get(call.args[0])
    if not isinstance(file, OpenFile):
        return status.INVALID_HANDLE
    if not file.node.is_dir or kind not in _LAYOUTS:
        return status.INVALID_PARAMETER
    pattern = call.unicode_string(pattern_at)
    data, code = directory_records(call, file, kind, room, pattern=pattern, restart=restart, single=single)
    call.write(buffer, data)
    call.write_u32(io_status, code)
    call.write_pointer(io_status + call.pointer_bytes, len(data))
    return code


def nt_query_directory_file(call: Call) -> int:
    """NtQueryDirectoryFile(Handle, Event, Apc, Context, IoStatus, Buffer, Length, Class, Single, Name, Restart)."""
    return _query_directory(
        call,
        call.args[7] & 0xFFFFFFFF,
        call.args[9],
        restart=bool(call.args[10] & 0xFF),
        single=bool(call.args[8] & 0xFF),
    )


def nt_query_directory_file_ex(call: Call) -> int:
    """NtQueryDirectoryFileEx(Handle, Event, Apc, Context, IoStatus, Buffer, Length, Class, Flags, Name)."""
    flags = call.args[8]
    return _query_directory(
        call,
        call.args[7] & 0xFFFFFFFF,
        call.args[9],
        restart=bool(flags & _RESTART_SCAN),
        single=bool(flags & _SINGLE_ENTRY),
    )


HOOKS: tuple[Hook, ...] = (
    text_api("FindFirstFile", 2, find_first_file),
    text_api("FindFirstFileEx", 6, find_first_file_ex),
    text_api("FindNextFile", 2, find_next_file),
    api("FindClose", 1, find_close),
    api("FindFirstStreamW", 4, find_first_stream),
    api("FindNextStreamW", 2, find_next_stream),
    native("QueryDirectoryFile", 11, nt_query_directory_file),
    native("QueryDirectoryFileEx", 10, nt_query_directory_file_ex),
)
