"""The C run-time's strings: searching, changing, comparing, numbers in them; one function for narrow and wide."""

import re
from collections.abc import Callable

from fulgurite.engines.emulator.call import Call, Hook, crt
from fulgurite.engines.emulator.hooks.crt_memory import malloc

EINVAL, ERANGE = 22, 34
MAX_CHARS = 1 << 20
_NUMBER = re.compile(r"\s*([-+]?)(0[xX](?=[0-9a-fA-F]))?([0-9a-zA-Z]*)")
_TRUNCATE = 0xFFFFFFFF

Two = Callable[[Call, bool], "int | None"]
"""A function for both widths; the flag says which."""


def _text(call: Call, index: int, wide: bool) -> str:
    return call.text(call.args[index], wide=wide)


def _at(call: Call, index: int, wide: bool, position: int) -> int:
    """The address of a character of argument `index`; 0 when `position` is negative."""
    return 0 if position < 0 else call.args[index] + position * (2 if wide else 1)


def _put(call: Call, address: int, text: str, wide: bool) -> None:
    call.write(address, call.encoded(text, wide=wide))


def _character(call: Call, index: int, wide: bool) -> str:
    value = call.args[index] & (0xFFFF if wide else 0xFF)
    return chr(value) if wide or value < 0x80 else bytes([value]).decode("cp1252", "replace")  # noqa: PLR2004 - ASCII


# -- searching -------------------------------------------------------------------------------------------------------
def find_character(call: Call, wide: bool) -> int:
    """strchr(text, character)."""
    text, wanted = _text(call, 0, wide), _character(call, 1, wide)
    return _at(call, 0, wide, len(text) if wanted == "\0" else text.find(wanted))


def find_last(call: Call, wide: bool) -> int:
    """strrchr(text, character)."""
    text, wanted = _text(call, 0, wide), _character(call, 1, wide)
    return _at(call, 0, wide, len(text) if wanted == "\0" else text.rfind(wanted))


def find_any(call: Call, wide: bool) -> int:
    """strpbrk(text, set)."""
    wanted = _text(call, 1, wide)
    return _at(call, 0, wide, next((n for n, c in enumerate(_text(call, 0, wide)) if c in wanted), -1))


def span(call: Call, wide: bool) -> int:
    """strspn(text, set)."""
    text, wanted = _text(call, 0, wide), _text(call, 1, wide)
    return next((n for n, c in enumerate(text) if c not in wanted), len(text))


def span_not(call: Call, wide: bool) -> int:
    """strcspn(text, set)."""
    text, wanted = _text(call, 0, wide), _text(call, 1, wide)
    return next((n for n, c in enumerate(text) if c in wanted), len(text))


def length_within(call: Call, wide: bool) -> int:
    """strnlen(text, most)."""
    return min(len(_text(call, 0, wide)), call.args[1])


def _token(call: Call, wide: bool, start: int, state: Callable[[int], None]) -> int:
    """The next token from address `start`; `state` is told where the one after it begins."""
    text, ends = call.text(start, wide=wide), _text(call, 1, wide)
    begin = next((n for n, c in enumerate(text) if c not in ends), -1)
    unit = 2 if wide else 1
    if start == 0 or begin < 0:
        state(start + unit * len(text))
        return 0
    end = next((n for n in range(begin, len(text)) if text[n] in ends), -1)
    if end >= 0:
        call.write(start + unit * end, bytes(unit))
    state(start + unit * (end + 1 if end >= 0 else len(text)))
    return start + unit * begin


def token(call: Call, wide: bool) -> int:
    """strtok(text, ends): the place is kept for the process."""
    kept: dict[bool, int] = call.emu.__dict__.setdefault("crt_token", {})

    def keep(place: int) -> None:
        kept[wide] = place

    return _token(call, wide, call.args[0] or kept.get(wide, 0), keep)


def token_safe(call: Call, wide: bool) -> int:
    """strtok_s(text, ends, context)."""

    def keep(place: int) -> None:
        call.write_pointer(call.args[2], place)

    return _token(call, wide, call.args[0] or call.pointer(call.args[2]), keep)


