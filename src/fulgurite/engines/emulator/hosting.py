"""What else runs in an emulated process than its own entry point: exports of a library, code that others put there."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

from speakeasy.errors import SpeakeasyError
from speakeasy.profiler import Run
from unicorn import UcError

from fulgurite.engines.emulator.threads import GuestThread, Region
from fulgurite.engines.pe import pe_header

if TYPE_CHECKING:
    from fulgurite.engines.emulator.guest import Guest
    from fulgurite.engines.emulator.processes import GuestProcess

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
    struct.pack_into("<4sHHIIIHH", head, 0x40, b"PE\0\0", 0x8664 if is_wide else 0x14C, 1, 0, 0, 0, optional_size, characteristics)
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


def base_of(process: GuestProcess) -> int:
    """Where the image of `process` is mapped."""
    if process.image_base == 0:
        process.image_base = IMAGE_BASE[process.bits]
        data = process.data
        if data is not None and process.library is None and pe_header(data) is not None:
            (at,) = struct.unpack_from("<I", data, 0x3C)
            wide = process.bits == 64  # noqa: PLR2004
            (process.image_base,) = struct.unpack_from("<Q" if wide else "<I", data, at + (0x30 if wide else 0x34))
    return process.image_base


def entry_of(process: GuestProcess) -> int:
    """Where the code of the image of `process` begins."""
    rva = 0x1000
    if process.data is not None and pe_header(process.data) is not None:
        (at,) = struct.unpack_from("<I", process.data, 0x3C)
        (rva,) = struct.unpack_from("<I", process.data, at + 0x28)
    return base_of(process) + int(rva)


def queue(guest: Guest, process: GuestProcess, emu: Any, module: Any) -> None:
    """Changes what the emulator has queued for `module` into what this process is to run."""
    if process.library is not None and process.entries:
        for name in process.entries:
            _queue_export(emu, module, name, process)
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
            text = (process.cmd + "\0").encode("utf-16-le" if (export.name or "").endswith("W") else "cp1252", "replace")
            at = emu.mem_map(len(text) + 16, tag="emu.rundll32.command_line")
            emu.mem_write(at, text)
            run.args = [0, module.base, at, 1] if name not in _NO_ARGUMENTS else []
            emu.add_run(run)
            return


_NO_ARGUMENTS = frozenset({"DllRegisterServer", "DllUnregisterServer"})


def _map(guest: Guest, process: GuestProcess, emu: Any, region: Region) -> None:
    """Makes what others wrote into the process part of its memory."""
    try:
        if region.is_allocated and emu.get_address_map(region.base) is None:
            base = emu.mem_map(min(region.size, MAX_MAPPED), base=region.base, tag=f"injected.VirtualAlloc.{region.base:x}")
            if base != region.base:
                raise SpeakeasyError("the address is taken")
        emu.mem_write(region.base, bytes(region.data[:MAX_MAPPED]))
        if region.data[:2] == b"MZ":
            emu.ensure_pe_import_hooks(region.base)
    except (SpeakeasyError, UcError, ValueError) as error:
        guest.log.note(f"memory at {region.base:#x} of process {process.procid} could not be mapped: {error}")


def _redirect_main(process: GuestProcess, emu: Any) -> None:
    """Lets the first thread begin where SetThreadContext said."""
    registers = process.main_thread.registers if process.main_thread is not None else {}
    start = registers.get("pc") or registers.get("entry")
    if start is None:
        if process.is_unmapped:
            emu.run_queue[:] = [run for run in emu.run_queue if run.type != "module_entry"]
        return
    for run in emu.run_queue:
        if run.type == "module_entry":
            run.start_addr = start


def _thread_run(guest: Guest, process: GuestProcess, emu: Any, thread: GuestThread) -> Run | None:
    start = thread.registers.get("pc") or thread.start
    export = guest.exports.get((process.bits, start))
    if export is not None:
        address = emu.get_proc(*export)
    elif emu.get_address_map(start) is not None:
        address = start
    else:
        guest.log.note(f"thread at {start:#x} of process {process.procid}: nothing is there")
        return None
    run = Run()
    run.type = f"thread.{start:x}"
    run.start_addr = address
    run.args = [thread.argument, 0, 0]
    return run
