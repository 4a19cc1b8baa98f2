"""The temporary folder of a process below `tmp/`, and the kernel lock that tells whether the process lives.

Each open store has a folder of its own with a file `lock` in it, held by a POSIX record lock. The kernel drops such a
lock when its process ends, however it ends, and a forked child does not inherit it: so a lock that can be taken is
proof that its owner is gone. That is what the lease of a running task rests on: no heartbeat, no clock.

A record lock is lost when its process closes any descriptor of the file; therefore a process never opens the lock
file of one of its own folders a second time (see `_MINE`).
"""

import fcntl
import os
import secrets
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from fulgurite.store.faults import told

_LOCK = "lock"
_MINE: set[str] = set()
"""Owners that are stores of this process."""
_MINE_GUARD = threading.Lock()


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Holds the file `path` for this thread alone, against all threads and processes that ask the same."""
    with told("taking the lock of the data folder"):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        with told("taking the lock of the data folder"):
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


class Scratch:
    """One process's own temporary folder."""

    def __init__(self, root: Path) -> None:
        """Makes a folder below `root`, and removes those that dead processes have left there."""
        self._root = root
        self.owner = secrets.token_hex(8)
        """The name of this process's folder; tasks that it runs carry it."""
        self.folder = root / self.owner
        self._pid = os.getpid()
        with told("making the temporary folder"):
            root.mkdir(mode=0o700, exist_ok=True)
            with exclusive(root / ".guard"):
                self._lock = self._made()
        self.remove_leftovers()

    def _made(self) -> int:
        with _MINE_GUARD:
            _MINE.add(self.owner)
        self.folder.mkdir(mode=0o700)
        descriptor = os.open(self.folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.lockf(descriptor, fcntl.LOCK_EX)
        return descriptor

    def close(self) -> None:
        """Removes the folder. Nothing happens in a forked child: the folder is its parent's."""
        if os.getpid() != self._pid:
            return
        remove_tree(self.folder)
        os.close(self._lock)
        with _MINE_GUARD:
            _MINE.discard(self.owner)

    def is_alive(self, owner: str) -> bool:
        """Whether the process that owns `owner` still runs."""
        with _MINE_GUARD:
            if owner in _MINE:
                return True
        try:
            descriptor = os.open(self._root / owner / _LOCK, os.O_RDWR | os.O_CLOEXEC)
        except OSError:
            return False
        try:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return True
        else:
            return False
        finally:
            os.close(descriptor)

    def others_alive(self) -> bool:
        """Whether any other store of the same data folder is open, in whatever process."""
        return any(name != self.owner and self.is_alive(name) for name in self._owners())

    def having(self, name: str) -> Iterator[tuple[str, Path]]:
        """The living owners in whose folder there is a file of this name, each with the path of that."""
        for owner in sorted(self._owners()):
            path = self._root / owner / name
            if path.is_file() and self.is_alive(owner):
                yield owner, path

    def _owners(self) -> list[str]:
        return [entry.name for entry in self._root.iterdir() if entry.is_dir()]

    def remove_leftovers(self) -> int:
        """Removes what dead processes have left below `tmp/`; returns how many folders that were."""
        removed = 0
        with told("clearing the temporary folder"), exclusive(self._root / ".guard"):
            for entry in list(self._root.iterdir()):
                if entry.is_dir() and not entry.is_symlink() and not self.is_alive(entry.name):
                    remove_tree(entry)
                    removed += 1
        return removed


def remove_tree(folder: Path) -> None:
    """Removes `folder` and all in it, folders included that a sample has made unreadable; what cannot be, stays."""
    for parent, names, _ in os.walk(folder):
        for name in names:
            path = Path(parent) / name
            if not path.is_symlink():
                with suppress(OSError):
                    path.chmod(0o700)
    shutil.rmtree(folder, ignore_errors=True)
