"""The bytes behind an analysis: what it was read from, our own form of it, and what the run left."""

from fulgurite.errors import NotFound
from fulgurite.model import report as native
from fulgurite.model.report import Report
from fulgurite.store import Store
from fulgurite.store.reports import ReportRow


def original(store: Store, sandbox_id: str) -> bytes:
    """The bytes that the report was read from, exactly: a run log, a foreign report; of a failed run its log.

    Raises NotFound, Damaged, StoreError.
    """
    log = store.task_log(sandbox_id)
    return store.blobs.read(_row(store, sandbox_id).original_sha256) if log is None else log


def report(store: Store, sandbox_id: str) -> Report:
    """The report itself. Raises NotFound, Damaged, MalformedReport (of a newer version), StoreError."""
    return native.decode(store.blobs.read(_row(store, sandbox_id).native_sha256))


def artifact(store: Store, sandbox_id: str, name: str) -> bytes:
    """The bytes of the artifact of this name; hostile. Raises NotFound where none are kept, Damaged, StoreError."""
    return store.artifact(sandbox_id, name.encode("utf-8", "replace").decode("utf-8"))


def _row(store: Store, sandbox_id: str) -> ReportRow:
    row = store.report(sandbox_id)
    if row is None:
        raise NotFound(f"there is no finished analysis {sandbox_id}")
    return row
