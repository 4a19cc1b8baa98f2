"""File descriptors of the C run-time."""

from __future__ import annotations

from fulgurite.engines.emulator import status
from fulgurite.engines.emulator.call import Call, Hook, crt
from fulgurite.engines.emulator.crt import (
    EBADF,
    EINVAL,
    EOF,
    READ_ACCESS,
    WRITE_ACCESS,
    Descriptor,
    add,
    content,
    crt_of,
    errno_of,
    failed,
    read,
    seek,
    write,
)
from fulgurite.engines.emulator.hooks.handles import closed
from fulgurite.engines.emulator.objects import GuestObject
from fulgurite.engines.emulator.opening import (
    CREATE,
    OPEN,
    OPEN_IF,
    OVERWRITE,
    OVERWRITE_IF,
    Device,
    Wanted,
    full_path,
    opened,
)
from fulgurite.engines.emulator.status import NtFailure
from fulgurite.engines.emulator.transfer import MAX_TRANSFER_BYTES, signed

_WRONLY, _RDWR, _APPEND, _CREAT, _TRUNC, _EXCL, _TEXT, _BINARY, _TEMPORARY = (
    0x1,
    0x2,
    0x8,
    0x100,
    0x200,
    0x400,
    0x4000,
    0x8000,
    0x40,
)
_DEVICES = range(3)


def _of(call: Call, index: int = 0) -> Descriptor | None:
    return crt_of(call).files.get(call.args[index] & 0xFFFFFFFF)


def _is_console(call: Call) -> bool:
    return call.args[0] & 0xFFFFFFFF in _DEVICES


def _opened(call: Call, path: str, flags: int) -> int:
    """The descriptor of a newly opened file; EOF with errno when it cannot be."""
    disposition = OPEN
    if flags & _CREAT:
        disposition = CREATE if flags & _EXCL else OVERWRITE_IF if flags & _TRUNC else OPEN_IF
    elif flags & _TRUNC:
        disposition = OVERWRITE
    access = WRITE_ACCESS if flags & _WRONLY else READ_ACCESS | WRITE_ACCESS if flags & _RDWR else READ_ACCESS
    options = 0x40 | (0x1000 if flags & _TEMPORARY else 0)
    answer = opened(call, full_path(call, path), Wanted(access, disposition, options))
    if not isinstance(answer.thing, GuestObject):
        return failed(call, errno_of(answer.status))
    handle = call.guest.handle_of(answer.thing)
    return add(call, Descriptor(handle, is_text=not flags & _BINARY, appends=bool(flags & _APPEND)))


def _path(call: Call, index: int) -> str:
    return call.text(call.args[index], wide="_w" in call.name.rpartition(".")[2])


def open_(call: Call) -> int:
    """_open(filename, oflag, ...), its wide and its shared form."""
    return _opened(call, _path(call, 0), call.args[1] & 0xFFFFFFFF)


def sopen_s(call: Call) -> int:
    """_sopen_s(pfh, filename, oflag, shflag, pmode): an errno."""
    fd = _opened(call, _path(call, 1), call.args[2] & 0xFFFFFFFF)
    call.write_u32(call.args[0], fd)
    return call.u32(crt_of(call).errno) if fd == EOF else 0


def creat(call: Call) -> int:
    """_creat(filename, pmode)."""
    return _opened(call, _path(call, 0), _CREAT | _TRUNC | _WRONLY)


def close(call: Call) -> int:
    """_close(fd)."""
    descriptor = crt_of(call).files.pop(call.args[0] & 0xFFFFFFFF, None)
    if descriptor is None:
        return 0 if _is_console(call) else failed(call, EBADF)
    closed(call, descriptor.handle)
    return 0


def read_(call: Call) -> int:
    """_read(fd, buffer, count)."""
    descriptor = _of(call)
    if descriptor is None:
        return 0 if _is_console(call) else failed(call, EBADF)
    data = read(call, descriptor, min(call.args[2] & 0x7FFFFFFF, MAX_TRANSFER_BYTES))
    call.write(call.args[1], data)
    return len(data)


def write_(call: Call) -> int:
    """_write(fd, buffer, count)."""
    count = min(call.args[2] & 0x7FFFFFFF, MAX_TRANSFER_BYTES)
    descriptor = _of(call)
    if descriptor is None:
        return count if _is_console(call) else failed(call, EBADF)
    return count if write(call, descriptor, call.read(call.args[1], count)) else failed(call, EBADF)


def _lseek(call: Call, offset: int, origin: int) -> int:
    descriptor = _of(call)
    position = None if descriptor is None else seek(call, descriptor, offset, origin)
    if position is None:
        failed(call, EINVAL if descriptor is not None else EBADF)
        return -1
    return position


def lseek(call: Call) -> int:
    """_lseek(fd, offset, origin)."""
    return _lseek(call, signed(call.args[1], 32), call.args[2]) & 0xFFFFFFFF


def _wide_result(call: Call, value: int) -> int:
    """A 64-bit result: in EDX:EAX in a 32-bit process."""
    if call.pointer_bytes == 4:  # noqa: PLR2004
        call.emu.reg_write("edx", value >> 32 & 0xFFFFFFFF)
        return value & 0xFFFFFFFF
    return value & 0xFFFFFFFFFFFFFFFF


