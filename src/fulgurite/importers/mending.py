"""Text that is nearly JSON, as Python and older collectors write it, made JSON: in time linear in its length.

Every pattern runs over what is sound in one stride and stops at what is not, so that only faults cost Python.
"""

import codecs
import re
from collections.abc import Callable

Found = re.Match[bytes]

_CHUNK = 1 << 20
_LONE = b"\\ufffd"
_BACKSLASH = 0x5C
_HIGH_HALVES = b"89abAB"

_HALF = re.compile(rb"\\u[dD][89a-fA-F][0-9a-fA-F]{2}")
_LOW_HALF = re.compile(rb"\\u[dD][c-fC-F][0-9a-fA-F]{2}")

_STRING = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?'
_NOT_NUMBER = rb"-?\b(?:NaN|Infinity|inf|nan)\b"
_BEFORE_NOT_NUMBER = re.compile(rb'(?:[^"NIin-]++|' + _STRING + rb"|(?!" + _NOT_NUMBER + rb")[NIin-])*+", re.DOTALL)
"""Up to the next number that JSON does not have."""
_NOT_A_NUMBER = re.compile(_NOT_NUMBER)
_BEFORE_RAW_CONTROL = re.compile(rb'(?:[^"]++|"(?:[^"\\\x00-\x1f]++|\\[^\x00-\x1f])*+")*+')
"""Up to the next string that is no JSON: for a control character, or because it has no end."""
_ANY_STRING = re.compile(_STRING, re.DOTALL)
_RAW_CONTROL = re.compile(rb"[\x00-\x1f]")
_LONG = 256
"""From here on 32 passes are quicker than a call for each character."""
_ESCAPES = tuple((bytes([code]), b"\\u%04x" % code) for code in range(0x20))


def is_utf8(data: bytes) -> bool:
    """Whether `data` is UTF-8, told in little memory."""
    if data.isascii():
        return True
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(data), _CHUNK):
            decoder.decode(data[start : start + _CHUNK], final=start + _CHUNK >= len(data))
    except UnicodeDecodeError:
        return False
    return True


def as_utf8(data: bytes) -> bytes:
    """`data` with U+FFFD for what is not UTF-8."""
    return data if is_utf8(data) else data.decode("utf-8", "replace").encode()


def whole_pairs(data: bytes) -> bytes:
    """`data` with U+FFFD for every escaped half of a surrogate pair that stands alone."""
    kept: list[bytes] = []
    done, second = 0, -1
    for found in _HALF.finditer(data):
        at, end = found.span()
        if at == second or _is_escaped(data, at):
            continue
        if data[at + 3] in _HIGH_HALVES and _LOW_HALF.match(data, end) is not None:
            second = end
            continue
        kept += (data[done:at], _LONE)
        done = end
    return b"".join([*kept, data[done:]]) if kept else data


def _is_escaped(data: bytes, at: int) -> bool:
    """Whether the backslash at `at` is the second of a pair."""
    start = at
    while start > 0 and data[start - 1] == _BACKSLASH:
        start -= 1
    return (at - start) % 2 == 1


def mended(data: bytes) -> bytes:
    """`data` as JSON that can be read; what is broken otherwise stays broken.

    NaN and infinities become null, lone surrogates and bytes that are not UTF-8 become U+FFFD, raw control characters
    are escaped.
    """
    fixed = whole_pairs(as_utf8(data))
    if any(word in fixed for word in (b"NaN", b"Infinity", b"inf", b"nan")):
        fixed = _replaced(fixed, _BEFORE_NOT_NUMBER, _NOT_A_NUMBER, lambda _: b"null")
    return _replaced(fixed, _BEFORE_RAW_CONTROL, _ANY_STRING, _escaped)


def _replaced(data: bytes, sound: re.Pattern[bytes], fault: re.Pattern[bytes], mend: Callable[[Found], bytes]) -> bytes:
    """`data` with every `fault` mended; `sound` matches up to the next."""
    kept: list[bytes] = []
    done, found = 0, _next(data, 0, sound, fault)
    while found is not None:
        kept += (data[done : found.start()], mend(found))
        done = found.end()
        found = _next(data, done, sound, fault)
    return b"".join([*kept, data[done:]]) if kept else data


def _next(data: bytes, at: int, sound: re.Pattern[bytes], fault: re.Pattern[bytes]) -> Found | None:
    passed = sound.match(data, at)
    return fault.match(data, at if passed is None else passed.end())


def _escaped(found: Found) -> bytes:
    text = found[0]
    if len(text) < _LONG:
        return _RAW_CONTROL.sub(lambda char: b"\\u%04x" % char[0][0], text)
    for raw, escape in _ESCAPES:
        if raw in text:
            text = text.replace(raw, escape)
    return text
