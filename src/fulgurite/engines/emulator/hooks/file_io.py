"""Reading and writing through handles, in the Win32 and the native form, and where the next read begins."""

from __future__ import annotations

from fulgurite.engines.emulator import status
from fulgurite.engines.emulator.call import Call, Hook, api, native
from fulgurite.engines.emulator.opening import Device, OpenFile, Pipe, used
from fulgurite.engines.emulator.status import NtFailure
from fulgurite.engines.emulator.transfer import MAX_TRANSFER_BYTES, read_from, signed, size_of, write_to

_INVALID_HANDLE, _NEGATIVE_SEEK, _INVALID_PARAMETER = 6, 131, 87
_BEGIN, _CURRENT, _END = range(3)
_DISK, _CHAR, _PIPE = 1, 2, 3
_FAILED = 0xFFFFFFFF
_END_OF_FILE = 0xFFFFFFFF_FFFFFFFF
"""The offset of an OVERLAPPED that means the end of the file."""
_SIGN_64 = 1 << 63


def is_console(call: Call, handle: int) -> bool:
    """Whether `handle` is one of the process's standard handles."""
    process = call.emu.get_current_process()
    return process is not None and handle in (process.stdin, process.stdout, process.stderr)


def _overlapped_offset(call: Call, address: int) -> int | None:
    """Where an OVERLAPPED says to begin; None when there is none."""
    if address == 0:
        return None
    return call.u64(address + 2 * call.pointer_bytes)


def _end_of(call: Call, thing: object) -> int | None:
    return size_of(call, thing) if isinstance(thing, OpenFile) else None


def _complete(call: Call, overlapped: int, count: int) -> None:
    if overlapped:
        call.write_pointer(overlapped, 0)
        call.write_pointer(overlapped + call.pointer_bytes, count)


def read_file(call: Call) -> int | None:
    """ReadFile(hFile, lpBuffer, nNumberOfBytesToRead, lpNumberOfBytesRead, lpOverlapped)."""
    handle, buffer, size, count, overlapped = call.args
    thing = call.guest.handles.get(handle)
    if thing is None:
        if is_console(call, handle):
            call.write_u32(count, 0)
            return 1
        return call.original(call.args) if call.original is not None else call.fail(_INVALID_HANDLE)
    try:
        data = read_from(call, thing, size & 0xFFFFFFFF, _overlapped_offset(call, overlapped))
    except NtFailure as failure:
        return call.fail(status.win32_of(failure.status))
    if data and not call.write(buffer, data):
        return call.fail(998)
    call.write_u32(count, len(data))
    _complete(call, overlapped, len(data))
    if not data and isinstance(thing, Pipe):
        return call.fail(status.win32_of(status.PIPE_BROKEN))
    if not data and overlapped and size:
        return call.fail(status.win32_of(status.END_OF_FILE))
    return 1


def write_file(call: Call) -> int | None:
    """WriteFile(hFile, lpBuffer, nNumberOfBytesToWrite, lpNumberOfBytesWritten, lpOverlapped)."""
    handle, buffer, size, count, overlapped = call.args
    size &= 0xFFFFFFFF
    thing = call.guest.handles.get(handle)
    if thing is None:
        if is_console(call, handle):
            call.write_u32(count, size)
            return 1
        return call.original(call.args) if call.original is not None else call.fail(_INVALID_HANDLE)
    data = call.read(buffer, min(size, MAX_TRANSFER_BYTES))
    if size and not data:
        return call.fail(998)
    offset = _overlapped_offset(call, overlapped)
    try:
        write_to(call, thing, data, _end_of(call, thing) if offset == _END_OF_FILE else offset)
    except NtFailure as failure:
        return call.fail(status.win32_of(failure.status))
    call.write_u32(count, len(data))
    _complete(call, overlapped, len(data))
    return 1


def read_file_ex(call: Call) -> int | None:
    """ReadFileEx(hFile, lpBuffer, nNumberOfBytesToRead, lpOverlapped, lpCompletionRoutine)."""
    call.args[3:] = [0, call.args[3]]
    return read_file(call)


def write_file_ex(call: Call) -> int | None:
    """WriteFileEx(hFile, lpBuffer, nNumberOfBytesToWrite, lpOverlapped, lpCompletionRoutine)."""
    call.args[3:] = [0, call.args[3]]
    return write_file(call)


