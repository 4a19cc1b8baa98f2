"""Checks all that is kept: every content against its digest, the index against the database, files that nothing needs.

What is found is told as it is found; memory does not grow with the store. The database is read as it was when the check
began, so writers are not disturbed, and what they change meanwhile is not judged.
"""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Literal, NamedTuple, TypeVar

from fulgurite.errors import Damaged, NotFound, StoreError
from fulgurite.model.hashes import SHA512_BYTES
from fulgurite.store import entries
from fulgurite.store.entries import Entry
from fulgurite.store.faults import told
from fulgurite.store.indexing import HASHES, all_sha512, public_entries, public_places
from fulgurite.store.packs import Place
from fulgurite.store.reports import row_of
from fulgurite.store.scratch import Scratch, exclusive, remove_tree
from fulgurite.store.store import INDEX, Store

_Value = TypeVar("_Value")
_WHOLE = "index.lmdb"
_KEY = "key "
_ID_DIGITS = 24
_SIZES = {"sha256": 32, "sha1": 20, "md5": 16}


class Finding(NamedTuple):
    """Something that is not as it should be."""

    kind: Literal["database", "report", "sample", "artifact", "log", "index", "orphan"]
    name: str
    """Of what is damaged: a sandbox_id, a digest, a file."""
    problem: str


def check(store: Store) -> Iterator[Finding]:
    """All that is wrong with `store`; of a damaged database nothing else can be told.

    Raises StoreError when it cannot be read at all.
    """
    broken = list(_database(store))
    yield from broken
    if broken:
        return
    store.reconcile()
    yield from _reports(store)
    yield from _files(store)
    yield from check_index(store)
    yield from _orphans(store)


def _database(store: Store) -> Iterator[Finding]:
    try:
        for row in store.database.stream("PRAGMA integrity_check(100)"):
            if row[0] != "ok":
                yield Finding("database", "fulgurite.db", str(row[0]))
        for row in store.database.stream("PRAGMA foreign_key_check"):
            yield Finding("database", "fulgurite.db", f"a row of {row[0]} refers to one of {row[2]} that is not there")
    except Damaged as error:
        yield Finding("database", "fulgurite.db", str(error))


def _reports(store: Store) -> Iterator[Finding]:
    for found in store.database.stream("SELECT * FROM reports ORDER BY seq"):
        row = row_of(found)
        for what, read in (
            ("original", store.packing.original),
            ("native report", store.packing.native),
            ("body", store.packing.body_content),
        ):
            problem = _problem(read, row)
            if problem is not None:
                yield Finding("report", row.sandbox_id, f"its {what}: {problem}")


def _files(store: Store) -> Iterator[Finding]:
    for kind, sql in (
        ("sample", "SELECT sha256, sha256 FROM samples"),
        ("artifact", "SELECT sandbox_id || '/' || name, sha256 FROM artifacts"),
        ("log", "SELECT sandbox_id, log_sha256 FROM tasks WHERE log_sha256 IS NOT NULL"),
    ):
        for name, digest in store.database.stream(sql):
            problem = _problem(store.blobs.read, digest)
            if problem is not None:
                yield Finding(kind, name, problem)  # type: ignore[arg-type] # one of the three


def _problem(read: Callable[[_Value], object], value: _Value) -> str | None:
    try:
        read(value)
    except (Damaged, NotFound) as error:
        return str(error)
    return None


def check_index(store: Store) -> Iterator[Finding]:
    """What the index says otherwise than the database. What differs at first sight is looked at again, by itself."""
    if store.index.store_id() != store.store_id:
        yield Finding("index", _WHOLE, "it is not whole, or of another database")
        return
    told: set[bytes] = set()
    for digest in _suspects(store):
        problems = [] if digest in told else list(file_problems(store, digest))
        if problems:
            told.add(digest)
            yield from problems
    for sandbox_id in _differing(public_places(store.database), store.index.all_ids()):
        row = store.report(sandbox_id.hex())
        yield from analysis_problems(store, sandbox_id, None if row is None else row.body_at)
    said = (entries.named(sha512, sha256) for sha512, sha256 in all_sha512(store.database))
    for name in _differing(said, store.index.all_sha512()):
        yield from sha512_problems(store, name)
    yield from key_problems(store)


def analysis_problems(store: Store, sandbox_id: bytes, place: Place | None) -> Iterator[Finding]:
    """What is wrong with what the index says of an analysis whose body lies at `place`, as the database said last."""
    try:
        if store.index.place(sandbox_id) == place:
            return
    except Damaged:
        yield Finding("index", sandbox_id.hex(), "its place is damaged")
        return
    store.reconcile()
    row = store.report(sandbox_id.hex())
    if store.index.place(sandbox_id) != (None if row is None else row.body_at):
        yield Finding("index", sandbox_id.hex(), "the place of this analysis is not what the database says")


