"""Copies a store while it is used, so that the copy is a data folder of its own.

The database is copied first, as it is at one moment; what it refers to is on disk by then and never changes, so the
files that are copied after it hold at least that. What moves or deletes files waits until the copy is done. The index
is not copied: it is made again when the copy is first opened. A second copy into the same folder copies only what is
new, and replaces the database last, so that the folder holds a whole copy at any moment.
"""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from fulgurite.errors import StoreError
from fulgurite.store.blobs import CART, GZIP
from fulgurite.store.compacting import LOCK
from fulgurite.store.faults import told
from fulgurite.store.packs import PACK_BYTES, sync_folder
from fulgurite.store.scratch import exclusive
from fulgurite.store.store import Store

_DATABASE = "fulgurite.db"


class BackedUp(NamedTuple):
    """What a backup copied."""

    files: int
    """How many that were not there yet, or not whole, the database not counted."""
    size_bytes: int


def back_up(store: Store, target: Path) -> BackedUp:
    """Makes `target` a whole copy of what is acknowledged now, durable when this returns.

    `target` is made as needed; what is in there must be an earlier copy of the same store. Raises StoreFull,
    StoreError.
    """
    with exclusive(store.data_dir / LOCK), told("copying the store"):
        _refuse_foreign(store, target)
        target.mkdir(mode=0o700, parents=True, exist_ok=True)
        aside = target / f"{_DATABASE}.new"
        aside.unlink(missing_ok=True)
        _copy_database(store.data_dir / _DATABASE, aside)
        sizes = [_copied(source, target / source.relative_to(store.data_dir)) for source in _files(store.data_dir)]
        shutil.rmtree(target / "index.lmdb", ignore_errors=True)
        for left in ("-wal", "-shm"):
            (target / f"{_DATABASE}{left}").unlink(missing_ok=True)
        aside.replace(target / _DATABASE)
        sync_folder(target)
        new = [size for size in sizes if size is not None]
        return BackedUp(len(new), sum(new) + (target / _DATABASE).stat().st_size)


def _refuse_foreign(store: Store, target: Path) -> None:
    """Raises StoreError when `target` holds something else than copies of this store."""
    if not target.exists() or not any(target.iterdir()):
        return
    if target.resolve() == store.data_dir.resolve():
        raise StoreError(f"{target} is the data folder itself; name another one")
    if not (target / _DATABASE).exists():
        if (target / f"{_DATABASE}.new").exists():
            return
        raise StoreError(f"{target} is not empty and no copy of a store; name another folder")
    with closing(sqlite3.connect(f"file:{target / _DATABASE}?mode=ro", uri=True)) as connection:
        [(found,)] = connection.execute("SELECT value FROM meta WHERE name = 'store_id'").fetchall() or [("",)]
    if found != store.store_id:
        raise StoreError(f"{target} holds a copy of another store; name another folder")


def _copy_database(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as reading, closing(sqlite3.connect(target)) as writing:
        reading.backup(writing)
        writing.execute("PRAGMA journal_mode=DELETE")
    target.chmod(0o600)
    _sync(target)


def _files(folder: Path) -> Iterator[Path]:
    """The files to be copied: all packs, all stored files, what else lies in the data folder, such as settings."""
    yield from sorted(path for path in folder.glob("[!.]*") if path.is_file() and not path.name.startswith(_DATABASE))
    yield from sorted(path for path in (folder / "rules").rglob("*") if path.is_file())
    yield from sorted((folder / "packs").glob("*.*"))
    yield from sorted((folder / "blobs").glob("??/??/*"))


def _copied(source: Path, target: Path) -> int | None:
    """Copies a file unless it is there; returns its size, or None when it was there.

    Only a full pack, or a file named by its digest, is known to be what it was.
    """
    size = source.stat().st_size
    if _is_final(source, size) and target.exists() and target.stat().st_size == size:
        return None
    made = [
        folder for folder in (target.parent.parent.parent, target.parent.parent, target.parent) if not folder.exists()
    ]
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    aside = target.with_name(f"{target.name}.new")
    shutil.copyfile(source, aside)
    aside.chmod(0o600)
    _sync(aside)
    aside.replace(target)
    sync_folder(target.parent)
    for folder in made:
        sync_folder(folder.parent)
    return size


def _is_final(source: Path, size: int) -> bool:
    if source.suffix == ".pack":
        return size >= PACK_BYTES
    return source.suffix in {CART, GZIP}


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
