"""The lookup of an analysis, by a hash of its file or by its own id: status, headers and body, ready to send."""

from binascii import Error as HexError
from binascii import unhexlify
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from fulgurite.exports import v4
from fulgurite.model.hashes import SHA512_BYTES, SHA512_DIGITS, Digests, Sha256
from fulgurite.model.task import TaskRow, TaskState
from fulgurite.model.viewer import PUBLIC, Viewer
from fulgurite.service import visits
from fulgurite.service.bodies import (
    CACHE_BYTES,
    LARGE_BYTES,
    PLAIN,
    Body,
    Inflated,
    Stream,
    Takes,
    gzipped,
    length_of,
    pieces_of,
    zstandard,
)
from fulgurite.service.ids import is_sandbox_id
from fulgurite.store import Store
from fulgurite.store.entries import NOTHING
from fulgurite.store.finding import Found
from fulgurite.store.mapped import Pack
from fulgurite.store.tasks import Limits

_new = tuple.__new__
_DIGITS = frozenset({32, 40, 64, SHA512_DIGITS})
_TYPE = b"content-type: application/json; charset=utf-8\r\ncontent-length: %d\r\n"
ZSTD = _TYPE + b'content-encoding: zstd\r\nvary: accept-encoding\r\netag: "%b-zst"\r\n'
GZIPPED = _TYPE + b'content-encoding: gzip\r\nvary: accept-encoding\r\netag: "%b-gz"\r\n'
_IDENTITY = _TYPE + b'vary: accept-encoding\r\netag: "%b"\r\n'


class Answer(NamedTuple):
    """What goes over the wire."""

    status: int
    head: bytes
    """Lines of the head, each with its line break: what is said of the body, its Content-Length among it."""
    body: Body
    pack: Pack | None = None
    """The pack that the body lies in, as it is sent; None where it does not."""
    start: int = 0
    """Where in it."""

    @property
    def content(self) -> bytes:
        """The whole body. Raises Damaged."""
        return b"".join(pieces_of(self.body))


_HASH_INVALID = b'{"error":{"code":400064,"messages":["The hash value is not valid"]}}'
HASH_UNKNOWN = b'{"error":{"code":404003,"messages":["The hash was not found"]}}'
_NOT_FOUND = b'{"error":{"code":404001,"messages":["Entity was not found"]}}'


