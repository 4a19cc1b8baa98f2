"""Questions whether somebody looks on: debuggers, analysis tools, and attempts to hide from them."""

from __future__ import annotations

import struct
from collections.abc import Callable

from fulgurite.engines.emulator.call import Call, Hook, api, native, text_api
from fulgurite.engines.emulator.hooks.process_handles import peb_address
from fulgurite.engines.emulator.hooks.process_lists import process_list, searched
from fulgurite.engines.emulator.processes import GuestProcess
from fulgurite.engines.emulator.targets import process_of
from fulgurite.model.events import Suspicious

STATUS_INVALID_HANDLE = 0xC0000008
STATUS_INFO_LENGTH_MISMATCH = 0xC0000004
STATUS_PORT_NOT_SET = 0xC0000353
STATUS_INVALID_INFO_CLASS = 0xC0000003
BASIC, DEBUG_PORT, WOW64, IMAGE_NAME, BREAK_ON_TERMINATION, DEBUG_OBJECT, DEBUG_FLAGS = 0, 7, 26, 27, 29, 30, 31
IMAGE_NAME_WIN32, COMMAND_LINE = 43, 60
HIDE_FROM_DEBUGGER = 17
SYSTEM_BASIC, SYSTEM_PROCESSES, SYSTEM_PROCESSES_EX, SYSTEM_DEBUGGER = 0, 5, 57, 35
_QUESTIONS = {
    DEBUG_PORT: "ProcessDebugPort",
    DEBUG_OBJECT: "ProcessDebugObjectHandle",
    DEBUG_FLAGS: "ProcessDebugFlags",
}


def asked(call: Call, *args: str, ret: str | None = None) -> None:
    """Tells that this question was asked."""
    call.guest.calls.note(call.process, call.name, args, ret)


def is_debugger_present(call: Call) -> int:
    """IsDebuggerPresent(): no."""
    asked(call, ret="0")
    return 0


def check_remote_debugger(call: Call) -> int:
    """CheckRemoteDebuggerPresent(hProcess, *pbDebuggerPresent): no."""
    asked(call, ret="0")
    if process_of(call, call.args[0]) is None:
        return call.fail(6)
    call.write_u32(call.args[1], 0)
    return call.succeed()


def output_debug_string(call: Call) -> int:
    """OutputDebugString(lpOutputString): without a debugger nobody hears it."""
    asked(call, call.arg_text(0))
    if call.guest.system.version.major < 6:  # noqa: PLR2004
        call.emu.set_last_error(2)
    return 0


def _basic(call: Call, target: GuestProcess) -> bytes:
    peb = peb_address(target, call)
    if call.pointer_bytes == 8:  # noqa: PLR2004
        status = 0x103 if target.terminated_ms is None else target.exit_status
        return struct.pack("<I4xQQi4xQQ", status, peb, 3, 8, target.pid, target.ppid)
    return struct.pack("<IIIiII", 0x103, peb & 0xFFFFFFFF, 3, 8, target.pid, target.ppid)


def _text(call: Call, text: str, at: int) -> bytes:
    """A UNICODE_STRING at `at` with its text behind it."""
    data = text.encode("utf-16-le", "replace")[:0xFFFC]
    size = 2 * call.pointer_bytes
    head = struct.pack("<HH", len(data), len(data) + 2)
    pointer = (at + size).to_bytes(call.pointer_bytes, "little")
    return head.ljust(call.pointer_bytes, b"\0") + pointer + data + b"\0\0"


_ANSWERS: dict[int, Callable[[Call, GuestProcess, int], bytes | int]] = {
    BASIC: lambda call, target, _: _basic(call, target),
    DEBUG_PORT: lambda call, _, __: bytes(call.pointer_bytes),
    WOW64: lambda call, target, _: _wow64(call, target),
    IMAGE_NAME: lambda call, target, at: _text(call, "\\Device\\HarddiskVolume2" + target.image[2:], at),
    BREAK_ON_TERMINATION: lambda _, __, ___: bytes(4),
    DEBUG_OBJECT: lambda _, __, ___: STATUS_PORT_NOT_SET,
    DEBUG_FLAGS: lambda _, __, ___: struct.pack("<I", 1),
    IMAGE_NAME_WIN32: lambda call, target, at: _text(call, target.image, at),
    COMMAND_LINE: lambda call, target, at: _text(call, target.cmd, at),
}
"""Class -> the information, made for a buffer at an address, or the status when there is none."""


def _wow64(call: Call, target: GuestProcess) -> bytes:
    is_wow64 = target.bits == 32  # noqa: PLR2004
    return (peb_address(target, call) if is_wow64 else 0).to_bytes(call.pointer_bytes, "little")


