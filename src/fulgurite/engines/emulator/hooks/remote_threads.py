"""Threads that are put into processes: remote threads, APCs, changed contexts; and threads that are resumed."""

from __future__ import annotations

from fulgurite.engines.emulator import foreign, hosting
from fulgurite.engines.emulator.call import Call, Hook, api, native, text_api
from fulgurite.engines.emulator.hooks.sections import refresh
from fulgurite.engines.emulator.processes import GuestProcess
from fulgurite.engines.emulator.targets import CURRENT_THREAD, process_of, thread_of
from fulgurite.engines.emulator.threads import GuestThread
from fulgurite.model.events import Injection, Suspicious

CREATE_SUSPENDED = 0x4
NT_CREATE_SUSPENDED = 0x1
NT_HIDE_FROM_DEBUGGER = 0x4
ERROR_INVALID_HANDLE = 6
ERROR_INVALID_PARAMETER = 87
STATUS_INVALID_HANDLE = 0xC0000008
STATUS_ACCESS_DENIED = 0xC0000022
ERROR_ACCESS_DENIED = 5
REFUSED = (0, 0)
"""A 32-bit process cannot create a thread in a 64-bit one."""
STATUS_INVALID_CID = 0xC000000B
# Where the registers stand in a CONTEXT: instruction pointer, and what a new thread gets its entry point and PEB in.
_X86 = {"pc": 0xB8, "entry": 0xB0, "argument": 0xA4}
_X64 = {"pc": 0xF8, "entry": 0x80, "argument": 0x88}


def injected(call: Call, op: str, target: GuestProcess, address: int | None = None) -> None:
    """Records that this process takes over execution in `target`."""
    call.guest.record(call.process, Injection, op=op, procid_target=target.procid, address=address)
    call.guest.processes.mark_injected(target)


def api_at(call: Call, address: int) -> tuple[str, str] | None:
    """Library and name of the API at `address` of the calling process."""
    entry = call.emu.api_registry.entries.get(address)
    return None if entry is None else (str(entry.dll), str(entry.name))


def put_thread(call: Call, target: GuestProcess, start: int, argument: int, *, is_suspended: bool) -> GuestThread:
    """A thread in another process, which runs there when that comes to its turn."""
    thread = call.guest.processes.new_thread(target, start=start, argument=argument)
    thread.export = api_at(call, start)
    thread.is_suspended = is_suspended
    target.threads.append(thread)
    refresh(call, target)
    foreign.keep(call.guest, target)
    return thread


def _created(call: Call, handle: int, start: int, argument: int, *, is_suspended: bool) -> tuple[int, int] | None:
    """Creates a thread in the process of `handle`: the handle and the id of it, None when there is no such process."""
    target = process_of(call, handle)
    if target is None:
        return None
    if target is call.process:
        own, thread = call.emu.create_thread(start, argument, call.emu.get_current_process(), is_suspended=is_suspended)
        return int(own), int(getattr(thread, "tid", 0))
    injected(call, "CreateRemoteThread", target, start)
    if call.process.bits < target.bits:
        return REFUSED
    made = put_thread(call, target, start, argument, is_suspended=is_suspended)
    return call.guest.handle_of(made), made.tid


def create_remote_thread(call: Call) -> int:
    """CreateRemoteThread(hProcess, attributes, stack, start, parameter, flags, [attributes,] *lpThreadId)."""
    made = _created(call, call.args[0], call.args[3], call.args[4], is_suspended=bool(call.args[5] & CREATE_SUSPENDED))
    if made is None:
        return call.fail(ERROR_INVALID_HANDLE)
    if made == REFUSED:
        return call.fail(ERROR_ACCESS_DENIED)
    call.write_u32(call.args[-1], made[1])
    return call.succeed(made[0])


