"""Vectored exception handlers of 32-bit processes; the walk along the handler chain after them is the emulator's."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

import unicorn.x86_const as x86

_CONTINUE_EXECUTION = 0xFFFF_FFFF
_FRAME_BYTES = 0x800
_RECORD_BYTES = 0x50
MAX_DISPATCHES = 50_000
"""Exceptions of one process; a program that raises more is ended."""


class Vectored:
    """The exceptions of one 32-bit process until the vectored handlers have been asked."""

    def __init__(self, emu: Any) -> None:
        self._emu = emu
        self._trap = 0
        self._waiting: list[tuple[int, Callable[[int], None]]] = []
        self._dispatches = 0

    def raised(self, code: int, parameters: tuple[int, ...], otherwise: Callable[[], None]) -> None:
        """Asks the handlers about an exception at the present registers; `otherwise` goes on when none takes it."""
        self._dispatches += 1
        if self._dispatches > MAX_DISPATCHES:
            self._emu.crash(code)
            return
        context = self._emu.get_thread_context()
        record_at = ((self._emu.get_stack_ptr() - 0x80) & ~0xF) - _FRAME_BYTES
        context_at, pointers_at = record_at + _RECORD_BYTES + 0x10, record_at + _RECORD_BYTES
        parameters = parameters[:15]
        record = struct.pack(f"<IIIII{len(parameters)}I", code, 0, 0, self._emu.get_pc(), len(parameters), *parameters)
        data = bytearray(context.get_bytes())
        struct.pack_into("<I", data, 0, 0x0001_0007)
        self._emu.mem_write(record_at, record.ljust(_RECORD_BYTES, b"\0"))
        self._emu.mem_write(pointers_at, struct.pack("<II", record_at, context_at))
        self._emu.mem_write(context_at, bytes(data))
        handlers = list(self._emu.veh_handlers)

        def restored() -> None:
            self._emu.load_thread_context(self._emu.mem_cast(context, context_at))

        def ask(result: int) -> None:
            if result == _CONTINUE_EXECUTION:
                restored()
            elif handlers:
                self._call(handlers.pop(0), pointers_at, record_at, ask)
            else:
                restored()
                otherwise()

        ask(0)

    def _call(self, function: int, argument: int, stack: int, then: Callable[[int], None]) -> None:
        if self._trap == 0:
            self._trap = int(self._emu.add_callback("fulgurite", "fulgurite_resume"))
        entry = (stack & ~0xF) - 0x20
        self._emu.mem_write(entry, struct.pack("<II", self._trap, argument))
        self._emu.set_stack_ptr(entry)
        self._waiting.append((entry + 8, then))
        self._emu.set_pc(function)

    def resumed(self) -> None:
        """A handler (stdcall, one argument) has returned to the trap."""
        stack = self._emu.get_stack_ptr()
        while self._waiting:
            at, then = self._waiting.pop()
            if at == stack:
                then(int(self._emu.emu_eng.emu.reg_read(x86.UC_X86_REG_EAX)))
                return
        self._emu.run_complete = True