# -- changing --------------------------------------------------------------------------------------------------------
def duplicate(call: Call, wide: bool) -> int:
    """_strdup(text)."""
    if call.args[0] == 0:
        return 0
    data = call.encoded(_text(call, 0, wide), wide=wide)
    copy = malloc(Call(call.guest, call.process, call.emu, call.name, [len(data)], None))
    call.write(copy, data)
    return copy


def _changed(change: Callable[[str], str]) -> Two:
    def function(call: Call, wide: bool) -> int:
        _put(call, call.args[0], change(_text(call, 0, wide)), wide)
        return call.args[0]

    return function


def _changed_checked(change: Callable[[str], str]) -> Two:
    def function(call: Call, wide: bool) -> int:
        _put(call, call.args[0], change(_text(call, 0, wide)), wide)
        return 0

    return function


def set_all(call: Call, wide: bool) -> int:
    """_strset(text, character)."""
    _put(call, call.args[0], _character(call, 1, wide) * len(_text(call, 0, wide)), wide)
    return call.args[0]


def _copied(call: Call, text: str, room: int, wide: bool, at: int) -> int:
    """Writes `text` at `at` when it fits into `room` characters; an errno."""
    if call.args[0] == 0 or room == 0:
        return EINVAL
    if len(text) >= room:
        _put(call, call.args[0], "", wide)
        return ERANGE
    _put(call, at, text, wide)
    return 0


def copy_checked(call: Call, wide: bool) -> int:
    """strcpy_s(to, room, from)."""
    return _copied(call, _text(call, 2, wide), call.args[1], wide, call.args[0])


def copy_part_checked(call: Call, wide: bool) -> int:
    """strncpy_s(to, room, from, count); count may be _TRUNCATE."""
    count, room = call.args[3], call.args[1]
    if count & 0xFFFFFFFF == _TRUNCATE:
        count = max(room - 1, 0)
    return _copied(call, _text(call, 2, wide)[:count], room, wide, call.args[0])


def append_checked(call: Call, wide: bool) -> int:
    """strcat_s(to, room, from)."""
    done = len(_text(call, 0, wide))
    return _copied(call, _text(call, 2, wide), call.args[1] - done, wide, _at(call, 0, wide, done))


def append_part_checked(call: Call, wide: bool) -> int:
    """strncat_s(to, room, from, count)."""
    done = len(_text(call, 0, wide))
    count, room = call.args[3], call.args[1] - done
    if count & 0xFFFFFFFF == _TRUNCATE:
        count = max(room - 1, 0)
    return _copied(call, _text(call, 2, wide)[:count], room, wide, _at(call, 0, wide, done))


def append_part(call: Call, wide: bool) -> int:
    """strncat(to, from, count)."""
    _put(call, _at(call, 0, wide, len(_text(call, 0, wide))), _text(call, 1, wide)[: call.args[2]], wide)
    return call.args[0]


# -- comparing -------------------------------------------------------------------------------------------------------
def _order(one: str, other: str) -> int:
    return 0 if one == other else 1 if one > other else 0xFFFFFFFF


def compare(call: Call, wide: bool) -> int:
    """strcmp(a, b), strcoll(a, b)."""
    return _order(_text(call, 0, wide), _text(call, 1, wide))


def compare_part(call: Call, wide: bool) -> int:
    """strncmp(a, b, count)."""
    count = call.args[2]
    return _order(_text(call, 0, wide)[:count], _text(call, 1, wide)[:count])


def compare_any_case(call: Call, wide: bool) -> int:
    """_stricmp(a, b), _stricoll(a, b)."""
    return _order(_text(call, 0, wide).lower(), _text(call, 1, wide).lower())


def compare_part_any_case(call: Call, wide: bool) -> int:
    """_strnicmp(a, b, count)."""
    count = call.args[2]
    return _order(_text(call, 0, wide)[:count].lower(), _text(call, 1, wide)[:count].lower())


