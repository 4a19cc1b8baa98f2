"""The bytes behind an analysis: what it was read from, our own form of it, and what the run left.

As for lookups, what is private is shown to a viewer that may see it only, else it is as if it were not there.
"""

from collections.abc import Sequence

import msgspec

from fulgurite.errors import NotFound
from fulgurite.exports.v4.events import some_of
from fulgurite.importers import runlog
from fulgurite.model import report as native
from fulgurite.model.events import Event
from fulgurite.model.hashes import sha256_of
from fulgurite.model.report import Report
from fulgurite.model.viewer import PUBLIC, Viewer
from fulgurite.store import Store
from fulgurite.store.blobs import neutered
from fulgurite.store.frames import Framed
from fulgurite.store.reports import ReportRow

_event = msgspec.json.Decoder(Event)


def original(store: Store, sandbox_id: str, viewer: Viewer = PUBLIC) -> bytes:
    """The bytes that the report was read from, exactly: a run log, a foreign report; of a failed run its log.

    Raises NotFound, Damaged, StoreError.
    """
    return original_and_format(store, sandbox_id, viewer)[0]


def original_and_format(store: Store, sandbox_id: str, viewer: Viewer = PUBLIC) -> tuple[bytes, str]:
    """As `original`, with the word of the importer that reads them. Raises NotFound, Damaged, StoreError."""
    log = None if store.task(sandbox_id, viewer) is None else store.task_log(sandbox_id)
    if log is not None:
        return log, runlog.NAME
    row = _row(store, sandbox_id, viewer)
    return store.original(row), row.format


def report(store: Store, sandbox_id: str, viewer: Viewer = PUBLIC) -> Report:
    """The report itself. Raises NotFound, Damaged, MalformedReport (of a newer version), StoreError."""
    return native.decode(native_form(store, sandbox_id, viewer))


def native_form(store: Store, sandbox_id: str, viewer: Viewer = PUBLIC) -> bytes:
    """The report in our own form, as it is stored. Raises NotFound, Damaged, StoreError."""
    return store.native(_row(store, sandbox_id, viewer))


def artifact(store: Store, sandbox_id: str, name: str, viewer: Viewer = PUBLIC) -> bytes:
    """The bytes of the artifact of this name; hostile. Raises NotFound where none are kept, Damaged, StoreError."""
    _row(store, sandbox_id, viewer)
    return store.artifact(sandbox_id, name.encode("utf-8", "replace").decode("utf-8"))


def neutered_artifact(store: Store, sandbox_id: str, name: str, viewer: Viewer = PUBLIC) -> bytes:
    """The artifact of this name as CaRT. Raises as `artifact` does."""
    data = artifact(store, sandbox_id, name, viewer)
    return neutered(data, sha256_of(data))


def behind(store: Store, sandbox_id: str, label: str, limit: int, offset: int, viewer: Viewer = PUBLIC) -> bytes:
    """The events behind a signature of the analysis, as JSON: `limit` of them after the first `offset`.

    Where source and rules of ours have a signature of this label, ours is meant. Raises NotFound, Damaged,
    MalformedReport, StoreError.
    """
    row = _row(store, sandbox_id, viewer)
    framed = store.packing.framed(row)
    found = native.decode(store.native(row) if framed is None else framed.head())
    meant = sorted((one for one in found.signatures if one.label == label), key=lambda one: not one.is_ours)
    if not meant:
        raise NotFound(f"the analysis {sandbox_id} has no signature {label!r}")
    signature = meant[0]
    total = len(found.events) if framed is None else framed.total
    kept = [index for index in signature.all_events if 0 <= index < total]
    page = kept[offset : offset + limit]
    end = offset + len(page)
    return msgspec.json.encode(
        {
            "sandbox_id": sandbox_id,
            "label": label,
            "name": signature.name,
            "is_ours": signature.is_ours,
            "total": len(kept) if signature.event_count is None else signature.event_count,
            "kept": len(kept),
            "next": end if end < len(kept) else None,
            "data": some_of(found, _numbered(found, framed, page)),
        }
    )


def _numbered(found: Report, framed: Framed | None, page: Sequence[int]) -> list[tuple[int, Event]]:
    """The events of these numbers: of `framed`, where the report is stored so that it can be read in parts."""
    if framed is None:
        return [(index, found.events[index]) for index in page]
    read = dict(framed.events(page))
    return [(index, _event.decode(read[index])) for index in page]


def _row(store: Store, sandbox_id: str, viewer: Viewer) -> ReportRow:
    row = store.report(sandbox_id, viewer)
    if row is None:
        raise NotFound(f"there is no finished analysis {sandbox_id}")
    return row