def sha512_problems(store: Store, name: bytes) -> Iterator[Finding]:
    """What is wrong with a SHA-512 of which the index has the beginning `name`, or lacks it."""
    above = name + b"\xff" * (SHA512_BYTES - len(name))
    store.reconcile()
    rows = store.database.rows("SELECT sha512, sha256 FROM sha512 WHERE sha512 BETWEEN ? AND ?", (name, above))
    key, found = next(store.index.all_sha512(name), (b"", b""))
    if ([found] if key == name else []) != [entries.named(row[0], row[1])[1] for row in rows]:
        sha512 = rows[0][0] if rows else name + bytes(SHA512_BYTES - len(name))
        yield Finding("index", sha512.hex(), "the file with this SHA-512 is not what the database says")


def _suspects(store: Store) -> Iterator[bytes]:
    """Digests of which the index may say something else than the database."""
    for kind in HASHES:
        said = ((digest, entries.packed(digest, entry)) for digest, entry in public_entries(store.database, kind))
        yield from _differing(said, store.index.all_hashes(_SIZES[kind]))
    for row in store.database.stream("SELECT sha256, sha1, md5 FROM samples"):
        yield from map(bytes.fromhex, row)


def file_problems(store: Store, digest: bytes) -> Iterator[Finding]:
    """What is wrong with the entry of a file, if anything still is once what was written meanwhile is settled."""
    problem = _entry_problem(store, digest)
    if problem is not None:
        yield Finding("index", digest.hex(), problem)


def _entry_problem(store: Store, digest: bytes) -> str | None:
    store.reconcile()
    expected = store.indexing.entry_of(digest.hex())
    try:
        [found] = store.index.entries([digest])
    except Damaged as error:
        return str(error)
    # What another process committed since is in neither, or in the index only.
    if found in {expected, store.indexing.entry_of(digest.hex())}:
        return None
    return f"the index says {_told(found)}, the database {_told(expected)}"


def _told(entry: Entry | None) -> str:
    if entry is None:
        return "that it is unknown"
    return f"place {entry.place:x}, running {entry.running.hex()}, score {entry.score}, {entry.privacy.name}"


def key_problems(store: Store) -> Iterator[Finding]:
    """API keys of which the index does not say what the database does."""
    for row in store.database.stream("SELECT id, digest, revoked_at FROM keys"):
        if (store.index.key(row["digest"]) is None) != (row["revoked_at"] is not None):
            yield Finding("index", f"{_KEY}{row['id']}", "whether it is in force is not what the database says")


def _differing(said: Iterable[tuple[bytes, _Value]], found: Iterable[tuple[bytes, _Value]]) -> Iterator[bytes]:
    """The keys, both come in order, that one of the two lacks or that have another value there."""
    left, right = iter(said), iter(found)
    one, other = next(left, None), next(right, None)
    while one is not None or other is not None:
        if other is None or (one is not None and one[0] < other[0]):
            yield one[0]  # type: ignore[index] # not both are None
            one = next(left, None)
        elif one is None or other[0] < one[0]:
            yield other[0]
            other = next(right, None)
        else:
            if one[1] != other[1]:
                yield one[0]
            one, other = next(left, None), next(right, None)


def _orphans(store: Store) -> Iterator[Finding]:
    for path in store.blobs.orphans(store.database):
        yield Finding("orphan", path.name, "nothing refers to this file; `fulgurite store compact` removes it")


def repair_index(store: Store, finding: Finding) -> None:
    """Makes what `check_index` found what the database says. Raises StoreError."""
    if finding.name == _WHOLE:
        store.indexing.rebuild()
    elif finding.name.startswith(_KEY):
        store.indexing.derive_again("key", finding.name.removeprefix(_KEY))
    elif len(finding.name) == _ID_DIGITS:
        store.indexing.derive_again("report", finding.name)
    else:
        store.indexing.derive_again("gone", f" {finding.name}")


def discard_index(data_dir: Path) -> None:
    """Removes an index that cannot be opened, so that the next opening makes it again.

    Raises StoreError while a process has the store open: it would go on with the index that is removed.
    """
    with told("removing the index"), exclusive(data_dir / ".opening"):
        scratch = Scratch(data_dir / "tmp")
        try:
            if scratch.others_alive():
                raise StoreError("the index cannot be repaired while the data folder is in use; stop the server first")
            remove_tree(data_dir / INDEX)
        finally:
            scratch.close()
