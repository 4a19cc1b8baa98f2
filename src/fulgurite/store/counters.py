"""Counters in memory that all processes of one data folder share: a mapped file, with a column for each process.

A process adds in its own column only, so counting needs no lock, and a sum over the columns is what all have counted.
Columns only ever grow. When a process dies, however it dies, what it counted stays, and the next to take its column
goes on from there. Only a crash of the machine can lose something, which is why what must not be lost is written down
elsewhere too.
"""

import fcntl
import mmap
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from fulgurite.errors import StoreError
from fulgurite.store.faults import told

COLUMNS: Final = 62
"""How many processes may count at once."""
FREE: Final = 2
"""Numbers of a row before its columns, for whoever keeps the row; to be changed under the lock only."""
_ROW: Final = FREE + COLUMNS
_NUMBER_BYTES: Final = 8
_ROWS: Final = 64
"""Rows of one mapping; as many bytes as fill whole pages."""
_CHUNK_BYTES: Final = _ROWS * _ROW * _NUMBER_BYTES


class Counters:
    """The counters of one data folder. Threads may share it, but only one of them may count in a row."""

    def __init__(self, folder: Path) -> None:
        """Nothing is opened before it is needed."""
        self._folder = folder
        self._guard = threading.Lock()
        self._file: int | None = None
        self._claim: int | None = None
        self._column = 0
        self._chunks: dict[int, memoryview] = {}

    def row(self, number: int) -> memoryview:
        """The row of that number: FREE signed numbers of 64 bits, then one for each process. Raises StoreError."""
        with self._guard, told("opening the counters"):
            chunk, place = divmod(number, _ROWS)
            view = self._chunks.get(chunk)
            if view is None:
                view = self._chunks[chunk] = self._mapped(chunk)
            return view[place * _ROW : (place + 1) * _ROW]

    @property
    def own(self) -> int:
        """Where in a row this process counts."""
        with self._guard, told("opening the counters"):
            self._opened()
            return FREE + self._column

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Lets one process at a time do what stands in the block."""
        with self._guard:
            file = self._opened()
            fcntl.flock(file, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.flock(file, fcntl.LOCK_UN)

    def close(self) -> None:
        """Gives up the column; what was counted in it stays."""
        with self._guard:
            for descriptor in (self._file, self._claim):
                if descriptor is not None:
                    os.close(descriptor)
            self._file = self._claim = None
            self._chunks = {}

    def _opened(self) -> int:
        if self._file is None:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            self._column, self._claim = self._claimed()
            self._file = os.open(self._folder / "counts", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        return self._file

    def _claimed(self) -> tuple[int, int]:
        for column in range(COLUMNS):
            path = self._folder / f"column-{column:02}"
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(descriptor)
                continue
            return column, descriptor
        raise StoreError(f"more than {COLUMNS} processes serve {self._folder.parent}")

    def _mapped(self, chunk: int) -> memoryview:
        file = self._opened()
        start = chunk * _CHUNK_BYTES
        # Never a hole: writing to one on a full disk would end the process.
        os.posix_fallocate(file, start, _CHUNK_BYTES)
        return memoryview(mmap.mmap(file, _CHUNK_BYTES, offset=start)).cast("q")