def nt_create_thread_ex(call: Call) -> int:
    """NtCreateThreadEx(*ThreadHandle, access, attributes, ProcessHandle, start, argument, flags, ...)."""
    flags = call.args[6] & 0xFFFFFFFF
    if flags & NT_HIDE_FROM_DEBUGGER:
        call.guest.record(call.process, Suspicious, act="NtCreateThreadExHideFromDebugger")
    made = _created(call, call.args[3], call.args[4], call.args[5], is_suspended=bool(flags & NT_CREATE_SUSPENDED))
    if made is None or made == REFUSED:
        return STATUS_INVALID_HANDLE if made is None else STATUS_ACCESS_DENIED
    call.write_pointer(call.args[0], made[0])
    return 0


def rtl_create_user_thread(call: Call) -> int:
    """RtlCreateUserThread(ProcessHandle, sd, CreateSuspended, zero bits, reserve, commit, start, argument, *h, *id)."""
    made = _created(call, call.args[0], call.args[6], call.args[7], is_suspended=bool(call.args[2] & 0xFF))
    if made is None or made == REFUSED:
        return STATUS_INVALID_HANDLE if made is None else STATUS_ACCESS_DENIED
    call.write_pointer(call.args[8], made[0])
    call.write_pointer(call.args[9], call.process.pid)
    call.write_pointer(call.args[9] + call.pointer_bytes if call.args[9] else 0, made[1])
    return 0


def _queue_apc(call: Call, handle: int, routine: int, arguments: tuple[int, ...]) -> bool:
    thread = thread_of(call, handle)
    if thread is None or thread.process is call.process:
        is_own = handle & 0xFFFFFFFF == CURRENT_THREAD or call.emu.get_object_from_handle(handle) is not None
        if is_own or thread is not None:
            call.emu.create_thread(routine, arguments[0], call.emu.get_current_process(), thread_type="apc")
        return is_own or thread is not None
    injected(call, "QueueUserAPC", thread.process, routine)
    made = put_thread(call, thread.process, routine, arguments[0], is_suspended=False)
    made.more = arguments[1:] or (0, 0)
    return True


def queue_user_apc(call: Call) -> int:
    """QueueUserAPC(pfnAPC, hThread, dwData) and QueueUserAPC2."""
    done = _queue_apc(call, call.args[1], call.args[0], (call.args[2],))
    return call.succeed() if done else call.fail(ERROR_INVALID_HANDLE)


def nt_queue_apc_thread(call: Call) -> int:
    """NtQueueApcThread(ThreadHandle, routine, argument1, argument2, argument3)."""
    done = _queue_apc(call, call.args[0], call.args[1], tuple(call.args[2:5]))
    return 0 if done else STATUS_INVALID_HANDLE


def nt_queue_apc_thread_ex(call: Call) -> int:
    """NtQueueApcThreadEx(ThreadHandle, reserve, routine, argument1, argument2, argument3)."""
    done = _queue_apc(call, call.args[0], call.args[2], tuple(call.args[3:6]))
    return 0 if done else STATUS_INVALID_HANDLE


# -- contexts --------------------------------------------------------------------------------------------------------
def _layout(call: Call) -> tuple[dict[str, int], int]:
    """Offsets and width of the registers in the CONTEXT of this call."""
    is_x86 = call.pointer_bytes == 4 or "Wow64" in call.name  # noqa: PLR2004
    return (_X86, 4) if is_x86 else (_X64, 8)


def _registers(thread: GuestThread) -> dict[str, int]:
    """What the registers of a thread that has not run yet hold."""
    process = thread.process
    start = {"pc": foreign.THREAD_START[process.bits], "entry": thread.start, "argument": thread.argument}
    if thread is process.main_thread:
        start |= {"entry": hosting.entry_of(process), "argument": foreign.PEB[process.bits]}
    return start | thread.registers


def _get_context(call: Call, at: int) -> bool | None:
    thread = thread_of(call, call.args[0])
    if thread is None:
        return None
    layout, width = _layout(call)
    registers = _registers(thread)
    done = [call.write(at + offset, registers[name].to_bytes(8, "little")[:width]) for name, offset in layout.items()]
    return all(done)