def lseeki64(call: Call) -> int:
    """_lseeki64(fd, offset, origin)."""
    if call.pointer_bytes == 8:  # noqa: PLR2004
        return _wide_result(call, _lseek(call, signed(call.args[1], 64), call.args[2]))
    return _wide_result(call, _lseek(call, signed(call.args[2] << 32 | call.args[1], 64), call.args[3]))


def tell(call: Call) -> int:
    """_tell(fd)."""
    return _lseek(call, 0, 1) & 0xFFFFFFFF


def telli64(call: Call) -> int:
    """_telli64(fd)."""
    return _wide_result(call, _lseek(call, 0, 1))


def filelength(call: Call) -> int:
    """_filelength(fd), and its 64-bit form."""
    descriptor = _of(call)
    if descriptor is None:
        return _wide_result(call, failed(call, EBADF, -1))
    return _wide_result(call, len(content(call, descriptor)[1]))


def chsize(call: Call) -> int:
    """_chsize(fd, size), _chsize_s(fd, size)."""
    descriptor = _of(call)
    thing = None if descriptor is None else content(call, descriptor)[0]
    size = call.args[1]
    if call.pointer_bytes == 4 and call.name.endswith("_s"):  # noqa: PLR2004
        size |= call.args[2] << 32
    if thing is None:
        return failed(call, EBADF)
    try:
        call.guest.files.resize(thing.node, thing.stream, size, call.process)
    except NtFailure as failure:
        return failed(call, errno_of(failure.status))
    return 0


def eof(call: Call) -> int:
    """_eof(fd)."""
    descriptor = _of(call)
    thing, data = (None, bytearray()) if descriptor is None else content(call, descriptor)
    return failed(call, EBADF) if thing is None else int(thing.position >= len(data))


def dup(call: Call) -> int:
    """_dup(fd)."""
    descriptor = _of(call)
    if descriptor is None:
        return call.args[0] & 0xFFFFFFFF if _is_console(call) else failed(call, EBADF)
    handle = call.guest.handle_of(call.guest.handles.get(descriptor.handle))
    return add(call, Descriptor(handle, is_text=descriptor.is_text, appends=descriptor.appends))


def dup2(call: Call) -> int:
    """_dup2(fd1, fd2)."""
    descriptor = _of(call)
    if descriptor is None:
        return 0 if _is_console(call) else failed(call, EBADF)
    handle = call.guest.handle_of(call.guest.handles.get(descriptor.handle))
    crt_of(call).files[call.args[1] & 0xFFFFFFFF] = Descriptor(
        handle, is_text=descriptor.is_text, appends=descriptor.appends
    )
    return 0


def get_osfhandle(call: Call) -> int:
    """_get_osfhandle(fd)."""
    descriptor = _of(call)
    if descriptor is not None:
        return descriptor.handle
    process = call.emu.get_current_process()
    if _is_console(call) and process is not None:
        return int((process.stdin, process.stdout, process.stderr)[call.args[0] & 3])
    return failed(call, EBADF, call.invalid_handle())


def open_osfhandle(call: Call) -> int:
    """_open_osfhandle(osfhandle, flags)."""
    if call.args[0] not in call.guest.handles:
        return failed(call, EBADF)
    return add(call, Descriptor(call.args[0], is_text=bool(call.args[1] & _TEXT)))


def isatty(call: Call) -> int:
    """_isatty(fd)."""
    descriptor = _of(call)
    if descriptor is None:
        return 0x40 if _is_console(call) else 0
    return 0x40 if isinstance(call.guest.handles.get(descriptor.handle), Device) else 0


def setmode(call: Call) -> int:
    """_setmode(fd, mode): the mode before."""
    descriptor = _of(call)
    if descriptor is None:
        return _TEXT if _is_console(call) else failed(call, EBADF)
    before = _TEXT if descriptor.is_text else _BINARY
    descriptor.is_text = not call.args[1] & _BINARY
    return before


def commit(call: Call) -> int:
    """_commit(fd)."""
    return status.SUCCESS if _of(call) is not None or _is_console(call) else failed(call, EBADF)


HOOKS: tuple[Hook, ...] = (
    Hook(("_open", "open", "_wopen"), 2, open_, 0),
    Hook(("_sopen", "_wsopen", "sopen"), 3, open_, 0),
    Hook(("_sopen_s", "_wsopen_s"), 5, sopen_s, 0),
    Hook(("_creat", "creat", "_wcreat"), 2, creat, 0),
    Hook(("_close", "close"), 1, close, 0),
    Hook(("_read", "read"), 3, read_, 0),
    Hook(("_write", "write"), 3, write_, 0),
    Hook(("_lseek", "lseek"), 3, lseek, 0),
    crt("_lseeki64", 4, lseeki64),
    Hook(("_tell", "tell"), 1, tell, 0),
    crt("_telli64", 1, telli64),
    Hook(("_filelength", "filelength", "_filelengthi64"), 1, filelength, 0),
    Hook(("_chsize", "chsize"), 2, chsize, 0),
    crt("_chsize_s", 3, chsize),
    Hook(("_eof", "eof"), 1, eof, 0),
    Hook(("_dup", "dup"), 1, dup, 0),
    Hook(("_dup2", "dup2"), 2, dup2, 0),
    crt("_get_osfhandle", 1, get_osfhandle),
    crt("_open_osfhandle", 2, open_osfhandle),
    Hook(("_isatty", "isatty"), 1, isatty, 0),
    Hook(("_setmode", "setmode"), 2, setmode, 0),
    crt("_commit", 1, commit),
)
