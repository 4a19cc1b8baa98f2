"""Files and folders by name, in the C run-time."""

from __future__ import annotations

import ntpath
import struct

from fulgurite.engines.emulator import status
from fulgurite.engines.emulator.call import Call, Hook, crt
from fulgurite.engines.emulator.crt import EACCES, EBADF, EINVAL, ENOENT, content, crt_of, errno_of, failed, scratch
from fulgurite.engines.emulator.files import NORMAL, READONLY, Node
from fulgurite.engines.emulator.hooks.file_changes import deleted, folder_created, folder_removed, moved
from fulgurite.engines.emulator.hooks.handles import closed
from fulgurite.engines.emulator.listing import Listing, pattern_of, searched
from fulgurite.engines.emulator.opening import full_path, recorded

_EPOCH_100NS = 116_444_736_000_000_000
_ERANGE = 34
_S_DIR, _S_FILE, _S_CHAR = 0x4000, 0x8000, 0x2000
_NO_MORE_FILES = 18


def _is_wide(call: Call) -> bool:
    return "_w" in call.name.rpartition(".")[2]


def _path(call: Call, index: int = 0) -> str:
    return full_path(call, call.text(call.args[index], wide=_is_wide(call)))


def _answer(call: Call, code: int) -> int:
    return 0 if code == status.SUCCESS else failed(call, errno_of(code))


def remove(call: Call) -> int:
    """remove(path), _unlink(path)."""
    return _answer(call, deleted(call, _path(call)))


def rename(call: Call) -> int:
    """rename(old, new)."""
    return _answer(call, moved(call, _path(call), _path(call, 1), replaces=False))


def mkdir(call: Call) -> int:
    """_mkdir(path)."""
    return _answer(call, folder_created(call, _path(call)))


def rmdir(call: Call) -> int:
    """_rmdir(path)."""
    return _answer(call, folder_removed(call, _path(call)))


def _looked_up(call: Call) -> Node | None:
    """What argument 0 names, the question recorded and errno set."""
    path = _path(call)
    node = call.guest.files.find(path)
    recorded(call, "read", path, "Unknown", status.SUCCESS if node is not None else status.OBJECT_NAME_NOT_FOUND)
    if node is None:
        failed(call, ENOENT)
    return node


def access(call: Call) -> int:
    """_access(path, mode): 2 and 6 ask for writing."""
    node = _looked_up(call)
    if node is None:
        return 0xFFFFFFFF
    return failed(call, EACCES) if call.args[1] & 2 and node.attributes & READONLY else 0


def access_s(call: Call) -> int:
    """_access_s(path, mode): an errno."""
    return call.u32(crt_of(call).errno) if access(call) else 0


def chmod(call: Call) -> int:
    """_chmod(filename, pmode): without the write bit, read-only."""
    path = _path(call)
    node = call.guest.files.find(path)
    code = status.SUCCESS if node is not None else status.OBJECT_NAME_NOT_FOUND
    recorded(call, "write", path, "OpenModify", code)
    if node is not None:
        node.attributes = node.attributes & ~READONLY | (0 if call.args[1] & 0x80 else READONLY)
    return _answer(call, code)


# -- stat ------------------------------------------------------------------------------------------------------------
def _unix(time: int) -> int:
    return max(time - _EPOCH_100NS, 0) // 10_000_000


def _stat_data(call: Call, name: str, node: Node, size: int) -> bytes:
    """A struct stat in the layout that the function's name and the process's width ask for."""
    mode = (_S_DIR | 0o111 if node.is_dir else _S_FILE) | (0o444 if node.attributes & READONLY else 0o666)
    times = [_unix(node.accessed), _unix(node.written), _unix(node.time)]
    head = struct.pack("<IHH3hxxI", 2, 0, mode, 1, 0, 0, 2)
    suffix = name.partition("stat")[2]
    if suffix in {"", "i64"} and call.pointer_bytes == 8:  # noqa: PLR2004
        suffix = "64" if suffix == "i64" else "64i32"
    if suffix == "64":
        return head + struct.pack("<xxxxq3q", size, *times)
    if suffix == "64i32":
        return head + struct.pack("<i3q", min(size, 0x7FFFFFFF), *times)
    if suffix in {"i64", "32i64"}:
        return head + struct.pack("<xxxxq3i4x", size, *times)
    return head + struct.pack("<i3i", min(size, 0x7FFFFFFF), *times)


