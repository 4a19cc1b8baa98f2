"""The lookup of an analysis, by a hash of its file or by its own id: status, headers and body, ready to send."""

import zlib
from binascii import Error as HexError
from binascii import unhexlify
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from fulgurite.exports import v4
from fulgurite.model.hashes import Digests, Sha256
from fulgurite.model.task import TaskRow, TaskState
from fulgurite.model.viewer import PUBLIC, Viewer
from fulgurite.service import visits
from fulgurite.service.ids import is_sandbox_id
from fulgurite.store import Store
from fulgurite.store.index import ETAG_CHARACTERS, NOTHING, Found
from fulgurite.store.tasks import Limits

Headers = list[tuple[bytes, bytes]]

_GZIP_FORMAT = 31
"""zlib's name for: a gzip header, and the largest window."""
_DIGITS = frozenset({32, 40, 64})
_TYPE = (b"content-type", b"application/json; charset=utf-8")
_VARY = (b"vary", b"accept-encoding")
_GZIPPED = (b"content-encoding", b"gzip")


class Answer(NamedTuple):
    """What goes over the wire. The caller owns `headers` and may add to them."""

    status: int
    headers: Headers
    body: bytes


_HASH_INVALID = b'{"error":{"code":400064,"messages":["The hash value is not valid"]}}'
_HASH_UNKNOWN = b'{"error":{"code":404003,"messages":["The hash was not found"]}}'
_NOT_FOUND = b'{"error":{"code":404001,"messages":["Entity was not found"]}}'


