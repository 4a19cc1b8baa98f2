"""Raising, handling and unwinding of exceptions; the tables of functions."""

import struct

from fulgurite.engines.emulator.call import Call, Hook, api, crt, native
from fulgurite.engines.emulator.exceptions import NONCONTINUABLE, UNWINDING, Dispatcher, Goal
from fulgurite.engines.emulator.unwinding import CONTEXT_BYTES, RSP, Context, Function, FunctionTable, unwind

MAX_PARAMETERS = 15
_MAX_SCOPES = 4_096
_CONTINUE_SEARCH = 1
_EXECUTE_HANDLER = 1


def _dispatcher(call: Call) -> Dispatcher:
    dispatcher = call.emu.dispatcher
    if not isinstance(dispatcher, Dispatcher):
        raise TypeError("this machine has no exceptions")
    return dispatcher


def _is_64(call: Call) -> bool:
    return call.pointer_bytes == 8  # noqa: PLR2004 - a 64-bit process


def _record(call: Call, code: int, flags: int, arguments: list[int]) -> bytes:
    head = struct.pack("<IIQQI4x", code, flags, 0, call.emu.get_ret_address(), len(arguments))
    return head + struct.pack(f"<{len(arguments)}Q", *arguments)


def raise_exception(call: Call) -> int | None:
    """RaiseException(code, flags, count, arguments)."""
    code, flags = call.args[0] & 0xFFFFFFFF, call.args[1] & NONCONTINUABLE
    count = min(call.args[2] & 0xFFFFFFFF, MAX_PARAMETERS) if call.args[3] else 0
    size = call.pointer_bytes
    arguments = [call.pointer(call.args[3] + size * n) for n in range(count)]
    if not _is_64(call):
        call.emu.do_call_return(4, call.emu.get_ret_address(), 0)
        if not call.emu.dispatch_seh(code):
            call.emu.crash(code)
        return None
    to = _dispatcher(call)
    to.raised(_record(call, code, flags, arguments), to.context_of_caller())
    return None


def raise_record(call: Call) -> int | None:
    """RtlRaiseException(record)."""
    if not _is_64(call):
        call.emu.do_call_return(1, call.emu.get_ret_address(), 0)
        if not call.emu.dispatch_seh(call.u32(call.args[0])):
            call.emu.crash(call.u32(call.args[0]))
        return None
    to = _dispatcher(call)
    to.raised(call.read(call.args[0], 0x98), to.context_of_caller())
    return None


def resume(call: Call) -> None:
    """A guest function called by the dispatcher has returned."""
    if _is_64(call):
        _dispatcher(call).resumed()
    else:
        call.emu.vectored.resumed()


def capture_context(call: Call) -> int | None:
    """RtlCaptureContext(context)."""
    if not _is_64(call):
        return call.original(call.args) if call.original is not None else None
    call.write(call.args[0], bytes(_dispatcher(call).context_of_caller().data))
    return None


def restore_context(call: Call) -> int | None:
    """RtlRestoreContext(context, record), NtContinue(context, alert)."""
    if not _is_64(call):
        return call.original(call.args) if call.original is not None else 0
    data = call.read(call.args[0], CONTEXT_BYTES)
    if not data:
        return 0xC000_0005
    _dispatcher(call).restore(Context(data))
    return None


def lookup_function_entry(call: Call) -> int:
    """RtlLookupFunctionEntry(pc, image base, history)."""
    found = _dispatcher(call).function_at(call.args[0]) if _is_64(call) else None
    if found is None:
        return 0
    base, function = found
    call.write_u64(call.args[1], base)
    return function.address


def virtual_unwind(call: Call) -> int:
    """RtlVirtualUnwind(kind, base, pc, function, context, handler data, establisher frame, pointers)."""
    kind, base, pc, entry, at = call.args[:5]
    row, data = call.read(entry, 12), call.read(at, CONTEXT_BYTES)
    if not _is_64(call) or not row or not data:
        return 0
    context = Context(data)
    context.rip = pc
    to = _dispatcher(call)
    begin, end, info = struct.unpack("<III", row)
    told = unwind(context, base, Function(begin, end, info, entry), kind & 3, to.read)
    call.write(at, bytes(context.data))
    call.write_u64(call.args[5], told.data)
    call.write_u64(call.args[6], told.frame)
    return told.handler


def unwind_ex(call: Call) -> int | None:
    """RtlUnwindEx(target frame, target, record, result, context, history)."""
    if not _is_64(call):
        return 0
    to = _dispatcher(call)
    to.unwind_to(Goal(*call.args[:6]), to.context_of_caller())
    return None


def unwind_old(call: Call) -> int | None:
    """RtlUnwind(target frame, target, record, result)."""
    if not _is_64(call):
        return call.original(call.args) if call.original is not None else 0
    to = _dispatcher(call)
    to.unwind_to(Goal(*call.args[:4]), to.context_of_caller())
    return None


