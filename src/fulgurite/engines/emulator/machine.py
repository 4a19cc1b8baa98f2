"""The emulator's machines with our overrides: what cannot be mended by an API hook.

Each override names what it mends; all are of speakeasy 2.0.0b9 (`VERSION`, held by a test). Nothing installed is
changed.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

import pefile
from speakeasy import Speakeasy, Win32Emulator, WinKernelEmulator, common
from speakeasy.errors import NotSupportedError, SpeakeasyError
from speakeasy.profiler import Run
from speakeasy.report import ErrorInfo
from unicorn import UcError

from fulgurite.engines.emulator.exceptions import Dispatcher
from fulgurite.engines.emulator.memory import PAGE, GuestMemoryFull, RoomyMemory
from fulgurite.engines.emulator.vectored import Vectored
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
MAX_IMAGE_BYTES = 512 << 20
"""Largest image that is mapped."""
MAX_EXPORTS = 64
"""Exports of one library that are called."""
MIN_STACK_BYTES = 1 << 20
MAX_STACK_BYTES = 8 << 20
_ERROR_NOT_ENOUGH_MEMORY = 8
_RAW_SLACK = 0x1000
"""pefile rounds where a section's bytes lie; this much past the last section is kept."""


_User: Any = Win32Emulator  # speakeasy is untyped
_Kernel: Any = WinKernelEmulator
_Loader: Any = Speakeasy


def _uncounted(_data: bytearray) -> dict[int, int]:
    """No counts: pefile counts every byte of an image for a warning that nobody reads, 0.7 s at 27 MB."""
    return {}


pefile.Counter = _uncounted


def loadable(data: bytes) -> bytes:
    """`data` up to the end of its last section: what is appended to a program is not loaded, only read as a file.

    Raises SpeakeasyError for an image that no Windows would map, or that is over MAX_IMAGE_BYTES.
    """
    try:
        (at,) = struct.unpack_from("<I", data, 0x3C)
        count, optional_size = struct.unpack_from("<H", data, at + 6)[0], struct.unpack_from("<H", data, at + 20)[0]
        image_size, header_size = struct.unpack_from("<II", data, at + 24 + 56)
        table = at + 24 + optional_size
        rows = [struct.unpack_from("<IIII", data, table + 40 * index + 8) for index in range(count)]
    except struct.error as error:
        raise SpeakeasyError("its headers are cut off") from error
    if image_size > MAX_IMAGE_BYTES:
        raise SpeakeasyError(f"its image of {image_size} bytes is over {MAX_IMAGE_BYTES >> 20} MiB")
    if any(address + size > image_size + PAGE for size, address, _, _ in rows):
        raise SpeakeasyError("a section lies beyond its image")
    end = max([header_size, table + 40 * count, *(raw_size + raw for _, _, raw_size, raw in rows)])
    return data[: end + _RAW_SLACK]


def _unhandled(code: int, address: int) -> ErrorInfo:
    return ErrorInfo(type=f"unhandled exception 0x{code:08x}", pc=address)


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
        """The hook of an API: the one bound last to its name, for any module. speakeasy compares wildcards by one."""
        del mod_name
        modules, _ = self.hooks.get(common.HOOK_API, ({}, False))
        bound, _ = modules.get("*", ({}, False))
        return list(bound.get(func_name.lower(), ()))[-1:]

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
        except GuestMemoryFull as error:
            self._note(f"{name}: {error}")
            self.fail_with(_ERROR_NOT_ENOUGH_MEMORY)
        except HANDLER_ERRORS as error:
            self._note(f"{name} failed inside the emulator: {type(error).__name__}: {error}")
        return 0

    def _note(self, text: str) -> None:
        if len(self.notes) < MAX_NOTES:
            self.notes.append(text[:300])

    def fail_with(self, win32_error: int) -> None:
        """Sets the thread's last error, where there are such."""
        set_last_error = getattr(self, "set_last_error", None)
        if set_last_error is not None:
            set_last_error(win32_error)


