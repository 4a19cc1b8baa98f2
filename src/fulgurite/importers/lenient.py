"""JSON as sandboxes write it: typed where it can be, item by item where it must be, mended where it is not JSON.

Python writers leave NaN, lone surrogates and raw control characters behind; msgspec refuses them, also in what it
skips. Such text is mended once and read again, so the plain case pays nothing.
"""

from collections.abc import Iterator
from typing import Any, TypeVar

import msgspec

from fulgurite.errors import MalformedReport
from fulgurite.importers import mending
from fulgurite.importers.counting import Count

T = TypeVar("T")
Raw = msgspec.Raw
"""JSON text that was skipped, to be read later."""
Members = dict[str, msgspec.Raw]
"""The members of one object, each as its JSON text."""

EMPTY = msgspec.Raw(b"null")
"""What stands for a section that is not there; told by identity first, as most are not."""

_MEMBERS = msgspec.json.Decoder(Members)
_ELEMENTS = msgspec.json.Decoder(list[msgspec.Raw])
_OBJECTS = msgspec.json.Decoder(list[Members])
_ANYTHING = msgspec.json.Decoder()
_SPOILT = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_NOTHING = frozenset({b"null", b'""', b"[]", b"{}", b"false"})
_BOM = b"\xef\xbb\xbf"
_TRAILING = "trailing characters"
"""What msgspec says where more follows a whole document."""


def trimmed(data: bytes) -> bytes:
    """`data` without a byte order mark, and out of UTF-16 where the mark says so."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace").encode("utf-8", "replace")
    return data.removeprefix(_BOM)


def read_members(data: bytes, where: str) -> Members:
    """The members of the object that the text `data` is. Raises MalformedReport for anything else."""
    return _read(data, _MEMBERS, where)


def read_elements(data: bytes, where: str) -> list[msgspec.Raw]:
    """The elements of the list that the text `data` is. Raises MalformedReport for anything else."""
    return _read(data, _ELEMENTS, where)


def read_objects(data: bytes, where: str) -> list[Members]:
    """The members of each object of the list that the text `data` is. Raises MalformedReport for anything else."""
    return _read(data, _OBJECTS, where)


def read_anything(data: bytes, where: str) -> Any:
    """The value that the file `data` is, as plain values. Raises MalformedReport where it is no JSON."""
    return _read(data, _ANYTHING, where)


def readable(data: bytes) -> bytes:
    """`data` as UTF-8 without a mark in front; NaN, halves of surrogates and the like are still in it."""
    return mending.as_utf8(trimmed(data))


def _read(data: bytes, decoder: msgspec.json.Decoder[T], where: str) -> T:
    """`data` as `decoder` reads it, mended no more than it must be, and not at all where that cannot help."""
    fault: Exception | None = None
    for mend in (bytes, mending.whole_pairs, mending.mended):
        try:
            return decoder.decode(mend(data))
        except msgspec.ValidationError as error:
            raise MalformedReport(str(error), where=where) from error
        except _SPOILT as error:
            fault = error
        if isinstance(fault, RecursionError) or _TRAILING in str(fault):
            break
    raise MalformedReport(_reason(fault), where=where) from fault


def _reason(error: Exception | None) -> str:
    return "nests too deep to be read" if isinstance(error, RecursionError) else str(error)


def is_null(raw: msgspec.Raw | None) -> bool:
    """Whether there is nothing in `raw`: absent or null."""
    return raw is None or raw is EMPTY or head(raw) == b"null"


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

    An object in place of a list stands for its values, as some writers collapse lists; null, false and "" for an empty
    one.
    """
    if raw is None or head(raw) in _NOTHING:
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
    if raw is None or raw is EMPTY or head(raw) in _NOTHING:
        return 0
    return len(elements(raw))


def anything(raw: msgspec.Raw | None) -> Any:
    """`raw` as plain values; None where it is absent or cannot be read."""
    if raw is None or raw is EMPTY:
        return None
    try:
        return _ANYTHING.decode(raw)
    except _SPOILT:
        return None
