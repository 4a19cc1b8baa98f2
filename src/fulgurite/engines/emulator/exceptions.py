"""Exceptions of the guest: raised or met, shown to its handlers, and its frames unwound.

Guest functions (handlers, filters) are called by putting a frame of ours under the guest's stack that returns to a
trap; `Dispatcher.resumed` goes on there. The order is that of ntdll: vectored handlers, frame handlers (x64: by .pdata,
x86: the emulator's own chain walk), the unhandled-exception filter, the end of the process.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import unicorn.x86_const as x86
from speakeasy.errors import SpeakeasyError
from unicorn import UcError

from fulgurite.engines.emulator.unwinding import (
    CONTEXT_BYTES,
    EHANDLER,
    RSP,
    UHANDLER,
    Context,
    Function,
    FunctionTable,
    Unwound,
    unwind,
    unwind_leaf,
)

if TYPE_CHECKING:
    from fulgurite.engines.emulator.machine import UserMachine

STATUS_ACCESS_VIOLATION = 0xC000_0005
STATUS_UNWIND = 0xC000_0027
NONCONTINUABLE, UNWINDING, EXIT_UNWIND, TARGET_UNWIND = 1, 2, 4, 0x20
_COLLIDED_UNWIND = 0x40
_CONTINUE_SEARCH, _NESTED, _COLLIDED = 1, 2, 3
_CONTINUE_EXECUTION = 0xFFFF_FFFF
MAX_FRAMES = 20_000
MAX_DISPATCHES = 50_000
"""Exceptions of one process; a program that raises more is ended."""
_CONTEXT_FULL = 0x0010_000B
_FRAME_BYTES = 0x1800
"""Room under the guest's stack for the records of one dispatch."""

_GENERAL = (
    x86.UC_X86_REG_RAX,
    x86.UC_X86_REG_RCX,
    x86.UC_X86_REG_RDX,
    x86.UC_X86_REG_RBX,
    x86.UC_X86_REG_RSP,
    x86.UC_X86_REG_RBP,
    x86.UC_X86_REG_RSI,
    x86.UC_X86_REG_RDI,
    x86.UC_X86_REG_R8,
    x86.UC_X86_REG_R9,
    x86.UC_X86_REG_R10,
    x86.UC_X86_REG_R11,
    x86.UC_X86_REG_R12,
    x86.UC_X86_REG_R13,
    x86.UC_X86_REG_R14,
    x86.UC_X86_REG_R15,
)

Continuation = Callable[[int], None]
"""Goes on with what a guest function returned."""


class Goal(NamedTuple):
    """Where an unwinding shall end: the arguments of RtlUnwindEx."""

    frame: int
    """The establisher frame; 0 to leave all."""
    target: int
    """Where it goes on."""
    record: int
    """Address of the EXCEPTION_RECORD; 0 for one of ours."""
    result: int
    """What RAX holds then."""
    context_at: int = 0
    """Address of the CONTEXT that handlers may change; 0 for one of ours."""
    history: int = 0


