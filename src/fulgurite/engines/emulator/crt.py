"""The C run-time's open files: streams and file descriptors of one emulated process."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fulgurite.engines.emulator import status
from fulgurite.engines.emulator.objects import GuestObject
from fulgurite.engines.emulator.opening import (
    OPEN,
    OPEN_IF,
    OVERWRITE_IF,
    Device,
    OpenFile,
    Wanted,
    full_path,
    opened,
    used,
)
from fulgurite.engines.emulator.status import NtFailure
from fulgurite.engines.emulator.transfer import read_from, write_to

if TYPE_CHECKING:
    from fulgurite.engines.emulator.call import Call

EOF = 0xFFFFFFFF
EOF_FLAG, ERROR_FLAG = 0x10, 0x20
"""Bits of FILE._flag, which old macros read."""
FIRST_FD = 3
MAX_STREAMS = 2_048

ENOENT, EBADF, EACCES, EEXIST, ENOTDIR, EINVAL, EMFILE, ENOSPC, ENOTEMPTY = 2, 9, 13, 17, 20, 22, 24, 28, 41
_ERRNO = {
    status.SUCCESS: 0,
    status.OBJECT_NAME_NOT_FOUND: ENOENT,
    status.OBJECT_PATH_NOT_FOUND: ENOENT,
    status.OBJECT_NAME_INVALID: EINVAL,
    status.BAD_NETWORK_PATH: ENOENT,
    status.ACCESS_DENIED: EACCES,
    status.SHARING_VIOLATION: EACCES,
    status.CANNOT_DELETE: EACCES,
    status.FILE_IS_A_DIRECTORY: EACCES,
    status.OBJECT_NAME_COLLISION: EEXIST,
    status.NOT_A_DIRECTORY: EINVAL,
    status.DIRECTORY_NOT_EMPTY: ENOTEMPTY,
    status.DISK_FULL: ENOSPC,
    status.INVALID_HANDLE: EBADF,
}

READ_ACCESS, WRITE_ACCESS = 0x8000_0000, 0x4000_0000


@dataclass(eq=False)
class Descriptor:
    """An open file of the run-time, below both a stream and a descriptor."""

    handle: int
    is_text: bool = True
    appends: bool = False
    wide_text: str | None = None
    """The encoding that `ccs=` asked for."""
    ungot: bytearray = field(default_factory=bytearray)
    flags: int = 0


@dataclass(eq=False)
class Crt:
    """The run-time of one emulated process."""

    console: int
    """Address of the FILEs of standard input, output and error."""
    errno: int
    """Address of errno."""
    locale: int
    """Address of what localeconv returns."""
    streams: dict[int, int] = field(default_factory=dict)
    """Address of a FILE -> its file descriptor."""
    files: dict[int, Descriptor] = field(default_factory=dict)
    """File descriptor -> what is open."""
    scratch: dict[str, int] = field(default_factory=dict)
    """Buffers that functions return, by their use."""

    def descriptor(self, stream: int) -> Descriptor | None:
        """What the FILE at `stream` has open; None for the console and for no FILE."""
        fd = self.streams.get(stream)
        return None if fd is None else self.files.get(fd)


def file_bytes(call: Call) -> int:
    """Size of a FILE."""
    return 48 if call.pointer_bytes == 8 else 32  # noqa: PLR2004


def crt_of(call: Call) -> Crt:
    """The run-time of the calling process, made at its first call."""
    crt = call.guest.runtimes.get(call.emu)
    if crt is None:
        address = int(call.emu.mem_map(0x1000, tag="fulgurite.crt"))
        crt = Crt(console=address, errno=address + 0x100, locale=address + 0x200)
        for number in range(3):
            _write_file(call, address + number * file_bytes(call), number)
        _write_locale(call, crt.locale)
        call.guest.runtimes[call.emu] = crt
    return crt


def _write_file(call: Call, address: int, fd: int, flags: int = 0) -> None:
    layout = "<QIIQIIII" if call.pointer_bytes == 8 else "<IIIIIIII"  # noqa: PLR2004
    values = (0, 0, 0, 0, flags, fd, 0, 0) if call.pointer_bytes == 8 else (0, 0, 0, flags, fd, 0, 0, 0)  # noqa: PLR2004
    call.write(address, struct.pack(layout, *values))


def _write_locale(call: Call, address: int) -> None:
    """A struct lconv of the C locale: a point, and nothing else."""
    size = call.pointer_bytes
    texts = address + 0x100
    call.write(texts, b".\0\0\0")
    for index in range(10):
        call.write_pointer(address + index * size, texts if index == 0 else texts + 1)
    call.write(address + 10 * size, b"\x7f" * 8)
    call.write(texts + 0x10, ".\0\0".encode("utf-16-le"))
    for index in range(8):
        call.write_pointer(address + 10 * size + 8 + index * size, texts + (0x10 if index == 0 else 0x12))


def scratch(call: Call, use: str, data: bytes) -> int:
    """The address of a buffer that holds `data`, the same at each call of that use; at most 64 KiB."""
    crt = crt_of(call)
    if use not in crt.scratch:
        crt.scratch[use] = int(call.emu.mem_map(0x10000, tag=f"fulgurite.crt.{use}"))
    call.write(crt.scratch[use], data[:0x10000])
    return crt.scratch[use]


def failed(call: Call, errno: int, result: int = EOF) -> int:
    """Sets errno and returns `result`."""
    call.write_u32(crt_of(call).errno, errno)
    return result


def errno_of(code: int) -> int:
    """The errno of an NTSTATUS."""
    return _ERRNO.get(code, EINVAL)


# -- opening ---------------------------------------------------------------------------------------------------------
def add(call: Call, descriptor: Descriptor) -> int:
    """A new file descriptor for what is open; EOF when there are too many."""
    crt = crt_of(call)
    if len(crt.files) >= MAX_STREAMS:
        return failed(call, EMFILE)
    fd = FIRST_FD
    while fd in crt.files:
        fd += 1
    crt.files[fd] = descriptor
    return fd


def add_stream(call: Call, fd: int) -> int:
    """A FILE for a file descriptor."""
    crt = crt_of(call)
    address = next((at for at, owner in crt.streams.items() if owner == -1), 0)
    if address == 0:
        address = int(call.emu.mem_map(file_bytes(call), tag="fulgurite.crt.file"))
    _write_file(call, address, fd)
    crt.streams[address] = fd
    return address


def open_mode(call: Call, path: str, mode: str) -> tuple[int, Descriptor | None]:
    """Opens `path` as fopen's `mode` says; the NTSTATUS and what is open."""
    letter, options = mode[:1], mode[1:].partition(",")[0]
    if letter not in {"r", "w", "a"}:
        return status.INVALID_PARAMETER, None
    both = "+" in options
    access = READ_ACCESS if letter == "r" else WRITE_ACCESS
    if both:
        access = READ_ACCESS | WRITE_ACCESS
    disposition = {"r": OPEN, "w": OVERWRITE_IF, "a": OPEN_IF}[letter]
    options_nt = 0x40 | (0x1000 if "D" in options else 0)
    answer = opened(call, full_path(call, path), Wanted(access, disposition, options_nt))
    if not isinstance(answer.thing, GuestObject):
        return answer.status, None
    encoding = mode.partition("ccs=")[2].strip().upper() or None
    handle = call.guest.handle_of(answer.thing)
    descriptor = Descriptor(handle, is_text="b" not in options, appends=letter == "a", wide_text=encoding)
    return status.SUCCESS, descriptor


