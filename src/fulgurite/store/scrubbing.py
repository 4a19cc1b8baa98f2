"""Goes through the index beside whatever else is done, a bit at a time: what it hides or tells wrongly is made again.

LMDB keeps no checks of its pages. A damaged one is mostly told when it is read, but it may also hide entries, and a
file that is hidden is answered as unknown. To ask the database for every unknown file would cost more than the lookup;
so all that the database knows is looked up in the index, round after round.
"""

import sqlite3
from collections.abc import Iterator
from typing import Final

from fulgurite.errors import Damaged
from fulgurite.store import checking, entries
from fulgurite.store.checking import Finding
from fulgurite.store.indexing import HASHES, TOLD
from fulgurite.store.store import Store

ROWS: Final = 1_000
"""Looked at in one step: some 10 ms."""
_REPORTS = (
    f"SELECT seq, sandbox_id, sha256, sha1, md5, requested_at, body_at, private_to, {TOLD} AS is_told"  # noqa: S608 - fixed
    " FROM reports WHERE seq > ? ORDER BY seq LIMIT ?"
)
_SAMPLES = "SELECT sha256, sha1, md5 FROM samples WHERE sha256 > ? ORDER BY sha256 LIMIT ?"
_SHA512 = "SELECT sha512, sha256 FROM sha512 WHERE sha512 > ? ORDER BY sha512 LIMIT ?"


class Scrub:
    """Rounds over one store. Used from one thread."""

    def __init__(self, store: Store, *, begin: float = 0.0, rows: int = ROWS) -> None:
        """The first round begins at this share of the reports, so that servers that end soon get everywhere, too."""
        self._store = store
        self._rows = rows
        self.rounds = 0
        """How often the end was reached."""
        self._parts = (self._reports, self._samples, self._sha512, self._keys)
        self._part = 0
        self._after: int | str | bytes = int(begin * (store.database.value("SELECT max(seq) FROM reports") or 0))

    def step(self) -> list[Finding]:
        """Looks at the next rows; what was found wrong, which is made again.

        Raises StoreError where the index cannot be read or written; the next step goes on behind that.
        """
        if self._store.index.store_id() != self._store.store_id:
            # Somebody makes it anew.
            return []
        found = list(self._parts[self._part]())
        for finding in found:
            checking.repair_index(self._store, finding)
        return found

    def _next(self, sql: str) -> list[sqlite3.Row]:
        """The rows of this step, the first column being what they are ordered by."""
        rows = self._store.database.rows(sql, (self._after, self._rows))
        if len(rows) == self._rows:
            self._after = rows[-1][0]
        else:
            self._part += 1
            self._after = b"" if self._parts[self._part] == self._sha512 else ""
        return rows

    def _reports(self) -> Iterator[Finding]:
        rows = self._next(_REPORTS)
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
        yield from self._files({bytes.fromhex(digest): -1 for row in self._next(_SAMPLES) for digest in row})

    def _files(self, wanted: dict[bytes, int]) -> Iterator[Finding]:
        """Of these raw digests, with when the last analysis was asked for at the earliest; -1: there may be none."""
        found = self._store.index.raw_entries(wanted)
        for (digest, least), data in zip(wanted.items(), found, strict=True):
            if not _tells(digest, data, least):
                yield from checking.file_problems(self._store, digest)

    def _sha512(self) -> Iterator[Finding]:
        for row in self._next(_SHA512):
            if not self._names(row["sha512"], row["sha256"]):
                yield from checking.sha512_problems(self._store, row["sha512"][: entries.SHA512_KEPT])

    def _names(self, sha512: bytes, sha256: bytes) -> bool:
        try:
            return self._store.index.sha256_of(sha512) == sha256
        except Damaged:
            return False

    def _keys(self) -> Iterator[Finding]:
        self._part, self._after = 0, 0
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