class Dispatcher:
    """The exceptions of one emulated process."""

    def __init__(self, emu: UserMachine) -> None:
        self._emu: Any = emu
        self._tables: dict[int, FunctionTable] = {}
        self.dynamic: list[tuple[int, int, FunctionTable]] = []
        """Begin, end and functions of code that the program registered."""
        self._waiting: list[tuple[int, Continuation, Context]] = []
        self._trap = 0
        self._dispatches = 0

    # -- memory and registers --------------------------------------------------------------------------------------
    def read(self, address: int, size: int) -> bytes:
        """`size` bytes; fewer (down to none) where they cannot be read."""
        if size <= 0:
            return b""
        try:
            return bytes(self._emu.mem_read(address, size))
        except (UcError, SpeakeasyError):
            return b""

    def write(self, address: int, data: bytes) -> None:
        """Writes `data`, where that is possible."""
        try:
            self._emu.mem_write(address, data)
        except (UcError, SpeakeasyError):
            return

    def captured(self) -> Context:
        """The registers now."""
        engine = self._emu.emu_eng.emu
        context = Context(b"")
        struct.pack_into("<I", context.data, 0x30, _CONTEXT_FULL)
        struct.pack_into("<I", context.data, 0x34, 0x1F80)
        struct.pack_into("<HHHHHH", context.data, 0x38, 0x33, 0x2B, 0x2B, 0x53, 0x2B, 0x2B)
        struct.pack_into("<I", context.data, 0x44, engine.reg_read(x86.UC_X86_REG_EFLAGS) & 0xFFFFFFFF)
        for number, register in enumerate(_GENERAL):
            context[number] = engine.reg_read(register)
        context.rip = engine.reg_read(x86.UC_X86_REG_RIP)
        for number in range(16):
            value = engine.reg_read(x86.UC_X86_REG_XMM0 + number)
            context.set_xmm(number, int(value).to_bytes(16, "little"))
        return context

    def restore(self, context: Context) -> None:
        """Goes on with the registers of `context`."""
        engine = self._emu.emu_eng.emu
        for number, register in enumerate(_GENERAL):
            engine.reg_write(register, context[number])
        for number in range(16):
            engine.reg_write(x86.UC_X86_REG_XMM0 + number, int.from_bytes(context.xmm(number), "little"))
        engine.reg_write(x86.UC_X86_REG_EFLAGS, struct.unpack_from("<I", context.data, 0x44)[0] & 0xCD5 | 0x202)
        self._emu.set_pc(context.rip)
        self._abandon(context[RSP])

    def context_of_caller(self) -> Context:
        """The registers as they are after the API call that is under way has returned."""
        context = self.captured()
        stack = context[RSP]
        context.rip = int.from_bytes(self.read(stack, 8), "little")
        context[RSP] = stack + 8
        return context

    # -- functions of the guest ------------------------------------------------------------------------------------
    def call(self, function: int, args: tuple[int, ...], stack: int, then: Continuation, outer: Context) -> None:
        """Calls a 64-bit guest function with up to four arguments on the stack below `stack`; `then` gets its result.

        Whoever unwinds through the call goes on in `outer`.
        """
        if self._trap == 0:
            self._trap = int(self._emu.add_callback("fulgurite", "fulgurite_resume"))
        engine = self._emu.emu_eng.emu
        entry = (stack & ~0xF) - 0x40 - 8
        self.write(entry, self._trap.to_bytes(8, "little"))
        for register, value in zip(
            (x86.UC_X86_REG_RCX, x86.UC_X86_REG_RDX, x86.UC_X86_REG_R8, x86.UC_X86_REG_R9), args, strict=False
        ):
            engine.reg_write(register, value)
        engine.reg_write(x86.UC_X86_REG_RSP, entry)
        self._waiting.append((entry + 8, then, outer.copy()))
        self._emu.set_pc(function)

    def resumed(self) -> None:
        """A guest function that was called here has returned to the trap."""
        engine = self._emu.emu_eng.emu
        stack = engine.reg_read(x86.UC_X86_REG_RSP)
        while self._waiting:
            at, then, _ = self._waiting.pop()
            if at == stack:
                then(int(engine.reg_read(x86.UC_X86_REG_RAX)) & 0xFFFFFFFF)
                return
        self._emu.notes.append("a handler of exceptions returned to a frame that is gone")
        self._emu.run_complete = True

    def _abandon(self, stack: int) -> None:
        """Forgets calls whose frames were unwound."""
        self._waiting = [row for row in self._waiting if row[0] >= stack]

    # -- functions and frames --------------------------------------------------------------------------------------
    def function_at(self, pc: int) -> tuple[int, Function] | None:
        """Base of the image and function that `pc` lies in; None when it has no unwind data."""
        for begin, end, registered in self.dynamic:
            if begin <= pc < end:
                function = registered.find(pc)
                return None if function is None else (registered.base, function)
        module = self._emu.get_module_from_addr(pc)
        if module is None:
            return None
        table = self._tables.get(module.base)
        if table is None:
            table = self._tables[module.base] = FunctionTable.of_image(module.base, self.read)
        found = table.find(pc)
        return None if found is None else (module.base, found)

    def enter_outer(self, context: Context) -> bool:
        """Leaves a call of ours for the context it interrupted; whether `context` stood at one."""
        if context.rip != self._trap:
            return False
        outer = next((row[2] for row in self._waiting if row[0] == context[RSP]), None)
        if outer is not None:
            context.data[:] = outer.data
        return outer is not None

    def unwound(self, context: Context, kind: int) -> tuple[Unwound, int, Function | None]:
        """Takes `context` to its caller; what that told, the image's base and the function left."""
        found = self.function_at(context.rip)
        if found is None:
            return unwind_leaf(context, self.read), 0, None
        base, function = found
        return unwind(context, base, function, kind, self.read), base, function

    def is_code(self, address: int) -> bool:
        """Whether a frame that returns to `address` is one of the guest's."""
        if address in {0, self._emu.return_hook, self._emu.exit_hook}:
            return False
        if address == self._trap:
            return True
        return len(self.read(address, 1)) == 1

    # -- raising ---------------------------------------------------------------------------------------------------
    def raised(self, record: bytes, context: Context) -> None:
        """Shows an EXCEPTION_RECORD to the guest's handlers; it goes on in one of them, or ends."""
        self._dispatches += 1
        stack = ((context[RSP] - 0x100) & ~0xF) - _FRAME_BYTES
        if self._dispatches > MAX_DISPATCHES or not self.read(stack - 0x100, 8):
            self.unhandled(record)
            return
        _Search(self, record, context, stack).next_vectored()

    def unhandled(self, record: bytes) -> None:
        """Nobody handled the exception: the process ends with its code."""
        self._emu.crash(struct.unpack_from("<I", record)[0], struct.unpack_from("<Q", record, 16)[0])

    def unwind_to(self, goal: Goal, start: Context) -> None:
        """RtlUnwindEx: unwinds from `start` to a frame, calling the handlers on the way, and goes on there."""
        stack = ((start[RSP] - 0x100) & ~0xF) - _FRAME_BYTES
        if goal.record == 0:
            goal = goal._replace(record=stack)
            self.write(stack, struct.pack("<IIQQI", STATUS_UNWIND, 0, 0, start.rip, 0).ljust(0x98, b"\0"))
        if goal.context_at == 0:
            goal = goal._replace(context_at=stack + 0xA0)
        _Unwind(self, goal, start, stack).step()

    @property
    def vectored(self) -> tuple[int, ...]:
        """The vectored handlers."""
        return tuple(self._emu.veh_handlers)

    def take_filter(self) -> int:
        """The unhandled-exception filter, once."""
        handler, self._emu.unhandled_exception_filter = self._emu.unhandled_exception_filter, 0
        return int(handler or 0)

    def give_filter(self, handler: int) -> None:
        """Puts the unhandled-exception filter back."""
        self._emu.unhandled_exception_filter = self._emu.unhandled_exception_filter or handler


