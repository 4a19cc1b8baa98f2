"""How much room the store takes, by part, and how much there is."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from fulgurite.model.administration import Part, Storage
from fulgurite.service.tally import Upkeep
from fulgurite.store import Store
from fulgurite.store.faults import told
from fulgurite.store.store import INDEX

MAX_FILES = 100_000
"""Of one part that are looked at: some half a second. Of more it is told that there is more."""
_BLOCK_BYTES = 512
"""What `st_blocks` counts in, whatever the file system's blocks are."""


def storage(store: Store, upkeep: Upkeep) -> Storage:
    """How much there is of each part, and what was counted of its `upkeep`.

    Blocks for about a second at most. Raises StoreError.
    """
    root = store.data_dir
    with told("measuring the data folder"):
        database = _measured("database", [path for path in root.iterdir() if path.name.startswith("fulgurite.db")])
        parts = (
            Part(
                name="database",
                bytes=database.bytes,
                count=store.database.value("SELECT count(*) FROM listed"),
            ),
            _measured("index", [root / INDEX]),
            _measured("packs", [root / "packs"]),
            _measured("blobs", [root / "blobs"]),
            _measured("temporary", [root / "tmp"]),
        )
        free = shutil.disk_usage(root).free
    return Storage(
        parts=parts,
        total_bytes=sum(part.bytes for part in parts),
        free_bytes=free,
        index_rounds=upkeep.rounds,
        index_mended=upkeep.mended,
    )


def _measured(name: str, paths: list[Path]) -> Part:
    size = count = 0
    for entry in _files(paths):
        if count == MAX_FILES:
            return Part(name=name, bytes=size, count=count, is_complete=False)
        size += entry.st_blocks * _BLOCK_BYTES
        count += 1
    return Part(name=name, bytes=size, count=count)


def _files(paths: list[Path]) -> Iterator[os.stat_result]:
    """The files at and below these paths; links are not followed, what goes meanwhile is passed over."""
    for path in paths:
        if path.is_dir() and not path.is_symlink():
            for folder, _, names in os.walk(path):
                yield from _found(Path(folder, name) for name in names)
        else:
            yield from _found(iter([path]))


def _found(paths: Iterator[Path]) -> Iterator[os.stat_result]:
    for path in paths:
        try:
            yield path.lstat()
        except FileNotFoundError:
            continue