def add_function_table(call: Call) -> int:
    """RtlAddFunctionTable(table, count, base)."""
    count = min(call.args[1] & 0xFFFFFFFF, 100_000)
    to = _dispatcher(call)
    table = FunctionTable.of_rows(call.args[2], call.args[0], count, to.read)
    rows = [
        struct.unpack("<III", call.read(call.args[0] + 12 * n, 12).ljust(12, b"\0")) for n in (0, max(count - 1, 0))
    ]
    to.dynamic.append((call.args[2] + rows[0][0], call.args[2] + rows[1][1], table))
    return 1


def pc_to_file_header(call: Call) -> int:
    """RtlPcToFileHeader(pc, base)."""
    module = call.emu.get_module_from_addr(call.args[0])
    base = 0 if module is None else int(module.base)
    call.write_pointer(call.args[1], base)
    return base


def add_handler(call: Call) -> int:
    """AddVectoredExceptionHandler(first, handler), RtlAddVectoredExceptionHandler(...)."""
    handler, handlers = call.args[1], call.emu.veh_handlers
    if handler and handler not in handlers:
        handlers.insert(0 if call.args[0] & 0xFFFFFFFF else len(handlers), handler)
    return handler


# -- __try and __except of 64-bit programs ---------------------------------------------------------------------------
class _Scopes:
    """One call of __C_specific_handler: walks the SCOPE_TABLE of its frame."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._to = _dispatcher(call)
        self._record, self._frame, self._context, self._dispatch = call.args[:4]
        self._caller = self._to.context_of_caller()
        fields = struct.unpack("<10Q", call.read(self._dispatch, 80).ljust(80, b"\0"))
        self._pc, self._base, self._target, self._data = fields[0] - fields[1], fields[1], fields[4], fields[7]
        self._index = fields[9] & 0xFFFFFFFF
        self._count = min(call.u32(self._data), _MAX_SCOPES)

    def step(self) -> None:
        """Looks at the next scope that holds the instruction."""
        flags = self._call.u32(self._record + 4)
        while self._index < self._count:
            row = self._call.read(self._data + 4 + 16 * self._index, 16).ljust(16, b"\0")
            begin, end, handler, jump = struct.unpack("<IIII", row)
            self._index += 1
            if not begin <= self._pc < end:
                continue
            if flags & UNWINDING:
                if self._finally(handler, jump):
                    return
            elif jump and self._filter(handler, jump):
                return
        self._answer(_CONTINUE_SEARCH)

    def _finally(self, handler: int, jump: int) -> bool:
        """Runs a termination handler; whether one was called (or the walk is over)."""
        if jump:
            if self._call.u32(self._record + 4) & 0x20 and self._base + jump == self._target:
                self._answer(_CONTINUE_SEARCH)
                return True
            return False
        self._call.write_u32(self._dispatch + 72, self._index)
        self._to.call(self._base + handler, (1, self._frame), self._stack, lambda _: self.step(), self._caller)
        return True

    def _filter(self, handler: int, jump: int) -> bool:
        """Asks a filter (1 is the constant EXCEPTION_EXECUTE_HANDLER); whether the walk waits for it."""
        if handler == 1:
            self._execute(jump)
            return True
        pointers = self._stack - 0x20
        self._call.write(pointers, struct.pack("<QQ", self._record, self._context))

        def said(result: int) -> None:
            if result == 0:
                self.step()
            elif result >> 31:
                self._answer(0)
            else:
                self._execute(jump)

        self._to.call(self._base + handler, (pointers, self._frame), pointers, said, self._caller)
        return True

    @property
    def _stack(self) -> int:
        return (self._caller[RSP] & ~0xF) - 0x80

    def _execute(self, jump: int) -> None:
        code = self._call.u32(self._record)
        self._to.unwind_to(Goal(self._frame, self._base + jump, self._record, code), self._caller)

    def _answer(self, disposition: int) -> None:
        self._caller[0] = disposition
        self._to.restore(self._caller)


def c_specific_handler(call: Call) -> None:
    """__C_specific_handler(record, frame, context, dispatcher context)."""
    _Scopes(call).step()


HOOKS: tuple[Hook, ...] = (
    api("RaiseException", 4, raise_exception),
    api("RtlRaiseException", 1, raise_record),
    api("fulgurite_resume", 0, resume),
    api("RtlCaptureContext", 1, capture_context),
    api("RtlRestoreContext", 2, restore_context),
    native("Continue", 2, restore_context),
    api("RtlLookupFunctionEntry", 3, lookup_function_entry),
    api("RtlVirtualUnwind", 8, virtual_unwind),
    api("RtlUnwindEx", 6, unwind_ex),
    api("RtlUnwind", 4, unwind_old),
    api("RtlAddFunctionTable", 3, add_function_table),
    api("RtlPcToFileHeader", 2, pc_to_file_header),
    api("AddVectoredExceptionHandler", 2, add_handler),
    api("RtlAddVectoredExceptionHandler", 2, add_handler),
    crt("__C_specific_handler", 4, c_specific_handler),
)