def stat(call: Call) -> int:
    """_stat(path, buffer) in all its layouts."""
    node = _looked_up(call)
    if node is None:
        return 0xFFFFFFFF
    size = len(call.guest.files.content(node))
    call.write(call.args[1], _stat_data(call, call.name.rpartition(".")[2], node, size))
    return 0


def fstat(call: Call) -> int:
    """_fstat(fd, buffer) in all its layouts."""
    fd = call.args[0] & 0xFFFFFFFF
    descriptor = crt_of(call).files.get(fd)
    thing, data = (None, bytearray()) if descriptor is None else content(call, descriptor)
    if thing is None:
        if fd > 2 and descriptor is None:  # noqa: PLR2004
            return failed(call, EBADF)
        call.write(call.args[1], struct.pack("<IHH3hxxI", fd, 0, _S_CHAR, 1, 0, 0, fd) + bytes(16))
        return 0
    call.write(call.args[1], _stat_data(call, call.name.rpartition(".")[2], thing.node, len(data)))
    return 0


# -- names -----------------------------------------------------------------------------------------------------------
def _given(call: Call, buffer: int, room: int, text: str, use: str) -> int:
    """Puts `text` into a buffer of `room` characters, or into one of ours when it is null; its address."""
    data = call.encoded(text, wide=_is_wide(call))
    if buffer == 0:
        return scratch(call, use, data)
    if len(text) + 1 > room:
        return failed(call, _ERANGE, 0)
    call.write(buffer, data)
    return buffer


def getcwd(call: Call) -> int:
    """_getcwd(buffer, maxlen)."""
    return _given(call, call.args[0], call.args[1] & 0x7FFFFFFF, call.process.cwd, "cwd")


def chdir(call: Call) -> int:
    """_chdir(path)."""
    path = _path(call)
    node = call.guest.files.find(path)
    if node is None or not node.is_dir:
        return failed(call, ENOENT)
    call.process.cwd = path
    return 0


def fullpath(call: Call) -> int:
    """_fullpath(absPath, relPath, maxLength)."""
    text = call.text(call.args[1], wide=_is_wide(call))
    return _given(call, call.args[0], call.args[2] & 0x7FFFFFFF, full_path(call, text) or call.process.cwd, "fullpath")


def tmpnam(call: Call) -> int:
    """tmpnam(buffer)."""
    return _given(call, call.args[0], 260, f"\\s{call.guest.clock.now_us:x}.", "tmpnam")


def tempnam(call: Call) -> int:
    """_tempnam(dir, prefix): below TMP."""
    wide = _is_wide(call)
    folder, prefix = call.guest.system.environment["TMP"], call.text(call.args[1], wide=wide)
    return _given(call, 0, 0, f"{folder}\\{prefix}{call.guest.clock.now_us:x}", "tempnam")


def mktemp(call: Call) -> int:
    """_mktemp(template): the X's become a letter and a number."""
    text = call.text(call.args[0], wide=_is_wide(call))
    if not text.endswith("XXXXXX"):
        return failed(call, EINVAL, 0)
    call.write(call.args[0], call.encoded(f"{text[:-6]}a{call.process.pid % 100_000:05d}", wide=_is_wide(call)))
    return call.args[0]


def splitpath(call: Call) -> int:
    """_splitpath(path, drive, dir, fname, ext)."""
    drive, rest = ntpath.splitdrive(call.text(call.args[0], wide=_is_wide(call)))
    folder, name = ntpath.split(rest)
    base, extension = ntpath.splitext(name)
    folder = rest[: len(rest) - len(name)] if folder else ""
    for address, text in zip(call.args[1:5], (drive, folder, base, extension), strict=True):
        call.write(address, call.encoded(text[:255], wide=_is_wide(call)))
    return 0


