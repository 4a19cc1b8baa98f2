"""How the LMDB index follows the database.

Each change of what a lookup shows leaves a note in the table `unindexed`, in the change's own transaction. Once that is
committed, the index entries are derived anew from what the database says then, and the note is deleted. Deriving
happens inside LMDB's write transaction, of which there is one at a time over all processes: whoever writes last has
seen every earlier change, so the index ends right in whatever order processes come. Notes left by a crash are worked
off by `reconcile`.

Never wait for the index while a database transaction is open: the order is database, then index.
"""

import logging
import sqlite3
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, islice
from operator import itemgetter
from typing import Literal, NamedTuple, assert_never

import msgspec

from fulgurite.errors import StoreError
from fulgurite.model.hashes import SHA512_DIGITS
from fulgurite.store.db import Database
from fulgurite.store.entries import NOTHING, Entry, Privacy
from fulgurite.store.index import Changes, Index
from fulgurite.store.keys import key_of
from fulgurite.store.packs import Place

_log = logging.getLogger(__name__)

Kind = Literal["sample", "report", "gone", "key"]

HASHES = ("sha256", "sha1", "md5")
_KINDS = {64: "sha256", 40: "sha1", 32: "md5"}
TOLD = "outcome <> 'failed' AND private_to IS NULL AND body_at IS NOT NULL"
"""Whether a row of `reports` is an analysis that everybody is told of."""
_LAST = {
    kind: "SELECT body_at, score, requested_at, sandbox_id FROM reports"  # noqa: S608 - fixed names
    f" WHERE {kind} = ? AND {TOLD}"
    " ORDER BY requested_at DESC, seq DESC LIMIT 1"
    for kind in HASHES
}
_RUNNING = {
    kind: "SELECT tasks.sandbox_id FROM samples JOIN tasks USING (sha256)"  # noqa: S608 - fixed names
    f" WHERE samples.{kind} = ? AND tasks.state IN ('pending', 'running')"
    " AND tasks.private_to IS NULL"
    " ORDER BY tasks.requested_at DESC, tasks.seq DESC LIMIT 1"
    for kind in HASHES
}
_KNOWN = {
    kind: "SELECT EXISTS (SELECT 1 FROM samples JOIN submissions USING (sha256)"  # noqa: S608 - fixed names
    f" WHERE samples.{kind} = ? AND submissions.private_to IS NULL)"
    f" OR EXISTS (SELECT 1 FROM reports WHERE {kind} = ? AND outcome = 'failed' AND private_to IS NULL)"
    for kind in HASHES
}
_HAS_PRIVATE = {
    kind: "SELECT EXISTS (SELECT 1 FROM samples JOIN submissions USING (sha256)"  # noqa: S608 - fixed names
    f" WHERE samples.{kind} = ? AND submissions.private_to IS NOT NULL)"
    for kind in HASHES
}

_UNTOLD = f"INSERT INTO unindexed (kind, ref) SELECT 'report', sandbox_id FROM reports WHERE NOT ({TOLD})"  # noqa: S608 - fixed
_PUBLIC = {
    kind: f"SELECT {kind}, body_at, score, requested_at, sandbox_id FROM reports"  # noqa: S608 - fixed names
    f" WHERE {kind} IS NOT NULL AND {TOLD} ORDER BY {kind}, requested_at, seq"
    for kind in HASHES
}
_PLACES = "SELECT sandbox_id, body_at FROM reports WHERE private_to IS NULL AND body_at IS NOT NULL ORDER BY sandbox_id"

_BATCH = 500
_FILL_BATCH = 50_000


class Note(NamedTuple):
    """A change that the index does not have yet."""

    seq: int
    kind: Kind
    ref: str
    """The SHA-256 of a sample, the sandbox_id of a report, all names of a report that is gone, the id of a key.

    Of what is gone: sandbox_id (empty where there is none) and hashes of any kind, a SHA-512 among them."""


def noted(connection: sqlite3.Connection, kind: Kind, ref: str) -> Note:
    """Leaves a note in the open transaction."""
    cursor = connection.execute("INSERT INTO unindexed (kind, ref) VALUES (?, ?)", (kind, ref))
    return Note(cursor.lastrowid or 0, kind, ref)