class _Search:
    """The first pass over one exception, which looks for who handles it."""

    def __init__(self, to: Dispatcher, record: bytes, context: Context, stack: int) -> None:
        self._to = to
        self._raised = context
        self._context = context.copy()
        self._stack = stack
        self._record = stack
        self._pointers = stack + 0xA0
        self._original = stack + 0xC0
        self._current = self._original + CONTEXT_BYTES
        self._dispatch = self._current + CONTEXT_BYTES
        self._vectored = list(to.vectored)
        self._frames = 0
        to.write(self._record, record.ljust(0x98, b"\0"))
        to.write(self._original, bytes(context.data))
        to.write(self._pointers, struct.pack("<QQ", self._record, self._original))

    def _go_on(self) -> None:
        self._to.restore(Context(self._to.read(self._original, CONTEXT_BYTES)))

    def next_vectored(self) -> None:
        """Asks the next vectored handler, then the frames."""
        if not self._vectored:
            self._next_frame()
            return
        self._to.call(self._vectored.pop(0), (self._pointers,), self._stack, self._vectored_said, self._raised)

    def _vectored_said(self, result: int) -> None:
        if result == _CONTINUE_EXECUTION:
            self._go_on()
        else:
            self.next_vectored()

    def _next_frame(self) -> None:
        context = self._context
        while self._frames < MAX_FRAMES and self._to.is_code(context.rip):
            self._frames += 1
            self._to.enter_outer(context)
            pc = context.rip
            told, base, function = self._to.unwound(context, EHANDLER)
            if told.handler and function is not None:
                self._to.write(self._current, bytes(context.data))
                fields = (pc, base, function.address, told.frame, 0, self._current, told.handler, told.data, 0, 0)
                self._to.write(self._dispatch, struct.pack("<10Q", *fields))
                args = (self._record, told.frame, self._original, self._dispatch)
                self._to.call(told.handler, args, self._stack, self._frame_said, self._raised)
                return
        self._ask_filter()

    def _frame_said(self, disposition: int) -> None:
        if disposition == 0:
            self._go_on()
        else:
            self._next_frame()

    def _ask_filter(self) -> None:
        handler = self._to.take_filter()
        if handler == 0:
            self._to.unhandled(self._to.read(self._record, 0x98))
            return

        def said(result: int) -> None:
            self._to.give_filter(handler)
            if result == _CONTINUE_EXECUTION:
                self._go_on()
            else:
                self._to.unhandled(self._to.read(self._record, 0x98))

        self._to.call(handler, (self._pointers,), self._stack, said, self._raised)


