"""Sections: memory of a file or shared under a name, and its views."""

from __future__ import annotations

import struct

from speakeasy.errors import SpeakeasyError

from fulgurite.engines.emulator import status
from fulgurite.engines.emulator.call import Call, Hook, api, native, text_api
from fulgurite.engines.emulator.hooks.sync import create_native, create_win32, open_native, open_win32
from fulgurite.engines.emulator.objects import Section
from fulgurite.engines.emulator.opening import OpenFile, used
from fulgurite.engines.emulator.processes import GuestProcess
from fulgurite.engines.emulator.status import NtFailure
from fulgurite.engines.emulator.targets import is_self, other_process
from fulgurite.engines.emulator.threads import allocate
from fulgurite.engines.emulator.views import MAX_VIEW_BYTES, PAGE, mapped, store_views, unmapped, view_at
from fulgurite.model.events import Injection

SEC_IMAGE = 0x100_0000
_WRITABLE_PAGES = 0x4 | 0x40
_MAP_WRITE = 0x2
_INVALID_HANDLE, _NO_MEMORY, _FILE_INVALID, _INVALID_ADDRESS = 6, 8, 1006, 487
_STATUS_NO_MEMORY, _STATUS_INVALID_VIEW = 0xC000_0017, 0xC000_001F
_STATUS_MAPPED_FILE_SIZE_ZERO = 0xC000_011E
_STATUS_NOT_AN_IMAGE = 0xC000_007B


def _fresh(call: Call, source: object, size: int, protection: int, name: str) -> Section:
    """A new section. Raises NtFailure when it cannot be."""
    if not isinstance(source, OpenFile):
        if not 0 < size <= MAX_VIEW_BYTES:
            raise NtFailure(status.INVALID_PARAMETER)
        return Section(size, protection, name, bytearray(size))
    files = call.guest.files
    if protection & _WRITABLE_PAGES and size > len(files.content(source.node, source.stream)):
        files.resize(source.node, source.stream, size, call.process)
    used(call, source, "read")
    content = files.content(source.node, source.stream)
    if not content:
        raise NtFailure(_STATUS_MAPPED_FILE_SIZE_ZERO)
    if protection & SEC_IMAGE:
        image = _image(call, bytes(content))
        return Section(len(image), protection, name, image)
    return Section(size or len(content), protection, name, content, source)


def _image(call: Call, data: bytes) -> bytearray:
    """`data`, a PE file, as it is laid out in memory. Raises NtFailure when it is none."""
    if data[:2] != b"MZ":
        raise NtFailure(_STATUS_NOT_AN_IMAGE)
    try:
        return bytearray(call.emu.load_pe(data=data).mapped_image)
    except (SpeakeasyError, ValueError, AttributeError) as error:
        raise NtFailure(_STATUS_NOT_AN_IMAGE) from error


# -- Win32 -----------------------------------------------------------------------------------------------------------
def create_file_mapping(call: Call) -> int:
    """CreateFileMapping(hFile, lpAttributes, flProtect, dwMaximumSizeHigh, dwMaximumSizeLow, lpName)."""
    handle, _, protection, high, low, _ = call.args[:6]
    size = (high & 0xFFFFFFFF) << 32 | low & 0xFFFFFFFF
    return _create(call, handle, size, protection, call.arg_text(5))


def create_file_mapping_numa(call: Call) -> int:
    """CreateFileMappingNuma(hFile, lpAttributes, flProtect, High, Low, lpName, nndPreferred)."""
    return create_file_mapping(call)


def _create(call: Call, handle: int, size: int, protection: int, name: str) -> int:
    source = call.guest.handles.get(handle)
    try:
        section = _fresh(call, source, size, protection & 0xFFFFFFFF, name)
    except NtFailure as failure:
        code = _FILE_INVALID if failure.status == _STATUS_MAPPED_FILE_SIZE_ZERO else status.win32_of(failure.status)
        return call.fail(code)
    return create_win32(call, section, "section", name)


def open_file_mapping(call: Call) -> int:
    """OpenFileMapping(dwDesiredAccess, bInheritHandle, lpName)."""
    return open_win32(call, "section", call.arg_text(2))


def _view(call: Call, access: int, offset: int, size: int, base: int) -> int:
    section = call.guest.handles.get(call.args[0])
    if not isinstance(section, Section):
        return call.fail(_INVALID_HANDLE)
    is_writable = bool(access & _MAP_WRITE)
    address = mapped(call, section, base, offset, size, is_writable=is_writable)
    return address or call.fail(_NO_MEMORY)


def map_view_of_file(call: Call) -> int:
    """MapViewOfFile(hFileMappingObject, dwDesiredAccess, dwFileOffsetHigh, dwFileOffsetLow, dwNumberOfBytes)."""
    offset = (call.args[2] & 0xFFFFFFFF) << 32 | call.args[3] & 0xFFFFFFFF
    return _view(call, call.args[1], offset, call.args[4], 0)


def map_view_of_file_ex(call: Call) -> int:
    """MapViewOfFileEx(hFileMappingObject, dwDesiredAccess, High, Low, dwNumberOfBytes, lpBaseAddress)."""
    offset = (call.args[2] & 0xFFFFFFFF) << 32 | call.args[3] & 0xFFFFFFFF
    return _view(call, call.args[1], offset, call.args[4], call.args[5])


def unmap_view_of_file(call: Call) -> int:
    """UnmapViewOfFile(lpBaseAddress), and its Ex form."""
    return 1 if unmapped(call, call.args[0]) else call.fail(_INVALID_ADDRESS)