def transform(call: Call, wide: bool) -> int:
    """strxfrm(to, from, count): in the C locale a copy."""
    text = _text(call, 1, wide)
    if call.args[0] and len(text) < call.args[2]:
        _put(call, call.args[0], text, wide)
    return len(text)


# -- numbers ---------------------------------------------------------------------------------------------------------
def number_in(text: str, base: int) -> tuple[int, int]:
    """The whole number at the start of `text` and how many characters it takes; base 0 is told by its prefix."""
    match = _NUMBER.match(text)
    if match is None:
        return 0, 0
    sign, prefix, digits = match[1], match[2], match[3]
    start = match.start(3)
    if prefix and base not in {0, 16}:
        digits, start = "0", match.end(1)
    if base == 0:
        base = 16 if prefix else 8 if digits.startswith("0") else 10
    value = count = 0
    for digit in digits[:512]:
        worth = int(digit, 36)
        if worth >= base:
            break
        value, count = value * base + worth, count + 1
    if count == 0:
        return 0, 0
    return -value if sign == "-" else value, start + count


def _parsed(bits: int, *, signed: bool, takes_end: bool) -> Two:
    low, high = (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) if signed else (-((1 << bits) - 1), (1 << bits) - 1)

    def function(call: Call, wide: bool) -> int:
        base = call.args[2] & 0xFF if takes_end else 10
        value, used = number_in(_text(call, 0, wide)[:1024], base if base <= 36 else 10)  # noqa: PLR2004 - digits, letters
        if takes_end and call.args[1]:
            call.write_pointer(call.args[1], _at(call, 0, wide, used))
        return _wide_result(call, min(max(value, low), high), bits)

    return function


def _wide_result(call: Call, value: int, bits: int) -> int:
    """`value` as the result of a call; of 64 bits in a 32-bit process, the upper half goes into EDX."""
    value &= (1 << bits) - 1
    if bits == 64 and call.pointer_bytes == 4:  # noqa: PLR2004 - two registers
        call.emu.reg_write("edx", value >> 32)
        return value & 0xFFFFFFFF
    return value


def rendered(value: int, base: int) -> str:
    """`value`, 0 or more, in `base` of 2 to 36."""
    digits = ""
    while value:
        value, digit = divmod(value, base)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
    return digits or "0"


def _written(bits: int, *, signed: bool, is_checked: bool) -> Two:
    def function(call: Call, wide: bool) -> int:
        slots = 2 if bits == 64 and call.pointer_bytes == 4 else 1  # noqa: PLR2004 - two slots of 32 bits
        value = call.args[0] | (call.args[1] << 32 if slots == 2 else 0)  # noqa: PLR2004
        value &= (1 << bits) - 1
        to, rest = call.args[slots], call.args[slots + 1 :]
        base = rest[1 if is_checked else 0] & 0xFF
        if not 2 <= base <= 36:  # noqa: PLR2004 - digits and letters
            return EINVAL if is_checked else to
        is_negative = signed and base == 10 and value >> (bits - 1)  # noqa: PLR2004
        text = "-" + rendered((1 << bits) - value, base) if is_negative else rendered(value, base)
        if is_checked and len(text) >= rest[0]:
            return ERANGE
        _put(call, to, text, wide)
        return 0 if is_checked else to

    return function


# -- rows ------------------------------------------------------------------------------------------------------------
def _bound(function: Two, wide: bool) -> Callable[[Call], int | None]:
    return lambda call: function(call, wide)


def _both(narrow: str, wide: str, argc: int, function: Two) -> tuple[Hook, Hook]:
    return crt(narrow, argc, _bound(function, False)), crt(wide, argc, _bound(function, True))