def _native_offset(call: Call, address: int) -> int | None:
    """Where a native read or write begins; None for the current position."""
    value = call.u64(address) if address else _SIGN_64
    return None if value & _SIGN_64 else value


def _native_answer(call: Call, code: int, count: int) -> int:
    call.write_u32(call.args[4], code)
    call.write_pointer(call.args[4] + call.pointer_bytes, count)
    return code


def nt_read_file(call: Call) -> int:
    """NtReadFile(Handle, Event, ApcRoutine, ApcContext, IoStatus, Buffer, Length, ByteOffset, Key)."""
    size = call.args[6] & 0xFFFFFFFF
    try:
        data = read_from(call, call.guest.handles.get(call.args[0]), size, _native_offset(call, call.args[7]))
    except NtFailure as failure:
        return _native_answer(call, failure.status, 0)
    if data:
        call.write(call.args[5], data)
    return _native_answer(call, status.SUCCESS if data or not size else status.END_OF_FILE, len(data))


def nt_write_file(call: Call) -> int:
    """NtWriteFile(Handle, Event, ApcRoutine, ApcContext, IoStatus, Buffer, Length, ByteOffset, Key)."""
    data = call.read(call.args[5], min(call.args[6] & 0xFFFFFFFF, MAX_TRANSFER_BYTES))
    thing = call.guest.handles.get(call.args[0])
    if thing is None and is_console(call, call.args[0]):
        return _native_answer(call, status.SUCCESS, len(data))
    try:
        write_to(call, thing, data, _native_offset(call, call.args[7]))
    except NtFailure as failure:
        return _native_answer(call, failure.status, 0)
    return _native_answer(call, status.SUCCESS, len(data))


# -- position and size -----------------------------------------------------------------------------------------------
def _moved(call: Call, thing: object, distance: int, method: int) -> int | None:
    """The new position; None with the last error set when it cannot be."""
    if not isinstance(thing, OpenFile | Device):
        call.fail(_INVALID_HANDLE)
        return None
    start = {_BEGIN: 0, _CURRENT: thing.position, _END: size_of(call, thing)}.get(method & 0xFFFFFFFF)
    if start is None or start + distance >= _SIGN_64:
        call.fail(_INVALID_PARAMETER)
        return None
    if start + distance < 0:
        call.fail(_NEGATIVE_SEEK)
        return None
    thing.position = start + distance
    return thing.position


def set_file_pointer(call: Call) -> int:
    """SetFilePointer(hFile, lDistanceToMove, lpDistanceToMoveHigh, dwMoveMethod)."""
    handle, low, high, method = call.args
    distance = signed(low, 32)
    if high:
        distance = signed(call.u32(high) << 32 | low & 0xFFFFFFFF, 64)
    position = _moved(call, call.guest.handles.get(handle), distance, method)
    if position is None:
        return _FAILED
    call.write_u32(high, position >> 32)
    return position & 0xFFFFFFFF


def set_file_pointer_ex(call: Call) -> int:
    """SetFilePointerEx(hFile, liDistanceToMove, lpNewFilePointer, dwMoveMethod)."""
    if call.pointer_bytes == 8:  # noqa: PLR2004
        distance, new, method = signed(call.args[1], 64), call.args[2], call.args[3]
    else:
        distance, new, method = signed(call.args[2] << 32 | call.args[1], 64), call.args[3], call.args[4]
    position = _moved(call, call.guest.handles.get(call.args[0]), distance, method)
    if position is None:
        return 0
    call.write_u64(new, position)
    return 1


def get_file_size(call: Call) -> int:
    """GetFileSize(hFile, lpFileSizeHigh)."""
    thing = call.guest.handles.get(call.args[0])
    if not isinstance(thing, OpenFile | Device):
        return call.fail(_INVALID_HANDLE, _FAILED)
    size = size_of(call, thing)
    call.write_u32(call.args[1], size >> 32)
    return size & 0xFFFFFFFF


def get_file_size_ex(call: Call) -> int:
    """GetFileSizeEx(hFile, lpFileSize)."""
    thing = call.guest.handles.get(call.args[0])
    if not isinstance(thing, OpenFile | Device):
        return call.fail(_INVALID_HANDLE)
    call.write_u64(call.args[1], size_of(call, thing))
    return 1


