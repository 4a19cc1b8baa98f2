"""Streams of the C run-time: where they stand, and whether they ended or failed."""

from __future__ import annotations

from fulgurite.engines.emulator.call import Call, Hook, crt
from fulgurite.engines.emulator.crt import EBADF, EINVAL, EOF_FLAG, ERROR_FLAG, failed, seek
from fulgurite.engines.emulator.hooks.crt_streams import descriptor_of, put_flags
from fulgurite.engines.emulator.transfer import signed


def _seek(call: Call, offset: int, origin: int) -> int:
    descriptor = descriptor_of(call, 0)
    if descriptor is None or seek(call, descriptor, offset, origin) is None:
        return failed(call, EINVAL)
    put_flags(call, 0, descriptor)
    return 0


def fseek(call: Call) -> int:
    """fseek(stream, offset, origin)."""
    return _seek(call, signed(call.args[1], 32), call.args[2])


def fseeki64(call: Call) -> int:
    """_fseeki64(stream, offset, origin)."""
    if call.pointer_bytes == 8:  # noqa: PLR2004
        return _seek(call, signed(call.args[1], 64), call.args[2])
    return _seek(call, signed(call.args[2] << 32 | call.args[1], 64), call.args[3])


def _tell(call: Call) -> int:
    descriptor = descriptor_of(call, 0)
    position = None if descriptor is None else seek(call, descriptor, 0, 1)
    return -1 if position is None else position


def ftell(call: Call) -> int:
    """ftell(stream)."""
    return _tell(call) & 0xFFFFFFFF


def ftelli64(call: Call) -> int:
    """_ftelli64(stream): in EDX:EAX in a 32-bit process."""
    position = _tell(call)
    if call.pointer_bytes == 4:  # noqa: PLR2004
        call.emu.reg_write("edx", position >> 32 & 0xFFFFFFFF)
        return position & 0xFFFFFFFF
    return position & 0xFFFFFFFFFFFFFFFF


def fgetpos(call: Call) -> int:
    """fgetpos(stream, position)."""
    position = _tell(call)
    call.write_u64(call.args[1], position)
    return 0 if position >= 0 else failed(call, EBADF)


def fsetpos(call: Call) -> int:
    """fsetpos(stream, position)."""
    return _seek(call, signed(call.u64(call.args[1]), 64), 0)


def rewind(call: Call) -> int:
    """rewind(stream)."""
    _seek(call, 0, 0)
    return 0


def feof(call: Call) -> int:
    """feof(stream)."""
    descriptor = descriptor_of(call, 0)
    return descriptor.flags & EOF_FLAG if descriptor is not None else 0


def ferror(call: Call) -> int:
    """ferror(stream)."""
    descriptor = descriptor_of(call, 0)
    return descriptor.flags & ERROR_FLAG if descriptor is not None else 0


def clearerr(call: Call) -> int:
    """clearerr(stream)."""
    descriptor = descriptor_of(call, 0)
    if descriptor is not None:
        descriptor.flags = 0
        put_flags(call, 0, descriptor)
    return 0


HOOKS: tuple[Hook, ...] = (
    crt("fseek", 3, fseek),
    crt("_fseeki64", 4, fseeki64),
    crt("ftell", 1, ftell),
    crt("_ftelli64", 1, ftelli64),
    crt("fgetpos", 2, fgetpos),
    crt("fsetpos", 2, fsetpos),
    crt("rewind", 1, rewind),
    crt("feof", 1, feof),
    crt("ferror", 1, ferror),
    crt("clearerr", 1, clearerr),
)
