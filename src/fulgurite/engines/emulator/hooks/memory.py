"""Memory that is allocated, protected, read and written: in the calling process, and in others."""

from __future__ import annotations

from typing import Any

from speakeasy import common
from speakeasy.errors import SpeakeasyError
from unicorn import UcError

from fulgurite.engines.emulator import foreign
from fulgurite.engines.emulator.call import Call, Hook, api, native
from fulgurite.engines.emulator.processes import GuestProcess
from fulgurite.engines.emulator.targets import process_of
from fulgurite.engines.emulator.threads import allocate, region_at
from fulgurite.model.events import Injection, Memory

PROTECTIONS = {0x01: "---", 0x02: "r--", 0x04: "rw-", 0x08: "rw-", 0x10: "--x", 0x20: "r-x", 0x40: "rwx", 0x80: "rwx"}
_EMULATED = {
    "---": common.PERM_MEM_NONE,
    "r--": common.PERM_MEM_READ,
    "rw-": common.PERM_MEM_RW,
    "--x": common.PERM_MEM_EXEC,
    "r-x": common.PERM_MEM_RX,
    "rwx": common.PERM_MEM_RWX,
}
_WINDOWS = {
    common.PERM_MEM_NONE: 0x01,
    common.PERM_MEM_READ: 0x02,
    common.PERM_MEM_RW: 0x04,
    common.PERM_MEM_EXEC: 0x10,
    common.PERM_MEM_RX: 0x20,
    common.PERM_MEM_RWX: 0x40,
}
MAX_ALLOCATION = 512 << 20
FIRST_OWN = 0x50000
ERROR_INVALID_HANDLE = 6
ERROR_NOT_ENOUGH_MEMORY = 8
ERROR_PARTIAL_COPY = 299
ERROR_INVALID_ADDRESS = 487
STATUS_INVALID_HANDLE = 0xC0000008
STATUS_NO_MEMORY = 0xC0000017
STATUS_CONFLICTING_ADDRESSES = 0xC0000018
STATUS_PARTIAL_COPY = 0x8000000D


def protection_of(number: int) -> str:
    """The PAGE_* constant `number` as `rwx`."""
    return PROTECTIONS.get(number & 0xFF, "rw-")


def _tell(call: Call, protection: str, address: int, size: int, target: GuestProcess | None) -> None:
    """Records memory that is writable and executable, or in another process."""
    if target is None and protection != "rwx":
        return
    call.guest.record(
        call.process,
        Memory,
        op=call.name.rpartition(".")[2].removesuffix("Ex").removesuffix("2"),
        protection=protection,
        address=address,
        size_bytes=size,
        procid_target=None if target is None else target.procid,
    )


# -- allocation ------------------------------------------------------------------------------------------------------
def own_memory(emu: Any, base: int, size: int, protection: str) -> int:
    """Allocates in the calling process; 0 when there is no room."""
    if not 0 < size <= MAX_ALLOCATION:
        return 0
    there = emu.get_address_map(base) if base else None
    if there is not None:
        return base if (there.tag or "").startswith("api.VirtualAlloc") else 0
    try:
        start, length = emu.get_valid_ranges(size, addr=(base or FIRST_OWN) & ~0xFFF)
        if base and start != base & ~0xFFF:
            return 0
        permissions = _EMULATED[protection]
        return int(emu.mem_map(length, base=start, perms=permissions, tag="api.VirtualAlloc"))
    except (SpeakeasyError, UcError, ValueError):
        return 0


def _allocated(call: Call, target: GuestProcess, base: int, size: int, protect: int) -> int:
    protection = protection_of(protect)
    if target is call.process:
        address = own_memory(call.emu, base, size, protection)
        if address:
            _tell(call, protection, address, size, None)
        return address
    if not 0 < size <= MAX_ALLOCATION:
        return 0
    known = region_at(target, base) if base else None
    if known is not None and known.is_allocated:
        known.protection = protection
        address = base
    else:
        region = allocate(target, size, bits=call.process.bits, base=base, protection=protection)
        address = 0 if region is None else region.base
    if address:
        _tell(call, protection, address, size, target)
    return address


