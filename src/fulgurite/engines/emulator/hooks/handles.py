"""Handles of our own: closing, duplicating and waiting on what they stand for."""

from __future__ import annotations

from fulgurite.engines.emulator import status
from fulgurite.engines.emulator.call import Call, Hook, api, native
from fulgurite.engines.emulator.guest import TURN_MS
from fulgurite.engines.emulator.hooks.threads import run_queued, run_waited
from fulgurite.engines.emulator.objects import GuestObject, SyncObject
from fulgurite.engines.emulator.processes import GuestProcess
from fulgurite.engines.emulator.threads import GuestThread

WAIT_OBJECT_0 = 0
WAIT_TIMEOUT = 0x102
WAIT_FAILED = 0xFFFFFFFF
INFINITE = 0xFFFFFFFF
MAX_WAIT_OBJECTS = 64
_CLOSE_SOURCE = 0x1
_INVALID_PARAMETER = 87


def _passed_on(call: Call, otherwise: int) -> int | None:
    """What the emulator's own handler answers; `otherwise` when it has none."""
    return call.original(call.args) if call.original is not None else otherwise


def closed(call: Call, handle: int) -> bool:
    """Closes `handle` when it is ours."""
    thing = call.guest.handles.pop(handle, None)
    if isinstance(thing, GuestObject):
        thing.references -= 1
        if thing.references == 0:
            thing.closed(call.guest, call.process)
    return thing is not None


def close_handle(call: Call) -> int | None:
    """CloseHandle(hObject)."""
    return 1 if closed(call, call.args[0]) else _passed_on(call, 1)


def lclose(call: Call) -> int:
    """_lclose(hFile)."""
    closed(call, call.args[0])
    return 0


def nt_close(call: Call) -> int | None:
    """NtClose(Handle)."""
    return status.SUCCESS if closed(call, call.args[0]) else _passed_on(call, status.SUCCESS)


def _duplicate(call: Call, options: int) -> bool:
    """Gives what argument 1 stands for a second handle, where argument 3 points; False when it is not ours."""
    thing = call.guest.handles.get(call.args[1])
    if thing is None:
        return False
    call.write_pointer(call.args[3], call.guest.handle_of(thing))
    if options & _CLOSE_SOURCE:
        closed(call, call.args[1])
    return True


def duplicate_handle(call: Call) -> int | None:
    """DuplicateHandle(hSourceProcess, hSource, hTargetProcess, lpTarget, dwAccess, bInherit, dwOptions).

    A handle that is not ours gets itself as its duplicate.
    """
    if not _duplicate(call, call.args[6]):
        call.write_pointer(call.args[3], call.args[1])
    return 1


def nt_duplicate_object(call: Call) -> int | None:
    """NtDuplicateObject(SourceProcess, Source, TargetProcess, Target, Access, Attributes, Options)."""
    if not _duplicate(call, call.args[6]):
        call.write_pointer(call.args[3], call.args[1])
    return status.SUCCESS


# -- waiting ---------------------------------------------------------------------------------------------------------
def _others_may_signal(call: Call) -> bool:
    """Whether threads of the process are still to be run, which may signal what is waited for."""
    return bool(getattr(call.emu, "run_queue", ()))


def waited(call: Call, handle: int, milliseconds: int) -> int:
    """The end of a wait on one handle: WAIT_OBJECT_0 or WAIT_TIMEOUT. Time passes on the guest's clock.

    A process that is waited for runs to its end first. Threads of the emulator run one after the other, so a wait
    that another thread may end is taken as ended; one without any limit is, too.
    """
    thing = call.guest.handles.get(handle)
    milliseconds &= 0xFFFFFFFF
    if isinstance(thing, GuestThread):
        thing = thing.process
    if isinstance(thing, GuestProcess):
        return _waited_for_process(call, thing, milliseconds)
    if not isinstance(thing, SyncObject):
        run_waited(call, handle)
        return WAIT_OBJECT_0
    if not thing.is_ready(call.process, call.guest.clock.now_ms) and not _comes(call, thing, milliseconds):
        return WAIT_TIMEOUT
    thing.take(call.process)
    return WAIT_OBJECT_0


def _waited_for_process(call: Call, process: GuestProcess, milliseconds: int) -> int:
    """Runs `process`, or what was put into it; one that a user would have to close outlasts a wait with a limit."""
    call.guest.run_until_ended(process)
    if process.terminated_ms is None and not process.threads and milliseconds != INFINITE and not process.injected:
        call.guest.pause(milliseconds, call.process)
        return WAIT_TIMEOUT
    return WAIT_OBJECT_0