def _set_context(call: Call, at: int) -> bool | None:
    thread = thread_of(call, call.args[0])
    if thread is None:
        return None
    layout, width = _layout(call)
    before = _registers(thread)
    if len(call.read(at, 0xC8)) != 0xC8:  # noqa: PLR2004
        return False
    for name, offset in layout.items():
        value = int.from_bytes(call.read(at + offset, width), "little")
        if value != before[name]:
            thread.registers[name] = value
            if name == "argument" and thread is not thread.process.main_thread:
                thread.argument = value
    if thread.process is not call.process:
        injected(call, "SetThreadContext", thread.process, thread.registers.get("pc") or thread.registers.get("entry"))
    return True


def get_thread_context(call: Call) -> int | None:
    """GetThreadContext(hThread, lpContext) and Wow64GetThreadContext."""
    done = _get_context(call, call.args[1])
    if done is None:
        return call.original(call.args) if call.original is not None else call.fail(ERROR_INVALID_HANDLE)
    return call.succeed() if done else call.fail(998)


def set_thread_context(call: Call) -> int | None:
    """SetThreadContext(hThread, lpContext) and Wow64SetThreadContext."""
    done = _set_context(call, call.args[1])
    if done is None:
        return call.original(call.args) if call.original is not None else call.fail(ERROR_INVALID_HANDLE)
    return call.succeed() if done else call.fail(998)


def nt_get_context(call: Call) -> int:
    """NtGetContextThread(ThreadHandle, ThreadContext)."""
    return 0 if _get_context(call, call.args[1]) else STATUS_INVALID_HANDLE


def nt_set_context(call: Call) -> int:
    """NtSetContextThread(ThreadHandle, ThreadContext)."""
    return 0 if _set_context(call, call.args[1]) else STATUS_INVALID_HANDLE


# -- resuming --------------------------------------------------------------------------------------------------------
def _resume(call: Call, thread: GuestThread) -> int:
    """Lets a thread go on; how often it was suspended before."""
    before = 1 if thread.is_suspended else 0
    thread.is_suspended = False
    if thread is thread.process.main_thread and thread.process.is_suspended:
        thread.process.is_suspended = False
        refresh(call, thread.process)
        foreign.keep(call.guest, thread.process)
    return before


def resume_thread(call: Call) -> int | None:
    """ResumeThread(hThread)."""
    thread = thread_of(call, call.args[0])
    if thread is None:
        return call.original(call.args) if call.original is not None else 0
    return call.succeed(_resume(call, thread))


def nt_resume_thread(call: Call) -> int:
    """NtResumeThread(ThreadHandle, *PreviousSuspendCount) and NtAlertResumeThread."""
    thread = thread_of(call, call.args[0])
    if thread is None:
        own = call.emu.get_object_from_handle(call.args[0])
        return 0 if own is not None and call.emu.resume_thread(own) is not None else STATUS_INVALID_HANDLE
    call.write_u32(call.args[1], _resume(call, thread))
    return 0


def nt_resume_process(call: Call) -> int:
    """NtResumeProcess(ProcessHandle)."""
    target = process_of(call, call.args[0])
    if target is None:
        return STATUS_INVALID_HANDLE
    if target.main_thread is not None:
        _resume(call, target.main_thread)
    return 0


def suspend_thread(call: Call) -> int | None:
    """SuspendThread(hThread) and its Wow64 form: a thread that has not run yet waits; one that runs goes on here."""
    thread = thread_of(call, call.args[0])
    if thread is None:
        return call.original(call.args) if call.original is not None else 0
    before = 1 if thread.is_suspended else 0
    thread.is_suspended = True
    if thread is thread.process.main_thread and not thread.process.was_run and thread.process is not call.process:
        thread.process.is_suspended = True
    return call.succeed(before)


