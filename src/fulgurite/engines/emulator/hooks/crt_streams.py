"""Streams of the C run-time: opening, closing, reading, writing and moving in them."""

from __future__ import annotations

from fulgurite.engines.emulator.call import Call, Hook, crt
from fulgurite.engines.emulator.crt import (
    EBADF,
    EINVAL,
    EOF,
    EOF_FLAG,
    Descriptor,
    add,
    add_stream,
    crt_of,
    errno_of,
    failed,
    file_bytes,
    line,
    open_mode,
    read,
    write,
)
from fulgurite.engines.emulator.formatting import raw_bytes, raw_text
from fulgurite.engines.emulator.hooks.handles import closed
from fulgurite.engines.emulator.transfer import MAX_TRANSFER_BYTES, signed

_SIZE_MASK = 0xFFFFFFFF


def descriptor_of(call: Call, index: int) -> Descriptor | None:
    """What the FILE in argument `index` has open; None for the console."""
    return crt_of(call).descriptor(call.args[index])


def is_stream(call: Call, address: int) -> bool:
    """Whether a FILE is one that is open, or the console's."""
    runtime = crt_of(call)
    console = runtime.console <= address < runtime.console + 3 * file_bytes(call)
    return console or runtime.streams.get(address, -1) != -1


def put_flags(call: Call, index: int, descriptor: Descriptor) -> None:
    """Shows end of file and errors in the FILE itself, where macros look."""
    at = call.args[index] + (24 if call.pointer_bytes == 8 else 12)  # noqa: PLR2004
    call.write_u32(at, descriptor.flags)


# -- opening and closing ---------------------------------------------------------------------------------------------
def _opened(call: Call, path: str, mode: str) -> int:
    """The FILE of a newly opened file; 0 with errno when it cannot be."""
    if not path:
        return failed(call, EINVAL, 0)
    code, descriptor = open_mode(call, path, mode)
    if descriptor is None:
        return failed(call, errno_of(code), 0)
    fd = add(call, descriptor)
    return 0 if fd == EOF else add_stream(call, fd)


def _is_wide(call: Call) -> bool:
    return "_w" in call.name.rpartition(".")[2]


def fopen(call: Call) -> int:
    """fopen(filename, mode), its wide and its shared form."""
    wide = _is_wide(call)
    return _opened(call, call.text(call.args[0], wide=wide), call.text(call.args[1], wide=wide))


def fopen_s(call: Call) -> int:
    """fopen_s(pFile, filename, mode): an errno."""
    wide = _is_wide(call)
    stream = _opened(call, call.text(call.args[1], wide=wide), call.text(call.args[2], wide=wide))
    call.write_pointer(call.args[0], stream)
    return 0 if stream else call.u32(crt_of(call).errno)


def freopen(call: Call) -> int:
    """freopen(filename, mode, stream): standard streams take the file, too."""
    wide = _is_wide(call)
    fclose_of(call, call.args[2])
    code, descriptor = open_mode(call, call.text(call.args[0], wide=wide), call.text(call.args[1], wide=wide))
    if descriptor is None:
        return failed(call, errno_of(code), 0)
    crt_of(call).streams[call.args[2]] = add(call, descriptor)
    return call.args[2]


def freopen_s(call: Call) -> int:
    """freopen_s(pFile, filename, mode, stream): an errno."""
    pointer = call.args.pop(0)
    stream = freopen(call)
    call.write_pointer(pointer, stream)
    return 0 if stream else call.u32(crt_of(call).errno)


def fclose_of(call: Call, stream: int) -> bool:
    """Closes a FILE; False when it is none of ours."""
    runtime = crt_of(call)
    fd = runtime.streams.get(stream, -1)
    descriptor = runtime.files.pop(fd, None)
    if stream - runtime.console in range(3 * file_bytes(call)):
        runtime.streams.pop(stream, None)
    elif stream in runtime.streams:
        runtime.streams[stream] = -1
    if descriptor is None:
        return False
    closed(call, descriptor.handle)
    return True


def fclose(call: Call) -> int:
    """fclose(stream)."""
    console = is_stream(call, call.args[0])
    return 0 if fclose_of(call, call.args[0]) or console else failed(call, EBADF)


def fcloseall(call: Call) -> int:
    """_fcloseall(): how many were closed."""
    return sum(fclose_of(call, stream) for stream in tuple(crt_of(call).streams))


def fdopen(call: Call) -> int:
    """_fdopen(fd, mode)."""
    fd = call.args[0] & _SIZE_MASK
    descriptor = crt_of(call).files.get(fd)
    if descriptor is None:
        return failed(call, EBADF, 0)
    mode = call.text(call.args[1], wide=_is_wide(call))
    if "b" in mode:
        descriptor.is_text = False
    return add_stream(call, fd)