class Lookup:
    """Answers lookups from one store. Threads may share it."""

    def __init__(self, store: Store, *, now: Callable[[], datetime], limits: Limits = Limits()) -> None:  # noqa: B008
        """`now`: a task that is over its deadline has failed, also while no worker is there to say so."""
        self._store = store
        self._found = store.index.found
        self._now = now
        self._limits = limits

    def by_hash(self, hash_text: str, accepts_gzip: bool, viewer: Viewer = PUBLIC) -> Answer:
        """The last analysis, that `viewer` sees, of the file with this MD5, SHA-1 or SHA-256, in hex of any case.

        While a newer one runs, its id stands in `scan_in_progress`. 400064 for what is no hash, 404003 for an unknown
        file, 404001 for a file without any analysis. Raises StoreError.
        """
        if len(hash_text) not in _DIGITS:
            return _plain(400, _HASH_INVALID)
        try:
            digest = unhexlify(hash_text)
        except (HexError, ValueError):
            return _plain(400, _HASH_INVALID)
        found = self._found(digest)
        if found is None:
            return _plain(404, _HASH_UNKNOWN)
        if found.has_private:
            found = self._seen(hash_text.lower(), viewer)
            if found is None:
                return _plain(404, _HASH_UNKNOWN)
        if found.running == NOTHING and found.gzipped:
            return _finished(found, accepts_gzip)
        return self._unfinished(hash_text.lower(), found, accepts_gzip, viewer)

    def by_sandbox_id(self, sandbox_id: str, accepts_gzip: bool, viewer: Viewer = PUBLIC) -> Answer:
        """Exactly this analysis: finished, in progress, or failed. 404001 for an id unknown to `viewer`.

        Raises StoreError.
        """
        if not is_sandbox_id(sandbox_id):
            return _plain(404, _NOT_FOUND)
        found = self._store.index.body(bytes.fromhex(sandbox_id))
        if found is not None:
            return _finished(found, accepts_gzip)
        task = self._task(sandbox_id, viewer)
        if task is None or task.state is TaskState.REPORTED:
            return self._unindexed(sandbox_id, accepts_gzip, viewer)
        return _plain(200, self._state_of(task))

    def _seen(self, digest: str, viewer: Viewer) -> Found | None:
        """What `viewer` sees of a file of which some things are private; None when that is nothing at all."""
        last = self._store.last_report(digest, viewer)
        running = self._store.newest_open_task(digest, viewer)
        if last is None and running is None:
            return Found(b"", b"", NOTHING) if self._store.is_known(digest, viewer) else None
        gzipped = b"" if last is None else self._store.blobs.gzipped(last.body_sha256)
        etag = b"" if last is None else last.body_sha256[:ETAG_CHARACTERS].encode("ascii")
        return Found(etag, gzipped, NOTHING if running is None else bytes.fromhex(running))

    def _unfinished(self, digest: str, found: Found, accepts_gzip: bool, viewer: Viewer) -> Answer:
        if found.running == NOTHING:
            last = self._store.last_report(digest, viewer)
            return _plain(404, _NOT_FOUND) if last is None else self._unindexed(last.sandbox_id, accepts_gzip, viewer)
        running = found.running.hex()
        if found.gzipped:
            return _with_marker(found, running, accepts_gzip)
        task = self._task(running, viewer)
        if task is None or task.state is TaskState.FAILED:
            return _plain(404, _NOT_FOUND)
        if task.state is TaskState.REPORTED:
            return self._unindexed(running, accepts_gzip, viewer)
        return _plain(200, self._state_of(task))

    def _task(self, sandbox_id: str, viewer: Viewer) -> TaskRow | None:
        task = self._store.task(sandbox_id, viewer)
        now = self._now()
        if task is None or task.deadline_at is None or task.deadline_at > now:
            return task
        self._store.recover(now, self._limits)
        return self._store.task(sandbox_id, viewer)

    def _unindexed(self, sandbox_id: str, accepts_gzip: bool, viewer: Viewer) -> Answer:
        """A report that the index does not have, or not yet; or what is known of a URL."""
        row = self._store.report(sandbox_id, viewer)
        if row is None:
            visited = visits.result(self._store, sandbox_id, viewer)
            return _plain(404, _NOT_FOUND) if visited is None else _plain(200, visited)
        etag = row.body_sha256[:16].encode("ascii")
        return _finished(Found(etag, self._store.blobs.gzipped(row.body_sha256), NOTHING), accepts_gzip)

    def _state_of(self, task: TaskRow) -> bytes:
        sample = self._store.sample(task.sha256)
        digests = Digests(
            md5=(sample and sample.md5) or "", sha1=(sample and sample.sha1) or "", sha256=Sha256(task.sha256)
        )
        data_id, sandbox_id, is_private = task.data_id, task.sandbox_id, task.private_to is not None
        if task.state is TaskState.FAILED:
            reasons = () if task.reason is None else (task.reason,)
            return v4.failed(digests, data_id=data_id, sandbox_id=sandbox_id, reasons=reasons, is_private=is_private)
        progress = task.progress
        return v4.in_progress(digests, data_id=data_id, sandbox_id=sandbox_id, progress=progress, is_private=is_private)


def _plain(status: int, body: bytes) -> Answer:
    return Answer(status, [_TYPE, (b"content-length", b"%d" % len(body))], body)


def _finished(found: Found, accepts_gzip: bool) -> Answer:
    if accepts_gzip:
        body = found.gzipped
        length = (b"content-length", b"%d" % len(body))
        return Answer(200, [_TYPE, _GZIPPED, _VARY, length, (b"etag", b'"%b-gz"' % found.etag)], body)
    body = zlib.decompress(found.gzipped, _GZIP_FORMAT)
    length = (b"content-length", b"%d" % len(body))
    return Answer(200, [_TYPE, _VARY, length, (b"etag", b'"%b"' % found.etag)], body)


def _with_marker(found: Found, running: str, accepts_gzip: bool) -> Answer:
    """The last finished analysis, which also names the one that runs."""
    stored = zlib.decompress(found.gzipped, _GZIP_FORMAT)
    marked = b'%b,"scan_in_progress":"%b"}' % (stored[:-1], running.encode("ascii"))
    again = zlib.compress(marked, 1, _GZIP_FORMAT)
    return _finished(Found(b"%b-%b" % (found.etag, found.running.hex().encode()), again, NOTHING), accepts_gzip)
