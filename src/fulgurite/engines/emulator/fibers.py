"""Threads of a program that are switched when one waits, each with a stack and a TEB of its own.

The emulator runs threads one after another, each from its start to its end, which is enough for most programs and
deadlocks those whose run-time schedules work over threads that wait for one another (Go's does). A thread that waits
stands before the API it called and calls it again when its turn comes, so that each wait is answered by looking anew.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import unicorn.x86_const as x86
from speakeasy.windows import objman

if TYPE_CHECKING:
    from fulgurite.engines.emulator.guest import Guest

MAX_FIBERS = 200
STACK_BYTES = 0x4_0000
MAX_IDLE_TURNS = 20_000
"""How often all threads may be found waiting; more, and nothing will come any more."""
MAX_IDLE_MS = 60_000
"""How long they may wait in the guest's time while nothing is recorded, once they did so FEW_IDLE_TURNS times."""
FEW_IDLE_TURNS = 400
_TEB_BYTES = 0x1000
_BELOW_TOP = 0x200
_ARGUMENTS = (x86.UC_X86_REG_RCX, x86.UC_X86_REG_RDX, x86.UC_X86_REG_R8, x86.UC_X86_REG_R9)


_MARKS = (b"\xff Go buildinf:", b'Go build ID: "', b"\0_beginthreadex\0", b"\0SleepConditionVariable")


def switches_threads(data: bytes) -> bool:
    """Whether the program `data` has a run-time that needs its threads to be switched: Go's, or that of C++ threads."""
    return any(mark in data for mark in _MARKS)


@dataclass(eq=False)
class Fiber:
    """One thread while it is switched."""

    thread: Any
    """The emulator's object for it."""
    stack: tuple[int, int]
    """Its lowest address and the first above it."""
    context: Any = None
    teb: bytes = b""
    is_ready: Callable[[], bool] | None = None
    """Whether what it waits for has come; None when it waits for nothing."""
    deadline_ms: int | None = None
    """When its wait is over all the same, on the run's clock."""
    due_ms: int | None = None
    """When what it waits for comes by itself, as a timer does."""
    has_ended: bool = False
    is_suspended: bool = False
    exit_code: int = 0
    seen: int | None = None
    """How often the condition variable that it waits for had been woken when it began to."""


