"""The upkeep of a store: check and repair, compaction, backup, deletion."""

import logging
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from fulgurite.errors import NotFound
from fulgurite.model import hashes
from fulgurite.service.ids import is_sandbox_id
from fulgurite.service.tally import Tally
from fulgurite.store import Store, backups, checking, compacting, deleting, probe
from fulgurite.store.backups import BackedUp
from fulgurite.store.checking import Finding
from fulgurite.store.compacting import Compacted
from fulgurite.store.scrubbing import Scrub
from fulgurite.store.store import INDEX

__all__ = ["BackedUp", "Checked", "Compacted", "Finding", "Scrubber", "back_up", "check", "compact", "delete", "tend"]

_log = logging.getLogger(__name__)

_NAMED_AT_ONCE = 20
"""Samples whose SHA-512 is computed at one go."""


class Checked(NamedTuple):
    """Something that was not as it should be."""

    finding: Finding
    is_repaired: bool


def check(data_dir: Path, *, repair: bool) -> Iterator[Checked]:
    """Checks all that is kept in `data_dir`; with `repair`, the index is made what the database says.

    An index that cannot be read at all is made again, when nobody has the store open. Raises StoreError.
    """
    problem = probe.problem_with(data_dir / INDEX)
    if problem is not None:
        if repair:
            checking.discard_index(data_dir)
        yield Checked(Finding("index", INDEX, problem), repair)
        if not repair:
            return
    with Store.open(data_dir) as store:
        for finding in checking.check(store):
            is_repaired = repair and finding.kind == "index"
            if is_repaired:
                checking.repair_index(store, finding)
            yield Checked(finding, is_repaired)


def tend(store: Store) -> bool:
    """Does a bit of what is to be done; whether there is more of it at once.

    The index is brought up to what a crash, or trouble with the disk, left out of it. Samples that were kept before
    their SHA-512 was computed get it, some at a time, so that nobody waits for it. Raises StoreError.
    """
    changes = store.reconcile()
    store.name_samples(_NAMED_AT_ONCE)
    return changes > 0


class Scrubber:
    """Sees to it that the index hides nothing, a bit at a time. Used from one thread; to be closed at the end.

    Of all that there are for one data folder, one is at it, until it is closed or its process ends.
    """

    def __init__(self, store: Store, tally: Tally) -> None:
        """What it does is counted in `tally`."""
        self._scrub = Scrub(store)
        self._tally = tally

    def look(self) -> bool:
        """One step; what was wrong is made again, counted, and stands in the log. There is never more to do at once.

        Raises StoreError.
        """
        before = self._scrub.rounds
        for finding in self._scrub.step():
            self._tally.mended()
            _log.error("the index was damaged, and is mended: %s: %s", finding.name, finding.problem)
        if self._scrub.rounds > before:
            self._tally.looked_through()
        return False

    def close(self) -> None:
        """Lets another one go on."""
        self._scrub.close()


def compact(store: Store, now: datetime) -> Compacted:
    """Gives back the room of what nothing refers to any more; others may go on meanwhile. Raises StoreError."""
    return compacting.compact(store, now=now.timestamp())


def back_up(store: Store, target: Path) -> BackedUp:
    """Makes the folder `target` a whole copy of the store, also while it is used. Raises StoreFull, StoreError."""
    return backups.back_up(store, target)


def delete(store: Store, name: str) -> int:
    """Deletes the analysis with this sandbox_id, or the file with this hash and all analyses of it.

    Returns how many analyses that were. Raises NotFound, InvalidHash, StoreError.
    """
    if is_sandbox_id(name):
        deleting.analysis(store, name)
        return 1
    digest = store.named(hashes.parse_any(name))
    if digest is None:
        raise NotFound("no file with this hash is known")
    return deleting.file(store, digest.hex())
