"""Mutexes, events, semaphores and timers: making, opening and signalling them, in the Win32 and the native form."""

from __future__ import annotations

from fulgurite.engines.emulator import status
from fulgurite.engines.emulator.call import Call, Hook, api, native, text_api
from fulgurite.engines.emulator.objects import GuestObject, ObjectKind, SyncObject
from fulgurite.model.events import SyncObject as SyncEvent

_WORDS: dict[ObjectKind, str] = {
    "mutant": "Mutant",
    "event": "Event",
    "semaphore": "Semaphore",
    "timer": "Timer",
    "section": "Section",
    "pipe": "Pipe",
}
_INVALID_HANDLE, _NOT_OWNER, _TOO_MANY_POSTS = 6, 288, 298
_ALREADY_EXISTS = 183


def named(call: Call, kind: ObjectKind, name: str, op: str, code: int) -> int:
    """Records the making or opening of a named object; returns `code`. Objects without a name are not told."""
    if name:
        call.guest.record(call.process, SyncEvent, object=kind, name=name, op=_WORDS[kind] + op, status=code)
    return code


def _refusal(name: str) -> int:
    """The status for a name below a directory that is not there."""
    rest = name.lower()
    for prefix in ("\\sessions\\1\\basenamedobjects\\", "\\basenamedobjects\\", "local\\", "global\\", "session\\1\\"):
        rest = rest.removeprefix(prefix)
    return status.OBJECT_PATH_NOT_FOUND if "\\" in rest else status.SUCCESS


def created(call: Call, fresh: GuestObject, kind: ObjectKind, name: str) -> tuple[int, GuestObject | None]:
    """The status of making `fresh` under `name`, recorded, and the object that has the name now."""
    if _refusal(name) != status.SUCCESS:
        return named(call, kind, name, "Create", status.OBJECT_PATH_NOT_FOUND), None
    there = call.guest.names.find(name)
    if there is None:
        call.guest.names.put(name, fresh)
        return named(call, kind, name, "Create", status.SUCCESS), fresh
    if getattr(there, "kind", kind) != kind:
        return named(call, kind, name, "Create", status.OBJECT_TYPE_MISMATCH), None
    return named(call, kind, name, "Create", status.OBJECT_NAME_EXISTS), there


def found(call: Call, kind: ObjectKind, name: str) -> tuple[int, GuestObject | None]:
    """The status of opening `name`, recorded, and what has that name."""
    there = call.guest.names.find(name)
    if there is None:
        code = _refusal(name) or status.OBJECT_NAME_NOT_FOUND
    else:
        code = status.SUCCESS if getattr(there, "kind", kind) == kind else status.OBJECT_TYPE_MISMATCH
    return named(call, kind, name, "Open", code), there if code == status.SUCCESS else None


# -- Win32 -----------------------------------------------------------------------------------------------------------
def create_win32(call: Call, fresh: GuestObject, kind: ObjectKind, name: str) -> int:
    """A Create function's answer: a handle, or 0 with the last error."""
    code, thing = created(call, fresh, kind, name)
    if thing is None:
        return call.fail(status.win32_of(code))
    return call.fail(_ALREADY_EXISTS if code == status.OBJECT_NAME_EXISTS else 0, call.guest.handle_of(thing))


def open_win32(call: Call, kind: ObjectKind, name: str) -> int:
    """An Open function's answer: a handle, or 0 with the last error."""
    code, thing = found(call, kind, name)
    return call.fail(status.win32_of(code)) if thing is None else call.guest.handle_of(thing)


def _mutex(call: Call, *, is_owned: bool, name: str) -> int:
    return create_win32(call, SyncObject("mutant", name, owner=call.process if is_owned else None), "mutant", name)


def create_mutex(call: Call) -> int:
    """CreateMutex(lpMutexAttributes, bInitialOwner, lpName)."""
    return _mutex(call, is_owned=bool(call.args[1] & 0xFFFFFFFF), name=call.arg_text(2))


def create_mutex_ex(call: Call) -> int:
    """CreateMutexEx(lpMutexAttributes, lpName, dwFlags, dwDesiredAccess)."""
    return _mutex(call, is_owned=bool(call.args[2] & 1), name=call.arg_text(1))


def create_event(call: Call) -> int:
    """CreateEvent(lpEventAttributes, bManualReset, bInitialState, lpName)."""
    name = call.arg_text(3)
    manual, is_set = (bool(call.args[index] & 0xFFFFFFFF) for index in (1, 2))
    return create_win32(call, SyncObject("event", name, is_signalled=is_set, resets_itself=not manual), "event", name)


def create_event_ex(call: Call) -> int:
    """CreateEventEx(lpEventAttributes, lpName, dwFlags, dwDesiredAccess)."""
    name, flags = call.arg_text(1), call.args[2]
    fresh = SyncObject("event", name, is_signalled=bool(flags & 2), resets_itself=not flags & 1)
    return create_win32(call, fresh, "event", name)