def virtual_alloc(call: Call) -> int:
    """VirtualAlloc(lpAddress, dwSize, flAllocationType, flProtect)."""
    address = _allocated(call, call.process, call.args[0], call.args[1], call.args[3])
    if address and call.pointer_bytes == 8:  # noqa: PLR2004 - Windows leaves it in the caller's home space
        call.write_u64(call.emu.get_stack_ptr() + 8, address)
    return call.succeed(address) if address else call.fail(ERROR_NOT_ENOUGH_MEMORY)


def virtual_alloc_ex(call: Call) -> int:
    """VirtualAllocEx(hProcess, lpAddress, dwSize, flAllocationType, flProtect), VirtualAlloc2 and the Numa form."""
    target = call.process if call.args[0] == 0 and "Alloc2" in call.name else process_of(call, call.args[0])
    if target is None:
        return call.fail(ERROR_INVALID_HANDLE)
    address = _allocated(call, target, call.args[1], call.args[2], call.args[4])
    return call.succeed(address) if address else call.fail(ERROR_INVALID_ADDRESS)


def nt_allocate(call: Call) -> int:
    """NtAllocateVirtualMemory(ProcessHandle, *BaseAddress, ZeroBits, *RegionSize, AllocationType, Protect)."""
    target = process_of(call, call.args[0])
    if target is None:
        return STATUS_INVALID_HANDLE
    base, size = call.pointer(call.args[1]), call.pointer(call.args[3])
    address = _allocated(call, target, base, size, call.args[5])
    if not address:
        return STATUS_CONFLICTING_ADDRESSES if base else STATUS_NO_MEMORY
    call.write_pointer(call.args[1], address)
    call.write_pointer(call.args[3], (size + 0xFFF) & ~0xFFF)
    return 0


# -- protection ------------------------------------------------------------------------------------------------------
def _own_protect(call: Call, address: int, size: int, protection: str) -> int | None:
    """Changes the calling process's pages; the old PAGE_* constant, or None when nothing is mapped there."""
    known = call.emu.get_address_map(address)
    if known is None:
        return None
    old = _WINDOWS.get(known.prot, 0x04)
    start = address & ~0xFFF
    length = min((address + max(size, 1) + 0xFFF & ~0xFFF) - start, MAX_ALLOCATION)
    try:
        call.emu.mem_protect(start, length, _EMULATED[protection])
    except (SpeakeasyError, UcError):
        return None
    known.prot = _EMULATED[protection]
    return old


def _protected(call: Call, target: GuestProcess, address: int, size: int, protect: int) -> int | None:
    protection = protection_of(protect)
    if target is call.process:
        old = _own_protect(call, address, size, protection)
    else:
        region = region_at(target, address)
        old = next((n for n, text in PROTECTIONS.items() if region and text == region.protection), 0x04)
        if region is not None and region.is_allocated:
            region.protection = protection
    if old is not None:
        _tell(call, protection, address, size, None if target is call.process else target)
    return old


def virtual_protect(call: Call) -> int:
    """VirtualProtect(lpAddress, dwSize, flNewProtect, lpflOldProtect)."""
    if call.args[3] == 0:
        return call.fail(998)  # ERROR_NOACCESS
    old = _protected(call, call.process, *call.args[:3])
    if old is None:
        return call.fail(ERROR_INVALID_ADDRESS)
    call.write_u32(call.args[3], old)
    return call.succeed()


def virtual_protect_ex(call: Call) -> int:
    """VirtualProtectEx(hProcess, lpAddress, dwSize, flNewProtect, lpflOldProtect)."""
    target = process_of(call, call.args[0])
    if target is None:
        return call.fail(ERROR_INVALID_HANDLE)
    old = _protected(call, target, *call.args[1:4])
    if old is None:
        return call.fail(ERROR_INVALID_ADDRESS)
    call.write_u32(call.args[4], old)
    return call.succeed()


