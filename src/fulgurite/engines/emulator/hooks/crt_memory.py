"""The C run-time's heap and blocks of memory."""

from fulgurite.engines.emulator.call import Call, Hook, crt

MAX_BLOCK = 64 << 20
"""Longest block that one call copies or searches."""


def _allocated(call: Call, size: int) -> int:
    return int(call.emu.heap_alloc(max(size, 1), heap="crt"))


def _size_of(call: Call, block: int) -> int:
    found = call.emu.get_address_map(block) if block else None
    return 0 if found is None else int(found.size) - (block - int(found.base))


def malloc(call: Call) -> int:
    """malloc(size), operator new(size), _aligned_malloc(size, alignment): blocks are aligned to 16 bytes."""
    return _allocated(call, call.args[0])


def calloc(call: Call) -> int:
    """calloc(num, size): fresh blocks are zero."""
    return _allocated(call, call.args[0] * call.args[1])


def free(call: Call) -> None:
    """free(block), operator delete(block), _aligned_free(block)."""
    if call.args[0]:
        call.emu.mem_free(call.args[0])


def realloc(call: Call) -> int:
    """realloc(block, size), _aligned_realloc(block, size, alignment)."""
    return _resized(call, call.args[0], call.args[1])


def recalloc(call: Call) -> int:
    """_recalloc(block, num, size)."""
    return _resized(call, call.args[0], call.args[1] * call.args[2])


def _resized(call: Call, block: int, size: int) -> int:
    if block == 0:
        return _allocated(call, size)
    if size == 0:
        call.emu.mem_free(block)
        return 0
    old = _size_of(call, block)
    if size <= old:
        return block
    new = _allocated(call, size)
    call.write(new, call.read(block, min(old, MAX_BLOCK)))
    call.emu.mem_free(block)
    return new


def size(call: Call) -> int:
    """_msize(block)."""
    return _size_of(call, call.args[0])


def memchr(call: Call) -> int:
    """memchr(block, byte, size)."""
    wanted, room = bytes([call.args[1] & 0xFF]), min(call.args[2], MAX_BLOCK)
    done = 0
    while done < room:
        part = min(room - done, 0x1000 - ((call.args[0] + done) & 0xFFF))
        data = call.read(call.args[0] + done, part)
        found = data.find(wanted)
        if found >= 0:
            return call.args[0] + done + found
        if len(data) < part:
            break
        done += part
    return 0


def memicmp(call: Call) -> int:
    """_memicmp(a, b, size)."""
    count = min(call.args[2], MAX_BLOCK)
    one, other = call.read(call.args[0], count).lower(), call.read(call.args[1], count).lower()
    return 0 if one == other else 1 if one > other else 0xFFFFFFFF


def copy_checked(call: Call) -> int:
    """memcpy_s(to, room, from, size), memmove_s(...): an errno."""
    to, room, source, count = call.args
    if count == 0:
        return 0
    if count > room or to == 0 or source == 0:
        return 34 if count > room else 22
    call.write(to, call.read(source, min(count, MAX_BLOCK)))
    return 0


def copy_wide(call: Call) -> int:
    """wmemcpy(to, from, count), wmemmove(...)."""
    call.write(call.args[0], call.read(call.args[1], min(2 * call.args[2], MAX_BLOCK)))
    return call.args[0]


def set_wide(call: Call) -> int:
    """wmemset(to, character, count)."""
    call.write(call.args[0], (call.args[1] & 0xFFFF).to_bytes(2, "little") * min(call.args[2], MAX_BLOCK // 2))
    return call.args[0]


_NEW = ("??2@YAPEAX_K@Z", "??2@YAPAXI@Z", "??_U@YAPEAX_K@Z", "??_U@YAPAXI@Z")
_DELETE = ("??3@YAXPEAX@Z", "??3@YAXPAX@Z", "??_V@YAXPEAX@Z", "??_V@YAXPAX@Z", "??3@YAXPEAX_K@Z", "??3@YAXPAXI@Z")

HOOKS: tuple[Hook, ...] = (
    crt("malloc", 1, malloc),
    crt("calloc", 2, calloc),
    crt("free", 1, free),
    crt("realloc", 2, realloc),
    crt("_recalloc", 3, recalloc),
    crt("_aligned_malloc", 2, malloc),
    crt("_aligned_realloc", 3, realloc),
    crt("_aligned_free", 1, free),
    crt("_msize", 1, size),
    *(crt(name, 1, malloc) for name in _NEW),
    *(crt(name, 1, free) for name in _DELETE),
    crt("memchr", 3, memchr),
    crt("_memicmp", 3, memicmp),
    crt("memicmp", 3, memicmp),
    crt("memcpy_s", 4, copy_checked),
    crt("memmove_s", 4, copy_checked),
    crt("wmemcpy", 3, copy_wide),
    crt("wmemmove", 3, copy_wide),
    crt("wmemset", 3, set_wide),
)