class Lookup:
    """Answers lookups from one store. Threads may share it."""

    def __init__(
        self,
        store: Store,
        *,
        now: Callable[[], datetime],
        limits: Limits = Limits(),  # noqa: B008 - an immutable value
        cache_bytes: int = CACHE_BYTES,
    ) -> None:
        """`now`: a task that is over its deadline has failed, also while no worker is there to say so.

        `cache_bytes`: how much memory bodies may take for clients that do not take them as they lie.
        """
        self._store = store
        self._found = store.finder.found
        self._now = now
        self._limits = limits
        self._inflated = Inflated(cache_bytes)

    def by_hash(self, hash_text: str, takes: Takes = PLAIN, viewer: Viewer = PUBLIC) -> Answer:
        """The last analysis, that `viewer` sees, of the file with this MD5, SHA-1, SHA-256 or SHA-512, in hex.

        While a newer one runs, its id stands in `scan_in_progress`. 400064 for what is no hash, 404003 for an unknown
        file, 404001 for a file without any analysis. Raises StoreError.
        """
        if len(hash_text) not in _DIGITS:
            return plain(400, _HASH_INVALID)
        try:
            digest = unhexlify(hash_text)
        except (HexError, ValueError):
            return plain(400, _HASH_INVALID)
        if len(digest) == SHA512_BYTES:
            return self._by_sha512(digest, takes, viewer)
        found = self._found(digest)
        if found is None:
            return plain(404, HASH_UNKNOWN)
        if found.has_private:
            found = self._seen(hash_text.lower(), viewer)
            if found is None:
                return plain(404, HASH_UNKNOWN)
        if found.running == NOTHING and found.gzipped:
            return self._finished(found, takes)
        return self._unfinished(hash_text.lower(), found, takes, viewer)

    def _by_sha512(self, digest: bytes, takes: Takes, viewer: Viewer) -> Answer:
        """One more read of the index: all that is known of a file stands under its other hashes."""
        sha256 = self._store.named(digest)
        return plain(404, HASH_UNKNOWN) if sha256 is None else self.by_hash(sha256.hex(), takes, viewer)

    def by_sandbox_id(self, sandbox_id: str, takes: Takes = PLAIN, viewer: Viewer = PUBLIC) -> Answer:
        """Exactly this analysis: finished, in progress, or failed. 404001 for an id unknown to `viewer`.

        Raises StoreError.
        """
        if not is_sandbox_id(sandbox_id):
            return plain(404, _NOT_FOUND)
        found = self._store.finder.body(bytes.fromhex(sandbox_id))
        if found is not None:
            return self._finished(found, takes)
        task = self._task(sandbox_id, viewer)
        if task is None or task.state is TaskState.REPORTED:
            return self._unindexed(sandbox_id, takes, viewer)
        return plain(200, self._state_of(task))

    def _seen(self, digest: str, viewer: Viewer) -> Found | None:
        """What `viewer` sees of a file of which some things are private; None when that is nothing at all."""
        last = self._store.last_report(digest, viewer)
        running = self._store.newest_open_task(digest, viewer)
        if last is None and running is None:
            return Found(b"", b"", NOTHING) if self._store.is_known(digest, viewer) else None
        kept = Found(b"", b"", NOTHING) if last is None else self._store.body(last)
        return kept if running is None else kept._replace(running=bytes.fromhex(running))

    def _unfinished(self, digest: str, found: Found, takes: Takes, viewer: Viewer) -> Answer:
        if found.running == NOTHING:
            last = self._store.last_report(digest, viewer)
            return plain(404, _NOT_FOUND) if last is None else self._unindexed(last.sandbox_id, takes, viewer)
        running = found.running.hex()
        if found.gzipped:
            return self._with_marker(found, running, takes)
        task = self._task(running, viewer)
        if task is None or task.state is TaskState.FAILED:
            return plain(404, _NOT_FOUND)
        if task.state is TaskState.REPORTED:
            return self._unindexed(running, takes, viewer)
        return plain(200, self._state_of(task))

    def _task(self, sandbox_id: str, viewer: Viewer) -> TaskRow | None:
        task = self._store.task(sandbox_id, viewer)
        now = self._now()
        if task is None or task.deadline_at is None or task.deadline_at > now:
            return task
        self._store.recover(now, self._limits)
        return self._store.task(sandbox_id, viewer)

    def _unindexed(self, sandbox_id: str, takes: Takes, viewer: Viewer) -> Answer:
        """A report that the index does not have, or not yet; or what is known of a URL."""
        row = self._store.report(sandbox_id, viewer)
        if row is None:
            visited = visits.result(self._store, sandbox_id, viewer)
            return plain(404, _NOT_FOUND) if visited is None else plain(200, visited)
        return self._finished(self._store.body(row), takes)

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

    def _finished(self, found: Found, takes: Takes) -> Answer:
        if takes.zstd and found.zstd:
            start = found.start + len(found.gzipped)
            return Answer(200, ZSTD % (len(found.zstd), found.etag), found.zstd, found.pack, start)
        if takes.gzip:
            packed = found.gzipped
            # The constructor of a NamedTuple takes twice as long.
            return _new(Answer, (200, GZIPPED % (len(packed), found.etag), packed, found.pack, found.start))
        if takes.zstd and found.raw_size <= LARGE_BYTES:
            packed = self._inflated.as_zstd(found)
            return Answer(200, ZSTD % (len(packed), found.etag), packed)
        body = self._inflated.of(found)
        return Answer(200, _IDENTITY % (length_of(body), found.etag), body)

    def _with_marker(self, found: Found, running: str, takes: Takes) -> Answer:
        """The last finished analysis, which also names the one that runs."""
        marked = self._inflated.of(found, b',"scan_in_progress":"%b"}' % running.encode("ascii"))
        etag = b"%b-%b" % (found.etag, running.encode("ascii"))
        if takes.gzip and not isinstance(marked, Stream):
            packed = gzipped(marked)
            return Answer(200, GZIPPED % (len(packed), etag), packed)
        if takes.zstd and not isinstance(marked, Stream):
            packed = zstandard(marked)
            return Answer(200, ZSTD % (len(packed), etag), packed)
        return Answer(200, _IDENTITY % (length_of(marked), etag), marked)


def plain(status: int, body: bytes) -> Answer:
    return Answer(status, _TYPE % len(body), body)
