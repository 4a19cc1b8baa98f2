"""What else runs in an emulated process than its own entry point: exports of a library, code that others put there."""

from __future__ import annotations

import contextlib
import struct
from typing import TYPE_CHECKING, Any

from speakeasy import common
from speakeasy.errors import SpeakeasyError
from speakeasy.profiler import Run
from unicorn import UcError

from fulgurite.engines.emulator.threads import GuestThread, Region
from fulgurite.engines.pe import pe_header
from fulgurite.model.artifact import Artifact

if TYPE_CHECKING:
    from fulgurite.engines.emulator.guest import Guest
    from fulgurite.engines.emulator.processes import GuestProcess

SHARED_DATA = 0x7FFE_0000
MAX_UNPACKED = 16
MAX_UNPACKED_BYTES = 8 << 20
IMAGE_BASE = {32: 0x0040_0000, 64: 0x1_4000_0000}
"""Where the image of a program lies whose bytes are not modelled."""
MAX_MAPPED = 64 << 20
"""Bytes of one region that are mapped into the emulator."""
_STUB_CODE = {32: b"\x31\xc0\xc2\x10\x00", 64: b"\x31\xc0\xc3"}


def stub_image(bits: int) -> bytes:
    """A program that returns at once: it stands for a program whose bytes are not modelled."""
    is_wide = bits == 64  # noqa: PLR2004
    optional_size = 0xF0 if is_wide else 0xE0
    head = bytearray(0x400)
    head[:2] = b"MZ"
    struct.pack_into("<I", head, 0x3C, 0x40)
    characteristics = 0x22 if is_wide else 0x102
    struct.pack_into(
        "<4sHHIIIHH", head, 0x40, b"PE\0\0", 0x8664 if is_wide else 0x14C, 1, 0, 0, 0, optional_size, characteristics
    )
    at = 0x58
    struct.pack_into("<HBBIIIII", head, at, 0x20B if is_wide else 0x10B, 14, 0, 0x200, 0, 0, 0x1000, 0x1000)
    if is_wide:
        struct.pack_into("<Q", head, at + 24, IMAGE_BASE[64])
    else:
        struct.pack_into("<II", head, at + 24, 0x2000, IMAGE_BASE[32])
    struct.pack_into("<IIHHHHHHIIIIHH", head, at + 32, 0x1000, 0x200, 10, 0, 0, 0, 10, 0, 0, 0x2000, 0x400, 0, 2, 0)
    if is_wide:
        struct.pack_into("<QQQQII", head, at + 72, 0x100000, 0x1000, 0x100000, 0x1000, 0, 16)
    else:
        struct.pack_into("<IIIIII", head, at + 72, 0x100000, 0x1000, 0x100000, 0x1000, 0, 16)
    section = at + optional_size
    struct.pack_into("<8sIIII12xI", head, section, b".text", 0x1000, 0x1000, 0x200, 0x400, 0x60000020)
    return bytes(head) + _STUB_CODE[bits].ljust(0x200, b"\0")


def data_of(process: GuestProcess) -> bytes:
    """The bytes of the image that `process` was started from; a stand-in where they are not modelled."""
    if process.data is not None and process.library is None and pe_header(process.data) is not None:
        return process.data
    return stub_image(process.bits)


def base_of(process: GuestProcess) -> int:
    """Where the image of `process` is mapped."""
    if process.image_base == 0:
        process.image_base = _optional(data_of(process))[0]
    return process.image_base


def entry_of(process: GuestProcess) -> int:
    """Where the code of the image of `process` begins."""
    return base_of(process) + _optional(data_of(process))[1]


def _optional(data: bytes) -> tuple[int, int, int]:
    """Image base, entry point and size of image of a PE."""
    (at,) = struct.unpack_from("<I", data, 0x3C)
    (magic,) = struct.unpack_from("<H", data, at + 24)
    wide = magic == 0x20B  # noqa: PLR2004 - PE32+
    (base,) = struct.unpack_from("<Q" if wide else "<I", data, at + (0x30 if wide else 0x34))
    (entry,) = struct.unpack_from("<I", data, at + 0x28)
    (size,) = struct.unpack_from("<I", data, at + 0x50)
    return base, entry, size