# -- reading and writing ---------------------------------------------------------------------------------------------
def content(call: Call, descriptor: Descriptor) -> tuple[OpenFile | None, bytearray]:
    """The open file of a descriptor and its bytes; nothing for a device."""
    thing = call.guest.handles.get(descriptor.handle)
    if not isinstance(thing, OpenFile):
        return None, bytearray()
    return thing, call.guest.files.content(thing.node, thing.stream)


def write(call: Call, descriptor: Descriptor, data: bytes, *, is_raw: bool = False) -> bool:
    """Writes `data`, each line end as two characters in text mode; False when that is refused."""
    thing = call.guest.handles.get(descriptor.handle)
    if descriptor.is_text and not is_raw:
        data = data.replace(b"\n", b"\r\n")
    if descriptor.appends and isinstance(thing, OpenFile):
        thing.position = len(call.guest.files.content(thing.node, thing.stream))
    try:
        write_to(call, thing, data)
    except NtFailure:
        descriptor.flags |= ERROR_FLAG
        return False
    return True


def read(call: Call, descriptor: Descriptor, size: int) -> bytes:
    """Up to `size` bytes; in text mode line ends are one character, and Ctrl-Z ends the file."""
    out = bytes(descriptor.ungot[:size])
    del descriptor.ungot[:size]
    thing = call.guest.handles.get(descriptor.handle)
    while len(out) < size:
        try:
            chunk = read_from(call, thing, size - len(out))
        except NtFailure:
            descriptor.flags |= ERROR_FLAG
            break
        if not chunk:
            descriptor.flags |= EOF_FLAG
            break
        if descriptor.is_text:
            chunk = _as_text(call, thing, chunk)
        out += chunk
        if descriptor.is_text and chunk.endswith(b"\x1a"):
            descriptor.flags |= EOF_FLAG
            return out[:-1]
    return out


