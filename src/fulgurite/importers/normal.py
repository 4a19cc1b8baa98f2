"""Text that is meant as JSON, as JSON: Python's own spelling of values, which some sandboxes write in its place."""

import re

from fulgurite.importers import lenient

_BEGINS = re.compile(rb"\s*(?:\[\s*)?\{\s*b?'")
"""An object whose first key stands in single quotes; no JSON begins so."""
_TOKEN = re.compile(
    rb"""
    b?'(?P<single>[^'\\\n]*+(?:\\[^\n][^'\\\n]*+)*+)'?
    | b?"(?P<double>[^"\\\n]*+(?:\\[^\n][^"\\\n]*+)*+)"?
    | \b(?P<word>True|False|None)\b
    | ,\s*(?P<last>[\])}])
    | (?P<bracket>[()])
    """,
    re.VERBOSE,
)
"""Strings end with their line, as they do in Python: a line that was cut off spoils none below it."""
_ESCAPE = re.compile(rb'\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))|"|[\x00-\x1f]', re.DOTALL)
_WORDS = {b"True": b"true", b"False": b"false", b"None": b"null"}
_BRACKETS = {b"(": b"[", b")": b"]", b"]": b"]", b"}": b"}"}
_SIMPLE = {
    b"n": b"\\n",
    b"r": b"\\r",
    b"t": b"\\t",
    b"b": b"\\b",
    b"f": b"\\f",
    b"\\": b"\\\\",
    b"'": b"'",
    b'"': b'\\"',
}
_MOST = 0x10FFFF


def normal(data: bytes) -> bytes:
    """`data` as UTF-8 without a mark in front, and as JSON where it is values as Python spells them.

    What cannot be told so stays as it is, and cannot be read as JSON then. Takes time and memory in proportion.
    """
    whole = lenient.trimmed(data)
    return _TOKEN.sub(_told, whole) if _BEGINS.match(whole) is not None else whole


def _told(found: re.Match[bytes]) -> bytes:
    if found["word"] is not None:
        return _WORDS[found["word"]]
    if found["last"] is not None:
        return _BRACKETS[found["last"]]
    if found["bracket"] is not None:
        return _BRACKETS[found["bracket"]]
    inner = found["single"] if found["single"] is not None else found["double"]
    return b'"' + _ESCAPE.sub(_escaped, inner) + b'"'


def _escaped(found: re.Match[bytes]) -> bytes:
    if found[1] is not None:
        return b"\\u00" + found[1]
    if found[2] is not None:
        return b"\\u" + found[2]
    if found[3] is not None:
        return _wide(int(found[3], 16))
    if found[4] is not None:
        return _SIMPLE.get(found[4], b"\\\\" + found[4])
    return b'\\"' if found[0] == b'"' else b"\\u%04x" % found[0][0]


def _wide(code: int) -> bytes:
    """A character beyond 16 bits, as JSON spells it: in two halves."""
    if not 0x10000 <= code <= _MOST:  # noqa: PLR2004 - the first beyond 16 bits
        return b"\\ufffd" if code > _MOST else b"\\u%04x" % code
    rest = code - 0x10000
    return b"\\u%04x\\u%04x" % (0xD800 + (rest >> 10), 0xDC00 + (rest & 0x3FF))