def create_semaphore(call: Call) -> int:
    """CreateSemaphore(lpAttributes, lInitialCount, lMaximumCount, lpName), and its Ex form."""
    name = call.arg_text(3)
    fresh = SyncObject("semaphore", name, count=call.args[1] & 0x7FFFFFFF, limit=call.args[2] & 0x7FFFFFFF)
    return create_win32(call, fresh, "semaphore", name)


def create_timer(call: Call) -> int:
    """CreateWaitableTimer(lpTimerAttributes, bManualReset, lpTimerName)."""
    name = call.arg_text(2)
    return create_win32(call, SyncObject("timer", name, resets_itself=not call.args[1] & 0xFFFFFFFF), "timer", name)


def create_timer_ex(call: Call) -> int:
    """CreateWaitableTimerEx(lpTimerAttributes, lpTimerName, dwFlags, dwDesiredAccess)."""
    name = call.arg_text(1)
    return create_win32(call, SyncObject("timer", name, resets_itself=not call.args[2] & 1), "timer", name)


def open_mutex(call: Call) -> int:
    """OpenMutex(dwDesiredAccess, bInheritHandle, lpName)."""
    return open_win32(call, "mutant", call.arg_text(2))


def open_event(call: Call) -> int:
    """OpenEvent(dwDesiredAccess, bInheritHandle, lpName)."""
    return open_win32(call, "event", call.arg_text(2))


def open_semaphore(call: Call) -> int:
    """OpenSemaphore(dwDesiredAccess, bInheritHandle, lpName)."""
    return open_win32(call, "semaphore", call.arg_text(2))


def open_timer(call: Call) -> int:
    """OpenWaitableTimer(dwDesiredAccess, bInheritHandle, lpTimerName)."""
    return open_win32(call, "timer", call.arg_text(2))


def _own(call: Call, kind: ObjectKind) -> SyncObject | None:
    thing = call.guest.handles.get(call.args[0])
    return thing if isinstance(thing, SyncObject) and thing.kind == kind else None


def _otherwise(call: Call) -> int | None:
    """For a handle that is not ours: what the emulator answers."""
    return call.original(call.args) if call.original is not None else call.fail(_INVALID_HANDLE)


def set_event(call: Call) -> int | None:
    """SetEvent(hEvent), and PulseEvent."""
    event = _own(call, "event")
    if event is None:
        return _otherwise(call)
    event.is_signalled = not call.name.endswith("PulseEvent")
    return 1


def reset_event(call: Call) -> int | None:
    """ResetEvent(hEvent)."""
    event = _own(call, "event")
    if event is None:
        return _otherwise(call)
    event.is_signalled = False
    return 1


def release_mutex(call: Call) -> int | None:
    """ReleaseMutex(hMutex)."""
    mutex = _own(call, "mutant")
    if mutex is None:
        return _otherwise(call)
    if mutex.owner is not call.process:
        return call.fail(_NOT_OWNER)
    mutex.owner = None
    return 1


def release_semaphore(call: Call) -> int | None:
    """ReleaseSemaphore(hSemaphore, lReleaseCount, lpPreviousCount)."""
    semaphore = _own(call, "semaphore")
    if semaphore is None:
        return _otherwise(call)
    count = call.args[1] & 0x7FFFFFFF
    if semaphore.count + count > semaphore.limit:
        return call.fail(_TOO_MANY_POSTS)
    call.write_u32(call.args[2], semaphore.count)
    semaphore.count += count
    return 1


def set_timer(call: Call) -> int | None:
    """SetWaitableTimer(hTimer, lpDueTime, lPeriod, pfnCompletion, lpArg, fResume): negative times are from now."""
    timer = _own(call, "timer")
    if timer is None:
        return _otherwise(call)
    due = int.from_bytes(call.read(call.args[1], 8), "little", signed=True)
    clock = call.guest.clock
    wait_100ns = -due if due < 0 else due - clock.filetime
    timer.is_signalled = False
    timer.due_ms = clock.now_ms + max(wait_100ns, 0) // 10_000
    return 1


def cancel_timer(call: Call) -> int | None:
    """CancelWaitableTimer(hTimer)."""
    timer = _own(call, "timer")
    if timer is None:
        return _otherwise(call)
    timer.due_ms = None
    return 1


# -- native ----------------------------------------------------------------------------------------------------------
def create_native(call: Call, fresh: GuestObject, kind: ObjectKind, name: str) -> int:
    """An NtCreate function's answer; the handle goes where argument 0 points."""
    code, thing = created(call, fresh, kind, name)
    if thing is not None:
        call.write_pointer(call.args[0], call.guest.handle_of(thing))
    return code


def open_native(call: Call, kind: ObjectKind) -> int:
    """NtOpen...(Handle, DesiredAccess, ObjectAttributes)."""
    code, thing = found(call, kind, call.object_name(call.args[2])[1])
    if thing is not None:
        call.write_pointer(call.args[0], call.guest.handle_of(thing))
    return code


