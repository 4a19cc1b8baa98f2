"""Two analyses side by side."""

from datetime import datetime

import msgspec

from fulgurite.errors import NotFound
from fulgurite.model.comparison import Comparison, Reduced, compared
from fulgurite.model.listing import AnalysisEntry
from fulgurite.model.viewer import Viewer
from fulgurite.service import evidence, listing
from fulgurite.store import Store


def comparison(store: Store, first: str, second: str, viewer: Viewer, now: datetime, *, limit: int) -> bytes:
    """What only one of these analyses did, as JSON (model.comparison); up to `limit` listed of each kind and side.

    Raises NotFound when one has no report that `viewer` sees, Damaged, MalformedReport, StoreError.
    """
    entries = [_entry(store, sandbox_id, viewer, now) for sandbox_id in (first, second)]
    # One after the other: of a report only what it comes to stays in memory.
    one = Reduced(evidence.report(store, first, viewer))
    other = one if first == second else Reduced(evidence.report(store, second, viewer))
    kinds = compared(one, other, limit)
    return msgspec.json.encode(Comparison(first=entries[0], second=entries[1], kinds=kinds))


def _entry(store: Store, sandbox_id: str, viewer: Viewer, now: datetime) -> AnalysisEntry:
    entry = listing.entry(store, sandbox_id, viewer, now)
    if entry is None or entry.stored_at is None:
        raise NotFound(f"there is no report of the analysis {sandbox_id}")
    return entry