def set_end_of_file(call: Call) -> int:
    """SetEndOfFile(hFile)."""
    thing = call.guest.handles.get(call.args[0])
    if not isinstance(thing, OpenFile):
        return call.fail(_INVALID_HANDLE)
    used(call, thing, "write")
    try:
        call.guest.files.resize(thing.node, thing.stream, thing.position, call.process)
    except NtFailure as failure:
        return call.fail(status.win32_of(failure.status))
    return 1


def accepted(call: Call) -> int:
    """A call about an open file that needs nothing done: flushing, locking, cancelling."""
    return 1 if call.args[0] in call.guest.handles else call.fail(_INVALID_HANDLE)


def nt_accepted(call: Call) -> int:
    """The same for a system call."""
    return status.SUCCESS if call.args[0] in call.guest.handles else status.INVALID_HANDLE


def get_file_type(call: Call) -> int:
    """GetFileType(hFile)."""
    thing = call.guest.handles.get(call.args[0])
    if isinstance(thing, OpenFile):
        return _DISK
    if isinstance(thing, Pipe):
        return _PIPE
    if isinstance(thing, Device) or is_console(call, call.args[0]):
        return _CHAR
    return call.fail(_INVALID_HANDLE, 0)


def get_overlapped_result(call: Call) -> int:
    """GetOverlappedResult(hFile, lpOverlapped, lpNumberOfBytesTransferred, bWait)."""
    call.write_u32(call.args[2], call.pointer(call.args[1] + call.pointer_bytes))
    return 1


# -- 16-bit Windows' names -------------------------------------------------------------------------------------------
def lread(call: Call) -> int:
    """_lread(hFile, lpBuffer, uBytes)."""
    try:
        data = read_from(call, call.guest.handles.get(call.args[0]), call.args[2] & 0xFFFFFFFF)
    except NtFailure as failure:
        return call.fail(status.win32_of(failure.status), _FAILED)
    call.write(call.args[1], data)
    return len(data)


def lwrite(call: Call) -> int:
    """_lwrite(hFile, lpBuffer, uBytes)."""
    data = call.read(call.args[1], min(call.args[2] & 0xFFFFFFFF, MAX_TRANSFER_BYTES))
    try:
        write_to(call, call.guest.handles.get(call.args[0]), data)
    except NtFailure as failure:
        return call.fail(status.win32_of(failure.status), _FAILED)
    return len(data)


def llseek(call: Call) -> int:
    """_llseek(hFile, lOffset, iOrigin)."""
    position = _moved(call, call.guest.handles.get(call.args[0]), signed(call.args[1], 32), call.args[2])
    return _FAILED if position is None else position & 0xFFFFFFFF


HOOKS: tuple[Hook, ...] = (
    api("ReadFile", 5, read_file),
    api("WriteFile", 5, write_file),
    api("ReadFileEx", 5, read_file_ex),
    api("WriteFileEx", 5, write_file_ex),
    native("ReadFile", 9, nt_read_file),
    native("WriteFile", 9, nt_write_file),
    api("SetFilePointer", 4, set_file_pointer),
    api("SetFilePointerEx", 5, set_file_pointer_ex),
    api("GetFileSize", 2, get_file_size),
    api("GetFileSizeEx", 2, get_file_size_ex),
    api("SetEndOfFile", 1, set_end_of_file),
    api("SetFileValidData", 3, accepted),
    api("FlushFileBuffers", 1, accepted),
    api("LockFile", 5, accepted),
    api("LockFileEx", 6, accepted),
    api("UnlockFile", 5, accepted),
    api("UnlockFileEx", 5, accepted),
    api("CancelIo", 1, accepted),
    api("CancelIoEx", 2, accepted),
    native("FlushBuffersFile", 2, nt_accepted),
    native("LockFile", 10, nt_accepted),
    native("UnlockFile", 5, nt_accepted),
    api("GetFileType", 1, get_file_type),
    api("GetOverlappedResult", 4, get_overlapped_result),
    Hook(("_lread", "_hread"), 3, lread),
    Hook(("_lwrite", "_hwrite"), 3, lwrite),
    api("_llseek", 3, llseek),
)
