"""Gives room back: packs are written anew without what nothing refers to, files that nothing needs are removed.

Records become garbage when analyses are deleted, and when a writer died, or was refused, between its record and its
row. A pack that is written anew is removed only when database and index point to the new places; a reader that comes
too late finds the pack gone and looks again (see finding.py). Whoever dies in between leaves garbage, nothing else.
"""

import os
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from fulgurite.errors import Damaged
from fulgurite.store.indexing import noted
from fulgurite.store.packs import Packs, Place, locked
from fulgurite.store.scratch import exclusive
from fulgurite.store.store import Store

LOCK = ".upkeep"
"""In the data folder: held by whoever moves, copies or deletes what is stored."""
_COLUMNS = ("original_at", "native_at", "body_at")
_MIN_GARBAGE = 0.1
"""A pack of which less is garbage stays as it is."""
_BATCH = 500
_ORPHAN_AGE_S = 3600.0
"""A younger file may be one of which the row is written just now."""
_IN_PACK = (
    "SELECT seq, sandbox_id, original_at, native_at, body_at FROM reports WHERE seq > :after"
    " AND (original_at BETWEEN :first AND :last OR native_at BETWEEN :first AND :last"
    " OR body_at BETWEEN :first AND :last) ORDER BY seq"
)


class Compacted(NamedTuple):
    """What a compaction did."""

    packs: int
    """How many were written anew."""
    freed_bytes: int
    orphans: int
    """Files that nothing needed."""
    skipped: tuple[str, ...]
    """Packs that stay though they have garbage, each with the reason."""


def compact(store: Store, *, now: float, least_garbage: float = _MIN_GARBAGE) -> Compacted:
    """Writes packs anew of which at least that share is garbage; removes files that nothing needs.

    `now`: seconds since 1970. Others may read and write meanwhile. Raises StoreError.
    """
    with exclusive(store.data_dir / LOCK):
        old = now - _ORPHAN_AGE_S
        paths = [path for path in store.blobs.orphans(store.database) if path.stat().st_mtime < old]
        orphans = sum(store.blobs.remove_orphan(path, old) for path in paths)
        writer = Packs(store.data_dir / "packs")
        try:
            return _Compaction(store, writer).run(least_garbage)._replace(orphans=orphans)
        finally:
            writer.close()


class _Compaction:
    def __init__(self, store: Store, writer: Packs) -> None:
        self._store = store
        self._writer = writer

    def run(self, least_garbage: float) -> Compacted:
        done = freed = 0
        skipped: list[str] = []
        live = self._live()
        for number in self._store.packs.numbers():
            path = self._store.packs.path(number)
            size = path.stat().st_size
            if size - live[number] < max(1, least_garbage * size):
                continue
            try:
                if self._rewritten(number):
                    freed += size - live[number]
                    done += 1
                else:
                    skipped.append(f"{path.name}: a running process writes to it")
            except Damaged as error:
                skipped.append(str(error))
        return Compacted(done, freed, 0, tuple(skipped))

    def _live(self) -> Counter[int]:
        """How many bytes of each pack are referred to; what cannot be read counts as nothing."""
        live: Counter[int] = Counter()
        before = None
        for row in self._store.database.stream("SELECT original_at, native_at, body_at FROM reports"):
            for place in row:
                # Reports of one document share its original.
                if place is not None and place != before:
                    live[place >> 32] += self._store.packs.size(place)
            before = row["original_at"]
        return live

    def _rewritten(self, number: int) -> bool:
        """Moves all live records of a pack and removes it; False, and it stays, while somebody writes to it."""
        descriptor = locked(self._store.packs.path(number))
        if descriptor is None:
            return False
        try:
            after = 0
            moved: dict[Place, Place] = {}
            while not self._removed(number, after):
                after = self._moved(number, after, moved)
                self._store.reconcile()
        finally:
            os.close(descriptor)
        return True

    def _removed(self, number: int, after: int) -> bool:
        """Removes the pack unless rows after `after` refer to it; their writers cannot come in between.

        A writer whose records were here but whose row is not there yet finds the pack gone, and fails (see
        `Packs.assert_there`).
        """
        if after == 0:
            return False
        with self._store.database.write("removing a pack") as connection:
            if connection.execute(_IN_PACK, _bounds(number, after)).fetchone() is not None:
                return False
            self._store.packs.remove(number)
            return True

    def _moved(self, number: int, after: int, moved: dict[Place, Place]) -> int:
        """Moves what rows after `after` have in the pack; returns up to which row that was."""
        last: int = max(after, 1, self._store.database.value("SELECT coalesce(max(seq), 0) FROM reports"))
        rows = self._store.database.stream(_IN_PACK, _bounds(number, after))
        while some := list(islice(rows, _BATCH)):
            places = {place for row in some for place in _of(row, number)} - moved.keys()
            records = [self._store.packs.read(place) for place in sorted(places)]
            moved.update(zip(sorted(places), self._writer.append(records), strict=True))
            with self._store.database.write("moving reports") as connection:
                for row in some:
                    _point(connection, row, moved)
            last = max(last, some[-1]["seq"])
        return last


def _bounds(number: int, after: int) -> dict[str, int]:
    return {"after": after, "first": number << 32, "last": (number + 1 << 32) - 1}


def _of(row: sqlite3.Row, number: int) -> Iterator[Place]:
    return (row[column] for column in _COLUMNS if row[column] is not None and row[column] >> 32 == number)


def _point(connection: sqlite3.Connection, row: sqlite3.Row, moved: dict[Place, Place]) -> None:
    places: Sequence[Place | None] = [moved.get(row[column], row[column]) for column in _COLUMNS]
    connection.execute(
        "UPDATE reports SET original_at = ?, native_at = ?, body_at = ? WHERE seq = ?", (*places, row["seq"])
    )
    noted(connection, "report", row["sandbox_id"])
