"""tar files, read forwards: headers of 512 bytes, each followed by what its member holds.

The old form, ustar, GNU's long names and the pax form, as far as names and sizes go; links, devices and sparse files
are passed over. Not the standard library's reader, which keeps a record of every member and takes headers of any size.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple, Protocol

from fulgurite.errors import MalformedReport, TooLarge
from fulgurite.importers.packed.caps import Budget

MAGIC_AT = 257
MAGIC = b"ustar"
_BLOCK = 512
_NAME_BYTES = 100
_LONGEST_HEADER = 64 << 10
"""Of a long name, or of a pax record with all that it says."""
_FILES = frozenset({b"0", b"\0", b"7"})
_EMPTY = frozenset({b"1", b"2", b"3", b"4", b"5", b"6"})
"""Links, devices, folders: nothing follows their heads, whatever size these say."""
_SPARSE = b"S"
_LONG = frozenset({b"L", b"K", b"x", b"g"})
"""Headers of headers: names and links too long for one, and pax's records for the next member or for all."""
_HIGH = 0x80
_DIGITS = 20
"""That a size may have."""


Kept = Callable[[], bytes]
"""Bytes that are had when they are asked for."""


class Source(Protocol):
    """Something to be read forwards."""

    def read(self, size: int) -> bytes: ...
    def skip(self, size: int) -> None: ...

    def kept(self, size: int) -> Kept | None:
        """The next `size` bytes, to be had later; None where so many are not there."""


class Held:
    """Bytes at hand as a source."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def read(self, size: int) -> bytes:
        found = self._data[self._at : self._at + size]
        self._at += len(found)
        return found

    def skip(self, size: int) -> None:
        self._at += size

    def kept(self, size: int) -> Kept | None:
        start, self._at = self._at, self._at + size
        return None if self._at > len(self._data) else lambda: self._data[start : start + size]


class Entry(NamedTuple):
    """The head of one member."""

    name: str
    size: int
    kind: bytes


def is_tar(start: bytes) -> bool:
    """Whether `start`, 512 bytes or more, begins a tar file."""
    return start[MAGIC_AT:].startswith(MAGIC) and _is_sound(start[:_BLOCK])


def members(source: Source, is_wanted: Callable[[str], bool], budget: Budget) -> Iterator[tuple[str, Kept]]:
    """The plain files in `source` whose names are wanted. Raises MalformedReport and TooLarge."""
    for entry in _entries(source, budget):
        padded = -(-entry.size // _BLOCK) * _BLOCK
        if entry.kind in _FILES and not entry.name.endswith("/") and is_wanted(entry.name):
            budget.announced(entry.size)
            content = source.kept(entry.size)
            if content is None:
                raise MalformedReport("it ends within a file: it was cut off", where="tar")
            source.skip(padded - entry.size)
            yield entry.name, content
        else:
            source.skip(padded)


def _entries(source: Source, budget: Budget) -> Iterator[Entry]:
    """The heads of all members, long names put in place. Who reads them reads or skips what each member holds."""
    told: dict[str, str] = {}
    while (block := source.read(_BLOCK)).strip(b"\0") != b"":
        if len(block) < _BLOCK or not _is_sound(block):
            raise MalformedReport("a header in it is damaged, or it was cut off", where="tar")
        budget.members(1)
        kind, size = block[156:157], _number(block[124:136])
        if kind in _LONG:
            told |= _said(kind, _long(source, size))
            continue
        if kind == _SPARSE:
            _skip_map(source, block)
        yield _entry(block, kind, size, told, budget.caps.name_characters)
        told = {}


def _entry(block: bytes, kind: bytes, size: int, told: dict[str, str], longest: int) -> Entry:
    """The head of a member, with what was `told` before it of a name or size that is too long for it."""
    name = told.get("path", _name(block))
    if len(name) > longest:
        raise TooLarge(f"a name in it is longer than {longest:,} characters", where="tar")
    if any(key.startswith("GNU.sparse") for key in told):
        kind = _SPARSE
    given = told.get("size", "")
    size = int(given) if given.isdecimal() and len(given) < _DIGITS else size
    return Entry(name, 0 if kind in _EMPTY else size, kind)


def _skip_map(source: Source, block: bytes) -> None:
    """Passes over what GNU's old form says of the holes of a sparse file, beyond its head."""
    more = block[482:483]
    while more not in {b"\0", b""}:
        more = source.read(_BLOCK)[504:505]


def _long(source: Source, size: int) -> bytes:
    if size > _LONGEST_HEADER:
        raise TooLarge(f"a header of {size:,} bytes", where="tar")
    said = source.read(size)
    source.skip(-size % _BLOCK)
    return said


def _said(kind: bytes, said: bytes) -> dict[str, str]:
    """What a long header says of the next member: GNU's its name, pax's records `length key=value`."""
    if kind == b"L":
        return {"path": said.rstrip(b"\0").decode("utf-8", "replace")}
    found: dict[str, str] = {}
    for line in said.split(b"\n") if kind == b"x" else ():
        key, mark, value = line.partition(b" ")[2].partition(b"=")
        if mark != b"":
            found[key.decode("utf-8", "replace")] = value.decode("utf-8", "replace")
    return found


def _name(block: bytes) -> str:
    name = block[:_NAME_BYTES].partition(b"\0")[0]
    prefix = block[345:500].partition(b"\0")[0] if block[MAGIC_AT : MAGIC_AT + 6] == MAGIC + b"\0" else b""
    return (prefix + b"/" + name if prefix != b"" else name).decode("utf-8", "replace")


def _number(field: bytes) -> int:
    """A size: octal digits, or where the first bit is set the number itself."""
    if field[0] & _HIGH:
        return int.from_bytes(bytes([field[0] & ~_HIGH & 0xFF]) + field[1:], "big")
    digits = field.strip(b" \0")
    try:
        return int(digits or b"0", 8)
    except ValueError as error:
        raise MalformedReport("a size in it is no number", where="tar") from error


def _is_sound(block: bytes) -> bool:
    """Whether the checksum of a header is right: its own eight bytes count as blanks."""
    digits = block[148:156].strip(b" \0")
    try:
        told = int(digits or b"0", 8)
    except ValueError:
        return False
    return told == sum(block[:148]) + sum(block[156:]) + 8 * 0x20
