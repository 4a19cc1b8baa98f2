"""Lists of analyses: all that are kept, or those of one file."""

import logging
import threading
from collections.abc import Iterator
from datetime import datetime

import msgspec

from fulgurite.errors import Damaged, MalformedReport, NotFound
from fulgurite.model.listing import Analyses, AnalysisEntry, Told, told_by
from fulgurite.model.task import TaskState
from fulgurite.model.viewer import EVERYTHING, Viewer
from fulgurite.service import evidence
from fulgurite.service.queue import NO_WORKER, is_worked_off
from fulgurite.store import Store, listing
from fulgurite.store.listing import Page, Row, Wanted
from fulgurite.store.tasks import Limits

__all__ = ["Wanted", "entry", "listed", "of_file", "work_off"]

BATCH = 20
"""Reports whose words are read at once."""

_log = logging.getLogger(__name__)


def listed(store: Store, wanted: Wanted, viewer: Viewer, now: datetime, *, after: int | None, limit: int) -> Analyses:
    """Up to `limit` of the analyses that are `wanted` and that `viewer` sees, newest first, from the place `after` on.

    Raises StoreError.
    """
    found = listing.page(store.database, wanted, viewer, after=after, limit=limit)
    if _ends_overdue(store, found.rows, now):
        found = listing.page(store.database, wanted, viewer, after=after, limit=limit)
    return _told(store, found)


def of_file(
    store: Store, digest: bytes, viewer: Viewer, now: datetime, *, after: int | None, limit: int
) -> Analyses | None:
    """The analyses of the file with this raw digest; None when `viewer` knows no such file. Raises StoreError."""
    text = digest.hex()
    if not store.is_known(text, viewer):
        return None
    known = store.digests(text, viewer)
    subjects = (text,) if known is None else (known.sha256, known.sha1, known.md5)
    return listed(store, Wanted(subjects=subjects), viewer, now, after=after, limit=limit)


def entry(store: Store, sandbox_id: str, viewer: Viewer, now: datetime) -> AnalysisEntry | None:
    """The analysis of this id; None when `viewer` sees none. Raises StoreError."""
    found = listing.entry(store.database, sandbox_id, viewer)
    if found is not None and _ends_overdue(store, (found,), now):
        found = listing.entry(store.database, sandbox_id, viewer)
    return None if found is None else next(_with_reasons(store, (found,)))


_working = threading.Lock()


def work_off(store: Store) -> bool:
    """Reads the words of some reports that were stored before there was a list; False when there are none.

    Of one that cannot be read the list has none. One thread works at a time. Raises StoreError.
    """
    if not _working.acquire(blocking=False):
        return False
    try:
        return _worked_off(store)
    finally:
        _working.release()


def _worked_off(store: Store) -> bool:
    names = listing.untold(store.database, BATCH)
    told = [(name, _words(store, name)) for name in names]
    if told:
        with store.database.write("listing reports", durable=False) as connection:
            for name, words in told:
                listing.tell(connection, name, words)
    return len(names) > 0


def _words(store: Store, sandbox_id: str) -> Told:
    try:
        return told_by(evidence.report(store, sandbox_id, EVERYTHING))
    except (NotFound, Damaged, MalformedReport) as error:
        _log.warning("the report %s cannot be read: the list has no words of it: %s", sandbox_id, error)
        return Told()


def _told(store: Store, page: Page) -> Analyses:
    return Analyses(
        analyses=tuple(_with_reasons(store, page.rows)),
        next=None if page.after is None else str(page.after),
        is_cut=page.is_cut,
    )


def _with_reasons(store: Store, rows: tuple[Row, ...]) -> Iterator[AnalysisEntry]:
    """The lines, those that wait with why."""
    # Looking for workers opens a file of each: once a page, not once a line.
    waits = any(row.entry.state is TaskState.PENDING for row in rows)
    has_worker = waits and is_worked_off(store)
    for row in rows:
        if row.entry.state is TaskState.PENDING:
            reason = _place_of(store, row.entry.sandbox_id) if has_worker else NO_WORKER
            yield msgspec.structs.replace(row.entry, reason=reason)
        else:
            yield row.entry


def _place_of(store: Store, sandbox_id: str) -> str:
    """How many others a worker takes up before this one."""
    before = listing.before(store.database, sandbox_id)
    many = "more than " * (before > listing.MAX_COUNTED)
    told = f"{many}{min(before, listing.MAX_COUNTED):,} {'analysis' if before == 1 else 'analyses'} before it"
    return told if before > 0 else "the next for a worker"


def _ends_overdue(store: Store, rows: tuple[Row, ...], now: datetime) -> bool:
    """Ends analyses that are over their time, as lookups do, when one of these is."""
    if all(row.deadline_at is None or row.deadline_at > now for row in rows):
        return False
    return store.recover(now, Limits()) > 0
