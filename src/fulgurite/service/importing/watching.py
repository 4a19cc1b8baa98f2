"""Folders that others write reports into: what is there is found by looking again and again.

Looking works on every file system, also those of other machines, which tell nobody of changes. A unit is ready once it
has not changed for a while; one that changes after that, because it was not whole, or was written anew, is ready again.
"""

import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from fulgurite import __version__
from fulgurite.service.importing.folders import Unit, below

GROWING_S = 600.0
"""How long a log has to be quiet that is written while its analysis runs."""

Signature = tuple[tuple[int, int, int, int], ...]
"""Inode, size, and times of change of each part: another one stands for other bytes."""


class Dealt(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the file of what is dealt with."""

    path: str
    signature: Signature
    refused_by: str | None = None
    """The version of the program that refused it; a later one may know better."""


class _Seen(NamedTuple):
    """What was seen of a unit."""

    signature: Signature
    since: float
    """When it was first seen so, by a clock that never goes back."""
    is_dealt: bool


class Remembrance:
    """What is dealt with, kept in a file, so that it is not looked at again after a new start."""

    def __init__(self, path: Path | None) -> None:
        """`path` None: it is forgotten at the end. Raises OSError."""
        self._path = path
        self._known: dict[str, Signature] = {}
        if path is not None:
            self._read(path)

    def knows(self, unit: Unit, signature: Signature) -> bool:
        """Whether the unit was dealt with as it is now."""
        return self._known.get(_key(unit)) == signature

    def add(self, unit: Unit, signature: Signature, *, is_refused: bool) -> None:
        """Notes that the unit is dealt with. Raises OSError."""
        name = _key(unit)
        self._known[name] = signature
        if self._path is not None:
            dealt = Dealt(path=name, signature=signature, refused_by=__version__ if is_refused else None)
            _append(self._path, msgspec.json.encode(dealt) + b"\n")

    def _read(self, path: Path) -> None:
        """Reads the file, and writes it anew without what is of no use any more."""
        last: dict[str, Dealt] = {}
        for line in _lines(path):
            try:
                dealt = msgspec.json.decode(line, type=Dealt)
            except (msgspec.DecodeError, UnicodeDecodeError):
                # The end of a line was lost in a crash: that unit is looked at again.
                continue
            last[dealt.path] = dealt
        kept = [one for one in last.values() if one.refused_by in (None, __version__)]
        self._known = {one.path: one.signature for one in kept}
        if last:
            aside = path.with_name(f"{path.name}.new")
            aside.write_bytes(b"".join(msgspec.json.encode(one) + b"\n" for one in kept))
            aside.replace(path)


class Watch:
    """Looks at folders."""

    def __init__(self, folders: Sequence[Path], remembrance: Remembrance, settle_s: float) -> None:
        """`settle_s`: how long a unit has to be unchanged before it is ready."""
        self._folders = folders
        self._remembrance = remembrance
        self._settle_s = settle_s
        self._seen: dict[Path, _Seen] = {}
        self.missing: set[Path] = set()
        """Folders that were not there when they were last looked at."""

    def ready(self) -> Iterator[tuple[Unit, Signature]]:
        """Looks once; gives what is ready and not dealt with."""
        for folder in self._folders:
            if not folder.is_dir():
                # What was seen in there stays known: it may come back.
                self.missing.add(folder)
                continue
            self.missing.discard(folder)
            there = set()
            for unit in below(folder, is_picky=True):
                there.add(unit.path)
                signature = _signature(unit)
                if signature is not None and self._is_ready(unit, signature):
                    yield unit, signature
            gone = [path for path in self._seen if path not in there and path.is_relative_to(folder)]
            for path in gone:
                del self._seen[path]

    def dealt(self, unit: Unit, signature: Signature, *, is_refused: bool) -> None:
        """The unit, as it was with this signature, is dealt with. Raises OSError."""
        self._remembrance.add(unit, signature, is_refused=is_refused)
        self._seen[unit.path] = _Seen(signature, time.monotonic(), is_dealt=True)

    def _is_ready(self, unit: Unit, signature: Signature) -> bool:
        seen = self._seen.get(unit.path)
        if seen is None or seen.signature != signature:
            seen = _Seen(signature, _quiet_since(signature), self._remembrance.knows(unit, signature))
            self._seen[unit.path] = seen
        settle_s = max(self._settle_s, GROWING_S) if unit.is_growing else self._settle_s
        return not seen.is_dealt and time.monotonic() - seen.since >= settle_s


def _key(unit: Unit) -> str:
    """The path as text that JSON can carry, whatever its bytes."""
    return os.fsencode(unit.path).decode("utf-8", "backslashreplace")


def _quiet_since(signature: Signature) -> float:
    """When a unit, seen for the first time as it is, changed last: what lies there for long need not be waited for."""
    changed_s = max(max(mtime_ns, ctime_ns) for _, _, mtime_ns, ctime_ns in signature) / 1e9
    return time.monotonic() - max(0.0, time.time() - changed_s)


def _signature(unit: Unit) -> Signature | None:
    """None when a part is not there any more."""
    paths = [unit.root / part for part in unit.parts] or [unit.path]
    try:
        found = [path.stat() for path in paths]
    except OSError:
        return None
    return tuple((one.st_ino, one.st_size, one.st_mtime_ns, one.st_ctime_ns) for one in found)


def _lines(path: Path) -> list[bytes]:
    try:
        return path.read_bytes().splitlines()
    except FileNotFoundError:
        return []


def _append(path: Path, line: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    try:
        os.write(descriptor, line)
    finally:
        os.close(descriptor)
