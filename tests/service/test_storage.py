"""How much room is taken."""

import pytest

from fulgurite.service import storage
from fulgurite.service.tally import Upkeep
from fulgurite.store import Store
from tests.store import values


def test_each_part_is_measured(store: Store) -> None:
    values.reported(store, 1, b"MZ" * 5000)
    told = storage.storage(store, Upkeep(7, 2))
    parts = {part.name: part for part in told.parts}
    assert list(parts) == ["database", "index", "packs", "blobs", "temporary"]
    assert all(part.bytes > 0 for name, part in parts.items() if name != "temporary")
    assert parts["database"].count == 1
    assert parts["blobs"].count == 1
    assert all(part.is_complete for part in parts.values())
    assert told.total_bytes == sum(part.bytes for part in parts.values())
    assert told.free_bytes > 0
    assert (told.index_rounds, told.index_mended) == (7, 2)


def test_of_many_files_some_are_looked_at(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(1, 4):
        values.submitted(store, number, b"%d" % number)
    monkeypatch.setattr(storage, "MAX_FILES", 2)
    blobs = next(part for part in storage.storage(store, Upkeep(7, 2)).parts if part.name == "blobs")
    assert (blobs.count, blobs.is_complete) == (2, False)


def test_links_are_not_followed(store: Store) -> None:
    before = {part.name: part.count for part in storage.storage(store, Upkeep(7, 2)).parts}
    (store.data_dir / "blobs" / "out").symlink_to("/usr")
    after = {part.name: part.count for part in storage.storage(store, Upkeep(7, 2)).parts}
    assert (after["blobs"] or 0) - (before["blobs"] or 0) <= 1