# -- enumerating -----------------------------------------------------------------------------------------------------
def _find_data(call: Call, name: str, node: Node) -> bytes:
    """A struct _finddata_t in the layout that the function's name and the process's width ask for."""
    function = call.name.rpartition(".")[2]
    suffix = function.partition("findfirst")[2] or function.partition("findnext")[2]
    if suffix in {"", "i64"} and call.pointer_bytes == 8:  # noqa: PLR2004
        suffix = "64" if suffix == "i64" else "64i32"
    attributes = node.attributes & ~NORMAL & 0x37
    times = [_unix(node.time), _unix(node.accessed), _unix(node.written)]
    size = len(node.streams.get("", b""))
    if suffix == "64":
        head = struct.pack("<I4x3qq", attributes, *times, size)
    elif suffix == "64i32":
        head = struct.pack("<I4x3qI", attributes, *times, size & 0xFFFFFFFF)
    elif suffix in {"i64", "32i64"}:
        head = struct.pack("<I3Iq", attributes, *times, size)
    else:
        head = struct.pack("<I3II", attributes, *times, size & 0xFFFFFFFF)
    return head + call.encoded(name[:259], wide=_is_wide(call))


def findfirst(call: Call) -> int:
    """_findfirst(filespec, fileinfo) in all its layouts."""
    pattern = pattern_of(call, call.text(call.args[0], wide=_is_wide(call)))
    _, name, node, listing = searched(call, pattern, "FindFirstFile")
    if node is None:
        return failed(call, ENOENT, call.invalid_handle())
    call.write(call.args[1], _find_data(call, name, node))
    return call.guest.handle_of(listing)


def findnext(call: Call) -> int:
    """_findnext(handle, fileinfo) in all its layouts."""
    listing = call.guest.handles.get(call.args[0])
    found = next(listing.rest, None) if isinstance(listing, Listing) else None
    if found is None:
        call.fail(_NO_MORE_FILES)
        return failed(call, ENOENT)
    call.write(call.args[1], _find_data(call, *found))
    return 0


def findclose(call: Call) -> int:
    """_findclose(handle)."""
    return 0 if closed(call, call.args[0]) else failed(call, EINVAL)


def _layouts(name: str) -> tuple[str, ...]:
    return tuple(
        f"{prefix}{name}{suffix}" for prefix in ("_", "_w") for suffix in ("", "32", "64", "i64", "32i64", "64i32")
    )


HOOKS: tuple[Hook, ...] = (
    Hook(("remove", "_wremove", "_unlink", "unlink", "_wunlink"), 1, remove, 0),
    Hook(("rename", "_wrename"), 2, rename, 0),
    Hook(("_mkdir", "mkdir", "_wmkdir"), 1, mkdir, 0),
    Hook(("_rmdir", "rmdir", "_wrmdir"), 1, rmdir, 0),
    Hook(("_access", "access", "_waccess"), 2, access, 0),
    Hook(("_access_s", "_waccess_s"), 2, access_s, 0),
    Hook(("_chmod", "chmod", "_wchmod"), 2, chmod, 0),
    Hook((*_layouts("stat"), "stat"), 2, stat, 0),
    Hook(("_fstat", "_fstat32", "_fstat64", "_fstati64", "_fstat32i64", "_fstat64i32", "fstat"), 2, fstat, 0),
    Hook(("_getcwd", "getcwd", "_wgetcwd"), 2, getcwd, 0),
    Hook(("_chdir", "chdir", "_wchdir"), 1, chdir, 0),
    Hook(("_fullpath", "_wfullpath"), 3, fullpath, 0),
    Hook(("tmpnam", "_wtmpnam"), 1, tmpnam, 0),
    Hook(("_tempnam", "tempnam", "_wtempnam"), 2, tempnam, 0),
    Hook(("_mktemp", "mktemp", "_wmktemp"), 1, mktemp, 0),
    Hook(("_splitpath", "_wsplitpath"), 5, splitpath, 0),
    Hook(_layouts("findfirst"), 2, findfirst, 0),
    Hook(_layouts("findnext"), 2, findnext, 0),
    crt("_findclose", 1, findclose),
)