def _as_text(call: Call, thing: object, chunk: bytes) -> bytes:
    """`chunk`, just read from `thing`, with each `\\r\\n` as `\\n`, up to and with a Ctrl-Z."""
    if chunk.endswith(b"\r") and isinstance(thing, OpenFile):
        after = call.guest.files.content(thing.node, thing.stream)[thing.position : thing.position + 1]
        if after == b"\n":
            thing.position += 1
            chunk = chunk[:-1] + b"\n"
    end = chunk.find(b"\x1a")
    if end >= 0 and isinstance(thing, OpenFile):
        thing.position -= len(chunk) - end
        chunk = chunk[: end + 1]
    return chunk.replace(b"\r\n", b"\n")


def line(call: Call, descriptor: Descriptor, most: int) -> bytes:
    """The next line with its end, of at most `most` bytes as they stand in the file."""
    thing, data = content(call, descriptor)
    if thing is None:
        return b""
    out = bytes(descriptor.ungot)
    descriptor.ungot.clear()
    if out.endswith(b"\n"):
        return out
    used(call, thing, "read")
    end = data.find(b"\n", thing.position)
    stop = min(len(data) if end < 0 else end + 1, thing.position + max(most - len(out), 0))
    out += data[thing.position : stop]
    thing.position = max(stop, thing.position)
    if not out or (end < 0 and len(out) < most):
        descriptor.flags |= EOF_FLAG
    return out.replace(b"\r\n", b"\n") if descriptor.is_text else out


def seek(call: Call, descriptor: Descriptor, offset: int, origin: int) -> int | None:
    """Moves the position; the new one, or None when it cannot be."""
    thing = call.guest.handles.get(descriptor.handle)
    if not isinstance(thing, OpenFile | Device):
        return None
    size = len(call.guest.files.content(thing.node, thing.stream)) if isinstance(thing, OpenFile) else 0
    start = {0: 0, 1: thing.position - len(descriptor.ungot), 2: size}.get(origin & 0xFFFFFFFF)
    if start is None or start + offset < 0:
        return None
    descriptor.ungot.clear()
    descriptor.flags &= ~EOF_FLAG
    thing.position = start + offset
    return thing.position