class _Unwind:
    """The second pass: from where it was raised to the frame that handles it."""

    def __init__(self, to: Dispatcher, goal: Goal, start: Context, stack: int) -> None:
        self._to = to
        self._goal = goal
        self._context = start.copy()
        self._new = start.copy()
        self._stack = stack
        self._dispatch = stack + 0xA0 + CONTEXT_BYTES
        self._frames = 0
        self._told = Unwound(0)
        self._flag(UNWINDING | (0 if goal.frame else EXIT_UNWIND), 0)

    def _flag(self, added: int, removed: int) -> None:
        flags = int.from_bytes(self._to.read(self._goal.record + 4, 4), "little")
        self._to.write(self._goal.record + 4, struct.pack("<I", flags & ~removed | added))

    def step(self) -> None:
        """Unwinds frames until one has a handler to be called, or the target is reached."""
        while self._frames < MAX_FRAMES and self._to.is_code(self._new.rip):
            self._frames += 1
            if self._to.enter_outer(self._new):
                self._context = self._new.copy()
            pc = self._new.rip
            self._told, base, function = self._to.unwound(self._new, UHANDLER)
            if self._told.handler and function is not None:
                self._ask(pc, base, function)
                return
            if self._told.frame == self._goal.frame:
                break
            self._context = self._new.copy()
        self._land()

    def _ask(self, pc: int, base: int, function: Function) -> None:
        if self._told.frame == self._goal.frame:
            self._flag(TARGET_UNWIND, 0)
        self._to.write(self._goal.context_at, bytes(self._context.data))
        fields = (pc, base, function.address, self._told.frame, self._goal.target, self._goal.context_at)
        rest = (self._told.handler, self._told.data, self._goal.history, 0)
        self._to.write(self._dispatch, struct.pack("<10Q", *fields, *rest))
        args = (self._goal.record, self._told.frame, self._goal.context_at, self._dispatch)
        self._to.call(self._told.handler, args, self._stack, self._said, self._context)

    def _said(self, disposition: int) -> None:
        self._context = Context(self._to.read(self._goal.context_at, CONTEXT_BYTES))
        if disposition == _COLLIDED:
            self._flag(_COLLIDED_UNWIND, 0)
        else:
            self._flag(0, _COLLIDED_UNWIND)
        if self._told.frame == self._goal.frame:
            self._land()
            return
        self._context = self._new.copy()
        self.step()

    def _land(self) -> None:
        self._context[0] = self._goal.result
        self._context.rip = self._goal.target
        self._to.restore(self._context)
