"""Which process or thread a handle of a call stands for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fulgurite.engines.emulator.processes import GuestProcess
from fulgurite.engines.emulator.threads import GuestThread

if TYPE_CHECKING:
    from fulgurite.engines.emulator.call import Call

CURRENT_PROCESS = 0xFFFFFFFF
CURRENT_THREAD = 0xFFFFFFFE


def is_self(handle: int) -> bool:
    """Whether `handle` is the pseudo handle of the calling process."""
    return handle & 0xFFFFFFFF == CURRENT_PROCESS


def process_of(call: Call, handle: int) -> GuestProcess | None:
    """The process that `handle` stands for; None when it is no process handle of ours."""
    if is_self(handle):
        return call.process
    thing = call.guest.handles.get(handle)
    if isinstance(thing, GuestThread):
        return thing.process
    return thing if isinstance(thing, GuestProcess) else None


def other_process(call: Call, handle: int) -> GuestProcess | None:
    """The process that `handle` stands for when it is not the calling one."""
    target = process_of(call, handle)
    return None if target is call.process else target


def thread_of(call: Call, handle: int) -> GuestThread | None:
    """The thread that `handle` stands for; None when it is not one of ours."""
    thing = call.guest.handles.get(handle)
    return thing if isinstance(thing, GuestThread) else None