def _comes(call: Call, thing: SyncObject, milliseconds: int) -> bool:
    """Whether a wait of `milliseconds` for `thing`, which is not ready, ends with it; others run meanwhile."""
    guest = call.guest
    if thing.kind == "timer" and thing.due_ms is not None:
        left = thing.due_ms - guest.clock.now_ms
        guest.pause(min(left, milliseconds), call.process)
        return left <= milliseconds
    if milliseconds == 0:
        return False
    if thing.kind != "mutant" and _others_may_signal(call):
        run_queued(call)
        return True
    if milliseconds == INFINITE:
        guest.pause(TURN_MS, call.process)
        return True
    guest.pause(milliseconds, call.process)
    return thing.is_ready(call.process, guest.clock.now_ms)


def wait_for_single_object(call: Call) -> int | None:
    """WaitForSingleObject(hHandle, dwMilliseconds), and its Ex form."""
    if call.args[0] in call.guest.handles:
        return waited(call, call.args[0], call.args[1])
    run_waited(call, call.args[0])
    result = _passed_on(call, WAIT_OBJECT_0)
    return WAIT_OBJECT_0 if result is None else result


def wait_for_multiple_objects(call: Call) -> int:
    """WaitForMultipleObjects(nCount, lpHandles, bWaitAll, dwMilliseconds), and its Ex form."""
    count, array, wants_all, milliseconds = call.args[:4]
    count &= 0xFFFFFFFF
    if not 0 < count <= MAX_WAIT_OBJECTS:
        return call.fail(_INVALID_PARAMETER, WAIT_FAILED)
    handles = [call.pointer(array + index * call.pointer_bytes) for index in range(count)]
    return _waited_for_many(call, handles, milliseconds, wants_all=bool(wants_all & 0xFFFFFFFF))


def _waited_for_many(call: Call, handles: list[int], milliseconds: int, *, wants_all: bool) -> int:
    if wants_all:
        results = [waited(call, handle, milliseconds) for handle in handles]
        return WAIT_TIMEOUT if WAIT_TIMEOUT in results else WAIT_OBJECT_0
    for index, handle in enumerate(handles):
        thing = call.guest.handles.get(handle)
        if not isinstance(thing, SyncObject) or thing.is_ready(call.process, call.guest.clock.now_ms):
            waited(call, handle, 0)
            return WAIT_OBJECT_0 + index
    return waited(call, handles[0], milliseconds)


def signal_object_and_wait(call: Call) -> int:
    """SignalObjectAndWait(hObjectToSignal, hObjectToWaitOn, dwMilliseconds, bAlertable)."""
    thing = call.guest.handles.get(call.args[0])
    if isinstance(thing, SyncObject):
        if thing.kind == "event":
            thing.is_signalled = True
        elif thing.kind == "mutant":
            thing.owner = None
        else:
            thing.count += 1
    return waited(call, call.args[1], call.args[2])


def _native_timeout(call: Call, address: int) -> int:
    """The milliseconds of a LARGE_INTEGER time-out: none is infinite, negative ones are from now."""
    if address == 0:
        return INFINITE
    due = int.from_bytes(call.read(address, 8), "little", signed=True)
    wait_100ns = -due if due < 0 else due - call.guest.clock.filetime
    return min(max(wait_100ns, 0) // 10_000, INFINITE)


def nt_wait_for_single_object(call: Call) -> int | None:
    """NtWaitForSingleObject(Handle, Alertable, Timeout)."""
    if call.args[0] in call.guest.handles:
        return waited(call, call.args[0], _native_timeout(call, call.args[2]))
    run_waited(call, call.args[0])
    result = _passed_on(call, status.SUCCESS)
    return status.SUCCESS if result is None else result


def nt_wait_for_multiple_objects(call: Call) -> int:
    """NtWaitForMultipleObjects(Count, Handles, WaitType, Alertable, Timeout)."""
    count = call.args[0] & 0xFFFFFFFF
    if not 0 < count <= MAX_WAIT_OBJECTS:
        return status.INVALID_PARAMETER
    handles = [call.pointer(call.args[1] + index * call.pointer_bytes) for index in range(count)]
    milliseconds = _native_timeout(call, call.args[4])
    return _waited_for_many(call, handles, milliseconds, wants_all=call.args[2] & 0xFFFFFFFF == 0)


HOOKS: tuple[Hook, ...] = (
    api("CloseHandle", 1, close_handle),
    api("_lclose", 1, lclose),
    native("Close", 1, nt_close),
    api("DuplicateHandle", 7, duplicate_handle),
    native("DuplicateObject", 7, nt_duplicate_object),
    api("WaitForSingleObject", 2, wait_for_single_object),
    api("WaitForSingleObjectEx", 3, wait_for_single_object),
    api("WaitForMultipleObjects", 4, wait_for_multiple_objects),
    api("WaitForMultipleObjectsEx", 5, wait_for_multiple_objects),
    api("SignalObjectAndWait", 4, signal_object_and_wait),
    native("WaitForSingleObject", 3, nt_wait_for_single_object),
    native("WaitForMultipleObjects", 5, nt_wait_for_multiple_objects),
)
