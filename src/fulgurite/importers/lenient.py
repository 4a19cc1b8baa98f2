"""JSON as sandboxes write it: typed where it can be, item by item where it must be, mended where it is not JSON.

Python writers leave NaN, lone surrogates and raw control characters behind; msgspec refuses them. Such text is mended
once and read again, so the plain case pays nothing.
"""

import codecs
import re
from collections.abc import Iterator
from typing import Any, TypeVar

import msgspec

from fulgurite.errors import MalformedReport
from fulgurite.importers.counting import Count

T = TypeVar("T")
Raw = msgspec.Raw
"""JSON text that was skipped, to be read later."""
Members = dict[str, msgspec.Raw]
"""The members of one object, each as its JSON text."""

EMPTY = msgspec.Raw(b"null")

_MEMBERS = msgspec.json.Decoder(Members)
_ELEMENTS = msgspec.json.Decoder(list[msgspec.Raw])
_SPOILT = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_NOTHING = frozenset({b"null", b'""', b"[]", b"{}", b"false"})
_CHUNK = 1 << 20
_BOM = b"\xef\xbb\xbf"

_SURROGATE = re.compile(
    rb"(?<!\\)((?:\\\\)*+)"
    rb"(\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
)
"""Escaped backslashes (group 1), then an escaped pair or a half that stands alone (group 2)."""
_SUSPECT = re.compile(
    rb"\\u[dD](?:[89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB]..\\u[dD])[c-fC-F])", re.DOTALL
)
"""Where a half may stand alone; quick, and says yes too often."""
_LONE = b"\\ufffd"
_HALF_BYTES = 6
_NOT_NUMBER = re.compile(rb'("[^"\\]*+(?:\\.[^"\\]*+)*+"?)|-?\b(?:NaN|Infinity|inf|nan)\b', re.DOTALL)
"""What is kept (group 1: a string), or a number that JSON does not have."""
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
_RAW_CONTROL = re.compile(rb"[\x00-\x1f]")


def trimmed(data: bytes) -> bytes:
    """`data` without a byte order mark, and out of UTF-16 where the mark says so."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace").encode("utf-8", "replace")
    return data.removeprefix(_BOM)


def mended(data: bytes) -> bytes:
    """`data` as JSON that can be read; what is broken otherwise stays broken.

    NaN and infinities become null, lone surrogates and bytes that are not UTF-8 become U+FFFD, raw control characters
    are escaped.
    """
    fixed = data if is_utf8(data) else data.decode("utf-8", "replace").encode()
    fixed = _SURROGATE.sub(_whole, fixed)
    if any(word in fixed for word in (b"NaN", b"Infinity", b"inf", b"nan")):
        fixed = _NOT_NUMBER.sub(lambda found: found[1] if found[1] is not None else b"null", fixed)
    return _STRING.sub(_escaped, fixed)


def _whole(found: re.Match[bytes]) -> bytes:
    """What stands for an escaped surrogate: pairs stay, halves become U+FFFD."""
    return found[0] if len(found[2]) > _HALF_BYTES else found[1] + _LONE


def _escaped(found: re.Match[bytes]) -> bytes:
    return _RAW_CONTROL.sub(lambda char: b"\\u%04x" % char[0][0], found[0])


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


def read_members(data: bytes, where: str) -> Members:
    """The members of the object that the file `data` is. Raises MalformedReport for anything else."""
    return _read(data, _MEMBERS, where)


def read_elements(data: bytes, where: str) -> list[msgspec.Raw]:
    """The elements of the list that the file `data` is. Raises MalformedReport for anything else."""
    return _read(data, _ELEMENTS, where)


def readable(data: bytes) -> bytes:
    """`data` as UTF-8 without a mark in front and without halves of surrogates; NaN and the like are still in it."""
    whole = trimmed(data)
    if not is_utf8(whole):
        whole = whole.decode("utf-8", "replace").encode()
    return whole if _SUSPECT.search(whole) is None else _SURROGATE.sub(_whole, whole)


def _read(data: bytes, decoder: msgspec.json.Decoder[T], where: str) -> T:
    """`data` as `decoder` reads it, mended no more than it must be."""
    whole = readable(data)
    try:
        return decoder.decode(whole)
    except msgspec.ValidationError as error:
        raise MalformedReport(str(error), where=where) from error
    except _SPOILT:
        pass
    try:
        return decoder.decode(mended(whole))
    except _SPOILT as error:
        raise MalformedReport(_reason(error), where=where) from error


def _reason(error: Exception) -> str:
    return "nests too deep to be read" if isinstance(error, RecursionError) else str(error)


def is_null(raw: msgspec.Raw | None) -> bool:
    """Whether there is nothing in `raw`: absent or null."""
    return raw is None or head(raw) == b"null"


def head(raw: msgspec.Raw) -> bytes:
    """The first bytes of `raw`, enough to tell its kind and whether it is empty."""
    return bytes(memoryview(raw)[:8]).strip()


def tried(raw: msgspec.Raw | bytes, kind: type[T]) -> T | None:
    """`raw` as a `kind`, or None where it is something else."""
    try:
        return msgspec.json.decode(raw, type=kind)
    except _SPOILT:
        return None


def one(raw: msgspec.Raw | None, kind: type[T], name: str, count: Count) -> T | None:
    """The object `raw` as a `kind`; None where there is none. What cannot be read is counted under `name`."""
    if raw is None or is_null(raw):
        return None
    found = tried(raw, kind)
    if found is None and head(raw) not in _NOTHING:
        count.unreadable(name)
    return found


def many(raw: msgspec.Raw | None, kind: type[T], name: str, count: Count) -> list[T]:
    """The elements of the list `raw`, each a `kind`; those of another shape are counted under `name` and left out.

    An object in place of a list stands for its values, as some writers collapse lists; null for an empty one.
    """
    if raw is None or is_null(raw):
        return []
    try:
        return msgspec.json.decode(raw, type=list[kind])  # type: ignore[valid-type]
    except _SPOILT:
        return list(_one_by_one(raw, kind, name, count))


def _one_by_one(raw: msgspec.Raw, kind: type[T], name: str, count: Count) -> Iterator[T]:
    for element in elements(raw):
        found = tried(element, kind)
        if found is None:
            count.unreadable(name)
        else:
            yield found


def elements(raw: msgspec.Raw) -> list[msgspec.Raw]:
    """What `raw` holds: the elements of a list, the values of an object, else itself."""
    listed = tried(raw, list[msgspec.Raw])
    if listed is not None:
        return listed
    named = tried(raw, Members)
    return [raw] if named is None else list(named.values())


def size(raw: msgspec.Raw | None) -> int:
    """How many items `raw` holds, told cheaply: of a list or object its length, of other values 1, of nothing 0."""
    if raw is None or head(raw) in _NOTHING:
        return 0
    return len(elements(raw))


def anything(raw: msgspec.Raw | None) -> Any:
    """`raw` as plain values; None where it is absent or cannot be read."""
    return None if raw is None else tried(raw, Any)