def unmap_view_of_file_2(call: Call) -> int:
    """UnmapViewOfFile2(hProcess, lpBaseAddress, dwUnmapFlags)."""
    return 1 if unmapped(call, call.args[1]) else call.fail(_INVALID_ADDRESS)


def flush_view_of_file(call: Call) -> int:
    """FlushViewOfFile(lpBaseAddress, dwNumberOfBytesToFlush)."""
    view = view_at(call, call.args[0])
    if view is None:
        return call.fail(_INVALID_ADDRESS)
    view.store(call.guest)
    return 1


# -- native ----------------------------------------------------------------------------------------------------------
def nt_create_section(call: Call) -> int:
    """NtCreateSection(SectionHandle, Access, ObjectAttributes, MaximumSize, Protection, Attributes, FileHandle)."""
    name = call.object_name(call.args[2])[1]
    size = call.u64(call.args[3]) if call.args[3] else 0
    protection = (call.args[4] | call.args[5]) & 0xFFFFFFFF
    try:
        section = _fresh(call, call.guest.handles.get(call.args[6]), size, protection, name)
    except NtFailure as failure:
        return failure.status
    return create_native(call, section, "section", name)


def nt_open_section(call: Call) -> int:
    """NtOpenSection(SectionHandle, DesiredAccess, ObjectAttributes)."""
    name = call.object_name(call.args[2])[1]
    known = name.lower().rpartition("\\")[2]
    if "knowndlls" in name.lower() or known.endswith(".dll"):
        return status.OBJECT_NAME_NOT_FOUND
    return open_native(call, "section")


def _mapped_elsewhere(call: Call, section: Section) -> int:
    """NtMapViewOfSection into another process: its memory holds what the section holds now."""
    target = other_process(call, call.args[1])
    if target is None:
        return status.INVALID_HANDLE
    store_views(call.guest, section)
    base, size = call.pointer(call.args[2]), call.pointer(call.args[6]) or section.size
    if not 0 < size <= MAX_VIEW_BYTES:
        return _STATUS_INVALID_VIEW
    region = allocate(
        target, size, bits=call.process.bits, base=base, protection="rwx" if call.args[9] & 0xF0 else "rw-"
    )
    if region is None:
        return _STATUS_NO_MEMORY
    region.shared = section
    region.write(region.base, bytes(section.content[:size]))
    call.write_pointer(call.args[2], region.base)
    call.write_pointer(call.args[6], region.size)
    call.guest.processes.mark_injected(target)
    call.guest.record(
        call.process,
        Injection,
        op="MapViewOfSection",
        procid_target=target.procid,
        address=region.base,
        size_bytes=size,
    )
    return status.SUCCESS


def refresh(call: Call, target: GuestProcess) -> None:
    """Puts what this process has written into shared sections since into the views that `target` has of them."""
    for region in target.regions:
        if isinstance(region.shared, Section):
            store_views(call.guest, region.shared)
            region.write(region.base, bytes(region.shared.content[: region.size]))


def nt_map_view_of_section(call: Call) -> int:
    """NtMapViewOfSection(Section, Process, *Base, ZeroBits, CommitSize, *Offset, *ViewSize, Inherit, Type, Protect)."""
    section = call.guest.handles.get(call.args[0])
    if not isinstance(section, Section):
        return status.INVALID_HANDLE
    if not is_self(call.args[1]) and other_process(call, call.args[1]) is not None:
        return _mapped_elsewhere(call, section)
    offset = call.u64(call.args[5]) if call.args[5] else 0
    is_writable = bool(call.args[9] & _WRITABLE_PAGES)
    size, base = call.pointer(call.args[6]), call.pointer(call.args[2])
    address = mapped(call, section, base, offset, size, is_writable=is_writable)
    if not address:
        return _STATUS_INVALID_VIEW
    call.write_pointer(call.args[2], address)
    call.write_pointer(call.args[6], (size or section.size - offset) + PAGE - 1 & ~(PAGE - 1))
    return status.SUCCESS


def nt_query_section(call: Call) -> int:
    """NtQuerySection(SectionHandle, InformationClass, Information, Length, ReturnLength): its base, flags and size."""
    section = call.guest.handles.get(call.args[0])
    if not isinstance(section, Section) or call.args[1] & 0xFF:
        return status.INVALID_HANDLE
    wide = call.pointer_bytes == 8  # noqa: PLR2004
    data = struct.pack("<QI4xQ" if wide else "<IIQ", 0, 0x800_0000, section.size)
    call.write(call.args[2], data[: call.args[3] & 0xFFFF])
    call.write_pointer(call.args[4], len(data))
    return status.SUCCESS


HOOKS: tuple[Hook, ...] = (
    text_api("CreateFileMapping", 6, create_file_mapping),
    text_api("CreateFileMappingNuma", 7, create_file_mapping_numa),
    text_api("OpenFileMapping", 3, open_file_mapping),
    api("MapViewOfFile", 5, map_view_of_file),
    api("MapViewOfFileEx", 6, map_view_of_file_ex),
    api("UnmapViewOfFile", 1, unmap_view_of_file),
    api("UnmapViewOfFileEx", 2, unmap_view_of_file),
    api("UnmapViewOfFile2", 3, unmap_view_of_file_2),
    api("FlushViewOfFile", 2, flush_view_of_file),
    native("CreateSection", 7, nt_create_section),
    native("OpenSection", 3, nt_open_section),
    native("MapViewOfSection", 10, nt_map_view_of_section),
    native("QuerySection", 5, nt_query_section),
)