class Fibers:
    """The threads of one process, one of which runs."""

    def __init__(self, emu: Any, guest: Guest) -> None:
        self._emu = emu
        self._guest = guest
        self._engine = emu.emu_eng.emu
        self.current = Fiber(emu.get_current_thread(), (0, emu.stack_base))
        self.all = [self.current]
        self._idle_turns = 0
        self._idle_ms = 0
        self._events = 0

    @property
    def _is_64(self) -> bool:
        return int(self._emu.get_ptr_size()) == 8  # noqa: PLR2004 - a 64-bit process

    @property
    def _teb_at(self) -> int:
        return int(self._emu.gs_addr if self._is_64 else self._emu.fs_addr)

    def create(self, start: int, *arguments: int) -> Fiber | None:
        """A new thread that begins at `start` when its turn comes; None when there are too many."""
        if len(self.all) >= MAX_FIBERS:
            return None
        low = int(self._emu.mem_map(STACK_BYTES, tag="emu.stack.fiber"))
        thread = self._emu.om.new_object(objman.Thread)
        thread.process = self._emu.get_current_process()
        fiber = Fiber(thread, (low, low + STACK_BYTES))
        fiber.teb = self._fresh_teb(fiber)
        before = self._engine.context_save()
        self._enter(start, arguments, low + STACK_BYTES - _BELOW_TOP)
        fiber.context = self._engine.context_save()
        self._engine.context_restore(before)
        self.all.append(fiber)
        return fiber

    def _enter(self, start: int, arguments: tuple[int, ...], stack: int) -> None:
        """Sets the registers as a thread has them at its start."""
        back = int(self._emu.add_callback("fulgurite", "fulgurite_thread_end"))
        if self._is_64:
            self._emu.mem_write(stack - 8, struct.pack("<Q", back))
            self._engine.reg_write(x86.UC_X86_REG_RSP, stack - 8)
            for register, argument in zip(_ARGUMENTS, arguments, strict=False):
                self._engine.reg_write(register, argument)
            self._engine.reg_write(x86.UC_X86_REG_RIP, start)
        else:
            frame = struct.pack(f"<{len(arguments) + 1}I", back, *(argument & 0xFFFFFFFF for argument in arguments))
            self._emu.mem_write(stack - 8, frame)
            self._engine.reg_write(x86.UC_X86_REG_ESP, stack - 8)
            self._engine.reg_write(x86.UC_X86_REG_EIP, start)

    def _fresh_teb(self, fiber: Fiber) -> bytes:
        """The TEB of a new thread: the running one's with its own stack, number and empty slots."""
        teb = bytearray(self._emu.mem_read(self._teb_at, _TEB_BYTES))
        low, high = fiber.stack
        if self._is_64:
            struct.pack_into("<QQ", teb, 0x08, high, low)
            struct.pack_into("<Q", teb, 0x28, 0)
            struct.pack_into("<Q", teb, 0x48, fiber.thread.tid)
        else:
            struct.pack_into("<II", teb, 0x04, high, low)
            struct.pack_into("<I", teb, 0x14, 0)
            struct.pack_into("<I", teb, 0x24, fiber.thread.tid)
            teb[0xE10:0xF10] = bytes(0x100)
        return bytes(teb)

    # -- waiting ---------------------------------------------------------------------------------------------------
    def waits(self, is_ready: Callable[[], bool], ms: int | None, due_ms: int | None = None) -> bool:
        """Whether the running thread has to wait: then another one runs, and this one calls its API again later.

        False when what it waits for has come, or when its `ms` (None for ever) are over.
        """
        now = self._guest.clock.now_ms
        me = self.current
        if me.is_ready is None:
            me.deadline_ms = None if ms is None else now + ms
        if is_ready() or (me.deadline_ms is not None and me.deadline_ms <= now):
            me.is_ready = me.deadline_ms = me.due_ms = None
            return False
        me.is_ready, me.due_ms = is_ready, due_ms
        self._come_back()
        self._switch()
        return True

    def yields(self) -> bool:
        """Lets the next thread that can run do so; False when there is none, or when the turn has come back."""
        me = self.current
        other = self._runnable(others=True) if me.is_ready is None else None
        if other is None:
            me.is_ready = None
            return False
        me.is_ready = lambda: True
        self._come_back()
        self._to(other)
        return True

    def _come_back(self) -> None:
        """Lets the running thread call its API again when its turn comes."""
        entry = self._emu.api_registry.traps.get(self._emu.get_pc())
        if entry is not None:
            self._emu.set_pc(entry.address)

    def end(self) -> None:
        """The running thread has come to its end."""
        self.current.has_ended = True
        self.all.remove(self.current)
        self._switch()

    def _runnable(self, *, others: bool = False) -> Fiber | None:
        now = self._guest.clock.now_ms
        at = self.all.index(self.current) if self.current in self.all else -1
        order = self.all[at + 1 :] + self.all[: at + 1]
        for fiber in order:
            if fiber.is_suspended or (others and fiber is self.current):
                continue
            is_due = fiber.deadline_ms is not None and fiber.deadline_ms <= now
            if fiber.is_ready is None or is_due or fiber.is_ready():
                return fiber
        return None

    def _switch(self) -> None:
        """Runs the next thread that can; time goes on when all wait, and the run ends when nothing can come."""
        fiber = self._runnable() or self._queued()
        while fiber is None:
            wait_ms = self._idle()
            if wait_ms is None:
                self._guest.log.note("all threads of a process wait for what never comes; it was ended")
                self._emu.run_complete = True
                return
            self._guest.clock.sleep(wait_ms)
            fiber = self._runnable()
        if fiber is not self.current:
            self._to(fiber)

    def _queued(self) -> Fiber | None:
        """A thread made of what the emulator has queued: a callback of a timer, of a pool, of a wait."""
        queue = self._emu.run_queue
        run = next((run for run in queue if run.type in ("thread", "apc")), None)
        if run is None:
            return None
        queue.remove(run)
        return self.create(run.start_addr, *run.args[: len(_ARGUMENTS)])

    def _idle(self) -> int | None:
        """Milliseconds until the first of the waiting threads goes on; None when that is never, or too late."""
        due = [at for f in self.all for at in (f.deadline_ms, f.due_ms) if at is not None]
        if self._events != self._guest.log.events:
            self._events, self._idle_turns, self._idle_ms = self._guest.log.events, 0, 0
        wait_ms = max(min(due) - self._guest.clock.now_ms, 1) if due else 0
        self._idle_turns += 1
        self._idle_ms += wait_ms
        is_hoped = self._idle_turns <= FEW_IDLE_TURNS or self._idle_ms <= MAX_IDLE_MS
        return wait_ms if due and self._idle_turns <= MAX_IDLE_TURNS and is_hoped else None

    def _to(self, fiber: Fiber) -> None:
        me = self.current
        me.context = self._engine.context_save()
        me.teb = bytes(self._emu.mem_read(self._teb_at, _TEB_BYTES))
        self._engine.context_restore(fiber.context)
        self._emu.mem_write(self._teb_at, fiber.teb)
        self._emu.set_current_thread(fiber.thread)
        self.current = fiber