def nt_protect(call: Call) -> int:
    """NtProtectVirtualMemory(ProcessHandle, *BaseAddress, *RegionSize, NewProtect, *OldProtect)."""
    target = process_of(call, call.args[0])
    if target is None:
        return STATUS_INVALID_HANDLE
    base, size = call.pointer(call.args[1]), call.pointer(call.args[2])
    old = _protected(call, target, base, size, call.args[3])
    if old is None:
        return STATUS_CONFLICTING_ADDRESSES
    call.write_u32(call.args[4], old)
    return 0


# -- reading and writing ---------------------------------------------------------------------------------------------
def _write(call: Call) -> bool | None:
    """The work of WriteProcessMemory; None for a handle that is no process."""
    target = process_of(call, call.args[0])
    if target is None:
        return None
    address, size = call.args[1], min(call.args[3], foreign.MAX_BYTES)
    data = call.read(call.args[2], size)
    if len(data) != size:
        return False
    if target is call.process:
        done = call.write(address, data)
    else:
        done = foreign.write(target, address, data)
        call.guest.record(
            call.process,
            Injection,
            op="WriteProcessMemory",
            procid_target=target.procid,
            address=address,
            size_bytes=size,
        )
        call.guest.processes.mark_injected(target)
    if done:
        call.write_pointer(call.args[4], size)
    return done


def write_process_memory(call: Call) -> int:
    """WriteProcessMemory(hProcess, lpBaseAddress, lpBuffer, nSize, *lpNumberOfBytesWritten)."""
    done = _write(call)
    if done is None:
        return call.fail(ERROR_INVALID_HANDLE)
    return call.succeed() if done else call.fail(998)


def nt_write(call: Call) -> int:
    """NtWriteVirtualMemory(ProcessHandle, BaseAddress, Buffer, Size, *NumberOfBytesWritten)."""
    done = _write(call)
    if done is None:
        return STATUS_INVALID_HANDLE
    return 0 if done else STATUS_PARTIAL_COPY


def _read(call: Call) -> bool | None:
    target = process_of(call, call.args[0])
    if target is None:
        return None
    address, size = call.args[1], call.args[3]
    if not 0 <= size <= foreign.MAX_BYTES:
        return False
    data = call.read(address, size) if target is call.process else foreign.read(target, address, size)
    if data is None or len(data) != size:
        return False
    call.write(call.args[2], data)
    call.write_pointer(call.args[4], size)
    return True


def read_process_memory(call: Call) -> int:
    """ReadProcessMemory(hProcess, lpBaseAddress, lpBuffer, nSize, *lpNumberOfBytesRead)."""
    done = _read(call)
    if done is None:
        return call.fail(ERROR_INVALID_HANDLE)
    return call.succeed() if done else call.fail(ERROR_PARTIAL_COPY)


def nt_read(call: Call) -> int:
    """NtReadVirtualMemory(ProcessHandle, BaseAddress, Buffer, Size, *NumberOfBytesRead)."""
    done = _read(call)
    if done is None:
        return STATUS_INVALID_HANDLE
    return 0 if done else STATUS_PARTIAL_COPY


def virtual_free_ex(call: Call) -> int | None:
    """VirtualFreeEx(hProcess, lpAddress, dwSize, dwFreeType)."""
    target = process_of(call, call.args[0])
    if target is None:
        return call.fail(ERROR_INVALID_HANDLE)
    return call.succeed()


HOOKS: tuple[Hook, ...] = (
    api("VirtualAlloc", 4, virtual_alloc),
    api("VirtualAllocEx", 5, virtual_alloc_ex),
    api("VirtualAllocExNuma", 6, virtual_alloc_ex),
    api("VirtualAlloc2", 7, virtual_alloc_ex),
    native("AllocateVirtualMemory", 6, nt_allocate),
    api("VirtualProtect", 4, virtual_protect),
    api("VirtualProtectEx", 5, virtual_protect_ex),
    native("ProtectVirtualMemory", 5, nt_protect),
    api("WriteProcessMemory", 5, write_process_memory),
    native("WriteVirtualMemory", 5, nt_write),
    api("ReadProcessMemory", 5, read_process_memory),
    native("ReadVirtualMemory", 5, nt_read),
    api("VirtualFreeEx", 4, virtual_free_ex),
)