def query_process(call: Call) -> int | None:
    """NtQueryInformationProcess(ProcessHandle, class, buffer, length, *ReturnLength)."""
    target = process_of(call, call.args[0])
    if target is None:
        return STATUS_INVALID_HANDLE
    kind, length = call.args[1] & 0xFFFFFFFF, call.args[3] & 0xFFFFFFFF
    if kind in _QUESTIONS:
        asked(call, _QUESTIONS[kind])
    made = _ANSWERS.get(kind)
    answer = STATUS_INVALID_INFO_CLASS if made is None else made(call, target, call.args[2])
    if isinstance(answer, int):
        if answer == STATUS_INVALID_INFO_CLASS and call.original is not None:
            return call.original(call.args)
        call.write(call.args[2], bytes(min(length, call.pointer_bytes)))
        return answer
    if call.args[4]:
        call.write_u32(call.args[4], len(answer))
    if length < len(answer):
        return STATUS_INFO_LENGTH_MISMATCH
    call.write(call.args[2], answer)
    return 0


def set_thread_information(call: Call) -> int:
    """NtSetInformationThread(ThreadHandle, class, information, length)."""
    if call.args[1] & 0xFFFFFFFF == HIDE_FROM_DEBUGGER:
        call.guest.record(call.process, Suspicious, act="NtSetInformationThreadHideFromDebugger")
    return 0


def set_process_information(call: Call) -> int:
    """NtSetInformationProcess(ProcessHandle, class, information, length)."""
    kind = call.args[1] & 0xFFFFFFFF
    if kind == BREAK_ON_TERMINATION and call.u32(call.args[2]):
        call.guest.record(call.process, Suspicious, act="SetsCriticalProcess")
    return 0


def set_critical(call: Call) -> int:
    """RtlSetProcessIsCritical(NewValue, *OldValue, CheckFlag): ending the process would stop Windows."""
    if call.args[0] & 0xFF:
        call.guest.record(call.process, Suspicious, act="SetsCriticalProcess")
    return 0


def query_system(call: Call) -> int | None:
    """NtQuerySystemInformation(class, buffer, length, *ReturnLength)."""
    kind, length = call.args[0] & 0xFFFFFFFF, call.args[2] & 0xFFFFFFFF
    if kind in (SYSTEM_PROCESSES, SYSTEM_PROCESSES_EX):
        answer = process_list(call.guest.processes.living, call.pointer_bytes, call.args[1])
        if length >= len(answer):
            searched(call, "process", "SystemProcessInformation")
    elif kind == SYSTEM_DEBUGGER:
        asked(call, "SystemKernelDebuggerInformation")
        answer = b"\0\1"
    elif kind == SYSTEM_BASIC:
        answer = _system_basic(call)
    else:
        return call.original(call.args) if call.original is not None else STATUS_INVALID_INFO_CLASS
    call.write_u32(call.args[3], len(answer))
    if length < len(answer):
        return STATUS_INFO_LENGTH_MISMATCH
    call.write(call.args[1], answer)
    return 0


def _system_basic(call: Call) -> bytes:
    system = call.guest.system
    pages = system.memory_mib * 256
    head = struct.pack("<7I", 0, 156_250, 0x1000, pages, 1, pages, 0x1_0000)
    if call.pointer_bytes == 8:  # noqa: PLR2004
        return head + struct.pack(
            "<4xQQQB7x", 0x1_0000, 0x7FFF_FFFE_FFFF, (1 << system.processors) - 1, system.processors
        )
    return head + struct.pack("<IIIB3x", 0x1_0000, 0x7FFE_FFFF, (1 << system.processors) - 1, system.processors)


def raise_hard_error(call: Call) -> int:
    """NtRaiseHardError(ErrorStatus, ...): with the right to shut down, a way to stop Windows."""
    call.guest.record(call.process, Suspicious, act="NtRaiseHardError", detail=f"{call.args[0] & 0xFFFFFFFF:#010x}")
    call.write_u32(call.args[5], 6)
    return 0


HOOKS: tuple[Hook, ...] = (
    api("IsDebuggerPresent", 0, is_debugger_present),
    api("CheckRemoteDebuggerPresent", 2, check_remote_debugger),
    text_api("OutputDebugString", 1, output_debug_string),
    native("QueryInformationProcess", 5, query_process),
    native("SetInformationThread", 4, set_thread_information),
    native("SetInformationProcess", 4, set_process_information),
    api("RtlSetProcessIsCritical", 3, set_critical),
    native("QuerySystemInformation", 4, query_system),
    native("RaiseHardError", 6, raise_hard_error),
)