def nt_create_mutant(call: Call) -> int:
    """NtCreateMutant(MutantHandle, DesiredAccess, ObjectAttributes, InitialOwner)."""
    name = call.object_name(call.args[2])[1]
    owner = call.process if call.args[3] & 0xFF else None
    return create_native(call, SyncObject("mutant", name, owner=owner), "mutant", name)


def nt_create_event(call: Call) -> int:
    """NtCreateEvent(EventHandle, DesiredAccess, ObjectAttributes, EventType, InitialState)."""
    name = call.object_name(call.args[2])[1]
    is_set, resets = bool(call.args[4] & 0xFF), call.args[3] & 0xFFFFFFFF == 1
    return create_native(call, SyncObject("event", name, is_signalled=is_set, resets_itself=resets), "event", name)


def nt_create_semaphore(call: Call) -> int:
    """NtCreateSemaphore(SemaphoreHandle, DesiredAccess, ObjectAttributes, InitialCount, MaximumCount)."""
    name = call.object_name(call.args[2])[1]
    count, limit = call.args[3] & 0x7FFFFFFF, call.args[4] & 0x7FFFFFFF
    return create_native(call, SyncObject("semaphore", name, count=count, limit=limit), "semaphore", name)


def nt_create_timer(call: Call) -> int:
    """NtCreateTimer(TimerHandle, DesiredAccess, ObjectAttributes, TimerType)."""
    name = call.object_name(call.args[2])[1]
    return create_native(call, SyncObject("timer", name, resets_itself=bool(call.args[3] & 1)), "timer", name)


def nt_open_mutant(call: Call) -> int:
    """NtOpenMutant(MutantHandle, DesiredAccess, ObjectAttributes)."""
    return open_native(call, "mutant")


def nt_open_event(call: Call) -> int:
    """NtOpenEvent(EventHandle, DesiredAccess, ObjectAttributes)."""
    return open_native(call, "event")


def nt_open_semaphore(call: Call) -> int:
    """NtOpenSemaphore(SemaphoreHandle, DesiredAccess, ObjectAttributes)."""
    return open_native(call, "semaphore")


def nt_open_timer(call: Call) -> int:
    """NtOpenTimer(TimerHandle, DesiredAccess, ObjectAttributes)."""
    return open_native(call, "timer")


def nt_set_event(call: Call) -> int:
    """NtSetEvent(EventHandle, PreviousState), and NtResetEvent, NtClearEvent, NtPulseEvent."""
    event = _own(call, "event")
    if event is None:
        return status.INVALID_HANDLE
    if len(call.args) > 1:
        call.write_u32(call.args[1], int(event.is_signalled))
    event.is_signalled = call.name.endswith("SetEvent") and not call.name.endswith("ResetEvent")
    return status.SUCCESS


def nt_release_mutant(call: Call) -> int:
    """NtReleaseMutant(MutantHandle, PreviousCount)."""
    mutex = _own(call, "mutant")
    if mutex is None:
        return status.INVALID_HANDLE
    mutex.owner = None
    return status.SUCCESS


HOOKS: tuple[Hook, ...] = (
    text_api("CreateMutex", 3, create_mutex),
    text_api("CreateMutexEx", 4, create_mutex_ex),
    text_api("CreateEvent", 4, create_event),
    text_api("CreateEventEx", 4, create_event_ex),
    text_api("CreateSemaphore", 4, create_semaphore),
    text_api("CreateSemaphoreEx", 6, create_semaphore),
    text_api("CreateWaitableTimer", 3, create_timer),
    text_api("CreateWaitableTimerEx", 4, create_timer_ex),
    text_api("OpenMutex", 3, open_mutex),
    text_api("OpenEvent", 3, open_event),
    text_api("OpenSemaphore", 3, open_semaphore),
    text_api("OpenWaitableTimer", 3, open_timer),
    api("SetEvent", 1, set_event),
    api("PulseEvent", 1, set_event),
    api("ResetEvent", 1, reset_event),
    api("ReleaseMutex", 1, release_mutex),
    api("ReleaseSemaphore", 3, release_semaphore),
    api("SetWaitableTimer", 6, set_timer),
    api("SetWaitableTimerEx", 7, set_timer),
    api("CancelWaitableTimer", 1, cancel_timer),
    native("CreateMutant", 4, nt_create_mutant),
    native("CreateEvent", 5, nt_create_event),
    native("CreateSemaphore", 5, nt_create_semaphore),
    native("CreateTimer", 4, nt_create_timer),
    native("OpenMutant", 3, nt_open_mutant),
    native("OpenEvent", 3, nt_open_event),
    native("OpenSemaphore", 3, nt_open_semaphore),
    native("OpenTimer", 3, nt_open_timer),
    native("SetEvent", 2, nt_set_event),
    native("ResetEvent", 2, nt_set_event),
    native("PulseEvent", 2, nt_set_event),
    native("ClearEvent", 1, nt_set_event),
    native("ReleaseMutant", 2, nt_release_mutant),
)
