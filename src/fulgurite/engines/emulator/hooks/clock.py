"""Time in the guest: everything reads and advances its virtual clock."""

from __future__ import annotations

import struct
from datetime import UTC, datetime, timedelta

from fulgurite.engines.emulator import hosting
from fulgurite.engines.emulator.call import Call, Hook, api, crt, native
from fulgurite.engines.emulator.hooks.handles import INFINITE
from fulgurite.engines.emulator.hooks.threads import run_queued

TICKS_PER_SECOND = 10_000_000
LONG_SLEEP_MS = 1_000
"""Sleeps from this length on are told."""
MAX_IDLE_SLEEPS = 400
"""Sleeps without any event between them after which a thread is taken to do nothing more."""
MAX_SLEEP_MS = 30 * 24 * 3_600_000
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)


def slept(call: Call, milliseconds: int) -> None:
    """Lets the calling process sleep; an endless sleep ends its thread."""
    milliseconds &= INFINITE
    if milliseconds >= LONG_SLEEP_MS:
        call.guest.calls.note(call.process, "kernel32.Sleep", (str(milliseconds),))
    if _is_idle(call):
        call.guest.log.note(f"process {call.process.procid} ({call.process.name}): a thread that only slept was ended")
        call.emu.exit_process()
        return
    call.guest.pause(min(milliseconds, MAX_SLEEP_MS), call.process)
    hosting.show_time(call.guest, call.emu)
    run_queued(call)


def _is_idle(call: Call) -> bool:
    """Whether the process has only slept for a while, and nothing else is to come."""
    events = call.guest.log.events
    seen, sleeps = call.process.idle
    call.process.idle = (events, sleeps + 1 if seen == events else 0)
    return call.process.idle[1] > MAX_IDLE_SLEEPS


def sleep(call: Call) -> int:
    """Sleep(dwMilliseconds) and SleepEx."""
    if call.args[0] & INFINITE == INFINITE:
        call.emu.exit_process()
        return 0
    slept(call, call.args[0])
    return 0


def nt_delay(call: Call) -> int:
    """NtDelayExecution(Alertable, *DelayInterval)."""
    interval = int.from_bytes(call.read(call.args[1], 8), "little", signed=True)
    wait_100ns = -interval if interval < 0 else interval - call.guest.clock.filetime
    slept(call, min(max(wait_100ns, 0) // 10_000, MAX_SLEEP_MS))
    return 0


def tick_count(call: Call) -> int:
    """GetTickCount() and timeGetTime()."""
    call.guest.clock.look()
    return call.guest.clock.uptime_ms & 0xFFFFFFFF


def tick_count_64(call: Call) -> int:
    """GetTickCount64(): in edx:eax in a 32-bit process."""
    call.guest.clock.look()
    value = call.guest.clock.uptime_ms
    if call.pointer_bytes == 4:  # noqa: PLR2004
        call.emu.reg_write("edx", value >> 32)
        return value & 0xFFFFFFFF
    return value


def performance_counter(call: Call) -> int:
    """QueryPerformanceCounter(*lpPerformanceCount) and its Rtl form."""
    clock = call.guest.clock
    clock.look()
    return call.succeed(
        int(call.write_u64(call.args[0], (clock.uptime_ms - clock.now_ms) * 10_000 + clock.now_us * 10))
    )


def performance_frequency(call: Call) -> int:
    """QueryPerformanceFrequency(*lpFrequency)."""
    return call.succeed(int(call.write_u64(call.args[0], TICKS_PER_SECOND)))


def nt_performance_counter(call: Call) -> int:
    """NtQueryPerformanceCounter(*Counter, *Frequency)."""
    performance_counter(call)
    call.write_u64(call.args[1], TICKS_PER_SECOND)
    return 0


def file_time(call: Call) -> int:
    """GetSystemTimeAsFileTime(*lpSystemTimeAsFileTime) and NtQuerySystemTime."""
    call.guest.clock.look()
    call.write_u64(call.args[0], call.guest.clock.filetime)
    return 0


def _system_time(filetime: int) -> bytes:
    date = _EPOCH + timedelta(microseconds=filetime // 10)
    day = (date.weekday() + 1) % 7
    return struct.pack(
        "<8H", date.year, date.month, day, date.day, date.hour, date.minute, date.second, date.microsecond // 1000
    )


def system_time(call: Call) -> int:
    """GetSystemTime(*lpSystemTime) and GetLocalTime: the guest lives in UTC."""
    call.guest.clock.look()
    call.write(call.args[0], _system_time(call.guest.clock.filetime))
    return 0


def unix_time(call: Call) -> int:
    """time(*timer), _time64, _time32."""
    call.guest.clock.look()
    value = call.guest.clock.unix_s
    is_long = call.pointer_bytes == 8 or call.name.endswith("_time64")  # noqa: PLR2004
    if call.args[0]:
        call.write(call.args[0], value.to_bytes(8 if is_long else 4, "little"))
    if call.pointer_bytes == 4 and call.name.endswith("_time64"):  # noqa: PLR2004
        call.emu.reg_write("edx", value >> 32)
    return value


def clock_ticks(call: Call) -> int:
    """clock(): milliseconds since the process began."""
    call.guest.clock.look()
    return max(call.guest.clock.now_ms - call.process.started_ms, 0)


def interrupt_time(call: Call) -> int:
    """QueryUnbiasedInterruptTime(*time) and QueryInterruptTime."""
    call.write_u64(call.args[0], call.guest.clock.uptime_ms * 10_000)
    return 1


def time_zone(call: Call) -> int:
    """GetTimeZoneInformation(*information): UTC without daylight saving."""
    name = "Coordinated Universal Time".encode("utf-16-le").ljust(64, b"\0")
    call.write(call.args[0], struct.pack("<i", 0) + name + bytes(20) + name + bytes(20))
    return 0


HOOKS: tuple[Hook, ...] = (
    api("Sleep", 1, sleep),
    api("SleepEx", 2, sleep),
    native("DelayExecution", 2, nt_delay),
    Hook(("GetTickCount", "timeGetTime"), 0, tick_count),
    api("GetTickCount64", 0, tick_count_64),
    Hook(("QueryPerformanceCounter", "RtlQueryPerformanceCounter"), 1, performance_counter),
    Hook(("QueryPerformanceFrequency", "RtlQueryPerformanceFrequency"), 1, performance_frequency),
    native("QueryPerformanceCounter", 2, nt_performance_counter),
    Hook(
        ("GetSystemTimeAsFileTime", "GetSystemTimePreciseAsFileTime", "NtQuerySystemTime", "ZwQuerySystemTime"),
        1,
        file_time,
    ),
    Hook(("GetSystemTime", "GetLocalTime"), 1, system_time),
    crt("time", 1, unix_time),
    crt("_time64", 1, unix_time),
    crt("_time32", 1, unix_time),
    crt("clock", 0, clock_ticks),
    Hook(("QueryUnbiasedInterruptTime", "QueryInterruptTime"), 1, interrupt_time),
    api("GetTimeZoneInformation", 1, time_zone),
)
