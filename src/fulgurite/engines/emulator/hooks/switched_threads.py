"""Threads, waits and completion ports of programs whose threads are switched: these rows stand over the usual ones."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from fulgurite.engines.emulator.call import Call, Hook, api, crt, native
from fulgurite.engines.emulator.fibers import Fiber, Fibers
from fulgurite.engines.emulator.hooks import remote_threads
from fulgurite.engines.emulator.objects import GuestObject, SyncObject
from fulgurite.engines.emulator.processes import GuestProcess

WAIT_TIMEOUT = 0x102
INFINITE = 0xFFFFFFFF
MAX_OBJECTS = 64
LONG_SLEEP_MS = 1_000
"""Sleeps from this length on are told."""
CREATE_SUSPENDED = 0x4
_SUSPEND_FAILED = 0xFFFFFFFF
_STILL_ACTIVE = 0x103
_INVALID_HANDLE = 6
_ERROR_TIMEOUT = 1460


class Completion(NamedTuple):
    """One packet of a completion port."""

    key: int
    overlapped: int
    size: int


@dataclass(eq=False)
class Port(GuestObject):
    """A completion port."""

    packets: deque[Completion] = field(default_factory=deque)
    keys: dict[int, int] = field(default_factory=dict)
    """Handle of what was associated -> its key."""

    def complete(self, handle: int, overlapped: int, size: int) -> None:
        """Adds the packet of an operation on `handle` that is done."""
        self.packets.append(Completion(self.keys.get(handle, 0), overlapped, size))


def _fibers(call: Call) -> Fibers:
    fibers = call.emu.fibers
    if fibers is None:
        fibers = call.emu.fibers = Fibers(call.emu, call.guest)
    if not isinstance(fibers, Fibers):
        raise TypeError("this machine does not switch threads")
    return fibers


def _milliseconds(value: int) -> int | None:
    value &= INFINITE
    return None if value == INFINITE else value


def _readiness(call: Call, handle: int) -> Callable[[], bool]:
    """Whether a wait for `handle` would pass, asked when it matters."""
    thing = call.guest.handles.get(handle)
    if isinstance(thing, SyncObject):
        return lambda: thing.is_ready(call.process, call.guest.clock.now_ms)
    if isinstance(thing, Fiber):
        return lambda: thing.has_ended
    if isinstance(thing, GuestProcess):
        call.guest.run_until_ended(thing)
    if handle == call.invalid_handle():
        return lambda: False
    return lambda: True


def _due_ms(call: Call, handles: list[int]) -> int | None:
    """When the first timer among what is waited for signals by itself."""
    things = [call.guest.handles.get(handle) for handle in handles]
    return min((t.due_ms for t in things if isinstance(t, SyncObject) and t.due_ms is not None), default=None)


def _taken(call: Call, handle: int) -> None:
    thing = call.guest.handles.get(handle)
    if isinstance(thing, SyncObject):
        thing.take(call.process)


def _waited(call: Call, handle: int, ms: int | None) -> int | None:
    is_ready = _readiness(call, handle)
    if _fibers(call).waits(is_ready, ms, _due_ms(call, [handle])):
        return None
    if not is_ready():
        return WAIT_TIMEOUT
    _taken(call, handle)
    return 0


def create_thread(call: Call) -> int:
    """CreateThread(attributes, stack size, start, argument, flags, id)."""
    fiber = _fibers(call).create(call.args[2], call.args[3])
    if fiber is None:
        return call.fail(8)
    fiber.is_suspended = bool(call.args[4] & CREATE_SUSPENDED)
    call.write_u32(call.args[5], fiber.thread.tid)
    return call.succeed(call.guest.handle_of(fiber))


def begin_thread(call: Call) -> int:
    """_beginthread(start, stack size, argument)."""
    fiber = _fibers(call).create(call.args[0], call.args[2])
    return call.invalid_handle() if fiber is None else call.guest.handle_of(fiber)


def end_thread(call: Call) -> None:
    """ExitThread(status), or a return from the thread's function."""
    fibers = _fibers(call)
    code = call.args[0] if call.args else call.emu.get_return_val()
    fibers.current.exit_code = code & INFINITE
    fibers.end()


