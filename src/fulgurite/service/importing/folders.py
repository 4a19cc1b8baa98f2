"""Reports in folders: which files are to be looked at, and which of them are of one analysis.

The folder of one analysis, as a sandbox lays it out, is taken as a whole: its report and the log that belongs to it.
The sample, memory and whatever else lies there is left alone.
"""

import os
import re
import stat
import tarfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, NamedTuple

from fulgurite.errors import InputError, TooLarge
from fulgurite.importers.packed import layouts, names

_WITHIN = re.compile(r"reports|logs|task_\w+", re.IGNORECASE)
"""Folders of an analysis in which parts of its report lie."""
_STORAGE = "analyses"
"""The folder in which CAPE, Cuckoo and DRAKVUF Sandbox have one for each analysis, those that go on too."""
_OF_ANALYSIS = re.compile(
    r"(report|lite|post|report_triage|overview|summary(_v2)?)\.json(\.(gz|zst))?"
    r"|(drakmon|[a-z]+mon|inject|filetracer|syscall|sysret)\.log(\.(gz|zst))?|(flog\.xml|threemon\.pb)(\.(gz|zst))?"
)
"""What lies in there and is looked at, of all the logs and files of an analysis."""
_UNFINISHED = re.compile(r"(^\.)|(~$)|(\.(tmp|temp|part|partial|crdownload|swp|lock|filepart)$)", re.IGNORECASE)
"""Names of files that somebody is still at."""


class Unit(NamedTuple):
    """What is taken in at once: a file, or the parts of one analysis."""

    path: Path
    """The file, or the first of the parts."""
    root: Path
    """The folder that the names of the parts are told from."""
    parts: tuple[str, ...] = ()
    """Names of the parts, below `root`; empty: it is a file by itself."""
    left: int = 0
    """How many files beside them are not looked at."""
    is_growing: bool = False
    """Whether it is a log that is written while its analysis runs, and nothing says yet that this is over."""


def below(path: Path, *, is_picky: bool = False) -> Iterator[Unit]:
    """The units in the file or folder `path`, in the order of their names.

    Links to folders are not followed, so that no loop is walked. With `is_picky`, files whose names no report has are
    passed over, and so are hidden ones and those of programs that are not done writing. What is not there, and a folder
    that cannot be read, is a unit: who opens it is told.
    """
    if not path.is_dir():
        yield Unit(path, path.parent)
        return
    waiting = [path]
    while waiting:
        folder = waiting.pop()
        listed = _listed(folder)
        if listed is None:
            yield Unit(folder, folder.parent)
            continue
        files, folders = listed
        if is_picky:
            files = [name for name in files if _is_likely(name, folder)]
        analysis = _analysis(folder, files, folders)
        if analysis is not None:
            yield analysis
            continue
        for name in files:
            yield Unit(folder / name, folder)
        waiting += [folder / name for name in reversed(folders)]


def opened(unit: Unit, limit_bytes: int, scratch: Path | None = None) -> IO[bytes]:
    """The bytes of `unit`, to be closed by the caller; several parts come as a tar.

    `scratch`: where an unnamed file may be made for that. Raises OSError, and InputError for what is no plain file or
    over `limit_bytes`.
    """
    if not unit.parts:
        return _plain(unit.path, limit_bytes)
    left = limit_bytes
    with ExitStack() as undo:
        whole = undo.enter_context(TemporaryFile(dir=scratch))
        with tarfile.open(fileobj=whole, mode="w", format=tarfile.GNU_FORMAT) as tar:
            for name in unit.parts:
                with _plain(unit.root / name, left) as file:
                    # No dates and owners: the same parts make the same bytes.
                    entry = tarfile.TarInfo(name)
                    entry.size = os.fstat(file.fileno()).st_size
                    left -= entry.size
                    tar.addfile(entry, file)
        undo.pop_all()
    return whole


def _plain(path: Path, limit_bytes: int) -> IO[bytes]:
    # Not to be held up by a pipe that nobody writes to.
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    with ExitStack() as undo:
        undo.callback(os.close, descriptor)
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise InputError("it is no file")
        if status.st_size > limit_bytes:
            raise TooLarge(f"over {limit_bytes} bytes; the setting max_upload_bytes allows more")
        undo.pop_all()
        return os.fdopen(descriptor, "rb")


def _is_likely(name: str, folder: Path) -> bool:
    """Whether a file of this name may be a report that is whole; in a sandbox's own storage, only what is one there."""
    if not names.may_be_report(name) or _UNFINISHED.search(name) is not None:
        return False
    return _STORAGE not in folder.parts or _OF_ANALYSIS.fullmatch(name) is not None


def _listed(folder: Path) -> tuple[list[str], list[str]] | None:
    """Names of the files and of the folders in `folder`, in order; None where it cannot be read."""
    files: list[str] = []
    folders: list[str] = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    folders.append(entry.name)
                elif not (entry.is_symlink() and Path(entry.path).is_dir()):
                    files.append(entry.name)
    except OSError:
        return None
    return sorted(files), sorted(folders)


def _analysis(folder: Path, files: Iterable[str], folders: Iterable[str]) -> Unit | None:
    """The parts of the analysis whose folder this is; None when it is none."""
    inner = [
        f"{name}/{file}"
        for name in folders
        if _WITHIN.fullmatch(name) is not None
        for file in (_listed(folder / name) or ([],))[0]
    ]
    candidates = [name for name in (*files, *inner) if _UNFINISHED.search(name.rpartition("/")[2]) is None]
    groups, _ = layouts.grouped(candidates)
    own = next((group for group in groups if group.root == ""), None)
    if own is None:
        return None
    left = sum(1 for name in (*files, *inner) if name not in own.parts)
    is_growing = own.layout.word == "drakvuf" and not any("report.json" in part for part in own.parts)
    parts = own.parts if len(own.parts) > 1 else ()
    return Unit(folder / own.parts[0], folder, parts, left, is_growing)
