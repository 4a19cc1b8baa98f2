"""Goes through the index beside whatever else is done, a bit at a time: what it hides or tells wrongly is made again.

LMDB keeps no checks of its pages. A damaged one is mostly told when it is read, but it may also hide entries, and a
file that is hidden is answered as unknown. To ask the database for every unknown file would cost more than the lookup;
so all that the database knows is looked up in the index, round after round, by one process of all that have the data
folder open: it holds a lock until it ends, however it ends, and then another one goes on from there.
"""

import fcntl
import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from io import FileIO
from typing import Final

from fulgurite.errors import Damaged
from fulgurite.store import checking, entries
from fulgurite.store.checking import Finding
from fulgurite.store.faults import told
from fulgurite.store.indexing import HASHES, TOLD
from fulgurite.store.store import Store

PLACE: Final = ".scrubbing"
"""In the data folder: where the round is, locked by who makes it."""
ROWS: Final = 1_000
"""Looked at in one step: some 10 ms."""
_REPORTS = (
    f"SELECT seq, sandbox_id, sha256, sha1, md5, requested_at, body_at, private_to, {TOLD} AS is_told"  # noqa: S608 - fixed
    " FROM reports WHERE seq > ? ORDER BY seq LIMIT ?"
)
_SAMPLES = "SELECT sha256, sha1, md5 FROM samples WHERE sha256 > ? ORDER BY sha256 LIMIT ?"
_SHA512 = "SELECT sha512, sha256 FROM sha512 WHERE sha512 > ? ORDER BY sha512 LIMIT ?"
_NOTED: Final = re.compile(rb"0 [0-9]{0,18}|[123] (?:[0-9a-f]{2}){0,64}")
"""A part, and the number, or the digest in hex, of its last row that was looked at."""
_NOTED_BYTES: Final = 160


class Scrub:
    """Rounds over one store, if nobody else makes them. Used from one thread; to be closed at the end."""

    def __init__(self, store: Store, *, rows: int = ROWS) -> None:
        """Looks at so many `rows` in one step. Nothing is opened before: who has no room for it can still serve."""
        self._store = store
        self._rows = rows
        self._file: FileIO | None = None
        self.is_on = False
        """Whether it is this one that makes the rounds."""
        self.rounds = 0
        """How often it came to the end."""
        self._parts = (self._reports, self._samples, self._sha512, self._keys)
        self._part = 0
        self._after = ""

    def step(self) -> Iterator[Finding]:
        """Looks at the next rows; tells what was found wrong, each once it is made again. Nothing if others do it.

        Raises StoreError where the index cannot be read or written; the next step goes on behind that.
        """
        if not self.is_on and not self._takes_over():
            return
        if self._store.index.store_id() != self._store.store_id:
            # Somebody makes it anew.
            return
        for finding in list(self._parts[self._part]()):
            checking.repair_index(self._store, finding)
            yield finding

    def close(self) -> None:
        """Lets somebody else go on."""
        if self._file is not None:
            self._file.close()

    def _takes_over(self) -> bool:
        with told("going on with the rounds over the index"):
            if self._file is None:
                descriptor = os.open(self._store.data_dir / PLACE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
                self._file = os.fdopen(descriptor, "r+b", buffering=0)
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            noted, _, _ = os.pread(self._file.fileno(), _NOTED_BYTES, 0).partition(b"\n")
        self.is_on = True
        if _NOTED.fullmatch(noted) is not None:
            part, after = noted.decode().split(" ")
            self._part, self._after = int(part), after
        return True

    def _go_on(self, part: int, after: str) -> None:
        """Is called before anything is looked at, for damage may end this process; who comes next shall get further."""
        self._part, self._after = part, after
        # Where it cannot be noted, or this one is closed meanwhile, the next one begins a little earlier.
        if self._file is not None:
            with suppress(OSError, ValueError):
                os.pwrite(self._file.fileno(), f"{part} {after}\n".encode(), 0)

    def _next(self, sql: str, after: int | str | bytes) -> list[sqlite3.Row]:
        """The rows of this step, the first column being what they are ordered by."""
        rows = self._store.database.rows(sql, (after, self._rows))
        if len(rows) == self._rows:
            last = rows[-1][0]
            self._go_on(self._part, last.hex() if isinstance(last, bytes) else str(last))
        else:
            self._go_on(self._part + 1, "")
        return rows

    def _reports(self) -> Iterator[Finding]:
        rows = self._next(_REPORTS, int(self._after or 0))
        wanted: dict[bytes, int] = {}
        for row in rows:
            for kind in HASHES:
                if row[kind] is not None:
                    # Of a file's reports, the newest that is told to everybody stands there.
                    least = row["requested_at"] if row["is_told"] else -1
                    digest = bytes.fromhex(row[kind])
                    wanted[digest] = max(least, wanted.get(digest, -1))
        yield from self._files(wanted)
        for row in rows:
            if row["private_to"] is None and row["body_at"] is not None:
                yield from checking.analysis_problems(self._store, bytes.fromhex(row["sandbox_id"]), row["body_at"])

    def _samples(self) -> Iterator[Finding]:
        yield from self._files(
            {bytes.fromhex(digest): -1 for row in self._next(_SAMPLES, self._after) for digest in row}
        )

    def _files(self, wanted: dict[bytes, int]) -> Iterator[Finding]:
        """Of these raw digests, with when the last analysis was asked for at the earliest; -1: there may be none."""
        found = self._store.index.raw_entries(wanted)
        for (digest, least), data in zip(wanted.items(), found, strict=True):
            if not _tells(digest, data, least):
                yield from checking.file_problems(self._store, digest)

    def _sha512(self) -> Iterator[Finding]:
        for row in self._next(_SHA512, bytes.fromhex(self._after)):
            if not self._names(row["sha512"], row["sha256"]):
                yield from checking.sha512_problems(self._store, row["sha512"][: entries.SHA512_KEPT])

    def _names(self, sha512: bytes, sha256: bytes) -> bool:
        try:
            return self._store.index.sha256_of(sha512) == sha256
        except Damaged:
            return False

    def _keys(self) -> Iterator[Finding]:
        self._go_on(0, "")
        self.rounds += 1
        return checking.key_problems(self._store)


def _tells(digest: bytes, data: bytes | None, least: int) -> bool:
    """Whether the entry `data` is whole and tells of an analysis that is not older than that."""
    if data is None:
        return False
    try:
        entry = entries.unpacked(digest, data)
    except Damaged:
        return False
    return least < 0 or (entry.place != 0 and entry.requested_us >= least)
