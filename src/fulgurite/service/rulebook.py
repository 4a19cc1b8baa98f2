"""The rules in force: those that come with Fulgurite, and those in the operator's folders as they are now."""

import logging
import os
import stat
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from fulgurite import rules
from fulgurite.rules import ENDINGS, Loaded, RuleFile, RuleSet, yara
from fulgurite.rules.document import MAX_CHARACTERS

MAX_FILES = 20_000
"""Rule files of all folders together; what is beyond is named as one fault."""
MAX_FILE_BYTES = 4 * MAX_CHARACTERS
MAX_YARA_BYTES = 4 * yara.MAX_CHARACTERS
_ENDINGS = (*ENDINGS, *yara.ENDINGS)
LOOK_EVERY_S = 2.0
"""How often at most folders are looked at for changes."""
_MAX_DEPTH = 8
_SHOWN_FAULTS = 100

_log = logging.getLogger(__name__)

Stamp = tuple[tuple[str, int, int], ...]
"""Path, size and time of change of every rule file."""


class RuleBook:
    """The rules in force, as they are now."""

    def __init__(self, folders: Sequence[Path], *, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` gives seconds."""
        self._folders = tuple(folders)
        self._clock = clock
        self._looked_at: float | None = None
        self._stamp: Stamp | None = None
        self._loaded = Loaded(RuleSet(()), ())

    def current(self) -> RuleSet:
        """The rules of all files that are whole; a file that changed is read anew, its faults are logged once."""
        now = self._clock()
        if self._looked_at is None or not 0 <= now - self._looked_at < LOOK_EVERY_S:
            self._looked_at = now
            stamp = _stamp_of(self._folders)
            if stamp != self._stamp:
                self._stamp = stamp
                self._loaded = load(self._folders)
                _tell(self._loaded)
        return self._loaded.rules


def load(folders: Sequence[Path]) -> Loaded:
    """The rules that come with Fulgurite and those below `folders`, with every fault. Raises nothing."""
    found = tuple(files(folders))
    if not found:
        return Loaded(rules.load_builtin(), ())
    return rules.loaded((*rules.builtin_files(), *found))


class Checked(NamedTuple):
    """Rule files that are looked at before they are put in force."""

    rules: RuleSet
    """Theirs, and those that come with Fulgurite."""
    faults: tuple[str, ...]
    files: frozenset[str]
    """What messages call the files."""


def checked(paths: Iterable[Path]) -> Checked:
    """The rules that `paths` are, or that lie below them, beside those that come with Fulgurite. Raises nothing."""
    found = tuple(files(paths))
    builtin = {file.file for file in rules.builtin_files()}
    told = rules.loaded((*_others(found), *found))
    return Checked(told.rules, told.faults, frozenset(file.file for file in found) - builtin)


def _others(found: Iterable[RuleFile]) -> Iterator[RuleFile]:
    """The rules that come with Fulgurite, but for those that are to be checked themselves."""
    texts = {file.text for file in found}
    return (file for file in rules.builtin_files() if file.text not in texts)


def files(paths: Iterable[Path]) -> Iterator[RuleFile]:
    """The rule files that `paths` are, or that lie below them, in order; what cannot be read says why."""
    for number, path in enumerate(_below(paths)):
        if number == MAX_FILES:
            yield RuleFile("", None, str(path), f"more than {MAX_FILES} rule files; this one and the rest are left out")
            return
        yield read(path)


def read(path: Path) -> RuleFile:
    """One rule file; a regular one of bounded size, of UTF-8."""
    label = path.stem if path.name.endswith(ENDINGS) else path.name
    try:
        # Opened without waiting: it may be a pipe.
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            about = os.fstat(file.fileno())
            if not stat.S_ISREG(about.st_mode):
                return RuleFile(label, None, str(path), "no regular file")
            most = MAX_YARA_BYTES if path.name.endswith(yara.ENDINGS) else MAX_FILE_BYTES
            if about.st_size > most:
                return RuleFile(label, None, str(path), f"{about.st_size:,} bytes; it may have {most:,} at most")
            return RuleFile(label, file.read(most + 1).decode("utf-8-sig"), str(path))
    except OSError as error:
        return RuleFile(label, None, str(path), f"cannot be read: {error.strerror}")
    except UnicodeDecodeError as error:
        return RuleFile(label, None, str(path), f"no UTF-8: {error.reason} at byte {error.start}")


def _below(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        for folder, folders, names in os.walk(path):
            depth = len(Path(folder).relative_to(path).parts)
            folders[:] = sorted(name for name in folders if not name.startswith(".") and depth < _MAX_DEPTH)
            yield from (
                Path(folder, name) for name in sorted(names) if name.endswith(_ENDINGS) and not name.startswith(".")
            )


def _stamp_of(folders: Iterable[Path]) -> Stamp:
    stamp: list[tuple[str, int, int]] = []
    for number, path in enumerate(_below(folders)):
        try:
            about = path.stat()
        except OSError:
            stamp.append((str(path), 0, 0))
        else:
            stamp.append((str(path), about.st_size, about.st_mtime_ns))
        if number == MAX_FILES:
            break
    return tuple(stamp)


def _tell(found: Loaded) -> None:
    for fault in found.faults[:_SHOWN_FAULTS]:
        _log.warning("rule left out: %s", fault)
    if len(found.faults) > _SHOWN_FAULTS:
        _log.warning("and %d faults more; see fulgurite rules check", len(found.faults) - _SHOWN_FAULTS)
    _log.info("%d rules in force, digest %s", len(found.rules.rules), found.rules.digest)