def _sections(data: bytes) -> list[tuple[int, int, int, int, int]]:
    """Header offset, virtual address, virtual size, raw offset and raw size of each section of a PE."""
    (at,) = struct.unpack_from("<I", data, 0x3C)
    count, optional_size = struct.unpack_from("<H12xH", data, at + 6)
    out = []
    for number in range(min(count, 96)):
        header = at + 24 + optional_size + 40 * number
        if header + 40 > len(data):
            break
        size, address, raw_size, raw = struct.unpack_from("<IIII", data, header + 8)
        out.append((header, address, size, raw, raw_size))
    return out


def mapped(data: bytes) -> bytes:
    """A PE as it lies in memory."""
    sections = _sections(data)
    size = min(_optional(data)[2], MAX_MAPPED)
    image = bytearray(size)
    head = min((raw for _, _, _, raw, _ in sections if raw), default=0x400)
    image[:head] = data[:head]
    for _, address, _, raw, raw_size in sections:
        part = data[raw : raw + raw_size][: max(size - address, 0)]
        image[address : address + len(part)] = part
    return bytes(image[:size])


def unmapped(memory: bytes, base: int) -> bytes | None:
    """A PE file that loads as the image that lies in `memory` at `base`; None when there is none."""
    if pe_header(memory) is None:
        return None
    data = bytearray(memory)
    (at,) = struct.unpack_from("<I", data, 0x3C)
    (magic,) = struct.unpack_from("<H", data, at + 24)
    _, _, size = _optional(bytes(data))
    data.extend(bytes(max(min(size, MAX_MAPPED) - len(data), 0)))
    wide = magic == 0x20B  # noqa: PLR2004 - PE32+
    struct.pack_into("<Q" if wide else "<I", data, at + (0x30 if wide else 0x34), base)
    struct.pack_into("<I", data, at + 0x3C, 0x1000)
    for header, address, virtual_size, _, raw_size in _sections(bytes(data)):
        length = (max(virtual_size, raw_size) + 0xFFF) & ~0xFFF
        struct.pack_into("<IIII", data, header + 8, virtual_size or raw_size, address, length, address)
    return bytes(data)


def image_of(process: GuestProcess) -> bytes:
    """The image that `process` runs: what others put in the place of its own, its own, or a stand-in."""
    start = start_of(process)
    for region in reversed(process.regions):
        if start is not None and region.data[:2] == b"MZ" and region.base <= start < region.base + len(region.data):
            replaced = unmapped(bytes(region.data), region.base)
            if replaced is not None:
                process.image_base = region.base
                region.is_mapped = True
                return replaced
    return process.data if process.data is not None else stub_image(process.bits)


def runs_main(process: GuestProcess) -> bool:
    """Whether the first thread of `process` runs code that is here, so that the process ends with it."""
    return process.data is not None or start_of(process) is not None


def exit_status(process: GuestProcess, emu: Any) -> int:
    """The exit status of a process that has run: what it asked for, else what its first thread returned."""
    if process.has_exited or emu is None:
        return process.exit_status
    main = next((run for run in emu.runs if run.type in {"module_entry", "shellcode"}), None)
    return int(main.ret_val or 0) if main is not None and main.error is None else process.exit_status


def start_of(process: GuestProcess) -> int | None:
    """Where the first thread begins when that is not the entry point of its image."""
    registers = process.main_thread.registers if process.main_thread is not None else {}
    start = registers.get("pc") or registers.get("entry")
    is_patched = any(not r.is_allocated and r.data[:2] == b"MZ" for r in process.regions)
    return entry_of(process) if start is None and is_patched else start


def show_time(guest: Guest, emu: Any) -> None:
    """Puts the guest's time where programs read it without a call: KUSER_SHARED_DATA."""
    clock = guest.clock
    for offset, value in ((0x08, clock.uptime_ms * 10_000), (0x14, clock.filetime), (0x320, clock.uptime_ms)):
        packed = struct.pack("<III", value & 0xFFFFFFFF, value >> 32, value >> 32)
        with contextlib.suppress(UcError, SpeakeasyError):
            emu.mem_write(SHARED_DATA + offset, packed)