_PAIRS: tuple[tuple[str, str, int, Two], ...] = (
    ("strchr", "wcschr", 2, find_character),
    ("_mbschr", "_wcschr", 2, find_character),
    ("strrchr", "wcsrchr", 2, find_last),
    ("_mbsrchr", "_wcsrchr", 2, find_last),
    ("strpbrk", "wcspbrk", 2, find_any),
    ("strspn", "wcsspn", 2, span),
    ("strcspn", "wcscspn", 2, span_not),
    ("strnlen", "wcsnlen", 2, length_within),
    ("strtok", "wcstok", 2, token),
    ("strtok_s", "wcstok_s", 3, token_safe),
    ("_strdup", "_wcsdup", 1, duplicate),
    ("strdup", "wcsdup", 1, duplicate),
    ("_strupr", "_wcsupr", 1, _changed(str.upper)),
    ("_strlwr", "_wcslwr", 1, _changed(str.lower)),
    ("_strrev", "_wcsrev", 1, _changed(lambda text: text[::-1])),
    ("_strupr_s", "_wcsupr_s", 2, _changed_checked(str.upper)),
    ("_strlwr_s", "_wcslwr_s", 2, _changed_checked(str.lower)),
    ("_strset", "_wcsset", 2, set_all),
    ("strcpy_s", "wcscpy_s", 3, copy_checked),
    ("strncpy_s", "wcsncpy_s", 4, copy_part_checked),
    ("strcat_s", "wcscat_s", 3, append_checked),
    ("strncat_s", "wcsncat_s", 4, append_part_checked),
    ("strncat", "wcsncat", 3, append_part),
    ("strcmp", "wcscmp", 2, compare),
    ("_mbscmp", "_wcscmp", 2, compare),
    ("strcoll", "wcscoll", 2, compare),
    ("strncmp", "wcsncmp", 3, compare_part),
    ("_stricmp", "_wcsicmp", 2, compare_any_case),
    ("stricmp", "wcsicmp", 2, compare_any_case),
    ("_strcmpi", "_wcscmpi", 2, compare_any_case),
    ("_mbsicmp", "_wcsicmp_l", 2, compare_any_case),
    ("_stricoll", "_wcsicoll", 2, compare_any_case),
    ("_strnicmp", "_wcsnicmp", 3, compare_part_any_case),
    ("strnicmp", "wcsnicmp", 3, compare_part_any_case),
    ("strxfrm", "wcsxfrm", 3, transform),
    ("strtol", "wcstol", 3, _parsed(32, signed=True, takes_end=True)),
    ("strtoul", "wcstoul", 3, _parsed(32, signed=False, takes_end=True)),
    ("_strtoi64", "_wcstoi64", 3, _parsed(64, signed=True, takes_end=True)),
    ("_strtoui64", "_wcstoui64", 3, _parsed(64, signed=False, takes_end=True)),
    ("strtoll", "wcstoll", 3, _parsed(64, signed=True, takes_end=True)),
    ("strtoull", "wcstoull", 3, _parsed(64, signed=False, takes_end=True)),
    ("atoi", "_wtoi", 1, _parsed(32, signed=True, takes_end=False)),
    ("atol", "_wtol", 1, _parsed(32, signed=True, takes_end=False)),
    ("_atoi64", "_wtoi64", 1, _parsed(64, signed=True, takes_end=False)),
    ("atoll", "_wtoll", 1, _parsed(64, signed=True, takes_end=False)),
    ("_itoa", "_itow", 3, _written(32, signed=True, is_checked=False)),
    ("_ltoa", "_ltow", 3, _written(32, signed=True, is_checked=False)),
    ("_ultoa", "_ultow", 3, _written(32, signed=False, is_checked=False)),
    ("_i64toa", "_i64tow", 4, _written(64, signed=True, is_checked=False)),
    ("_ui64toa", "_ui64tow", 4, _written(64, signed=False, is_checked=False)),
    ("_itoa_s", "_itow_s", 4, _written(32, signed=True, is_checked=True)),
    ("_ltoa_s", "_ltow_s", 4, _written(32, signed=True, is_checked=True)),
    ("_ultoa_s", "_ultow_s", 4, _written(32, signed=False, is_checked=True)),
    ("_i64toa_s", "_i64tow_s", 5, _written(64, signed=True, is_checked=True)),
    ("_ui64toa_s", "_ui64tow_s", 5, _written(64, signed=False, is_checked=True)),
)

HOOKS: tuple[Hook, ...] = tuple(hook for row in _PAIRS for hook in _both(*row))
