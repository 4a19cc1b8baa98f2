"""What start-up code and stream libraries ask the C run-time about its locale and its threads."""

from __future__ import annotations

from fulgurite.engines.emulator.call import Call, Hook, crt
from fulgurite.engines.emulator.crt import crt_of, scratch

_MESSAGES = {
    0: "No error",
    1: "Operation not permitted",
    2: "No such file or directory",
    9: "Bad file descriptor",
    12: "Not enough space",
    13: "Permission denied",
    17: "File exists",
    20: "Not a directory",
    21: "Is a directory",
    22: "Invalid argument",
    24: "Too many open files",
    28: "No space left on device",
    34: "Result too large",
    41: "Directory not empty",
}


def localeconv(call: Call) -> int:
    """localeconv()."""
    return crt_of(call).locale


def setlocale(call: Call) -> int:
    """setlocale(category, locale): the C locale, whatever is asked for."""
    wide = "_w" in call.name
    asked = call.text(call.args[1], wide=wide)
    if asked not in {"", "C", "POSIX"} and not asked.lower().startswith(("en", "english", ".")):
        return 0
    return scratch(call, "locale", call.encoded("C", wide=wide))


def lc_codepage(_call: Call) -> int:
    """___lc_codepage_func(): 0, as in the C locale."""
    return 0


def mb_cur_max(_call: Call) -> int:
    """___mb_cur_max_func()."""
    return 1


def strerror(call: Call) -> int:
    """strerror(errnum)."""
    text = _MESSAGES.get(call.args[0] & 0xFFFFFFFF, "Unknown error")
    return scratch(call, "strerror", call.encoded(text, wide="_w" in call.name))


def set_errno(call: Call) -> int:
    """_set_errno(value)."""
    call.write_u32(crt_of(call).errno, call.args[0])
    return 0


def get_errno(call: Call) -> int:
    """_get_errno(pValue)."""
    call.write_u32(call.args[0], call.u32(crt_of(call).errno))
    return 0


def to_wide(call: Call) -> int:
    """mbstowcs(wide, narrow, size): the characters written, or needed when there is no room given."""
    return _between(call, call.text(call.args[1], wide=False), wide=True)


def to_narrow(call: Call) -> int:
    """wcstombs(narrow, wide, size)."""
    return _between(call, call.text(call.args[1], wide=True), wide=False)


def _between(call: Call, text: str, *, wide: bool) -> int:
    if call.args[0] == 0:
        return len(text)
    room = call.args[2]
    data = call.encoded(text, wide=wide)
    call.write(call.args[0], data[: min(room, len(text) + 1) * (2 if wide else 1)])
    return min(len(text), room)


def nothing(_call: Call) -> int:
    """A call that needs nothing done."""
    return 0


HOOKS: tuple[Hook, ...] = (
    crt("localeconv", 0, localeconv),
    Hook(("setlocale", "_wsetlocale"), 2, setlocale, 0),
    Hook(("___lc_codepage_func", "__lc_codepage_func"), 0, lc_codepage, 0),
    Hook(("___mb_cur_max_func", "__mb_cur_max_func"), 0, mb_cur_max, 0),
    Hook(("strerror", "_wcserror"), 1, strerror, 0),
    crt("_set_errno", 1, set_errno),
    crt("_get_errno", 1, get_errno),
    crt("mbstowcs", 3, to_wide),
    crt("wcstombs", 3, to_narrow),
    crt("perror", 1, nothing),
)
