"""Questions about processes: handles, ids, names, times."""

from __future__ import annotations

import struct

from fulgurite.engines.emulator import foreign, hosting
from fulgurite.engines.emulator.call import Call, Hook, api, native, text_api
from fulgurite.engines.emulator.processes import GuestProcess
from fulgurite.engines.emulator.targets import process_of
from fulgurite.engines.emulator.views import unmapped
from fulgurite.model.events import Injection

ERROR_INVALID_HANDLE = 6
ERROR_ACCESS_DENIED = 5
ERROR_INVALID_PARAMETER = 87
ERROR_INSUFFICIENT_BUFFER = 122
STATUS_INVALID_HANDLE = 0xC0000008
STATUS_ACCESS_DENIED = 0xC0000022
STATUS_NOT_MAPPED_VIEW = 0xC0000019
STATUS_INVALID_CID = 0xC000000B
PROTECTED = frozenset({"smss.exe", "csrss.exe", "wininit.exe", "services.exe"})
"""Protected processes of Windows 10: they open only for limited questions."""
LIMITED_ACCESS = 0x1000 | 0x100000
IMAGE_MACHINE = {32: 0x14C, 64: 0x8664}


def _refused(call: Call, target: GuestProcess, access: int) -> bool:
    """Whether Windows refuses `access` to a protected process."""
    is_protected = target.existing and target.name.lower() in PROTECTED
    return is_protected and call.guest.system.version.major >= 10 and bool(access & 0xFFFFFFFF & ~LIMITED_ACCESS)  # noqa: PLR2004


def open_process(call: Call) -> int:
    """OpenProcess(dwDesiredAccess, bInheritHandle, dwProcessId)."""
    target = call.guest.processes.of_pid(call.args[2] & 0xFFFFFFFC)
    if target is None:
        return call.fail(ERROR_INVALID_PARAMETER)
    if _refused(call, target, call.args[0]):
        return call.fail(ERROR_ACCESS_DENIED)
    return call.succeed(call.guest.handle_of(target))


def nt_open_process(call: Call) -> int:
    """NtOpenProcess(*ProcessHandle, access, attributes, *ClientId)."""
    target = call.guest.processes.of_pid(call.pointer(call.args[3]) & 0xFFFFFFFC)
    if target is None:
        return STATUS_INVALID_CID
    if _refused(call, target, call.args[1]):
        return STATUS_ACCESS_DENIED
    call.write_pointer(call.args[0], call.guest.handle_of(target))
    return 0


def current_process_id(call: Call) -> int:
    """GetCurrentProcessId()."""
    return call.process.pid


def process_id(call: Call) -> int:
    """GetProcessId(hProcess) and GetProcessIdOfThread(hThread)."""
    target = process_of(call, call.args[0])
    return call.fail(ERROR_INVALID_HANDLE) if target is None else call.succeed(target.pid)


def thread_id(call: Call) -> int:
    """GetThreadId(hThread)."""
    thread = call.guest.handles.get(call.args[0])
    return int(getattr(thread, "tid", 0)) or int(call.emu.get_current_thread().tid)


def _device(path: str) -> str:
    return "\\Device\\HarddiskVolume2" + path[2:]


def image_name(call: Call) -> int:
    """QueryFullProcessImageName(hProcess, dwFlags, lpExeName, *lpdwSize)."""
    target = process_of(call, call.args[0])
    if target is None:
        return call.fail(ERROR_INVALID_HANDLE)
    path = _device(target.image) if call.args[1] & 1 else target.image
    if not call.write_text(call.args[2], path, call.u32(call.args[3])):
        return call.fail(ERROR_INSUFFICIENT_BUFFER)
    call.write_u32(call.args[3], len(path))
    return call.succeed()


def image_file_name(call: Call) -> int:
    """GetProcessImageFileName(hProcess, lpImageFileName, nSize)."""
    target = process_of(call, call.args[0])
    if target is None:
        return call.fail(ERROR_INVALID_HANDLE)
    path = _device(target.image)
    return call.succeed(len(path)) if call.write_text(call.args[1], path, call.args[2] & 0xFFFFFFFF) else call.fail(122)


def module_file_name_ex(call: Call) -> int | None:
    """GetModuleFileNameEx and GetModuleBaseName(hProcess, hModule, lpName, nSize)."""
    target = process_of(call, call.args[0])
    if target is None:
        return call.fail(ERROR_INVALID_HANDLE)
    path = _module_path(call, target, call.args[1])
    if path is None:
        return call.fail(ERROR_INVALID_HANDLE)
    text = path.rpartition("\\")[2] if "BaseName" in call.name else path
    text = text[: max((call.args[3] & 0xFFFFFFFF) - 1, 0)]
    call.write(call.args[2], call.encoded(text))
    return call.succeed(len(text))


def _module_path(call: Call, target: GuestProcess, base: int) -> str | None:
    if base in (0, hosting.base_of(target)):
        return target.image
    if target is call.process:
        return next((str(m.emu_path) for m in call.emu.modules if m.base == base), None)
    return None