class Indexing:
    def __init__(self, database: Database, index: Index, store_id: str) -> None:
        """`store_id`: of the database; an index of another one is not written to."""
        self._database = database
        self._index = index
        self._store_id = store_id

    def settle(self, notes: Sequence[Note]) -> None:
        """Brings the index up to the committed changes that `notes` tell of.

        The changes are durable already. So a failure here is logged, not raised: the notes stay, and the next
        `reconcile` works them off.
        """
        try:
            self.apply(notes)
        except StoreError:
            _log.exception("the index could not be brought up to date; it will be tried again")

    def reconcile(self) -> int:
        """Works off all notes, also of other processes; returns how many. Raises StoreError."""
        count = 0
        after = 0
        while True:
            rows = self._database.rows(
                "SELECT seq, kind, ref FROM unindexed WHERE seq > ? ORDER BY seq LIMIT ?", (after, _BATCH)
            )
            if not rows:
                return count
            notes = [Note(*row) for row in rows]
            self.apply(notes)
            after = notes[-1].seq
            count += len(notes)

    def rebuild(self) -> None:
        """Makes the whole index anew. Until that is done, it is nobody's: what changes meanwhile is noted only.

        Raises StoreError.
        """
        with self._index.write() as changes:
            changes.clear()
        with self._database.write("making the index anew") as connection:
            connection.execute("DELETE FROM unindexed")
            connection.execute("INSERT INTO unindexed (kind, ref) SELECT 'sample', sha256 FROM samples")
            connection.execute(_UNTOLD)
            connection.execute("INSERT INTO unindexed (kind, ref) SELECT 'key', id FROM keys")
        self._fill()
        with self._index.write() as changes:
            changes.belongs_to(self._store_id)
        self.reconcile()

    def _fill(self) -> None:
        """Puts what public reports say into the empty index, in the order of its keys."""
        for kind in HASHES:
            entries = public_entries(self._database, kind)
            while batch := list(islice(entries, _FILL_BATCH)):
                with self._index.write() as changes:
                    changes.fill_hashes(len(batch[0][0]), batch)
        names = all_sha512(self._database)
        while few := list(islice(names, _FILL_BATCH)):
            with self._index.write() as changes:
                changes.fill_sha512(few)
        places = public_places(self._database)
        while some := list(islice(places, _FILL_BATCH)):
            with self._index.write() as changes:
                changes.fill_ids(some)

    def apply(self, notes: Sequence[Note]) -> None:
        """Like `settle`, but raises StoreError."""
        with self._index.write() as changes:
            if changes.store_id() != self._store_id:
                return
            for note in notes:
                self._bring_up_to_date(changes, note)
        with self._database.write("noting what is indexed", durable=False) as connection:
            connection.executemany("DELETE FROM unindexed WHERE seq = ?", [(note.seq,) for note in notes])

    def _bring_up_to_date(self, changes: Changes, note: Note) -> None:
        match note.kind:
            case "sample":
                row = self._database.row("SELECT sha256, sha1, md5 FROM samples WHERE sha256 = ?", (note.ref,))
                self._derive_hashes(changes, row or ())
            case "report":
                self._derive_report(changes, note.ref)
            case "gone":
                sandbox_id, *digests = note.ref.split(" ")
                if sandbox_id != "":
                    changes.forget_id(bytes.fromhex(sandbox_id))
                self._derive_hashes(changes, (digest for digest in digests if digest != ""))
            case "key":
                self._derive_key(changes, int(note.ref))
            case _:
                assert_never(note.kind)

    def _derive_report(self, changes: Changes, sandbox_id: str) -> None:
        row = self._database.row(
            "SELECT sha256, sha1, md5, body_at, private_to FROM reports WHERE sandbox_id = ?", (sandbox_id,)
        )
        if row is None:
            changes.forget_id(bytes.fromhex(sandbox_id))
            return
        if row["private_to"] is None and row["body_at"] is not None:
            changes.set_id(bytes.fromhex(sandbox_id), row["body_at"])
        self._derive_hashes(changes, (row[kind] for kind in HASHES))

    def _derive_hashes(self, changes: Changes, digests: Iterable[str | None]) -> None:
        for digest in digests:
            if digest is not None:
                self.derive(changes, digest)

    def derive_again(self, kind: Kind, ref: str) -> None:
        """Brings the index up to date with what a note of this kind would tell of. Raises StoreError."""
        with self._index.write() as changes:
            self._bring_up_to_date(changes, Note(0, kind, ref))

    def derive(self, changes: Changes, digest: str) -> None:
        """Makes the entry of a file what the database says of it; `digest` is one of its hashes, in lower-case hex."""
        if len(digest) == SHA512_DIGITS:
            self._derive_sha512(changes, bytes.fromhex(digest))
            return
        entry = self.entry_of(digest)
        if entry is None:
            changes.forget_hash(bytes.fromhex(digest))
        else:
            changes.set_hash(bytes.fromhex(digest), entry)

    def _derive_sha512(self, changes: Changes, sha512: bytes) -> None:
        sha256 = self._database.value("SELECT sha256 FROM sha512 WHERE sha512 = ?", (sha512,))
        if sha256 is None:
            changes.forget_sha512(sha512)
        else:
            changes.set_sha512(sha512, sha256)

    def entry_of(self, digest: str) -> Entry | None:
        """What the database says of the file with this digest, in lower-case hex; None when it does not know it."""
        kind = _KINDS[len(digest)]
        last = self._database.row(_LAST[kind], (digest,))
        running = self._database.value(_RUNNING[kind], (digest,))
        privacy = self._privacy(kind, digest, is_public=last is not None or running is not None)
        if privacy is None:
            return None
        if last is None:
            return Entry(0, _raw(running), privacy=privacy)
        score, requested_us = last["score"] or 0, last["requested_at"]
        return Entry(last["body_at"], _raw(running), score, requested_us, privacy, _raw(last["sandbox_id"]))

    def _privacy(self, kind: str, digest: str, *, is_public: bool) -> Privacy | None:
        """How much of a file there is to hide; None when nothing is known of it at all."""
        has_private = bool(self._database.value(_HAS_PRIVATE[kind], (digest,)))
        if is_public or self._database.value(_KNOWN[kind], (digest, digest)):
            return Privacy.SOME if has_private else Privacy.NONE
        return Privacy.ALL if has_private else None

    def _derive_key(self, changes: Changes, key_id: int) -> None:
        row = self._database.row("SELECT * FROM keys WHERE id = ?", (key_id,))
        if row is None:
            return
        if row["revoked_at"] is None:
            changes.set_key(row["digest"], msgspec.json.encode(key_of(row)))
        else:
            changes.forget_key(row["digest"])


