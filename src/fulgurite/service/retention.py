"""How long analyses and files are kept: what is over its time is removed, by and by, as `fulgurite store delete` does.

An analysis is over its time so many days after it came into the list; a file with all that is known of it, so many days
after it was last sent or analysed. What is open, and what is private, is no exception: open ones are first brought to
their end. The room of what is gone is given back once a day.
"""

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple

from fulgurite.errors import NotFound, StoreError
from fulgurite.model.administration import Retention, WouldRemove
from fulgurite.service import upkeep
from fulgurite.store import Store, deleting
from fulgurite.store import retention as over

EVERY = timedelta(minutes=10)
"""How often is looked for what is over its time."""
COMPACT_EVERY = timedelta(days=1)
BATCH = 200
"""Analyses or submissions that are looked at in one errand."""

_log = logging.getLogger(__name__)


class Keeping(NamedTuple):
    """How many days things are kept; 0: for ever."""

    analyses_days: int = 0
    files_days: int = 0

    @property
    def is_on(self) -> bool:
        return self.analyses_days > 0 or self.files_days > 0


class Sweeper:
    """Removes what is over its time. Threads may share it: one of them works at a time."""

    def __init__(self, store: Store, keeping: Keeping, *, now: Callable[[], datetime]) -> None:
        self._store = store
        self._keeping = keeping
        self._now = now
        self._working = threading.Lock()
        self._next_at: datetime | None = None
        self._analyses_after: int | None = None
        self._files_after: int | None = None

    def sweep(self) -> bool:
        """Removes some; False when there is nothing to do now. Raises StoreError."""
        if not self._keeping.is_on or not self._working.acquire(blocking=False):
            return False
        try:
            return self._swept(self._now())
        finally:
            self._working.release()

    def _swept(self, now: datetime) -> bool:
        if self._analyses_after is None and self._files_after is None:
            if self._next_at is not None and now < self._next_at <= now + EVERY:
                return False
            self._next_at = now + EVERY
            self._analyses_after = 0 if self._keeping.analyses_days > 0 else None
            self._files_after = 0 if self._keeping.files_days > 0 else None
        analyses = files = 0
        if self._analyses_after is not None:
            before = now - timedelta(days=self._keeping.analyses_days)
            batch = over.analyses(self._store.database, before, self._analyses_after, BATCH)
            analyses = sum(self._removed(deleting.analysis, name) for name in batch.names)
            self._analyses_after = None if batch.is_last else batch.after
        elif self._files_after is not None:
            before = now - timedelta(days=self._keeping.files_days)
            batch = over.files(self._store.database, before, self._files_after, BATCH)
            files = sum(self._removed(partial(deleting.file, idle_since=before), name) for name in batch.names)
            self._files_after = None if batch.is_last else batch.after
        is_done = self._analyses_after is None and self._files_after is None
        if is_done or analyses + files > 0:
            over.note(self._store.database, now, analyses=analyses, files=files)
        if is_done:
            self._give_back(now)
        return True

    def _removed(self, delete: Callable[[Store, str], object], name: str) -> int:
        """1, or 0 for what is gone already, or open again."""
        try:
            delete(self._store, name)
        except NotFound:
            return 0
        except StoreError as error:
            _log.warning("%s is over its time and stays: %s", name, error)
            return 0
        return 1

    def _give_back(self, now: datetime) -> None:
        done = over.done(self._store.database)
        is_due = done.compacted_at is None or not done.compacted_at <= now < done.compacted_at + COMPACT_EVERY
        if is_due and done.analyses + done.files > 0:
            over.note_compaction(self._store.database, now)
            upkeep.compact(self._store, now)


def told(store: Store, keeping: Keeping, asked: Keeping, now: datetime) -> Retention:
    """How long things are kept, and what a run now would remove if they were kept as `asked`. Raises StoreError."""
    done = over.done(store.database)
    analyses = files = 0
    if asked.analyses_days > 0:
        analyses = over.count_analyses(store.database, now - timedelta(days=asked.analyses_days))
    if asked.files_days > 0:
        files = over.count_files(store.database, now - timedelta(days=asked.files_days))
    return Retention(
        is_on=keeping.is_on,
        keep_analyses_days=keeping.analyses_days,
        keep_files_days=keeping.files_days,
        last_run_at=done.last_run_at,
        removed_analyses=done.analyses,
        removed_files=done.files,
        would_remove=WouldRemove(
            analyses=min(analyses, over.MAX_COUNTED),
            files=min(files, over.MAX_COUNTED),
            are_exact=max(analyses, files) <= over.MAX_COUNTED,
        ),
    )