def enum_modules(call: Call) -> int:
    """EnumProcessModules(hProcess, *lphModule, cb, *lpcbNeeded) and its Ex form."""
    target = process_of(call, call.args[0])
    if target is None:
        return call.fail(ERROR_INVALID_HANDLE)
    bases = [hosting.base_of(target)]
    if target is call.process:
        bases = [module.base for module in call.emu.get_peb_modules()]
    fitting = bases[: (call.args[2] & 0xFFFFFFFF) // call.pointer_bytes]
    for index, base in enumerate(fitting):
        call.write_pointer(call.args[1] + index * call.pointer_bytes, base)
    call.write_u32(call.args[3], len(bases) * call.pointer_bytes)
    return call.succeed()


def is_wow64(call: Call) -> int:
    """IsWow64Process(hProcess, *Wow64Process)."""
    target = process_of(call, call.args[0])
    if target is None:
        return call.fail(ERROR_INVALID_HANDLE)
    call.write_u32(call.args[1], int(target.bits == 32))  # noqa: PLR2004
    return call.succeed()


def is_wow64_2(call: Call) -> int:
    """IsWow64Process2(hProcess, *pProcessMachine, *pNativeMachine)."""
    target = process_of(call, call.args[0])
    if target is None:
        return call.fail(ERROR_INVALID_HANDLE)
    call.write(call.args[1], struct.pack("<H", 0x14C if target.bits == 32 else 0))  # noqa: PLR2004
    call.write(call.args[2], struct.pack("<H", IMAGE_MACHINE[64]))
    return call.succeed()


def process_times(call: Call) -> int:
    """GetProcessTimes(hProcess, *creation, *exit, *kernel, *user)."""
    target = process_of(call, call.args[0])
    if target is None:
        return call.fail(ERROR_INVALID_HANDLE)
    now = call.guest.clock.filetime
    created = now - (call.guest.clock.now_ms - target.started_ms) * 10_000
    call.write_u64(call.args[1], created - (600 * 10_000_000 if target.existing else 0))
    call.write_u64(call.args[2], 0)
    call.write_u64(call.args[3], 156_250)
    call.write_u64(call.args[4], 312_500)
    return call.succeed()


def unmap_view(call: Call) -> int:
    """NtUnmapViewOfSection(ProcessHandle, BaseAddress): of another process, the first step of hollowing it."""
    target = process_of(call, call.args[0])
    if target is None:
        return STATUS_INVALID_HANDLE
    if target is call.process:
        return 0 if unmapped(call, call.args[1]) else STATUS_NOT_MAPPED_VIEW
    if call.args[1] != hosting.base_of(target):
        return STATUS_NOT_MAPPED_VIEW
    target.is_unmapped = True
    target.regions = [region for region in target.regions if region.is_allocated]
    call.guest.record(
        call.process, Injection, op="UnmapViewOfSection", procid_target=target.procid, address=call.args[1]
    )
    return 0


def process_version(call: Call) -> int:
    """GetProcessVersion(ProcessId)."""
    return call.guest.system.version.major << 16 | call.guest.system.version.minor


def command_line(call: Call) -> int | None:
    """GetCommandLine(): the process's own, as its parent gave it."""
    key = f"command_line_{'w' if call.wide else 'a'}"
    known = call.process.addresses.get(key)
    if known is None:
        data = call.encoded(call.process.cmd)
        known = int(call.emu.mem_map(len(data) + 16, tag="api.GetCommandLine"))
        call.emu.mem_write(known, data)
        call.process.addresses[key] = known
    return known


def peb_address(target: GuestProcess, call: Call) -> int:
    """Where the PEB of `target` lies."""
    if target is call.process:
        return int(call.emu.get_current_process().peb.address)
    return foreign.PEB[target.bits]


HOOKS: tuple[Hook, ...] = (
    api("OpenProcess", 3, open_process),
    native("OpenProcess", 4, nt_open_process),
    api("GetCurrentProcessId", 0, current_process_id),
    Hook(("GetProcessId", "GetProcessIdOfThread"), 1, process_id),
    api("GetThreadId", 1, thread_id),
    text_api("QueryFullProcessImageName", 4, image_name),
    Hook(
        tuple(f"{k}GetProcessImageFileName{w}" for k in ("", "K32") for w in "AW"),
        3,
        image_file_name,
    ),
    Hook(
        tuple(f"{k}GetModule{n}{w}" for k in ("", "K32") for n in ("FileNameEx", "BaseName") for w in "AW"),
        4,
        module_file_name_ex,
    ),
    Hook(("EnumProcessModules", "K32EnumProcessModules"), 4, enum_modules),
    Hook(("EnumProcessModulesEx", "K32EnumProcessModulesEx"), 5, enum_modules),
    api("IsWow64Process", 2, is_wow64),
    api("IsWow64Process2", 3, is_wow64_2),
    api("GetProcessTimes", 5, process_times),
    native("UnmapViewOfSection", 2, unmap_view),
    api("GetProcessVersion", 1, process_version),
    text_api("GetCommandLine", 0, command_line),
)