class UserMachine(Steady, _User):  # type: ignore[misc]
    """A machine that runs one user-mode process."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.dispatcher = Dispatcher(self)
        self.vectored = Vectored(self)
        self.fibers: Any = None
        """The threads that are switched, in a process whose program needs that."""
        self.crashed: Callable[[int], None] | None = None
        """Told the code of an exception that nobody handled."""

    def prepare_module_for_emulation(self, module: Any, all_entrypoints: bool, entry_point: int | None = None) -> None:
        """Queues the entry points of an image: TLS callbacks, its entry point and, of a library, its exports.

        speakeasy calls the exports of programs too, which Windows never does, and ten at most.
        """
        super().prepare_module_for_emulation(module, False, entry_point=entry_point)
        if all_entrypoints and not module.is_exe():
            self._queue_exports(module)

    def _queue_exports(self, module: Any) -> None:
        pointers = [self.mem_map(PAGE, tag=f"emu.export_arg_{number}") for number in range(4)]
        seen: set[int] = set()
        for export in module.get_exports():
            section = module.get_section_for_addr(export.address)
            is_code = section is not None and section.perms & common.PERM_MEM_EXEC
            if export.name == "DllMain" or export.address in seen or export.forwarder or not is_code:
                continue
            seen.add(export.address)
            if len(seen) > MAX_EXPORTS:
                self.notes.append(f"exports past number {MAX_EXPORTS} were not called")
                return
            run = Run()
            run.type = f"export.{export.name or export.ordinal}"
            run.start_addr = export.address
            run.args = pointers
            if (export.name or "").startswith("ServiceMain"):
                width = self.get_service_main_char_width(module, export.name)
                run.args = list(self.build_service_main_args("AppSvc", char_width=width))
            self.add_run(run)

    @property
    def _last_error_at(self) -> int:
        return int(self.gs_addr) + 0x68 if self.get_ptr_size() == 8 else int(self.fs_addr) + 0x34  # noqa: PLR2004

    def set_last_error(self, code: int) -> None:
        """Sets the thread's last error where programs read it without asking: in the TEB."""
        super().set_last_error(code)
        if self.get_ptr_size():
            self.emu_eng.emu.mem_write(self._last_error_at, struct.pack("<I", code & 0xFFFFFFFF))

    def get_last_error(self) -> int:
        """The thread's last error, as it stands in the TEB."""
        return int.from_bytes(self.emu_eng.emu.mem_read(self._last_error_at, 4), "little")

    def crash(self, code: int, address: int | None = None) -> None:
        """Ends the process, or the call of an export: nobody handled an exception."""
        run = self.curr_run
        if run.error is None:
            run.error = _unhandled(code, self.get_pc() if address is None else address)
        if not run.type.startswith("export."):
            self.run_queue.clear()
            if self.crashed is not None:
                self.crashed(code)
        self.end_run_on_fault()

    def dispatch_seh(self, except_code: int, faulting_address: int | None = None) -> bool:
        """Shows a fault to the guest's handlers; speakeasy does that in 32-bit processes only."""
        if self.get_ptr_size() != 8:  # noqa: PLR2004 - a 64-bit process
            return self._dispatch_32(except_code, faulting_address)
        if not (self.veh_handlers or self.unhandled_exception_filter or self.dispatcher.function_at(self.get_pc())):
            return False
        context = self.dispatcher.captured()
        parameters = (0, 0) if faulting_address is None else (2, faulting_address)
        record = struct.pack("<IIQQI4xQQ", except_code, 0, 0, context.rip, parameters[0], 0, parameters[1])
        self.dispatcher.raised(record, context)
        if faulting_address is not None:
            self._map_faulting_page_for_exception(faulting_address)
        return True

    def _dispatch_32(self, code: int, address: int | None) -> bool:
        dispatch = super().dispatch_seh

        def chain() -> bool:
            """The walk along the handlers; the filter at its end is the last that the run does."""
            last, run = self.unhandled_exception_filter, self.curr_run
            pc = self.get_pc()
            is_taken = bool(dispatch(code, address))
            if is_taken and last and not self.unhandled_exception_filter and run.error is None:
                run.error = _unhandled(code, pc)
            return is_taken

        if not self.veh_handlers:
            return chain()

        def otherwise() -> None:
            if not chain():
                self.crash(code)

        self.vectored.raised(code, () if address is None else (0, address), otherwise)
        if address is not None:
            self._map_faulting_page_for_exception(address)
        return True

    def alloc_stack(self, size: int) -> Any:
        """The stack of the process's threads: of the size that the image asks for, within bounds."""
        return super().alloc_stack(min(max(size, MIN_STACK_BYTES), MAX_STACK_BYTES))

    def _set_input_metadata(self, path: str | None, data: bytes) -> None:
        """Nothing: the metadata goes into speakeasy's own report, for the price of one more parse of the image."""


class KernelMachine(Steady, _Kernel):  # type: ignore[misc]
    """A machine that runs one kernel driver."""


class Machine(_Loader):  # type: ignore[misc]
    """Loads and runs one image, on a machine of ours."""

    def _init_emulator(self, path: str | None = None, data: bytes | None = None, is_raw_code: bool = False) -> None:
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
        """Loads an image, without its overlay. Raises SpeakeasyError when it cannot be."""
        try:
            return super().load_module(path, loadable(data or b""), **names)
        except (pefile.PEFormatError, *HANDLER_ERRORS) as error:
            raise SpeakeasyError(str(error) or type(error).__name__) from error