def public_entries(database: Database, kind: str) -> Iterator[tuple[bytes, Entry]]:
    """What public reports say of each file, in the order of its digests of this kind: md5, sha1 or sha256."""
    return _last_of_each(database.stream(_PUBLIC[kind]))


def all_sha512(database: Database) -> Iterator[tuple[bytes, bytes]]:
    """The raw SHA-512 of files and their raw SHA-256, in the order of the first."""
    return ((row[0], row[1]) for row in database.stream("SELECT sha512, sha256 FROM sha512 ORDER BY sha512"))


def public_places(database: Database) -> Iterator[tuple[bytes, Place]]:
    """Where the bodies of public reports lie, in the order of their raw sandbox_ids."""
    return ((bytes.fromhex(row[0]), row[1]) for row in database.stream(_PLACES))


def _last_of_each(rows: Iterable[sqlite3.Row]) -> Iterator[tuple[bytes, Entry]]:
    """The entry of each digest, from the last of its rows; the rows come in order."""
    for digest, group in groupby(rows, key=itemgetter(0)):
        [(_, place, score, requested_us, sandbox_id)] = deque(group, maxlen=1)
        yield bytes.fromhex(digest), Entry(place, NOTHING, score or 0, requested_us, last=_raw(sandbox_id))


def _raw(sandbox_id: str | None) -> bytes:
    return NOTHING if sandbox_id is None else bytes.fromhex(sandbox_id)