def keep_unpacked(guest: Guest, process: GuestProcess, emu: Any) -> None:
    """Keeps memory that the program allocated, wrote and may execute: what it unpacked there."""
    regions = [
        m for m in emu.get_mem_maps() if (m.tag or "").startswith("api.VirtualAlloc") and m.prot & common.PERM_MEM_EXEC
    ]
    for number, region in enumerate(regions[:MAX_UNPACKED]):
        with contextlib.suppress(UcError, SpeakeasyError):
            data = bytes(emu.mem_read(region.base, min(region.size, MAX_UNPACKED_BYTES))).rstrip(b"\0")
            if data:
                end = region.base + len(data)
                guest.log.artifact(
                    Artifact(
                        name=f"memory/{process.pid}-x{number}-0x{region.base:016x}-0x{end:016x}-memory.dmp",
                        kind="region",
                        origin="written",
                        procid=process.procid,
                        pid=process.pid,
                        at_ms=guest.clock.now_ms,
                        address=region.base,
                    ),
                    data,
                )


def queue(guest: Guest, process: GuestProcess, emu: Any, module: Any) -> None:
    """Changes what the emulator has queued for `module` into what this process is to run."""
    if process.library is not None and process.entries:
        for name in process.entries:
            _queue_export(emu, module, name, process)
    show_time(guest, emu)
    for region in process.regions:
        _map(guest, process, emu, region)
    _redirect_main(process, emu)
    threads = [thread for thread in process.threads if not thread.is_suspended]
    process.threads = [thread for thread in process.threads if thread.is_suspended]
    runs = [run for thread in threads if (run := _thread_run(guest, process, emu, thread)) is not None]
    emu.run_queue[:0] = runs


def _queue_export(emu: Any, module: Any, name: str, process: GuestProcess) -> None:
    wanted = (f"{name}W".lower(), f"{name}A".lower(), name.lower())
    for export in module.get_exports():
        known = f"#{export.ordinal}" if name.startswith("#") else (export.name or "").lower()
        if known in wanted:
            run = Run()
            run.type = f"export.{name}"
            run.start_addr = export.address
            text = (process.cmd.rpartition(f",{name}")[2].lstrip() + "\0").encode(
                "utf-16-le" if (export.name or "").endswith("W") else "cp1252", "replace"
            )
            at = emu.mem_map(len(text) + 16, tag="emu.rundll32.command_line")
            emu.mem_write(at, text)
            run.args = [0, module.base, at, 1] if name not in _NO_ARGUMENTS else []
            emu.add_run(run)
            return


_NO_ARGUMENTS = frozenset({"DllRegisterServer", "DllUnregisterServer"})


def _map(guest: Guest, process: GuestProcess, emu: Any, region: Region) -> None:
    """Makes what others wrote into the process part of its memory."""
    if region.is_mapped or (not region.is_allocated and emu.get_address_map(region.base) is None):
        return
    try:
        if emu.get_address_map(region.base) is None:
            base = emu.mem_map(min(region.size, MAX_MAPPED), base=region.base, tag=f"api.VirtualAlloc.{region.base:x}")
            if base != region.base:
                raise SpeakeasyError("the address is taken")
        emu.mem_write(region.base, bytes(region.data[:MAX_MAPPED]))
        if region.data[:2] == b"MZ":
            emu.ensure_pe_import_hooks(region.base)
    except (SpeakeasyError, UcError, ValueError) as error:
        guest.log.note(f"memory at {region.base:#x} of process {process.procid} could not be mapped: {error}")


def _redirect_main(process: GuestProcess, emu: Any) -> None:
    """Lets the first thread begin where SetThreadContext said."""
    start = start_of(process)
    if start is None:
        if process.is_unmapped:
            emu.run_queue[:] = [run for run in emu.run_queue if run.type != "module_entry"]
        return
    for run in emu.run_queue:
        if run.type == "module_entry":
            run.start_addr = start


def _thread_run(guest: Guest, process: GuestProcess, emu: Any, thread: GuestThread) -> Run | None:
    start = thread.registers.get("pc") or thread.registers.get("entry") or thread.start
    if thread.export is not None:
        start = emu.get_proc(*thread.export)
    if not start or emu.get_address_map(start) is None:
        guest.log.note(f"thread at {start:#x} of process {process.procid} ({process.name}): nothing is there")
        return None
    run = Run()
    run.type = f"thread.{start:x}"
    run.start_addr = start
    run.args = [thread.argument, *thread.more]
    return run