def nt_suspend(_call: Call) -> int:
    """NtSuspendThread(ThreadHandle, *count) and NtSuspendProcess(ProcessHandle)."""
    return 0


def open_thread(call: Call) -> int:
    """OpenThread(dwDesiredAccess, bInheritHandle, dwThreadId)."""
    tid = call.args[2] & 0xFFFFFFFF
    for process in call.guest.processes.living:
        for thread in (process.main_thread, *process.threads):
            if thread is not None and thread.tid == tid:
                return call.succeed(call.guest.handle_of(thread))
    own = call.original(call.args) if call.original is not None else 0
    return own or call.fail(ERROR_INVALID_PARAMETER)


def nt_open_thread(call: Call) -> int:
    """NtOpenThread(*ThreadHandle, access, attributes, *ClientId)."""
    tid = call.pointer(call.args[3] + call.pointer_bytes) if call.args[3] else 0
    for process in call.guest.processes.living:
        if process.main_thread is not None and process.main_thread.tid == tid:
            call.write_pointer(call.args[0], call.guest.handle_of(process.main_thread))
            return 0
    return STATUS_INVALID_CID


def set_windows_hook(call: Call) -> int | None:
    """SetWindowsHookEx(idHook, lpfn, hmod, dwThreadId)."""
    number = call.args[0] & 0xFFFFFFFF
    name = _WINDOW_HOOKS.get(number - (1 << 32) if number >> 31 else number, f"WH_{number}")
    call.guest.record(call.process, Suspicious, act="SetWindowsHookEx", detail=name)
    return call.original(call.args) if call.original is not None else call.succeed(0x10A51)


_WINDOW_HOOKS = {
    -1: "WH_MSGFILTER",
    0: "WH_JOURNALRECORD",
    1: "WH_JOURNALPLAYBACK",
    2: "WH_KEYBOARD",
    3: "WH_GETMESSAGE",
    4: "WH_CALLWNDPROC",
    5: "WH_CBT",
    6: "WH_SYSMSGFILTER",
    7: "WH_MOUSE",
    9: "WH_DEBUG",
    10: "WH_SHELL",
    11: "WH_FOREGROUNDIDLE",
    12: "WH_CALLWNDPROCRET",
    13: "WH_KEYBOARD_LL",
    14: "WH_MOUSE_LL",
}

HOOKS: tuple[Hook, ...] = (
    api("CreateRemoteThread", 7, create_remote_thread),
    api("CreateRemoteThreadEx", 8, create_remote_thread),
    native("CreateThreadEx", 11, nt_create_thread_ex),
    api("RtlCreateUserThread", 10, rtl_create_user_thread),
    api("QueueUserAPC", 3, queue_user_apc),
    api("QueueUserAPC2", 4, queue_user_apc),
    native("QueueApcThread", 5, nt_queue_apc_thread),
    native("QueueApcThreadEx", 6, nt_queue_apc_thread_ex),
    Hook(("GetThreadContext", "Wow64GetThreadContext"), 2, get_thread_context),
    Hook(("SetThreadContext", "Wow64SetThreadContext"), 2, set_thread_context),
    native("GetContextThread", 2, nt_get_context),
    native("SetContextThread", 2, nt_set_context),
    api("ResumeThread", 1, resume_thread),
    Hook(("NtResumeThread", "ZwResumeThread", "NtAlertResumeThread", "ZwAlertResumeThread"), 2, nt_resume_thread),
    native("ResumeProcess", 1, nt_resume_process),
    Hook(("SuspendThread", "Wow64SuspendThread"), 1, suspend_thread),
    native("SuspendThread", 2, nt_suspend),
    native("SuspendProcess", 1, nt_suspend),
    api("OpenThread", 3, open_thread),
    native("OpenThread", 4, nt_open_thread),
    text_api("SetWindowsHookEx", 4, set_windows_hook),
)