def fileno(call: Call) -> int:
    """_fileno(stream): 0-2 for the console."""
    runtime = crt_of(call)
    if call.args[0] in runtime.streams:
        return runtime.streams[call.args[0]] & _SIZE_MASK
    number = (call.args[0] - runtime.console) // file_bytes(call)
    return number if 0 <= number < 3 else failed(call, EBADF)  # noqa: PLR2004


def tmpfile(call: Call) -> int:
    """tmpfile()."""
    name = f"C:\\Users\\{call.guest.system.user}\\AppData\\Local\\Temp\\t{call.guest.clock.now_us:x}.tmp"
    return _opened(call, name, "w+bD")


def accepted(_call: Call) -> int:
    """A call that needs nothing done: flushing, buffering, locking."""
    return 0


# -- whole pieces ----------------------------------------------------------------------------------------------------
def _size_and_count(call: Call, first: int) -> tuple[int, int]:
    size, count = call.args[first], call.args[first + 1]
    return (size, count) if size and count and size * count <= MAX_TRANSFER_BYTES else (0, 0)


def fread(call: Call) -> int:
    """fread(buffer, size, count, stream), and its unlocked form."""
    size, count = _size_and_count(call, 1)
    descriptor = descriptor_of(call, 3)
    if descriptor is None or not size:
        return 0
    data = read(call, descriptor, size * count)
    put_flags(call, 3, descriptor)
    call.write(call.args[0], data)
    return len(data) // size


def fread_s(call: Call) -> int:
    """fread_s(buffer, bufferSize, elementSize, count, stream)."""
    del call.args[1]
    return fread(call)


def fwrite(call: Call) -> int:
    """fwrite(buffer, size, count, stream), and its unlocked form."""
    size, count = _size_and_count(call, 1)
    descriptor = descriptor_of(call, 3)
    if descriptor is None or not size:
        return count
    data = call.read(call.args[0], size * count)
    return count if len(data) == size * count and write(call, descriptor, data) else 0


# -- characters and lines --------------------------------------------------------------------------------------------
def put_text(call: Call, descriptor: Descriptor | None, text: str, *, is_wide: bool) -> bool:
    """Writes `text`; UTF-16 is written as such in binary mode, in the code page otherwise. The console takes all."""
    if descriptor is None:
        return True
    if descriptor.wide_text is not None:
        encoding = "utf-8" if descriptor.wide_text == "UTF-8" else "utf-16-le"
        return write(call, descriptor, text.replace("\n", "\r\n").encode(encoding, "replace"), is_raw=True)
    if is_wide and descriptor.is_text:
        return write(call, descriptor, text.encode("cp1252", "replace"))
    return write(call, descriptor, raw_bytes(text, is_wide=is_wide))


def fputs(call: Call) -> int:
    """fputs(string, stream)."""
    text = raw_text(call, call.args[0], is_wide=False)
    return 0 if put_text(call, descriptor_of(call, 1), text, is_wide=False) else EOF


def fputws(call: Call) -> int:
    """fputws(string, stream)."""
    text = raw_text(call, call.args[0], is_wide=True)
    return 0 if put_text(call, descriptor_of(call, 1), text, is_wide=True) else EOF


def fputc(call: Call) -> int:
    """fputc(c, stream), putc, and _flsbuf, which old macros call."""
    char = call.args[0] & 0xFF
    return char if put_text(call, descriptor_of(call, 1), chr(char), is_wide=False) else EOF


def fputwc(call: Call) -> int:
    """fputwc(c, stream), putwc."""
    char = call.args[0] & 0xFFFF
    return char if put_text(call, descriptor_of(call, 1), chr(char), is_wide=True) else 0xFFFF


def fgetc(call: Call) -> int:
    """fgetc(stream), getc, and _filbuf, which old macros call."""
    descriptor = descriptor_of(call, 0)
    data = b"" if descriptor is None else read(call, descriptor, 1)
    if descriptor is not None:
        put_flags(call, 0, descriptor)
    return data[0] if data else EOF


def fgetwc(call: Call) -> int:
    """fgetwc(stream), getwc."""
    descriptor = descriptor_of(call, 0)
    if descriptor is None:
        return 0xFFFF
    width = 1 if descriptor.is_text and descriptor.wide_text is None else 2
    data = read(call, descriptor, width)
    put_flags(call, 0, descriptor)
    return int.from_bytes(data, "little") if len(data) == width else 0xFFFF


def ungetc(call: Call) -> int:
    """ungetc(c, stream)."""
    descriptor = descriptor_of(call, 1)
    char = call.args[0] & 0xFFFFFFFF
    if descriptor is None or char == EOF:
        return EOF
    descriptor.ungot.insert(0, char & 0xFF)
    descriptor.flags &= ~EOF_FLAG
    return char & 0xFF


