"""Handles of our own: closing, duplicating and waiting on what they stand for."""

from fulgurite.engines.emulator.call import Call, Hook, api, native
from fulgurite.engines.emulator.processes import GuestProcess

WAIT_OBJECT_0 = 0
INFINITE = 0xFFFFFFFF


def _passed_on(call: Call, otherwise: int) -> int | None:
    """What the emulator's own handler answers; `otherwise` when it has none."""
    return call.original(call.args) if call.original is not None else otherwise


def close_handle(call: Call) -> int | None:
    """CloseHandle(hObject)."""
    if call.guest.handles.pop(call.args[0], None) is None:
        return _passed_on(call, 1)
    return call.succeed()


def nt_close(call: Call) -> int | None:
    """NtClose(Handle)."""
    if call.guest.handles.pop(call.args[0], None) is None:
        return _passed_on(call, 0)
    return 0


def wait_for_single_object(call: Call) -> int | None:
    """WaitForSingleObject(hHandle, dwMilliseconds): a process is run to its end when it is waited for."""
    thing = call.guest.handles.get(call.args[0])
    if isinstance(thing, GuestProcess):
        call.guest.run_until_ended(thing)
        return WAIT_OBJECT_0
    result = _passed_on(call, WAIT_OBJECT_0)
    return WAIT_OBJECT_0 if result is None else result


HOOKS: tuple[Hook, ...] = (
    api("CloseHandle", 1, close_handle),
    native("Close", 1, nt_close),
    api("WaitForSingleObject", 2, wait_for_single_object),
)