def exit_code(call: Call) -> int | None:
    """GetExitCodeThread(thread, *code): STILL_ACTIVE while it runs."""
    fiber = call.guest.handles.get(call.args[0])
    if not isinstance(fiber, Fiber):
        return call.original(call.args) if call.original is not None else call.fail(_INVALID_HANDLE)
    call.write_u32(call.args[1], fiber.exit_code if fiber.has_ended else _STILL_ACTIVE)
    return call.succeed()


def resume(call: Call) -> int | None:
    """ResumeThread(thread): how often it was suspended before."""
    fiber = call.guest.handles.get(call.args[0])
    if not isinstance(fiber, Fiber):
        return remote_threads.resume_thread(call)
    before, fiber.is_suspended = int(fiber.is_suspended), False
    return call.succeed(before)


def sleep_condition(call: Call) -> int | None:
    """SleepConditionVariableSRW(variable, lock, ms, flags), SleepConditionVariableCS(variable, section, ms).

    The variable counts the calls that woke it; spurious ends of such waits are allowed.
    """
    fibers = _fibers(call)
    variables: dict[int, int] = call.emu.__dict__.setdefault("condition_variables", {})
    at, me = call.args[0], fibers.current
    if me.seen is None:
        me.seen = variables.get(at, 0)
    seen = me.seen
    if fibers.waits(lambda: variables.get(at, 0) != seen, _milliseconds(call.args[2])):
        return None
    me.seen = None
    return call.succeed() if variables.get(at, 0) != seen else call.fail(_ERROR_TIMEOUT)


def wake_condition(call: Call) -> int:
    """WakeConditionVariable(variable), WakeAllConditionVariable(variable)."""
    variables: dict[int, int] = call.emu.__dict__.setdefault("condition_variables", {})
    variables[call.args[0]] = variables.get(call.args[0], 0) + 1
    return 0


def wait_one(call: Call) -> int | None:
    """WaitForSingleObject(handle, ms), WaitForSingleObjectEx(handle, ms, alertable)."""
    return _waited(call, call.args[0], _milliseconds(call.args[1]))


def wait_many(call: Call) -> int | None:
    """WaitForMultipleObjects(count, handles, all, ms), ...Ex(count, handles, all, ms, alertable)."""
    count = min(call.args[0] & INFINITE, MAX_OBJECTS)
    handles = [call.pointer(call.args[1] + n * call.pointer_bytes) for n in range(count)]
    tests = [_readiness(call, handle) for handle in handles]
    every = bool(call.args[2] & INFINITE)

    def is_ready() -> bool:
        return all(test() for test in tests) if every else any(test() for test in tests)

    if _fibers(call).waits(is_ready, _milliseconds(call.args[3]), _due_ms(call, handles)):
        return None
    if not is_ready():
        return WAIT_TIMEOUT
    ready = [n for n, test in enumerate(tests) if test()]
    for n in ready if every else ready[:1]:
        _taken(call, handles[n])
    return 0 if every else ready[0]