def fgets(call: Call) -> int:
    """fgets(string, count, stream)."""
    descriptor = descriptor_of(call, 2)
    room = signed(call.args[1], 32) - 1
    data = b"" if descriptor is None or room < 1 else line(call, descriptor, min(room, 1 << 20))
    if descriptor is not None:
        put_flags(call, 2, descriptor)
    if not data:
        return 0
    call.write(call.args[0], data + b"\0")
    return call.args[0]


def fgetws(call: Call) -> int:
    """fgetws(string, count, stream)."""
    descriptor = descriptor_of(call, 2)
    room = signed(call.args[1], 32) - 1
    data = b"" if descriptor is None or room < 1 else line(call, descriptor, min(room, 1 << 20))
    if descriptor is not None:
        put_flags(call, 2, descriptor)
    if not data:
        return 0
    is_narrow = descriptor is not None and descriptor.is_text and descriptor.wide_text is None
    text = data.decode("cp1252" if is_narrow else "utf-16-le", "replace")
    call.write(call.args[0], (text + "\0").encode("utf-16-le", "replace"))
    return call.args[0]


def console_text(call: Call) -> int:
    """puts, putchar and the like: the console takes all."""
    return call.args[0] & 0x7FFFFFFF if call.name.endswith(("char", "putwch", "putch")) else 0


def console_input(call: Call) -> int:
    """getchar and the like: nothing comes."""
    return 0xFFFF if "w" in call.name.rpartition(".")[2] else EOF


def no_line(_call: Call) -> int:
    """gets: nothing comes."""
    return 0


# -- where the run-time keeps things -----------------------------------------------------------------------------------
def iob_func(call: Call) -> int:
    """__iob_func(): the three FILEs of the console."""
    return crt_of(call).console


def acrt_iob_func(call: Call) -> int:
    """__acrt_iob_func(index)."""
    return crt_of(call).console + min(call.args[0] & 0xFF, 2) * file_bytes(call)


def errno(call: Call) -> int:
    """_errno()."""
    return crt_of(call).errno


HOOKS: tuple[Hook, ...] = (
    Hook(("fopen", "_wfopen"), 2, fopen, 0),
    Hook(("_fsopen", "_wfsopen"), 3, fopen, 0),
    Hook(("fopen_s", "_wfopen_s"), 3, fopen_s, 0),
    Hook(("freopen", "_wfreopen"), 3, freopen, 0),
    Hook(("freopen_s", "_wfreopen_s"), 4, freopen_s, 0),
    crt("fclose", 1, fclose),
    Hook(("_fcloseall", "fcloseall"), 0, fcloseall, 0),
    Hook(("_fdopen", "fdopen", "_wfdopen"), 2, fdopen, 0),
    Hook(("_fileno", "fileno"), 1, fileno, 0),
    crt("tmpfile", 0, tmpfile),
    Hook(("fflush", "_flushall", "flushall", "_lock_file", "_unlock_file", "_fflush_nolock"), 1, accepted, 0),
    Hook(("setvbuf", "setbuf"), 4, accepted, 0),
    Hook(("fread", "_fread_nolock"), 4, fread, 0),
    crt("fread_s", 5, fread_s),
    Hook(("fwrite", "_fwrite_nolock"), 4, fwrite, 0),
    crt("fputs", 2, fputs),
    crt("fputws", 2, fputws),
    Hook(("fputc", "putc", "_flsbuf", "_fputc_nolock", "_putc_nolock"), 2, fputc, 0),
    Hook(("fputwc", "putwc", "_fputwc_nolock"), 2, fputwc, 0),
    Hook(("fgetc", "getc", "_filbuf", "_fgetc_nolock", "_getc_nolock"), 1, fgetc, 0),
    Hook(("fgetwc", "getwc", "_fgetwc_nolock"), 1, fgetwc, 0),
    Hook(("ungetc", "_ungetc_nolock"), 2, ungetc, 0),
    crt("fgets", 3, fgets),
    crt("fgetws", 3, fgetws),
    Hook(("puts", "_putws", "putchar", "putwchar", "_putch", "_putwch", "_cputs", "_cputws"), 1, console_text, 0),
    Hook(("getchar", "getwchar", "_getch", "_getche", "getch", "_getwch", "_getwche"), 0, console_input, 0),
    Hook(("gets", "_getws", "gets_s", "_getws_s"), 2, no_line, 0),
    crt("__iob_func", 0, iob_func),
    crt("__acrt_iob_func", 1, acrt_iob_func),
    crt("_errno", 0, errno),
)
