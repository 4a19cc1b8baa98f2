"""The emulator's machines with our overrides: what cannot be mended by an API hook.

Each override names what it mends; all are of speakeasy 2.0.0b9 (`VERSION`, held by a test). Nothing installed is changed.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

import pefile
from speakeasy import Speakeasy, Win32Emulator, WinKernelEmulator, common
from speakeasy.errors import NotSupportedError, SpeakeasyError
from unicorn import UcError

from fulgurite.engines.emulator.exceptions import Dispatcher
from fulgurite.engines.emulator.memory import GuestMemoryFull, RoomyMemory
from fulgurite.engines.pe import pe_header

VERSION = "2.0.0b9"
"""The version of speakeasy whose inner workings are overridden here and in memory.py."""

HANDLER_ERRORS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
    NotImplementedError,
    struct.error,
    SpeakeasyError,
    UcError,
)
"""What goes wrong inside an API's handler when a program hands it what its author did not think of."""
MAX_NOTES = 50
MIN_STACK_BYTES = 1 << 20
MAX_STACK_BYTES = 8 << 20
_ERROR_NOT_ENOUGH_MEMORY = 8
_RAW_SLACK = 0x1000
"""pefile rounds where a section's bytes lie; this much past the last section is kept."""


def _uncounted(_data: bytearray) -> dict[int, int]:
    """No counts: pefile counts every byte of an image for a warning that nobody reads, 0.7 s at 27 MB."""
    return {}


pefile.Counter = _uncounted


def without_overlay(data: bytes) -> bytes:
    """`data` up to the end of its last section: what is appended to a program is not loaded, only read as a file."""
    try:
        (at,) = struct.unpack_from("<I", data, 0x3C)
        count, optional_size = struct.unpack_from("<H", data, at + 6)[0], struct.unpack_from("<H", data, at + 20)[0]
        (header_size,) = struct.unpack_from("<I", data, at + 24 + 60)
        table = at + 24 + optional_size
        rows = [struct.unpack_from("<II", data, table + 40 * index + 16) for index in range(count)]
    except struct.error:
        return data
    end = max([header_size, table + 40 * count, *(size + start for size, start in rows)])
    return data[: end + _RAW_SLACK]


class Steady(RoomyMemory):
    """Goes on when an API's handler fails: the call answers 0, and the machine notes it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.notes: list[str] = []
        """What went wrong in handlers."""
        self._is_in_api = False

    def setup(self, *args: Any, **kwargs: Any) -> None:
        """Sets the machine up, then guards the handlers that no hook of ours stands before."""
        super().setup(*args, **kwargs)
        call_handler = self.api.call_api_func

        def guarded(module: Any, function: Any, argv: list[int], ctx: Any) -> Any:
            return self.answered(f"{ctx.func_name}", lambda: call_handler(module, function, argv, ctx=ctx))

        self.api.call_api_func = guarded

    def get_api_hooks(self, mod_name: str, func_name: str) -> list[Any]:
        """The hooks of an API: ours are bound by name, for any module. speakeasy compares wildcards one by one."""
        del mod_name
        bound, _ = self.hooks[common.HOOK_API][0]["*"]
        return list(bound.get(func_name.lower(), ()))

    def _dispatch_import_func(self, dll: str, name: str, frame: Any) -> None:
        self._is_in_api = True
        try:
            super()._dispatch_import_func(dll, name, frame)
        finally:
            self._is_in_api = False

    def enable_code_hook(self) -> None:
        """Watches every instruction, which is 50 times slower, only when work waits for the next one.

        speakeasy does so from the first API call on; after a call, nothing waits unless there was a fault.
        """
        waits = self.tmp_maps or self.curr_exception_code or self.restart_curr_run or not self.emu_hooks_set
        if self.tmp_code_hook or waits or not self._is_in_api or self._seh_resume_pc is not None:
            super().enable_code_hook()

    def answered(self, name: str, function: Callable[[], Any]) -> Any:
        """What `function` returns; 0 when it fails."""
        try:
            return function()
        except GuestMemoryFull:
            self.fail_with(_ERROR_NOT_ENOUGH_MEMORY)
        except HANDLER_ERRORS as error:
            if len(self.notes) < MAX_NOTES:
                self.notes.append(f"{name} failed inside the emulator: {type(error).__name__}: {error}"[:300])
        return 0

    def fail_with(self, win32_error: int) -> None:
        """Sets the thread's last error, where there are such."""
        set_last_error = getattr(self, "set_last_error", None)
        if set_last_error is not None:
            set_last_error(win32_error)


class UserMachine(Steady, Win32Emulator):  # type: ignore[misc]  # speakeasy is untyped
    """A machine that runs one user-mode process."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.dispatcher = Dispatcher(self)
        self.crashed: Callable[[int], None] | None = None
        """Told the code of an exception that nobody handled."""

    def crash(self, code: int) -> None:
        """Ends the process: nobody handled an exception."""
        self.notes.append(f"an exception was not handled: 0x{code:08x} at 0x{self.get_pc():x}")
        if self.crashed is not None:
            self.crashed(code)
        self.run_complete = True

    def dispatch_seh(self, except_code: int, faulting_address: int | None = None) -> bool:
        """Shows a fault to the guest's handlers; speakeasy does that in 32-bit processes only."""
        if self.get_ptr_size() != 8:  # noqa: PLR2004 - a 64-bit process
            return bool(super().dispatch_seh(except_code, faulting_address))
        if not (self.veh_handlers or self.unhandled_exception_filter or self.dispatcher.function_at(self.get_pc())):
            return False
        context = self.dispatcher.captured()
        parameters = (0, 0) if faulting_address is None else (2, faulting_address)
        record = struct.pack("<IIQQI4xQQ", except_code, 0, 0, context.rip, parameters[0], 0, parameters[1])
        self.dispatcher.raised(record, context)
        if faulting_address is not None:
            self._map_faulting_page_for_exception(faulting_address)
        return True

    def alloc_stack(self, size: int) -> Any:
        """The stack of the process's threads: of the size that the image asks for, within bounds."""
        return super().alloc_stack(min(max(size, MIN_STACK_BYTES), MAX_STACK_BYTES))

    def _set_input_metadata(self, path: str | None, data: bytes) -> None:
        """Nothing: the metadata goes into speakeasy's own report, for the price of one more parse of the image."""


class KernelMachine(Steady, WinKernelEmulator):  # type: ignore[misc]  # speakeasy is untyped
    """A machine that runs one kernel driver."""


class Machine(Speakeasy):  # type: ignore[misc]  # speakeasy is untyped
    """Loads and runs one image, on a machine of ours."""

    def _init_emulator(self, path: str | None = None, data: bytes | None = None, is_raw_code: bool = False) -> None:  # noqa: FBT001, FBT002
        """Chooses the machine by the image's headers; speakeasy parses the whole image for that."""
        del path
        kind: Any = UserMachine
        if not is_raw_code:
            header = pe_header(data or b"")
            if header is None or header.machine not in {"x86", "amd64"}:
                raise SpeakeasyError("no program of x86 or amd64")
            if header.is_dotnet:
                raise NotSupportedError(".NET programs are not supported")
            kind = KernelMachine if header.is_driver else UserMachine
        self.emu = kind(config=self.config)

    def load_module(self, path: str | None = None, data: bytes | None = None, **names: Any) -> Any:
        """Loads an image, without its overlay."""
        return super().load_module(path, None if data is None else without_overlay(data), **names)
