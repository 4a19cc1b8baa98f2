"""Enumeration of processes, threads and modules: snapshots, EnumProcesses, the system's process list."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass, field

from fulgurite.engines.emulator.call import Call, Hook, api
from fulgurite.engines.emulator.processes import GuestProcess
from fulgurite.model.events import Search, Suspicious

TH32CS_SNAPPROCESS = 0x2
TH32CS_SNAPTHREAD = 0x4
TH32CS_SNAPMODULE = 0x18
ERROR_NO_MORE_FILES = 18
ERROR_INVALID_HANDLE = 6
MAX_LISTED = 4_096


@dataclass(eq=False)
class Snapshot:
    """What a Toolhelp snapshot holds, and how far each list was read."""

    processes: list[GuestProcess]
    modules: list[tuple[str, int, int]] = field(default_factory=list)
    """Path, base, size."""
    at: dict[str, int] = field(default_factory=dict)


def searched(call: Call, kind: str, target: str) -> None:
    """Records that processes (or threads, modules) were enumerated."""
    call.guest.record(call.process, Search, object=kind, target=target, op=call.name.rpartition(".")[2], status=0)
    if kind == "process":
        call.guest.record(call.process, Suspicious, act="EnumeratesProcesses", detail=target)


def loaded_modules(call: Call) -> list[tuple[str, int, int]]:
    """Path, base and size of the modules of the calling process."""
    return [(module.emu_path, module.base, module.image_size) for module in call.emu.get_peb_modules()][:MAX_LISTED]


def create_snapshot(call: Call) -> int:
    """CreateToolhelp32Snapshot(dwFlags, th32ProcessID)."""
    flags, pid = call.args[0], call.args[1] & 0xFFFFFFFF
    snapshot = Snapshot(processes=call.guest.processes.living)
    for bit, kind in ((TH32CS_SNAPPROCESS, "process"), (TH32CS_SNAPTHREAD, "thread"), (TH32CS_SNAPMODULE, "module")):
        if flags & bit:
            searched(call, kind, f"Toolhelp32 {kind} snapshot")
    if flags & TH32CS_SNAPMODULE and pid in (0, call.process.pid):
        snapshot.modules = loaded_modules(call)
    return call.succeed(call.guest.handle_of(snapshot))


def _walk(call: Call, kind: str, total: int, fill: Callable[[Call, Snapshot, int], bool]) -> int:
    snapshot = call.guest.handles.get(call.args[0])
    if not isinstance(snapshot, Snapshot):
        return call.fail(ERROR_INVALID_HANDLE)
    at = 0 if "First" in call.name else snapshot.at.get(kind, 0)
    if at >= (total if total >= 0 else len(_rows(snapshot, kind))):
        return call.fail(ERROR_NO_MORE_FILES)
    snapshot.at[kind] = at + 1
    return call.succeed() if fill(call, snapshot, at) else call.fail(87)


def _rows(snapshot: Snapshot, kind: str) -> list[object]:
    return list(snapshot.modules if kind == "module" else snapshot.processes)


def _text(call: Call, text: str, chars: int) -> bytes:
    data = call.encoded(text[: chars - 1])
    return data.ljust(chars * (2 if call.wide else 1), b"\0")


def _process_entry(call: Call, snapshot: Snapshot, at: int) -> bool:
    process, size = snapshot.processes[at], call.pointer_bytes
    name = _text(call, process.name, 260)
    head = struct.pack("<II", 0, process.pid)
    middle = struct.pack("<IIIii", 0, 4, process.ppid, 8, 0)
    body = head + bytes(size) + middle + name if size == 4 else head + bytes(4 + size) + middle + name  # noqa: PLR2004
    return call.write(call.args[1] + 4, body)


def process_step(call: Call) -> int:
    """Process32First and Process32Next(hSnapshot, lppe), with W for the wide form."""
    return _walk(call, "process", -1, _process_entry)


def _thread_entry(call: Call, snapshot: Snapshot, at: int) -> bool:
    process = snapshot.processes[at]
    tid = process.main_thread.tid if process.main_thread else process.pid + 4
    return call.write(call.args[1] + 4, struct.pack("<IIIiiI", 1, tid, process.pid, 8, 0, 0))


def thread_step(call: Call) -> int:
    """Thread32First and Thread32Next(hSnapshot, lpte)."""
    return _walk(call, "thread", -1, _thread_entry)


def _module_entry(call: Call, snapshot: Snapshot, at: int) -> bool:
    path, base, size = snapshot.modules[at]
    name = path.rpartition("\\")[2]
    wide = call.pointer_bytes == 8  # noqa: PLR2004
    head = struct.pack("<IIII", 1, call.process.pid, 1, 1)
    body = head + (struct.pack("<4xQI4xQ", base, size, base) if wide else struct.pack("<III", base, size, base))
    return call.write(call.args[1] + 4, body + _text(call, name, 256) + _text(call, path, 260))


def module_step(call: Call) -> int:
    """Module32First and Module32Next(hSnapshot, lpme)."""
    return _walk(call, "module", -1, _module_entry)


def enum_processes(call: Call) -> int:
    """EnumProcesses(lpidProcess, cb, lpcbNeeded)."""
    pids = [p.pid for p in call.guest.processes.living]
    fitting = pids[: (call.args[1] & 0xFFFFFFFF) // 4]
    searched(call, "process", "EnumProcesses")
    call.write(call.args[0], struct.pack(f"<{len(fitting)}I", *fitting))
    call.write_u32(call.args[2], 4 * len(fitting))
    return call.succeed()


def process_list(processes: list[GuestProcess], width: int, address: int) -> bytes:
    """The SYSTEM_PROCESS_INFORMATION list of `processes`, as it stands at `address`."""
    out = bytearray()
    fixed = 0x100 if width == 8 else 0xB8  # noqa: PLR2004
    for number, process in enumerate(processes):
        name = (process.name + "\0").encode("utf-16-le", "replace")
        length = (fixed + len(name) + 7) & ~7
        entry = bytearray(length)
        struct.pack_into("<II", entry, 0, 0 if number == len(processes) - 1 else length, 1)
        text_at = address + len(out) + fixed
        if width == 8:  # noqa: PLR2004
            struct.pack_into(
                "<HH4xQi4xQQII",
                entry,
                0x38,
                len(name) - 2,
                len(name),
                text_at,
                8,
                process.pid,
                process.ppid,
                50,
                process.session,
            )
        else:
            struct.pack_into(
                "<HHIiIIII",
                entry,
                0x38,
                len(name) - 2,
                len(name),
                text_at,
                8,
                process.pid,
                process.ppid,
                50,
                process.session,
            )
        entry[fixed : fixed + len(name)] = name
        out += entry
    return bytes(out)


HOOKS: tuple[Hook, ...] = (
    api("CreateToolhelp32Snapshot", 2, create_snapshot),
    Hook(("Process32First", "Process32FirstW", "Process32Next", "Process32NextW"), 2, process_step),
    Hook(("Thread32First", "Thread32Next"), 2, thread_step),
    Hook(("Module32First", "Module32FirstW", "Module32Next", "Module32NextW"), 2, module_step),
    Hook(("EnumProcesses", "K32EnumProcesses"), 3, enum_processes),
)