def _native_ms(call: Call, address: int) -> int | None:
    """A LARGE_INTEGER timeout in milliseconds, rounded up; None for ever."""
    if address == 0:
        return None
    value = int.from_bytes(call.read(address, 8), "little", signed=True)
    return -(value // 10_000) if value < 0 else 0


def nt_wait_one(call: Call) -> int | None:
    """NtWaitForSingleObject(handle, alertable, timeout)."""
    return _waited(call, call.args[0], _native_ms(call, call.args[2]))


def sleep(call: Call) -> int | None:
    """Sleep(ms), SleepEx(ms, alertable)."""
    if call.args[0] & INFINITE == 0:
        return switch(call)
    fibers = _fibers(call)
    if fibers.current.is_ready is None and call.args[0] & INFINITE >= LONG_SLEEP_MS:
        call.guest.calls.note(call.process, "kernel32.Sleep", (str(call.args[0] & INFINITE),))
    fibers.waits(lambda: False, _milliseconds(call.args[0]))
    return 0


def nt_delay(call: Call) -> int | None:
    """NtDelayExecution(alertable, interval)."""
    _fibers(call).waits(lambda: False, _native_ms(call, call.args[1]))
    return 0


def switch(call: Call) -> int | None:
    """SwitchToThread(), NtYieldExecution()."""
    return None if _fibers(call).yields() else 0


def suspend(call: Call) -> int:
    """SuspendThread(handle): refused; run-times that would interrupt a thread let it run on."""
    return call.fail(5, _SUSPEND_FAILED)


def create_port(call: Call) -> int:
    """CreateIoCompletionPort(file, existing port, key, threads)."""
    file, existing, key = call.args[:3]
    thing = call.guest.handles.get(existing)
    port, handle = (thing, existing) if isinstance(thing, Port) else (Port(), 0)
    if handle == 0:
        handle = call.guest.handle_of(port)
    if file != call.invalid_handle():
        port.keys[file] = key
        ports: dict[int, Port] = call.emu.__dict__.setdefault("completion_ports", {})
        ports[file] = port
    return call.succeed(handle)


def post(call: Call) -> int:
    """PostQueuedCompletionStatus(port, size, key, overlapped)."""
    port = call.guest.handles.get(call.args[0])
    if not isinstance(port, Port):
        return call.fail(6)
    port.packets.append(Completion(call.args[2], call.args[3], call.args[1] & INFINITE))
    return call.succeed()


def get_one(call: Call) -> int | None:
    """GetQueuedCompletionStatus(port, size, key, overlapped, ms)."""
    port = call.guest.handles.get(call.args[0])
    if not isinstance(port, Port):
        return call.fail(6)
    if _fibers(call).waits(lambda: bool(port.packets), _milliseconds(call.args[4])):
        return None
    if not port.packets:
        call.write_pointer(call.args[3], 0)
        return call.fail(WAIT_TIMEOUT)
    packet = port.packets.popleft()
    call.write_u32(call.args[1], packet.size)
    call.write_pointer(call.args[2], packet.key)
    call.write_pointer(call.args[3], packet.overlapped)
    return call.succeed()


def get_many(call: Call) -> int | None:
    """GetQueuedCompletionStatusEx(port, entries, count, removed, ms, alertable)."""
    port = call.guest.handles.get(call.args[0])
    if not isinstance(port, Port):
        return call.fail(6)
    if _fibers(call).waits(lambda: bool(port.packets), _milliseconds(call.args[4])):
        return None
    if not port.packets:
        return call.fail(WAIT_TIMEOUT)
    size = call.pointer_bytes
    count = 0
    while port.packets and count < min(call.args[2] & INFINITE, MAX_OBJECTS):
        packet = port.packets.popleft()
        at = call.args[1] + 4 * size * count
        call.write_pointer(at, packet.key)
        call.write_pointer(at + size, packet.overlapped)
        call.write_pointer(at + 2 * size, 0)
        call.write_pointer(at + 3 * size, packet.size)
        count += 1
    call.write_u32(call.args[3], count)
    return call.succeed()


HOOKS: tuple[Hook, ...] = (
    api("CreateThread", 6, create_thread),
    crt("_beginthreadex", 6, create_thread),
    crt("_beginthread", 3, begin_thread),
    crt("_endthreadex", 1, end_thread),
    crt("_endthread", 0, end_thread),
    api("GetExitCodeThread", 2, exit_code),
    api("ResumeThread", 1, resume),
    api("SleepConditionVariableSRW", 4, sleep_condition),
    api("SleepConditionVariableCS", 3, sleep_condition),
    Hook(("WakeConditionVariable", "WakeAllConditionVariable"), 1, wake_condition),
    api("ExitThread", 1, end_thread),
    api("RtlExitUserThread", 1, end_thread),
    api("fulgurite_thread_end", 0, end_thread),
    api("WaitForSingleObject", 2, wait_one),
    api("WaitForSingleObjectEx", 3, wait_one),
    api("WaitForMultipleObjects", 4, wait_many),
    api("WaitForMultipleObjectsEx", 5, wait_many),
    native("WaitForSingleObject", 3, nt_wait_one),
    api("Sleep", 1, sleep),
    api("SleepEx", 2, sleep),
    native("DelayExecution", 2, nt_delay),
    api("SwitchToThread", 0, switch),
    native("YieldExecution", 0, switch),
    api("SuspendThread", 1, suspend),
    api("CreateIoCompletionPort", 4, create_port),
    api("PostQueuedCompletionStatus", 4, post),
    api("GetQueuedCompletionStatus", 5, get_one),
    api("GetQueuedCompletionStatusEx", 6, get_many),
)
"""Bound over hooks.HOOKS for such programs only."""
