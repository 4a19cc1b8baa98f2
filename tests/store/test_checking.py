"""The check names everything that is damaged and nothing else; the index is repaired."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from fulgurite.errors import Damaged, StoreError
from fulgurite.model.hashes import digests_of
from fulgurite.model.key import Role
from fulgurite.store import Store, checking
from fulgurite.store.checking import Finding
from fulgurite.store.entries import Entry
from fulgurite.store.index import Changes, IndexDamaged
from tests import builders
from tests.store.values import NOW, damage, found, imported, reported, sandbox_id, several

DATA = b"MZ one"


@pytest.fixture
def filled(store: Store) -> Store:
    several(store, DATA)
    store.add_key("k" * 32, "lab", Role.READ, NOW)
    store.add_key("x" * 32, "old", Role.READ, NOW)
    store.revoke_key("old", NOW)
    return store


def named(store: Store) -> list[tuple[str, str]]:
    return [(finding.kind, finding.name) for finding in checking.check(store)]


def test_a_sound_store_has_no_findings(filled: Store) -> None:
    assert list(checking.check(filled)) == []


@pytest.mark.parametrize(
    ("column", "told"), [("original_at", "original"), ("native_at", "native report"), ("body_at", "body")]
)
def test_a_damaged_content_is_named(filled: Store, column: str, told: str) -> None:
    damage(filled, getattr(filled.report(sandbox_id(2)), column))
    findings = list(checking.check(filled))
    assert {(finding.kind, finding.name) for finding in findings} == {("report", sandbox_id(2))}
    assert any(finding.problem.startswith(f"its {told}: ") for finding in findings)


def test_a_damaged_and_a_lost_sample_are_named(filled: Store) -> None:
    one, other = digests_of(DATA).sha256, digests_of(b"MZ other").sha256
    [path] = (filled.data_dir / "blobs").rglob(f"{one}.cart")
    path.write_bytes(b"damaged")
    [path] = (filled.data_dir / "blobs").rglob(f"{other}.cart")
    path.unlink()
    assert sorted(named(filled)) == sorted([("sample", one), ("sample", other)])


def test_a_file_that_nothing_needs_is_named(filled: Store) -> None:
    digest = filled.blobs.put(b"left behind")
    assert named(filled) == [("orphan", f"{digest}.gz")]


def _wrong_place(changes: Changes) -> None:
    changes.set_hash(bytes.fromhex(digests_of(b"MZ third").sha1), Entry(1 << 32 | 1))


def _unknown_file(changes: Changes) -> None:
    changes.set_hash(b"\xee" * 16, Entry(0))


def _lost_file(changes: Changes) -> None:
    changes.forget_hash(bytes.fromhex(digests_of(DATA).md5))


def _lost_id(changes: Changes) -> None:
    changes.forget_id(bytes.fromhex(sandbox_id(3)))


def _unknown_id(changes: Changes) -> None:
    changes.set_id(b"\xee" * 12, 1 << 32 | 1)


def _wrong_id(changes: Changes) -> None:
    changes.set_id(bytes.fromhex(sandbox_id(1)), 9 << 32)


@pytest.mark.parametrize(
    "harm", [_wrong_place, _unknown_file, _lost_file, _lost_id, _unknown_id, _wrong_id], ids=lambda harm: harm.__name__
)
def test_an_index_that_says_otherwise_is_named_and_repaired(filled: Store, harm: Callable[[Changes], None]) -> None:
    before = found(filled, DATA)
    with filled.index.write() as changes:
        harm(changes)
    findings = list(checking.check(filled))
    assert [finding.kind for finding in findings] == ["index"]
    checking.repair_index(filled, findings[0])
    assert list(checking.check(filled)) == []
    assert found(filled, DATA) == before


def test_a_damaged_entry_is_named_and_repaired(filled: Store) -> None:
    digest = bytes.fromhex(digests_of(b"MZ third").md5)
    with filled.index.environment.begin(write=True) as transaction:
        transaction.put(digest, b"\0" * 16, db=filled.index.hashes[16])
    with pytest.raises(Damaged):
        filled.finder.found(digest)
    [finding] = checking.check(filled)
    checking.repair_index(filled, finding)
    assert filled.finder.found(digest) is not None


def test_keys_of_the_index_are_checked(filled: Store) -> None:
    with filled.index.write() as changes:
        changes.forget_key(filled.database.value("SELECT digest FROM keys WHERE name = 'lab'"))
    [finding] = checking.check(filled)
    assert finding[:2] == ("index", "key 1")
    checking.repair_index(filled, finding)
    assert filled.key("k" * 32) is not None
    assert list(checking.check(filled)) == []


def test_an_index_that_was_being_made_is_made_again(filled: Store) -> None:
    with filled.index.write() as changes:
        changes.clear()
    with pytest.raises(StoreError, match="made anew"):
        filled.finder.found(b"?" * 16)
    [finding] = checking.check_index(filled)
    assert finding == Finding("index", "index.lmdb", finding.problem)
    checking.repair_index(filled, finding)
    assert list(checking.check(filled)) == []


def test_an_index_that_cannot_be_opened_is_removed_when_nobody_has_it(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        reported(store, 1, DATA)
        before = found(store, DATA)
        with pytest.raises(StoreError, match="in use"):
            checking.discard_index(tmp_path)
    (tmp_path / "index.lmdb" / "data.mdb").write_bytes(b"no index" * 4096)
    with pytest.raises(IndexDamaged, match="--repair"):
        Store.open(tmp_path)
    checking.discard_index(tmp_path)
    with Store.open(tmp_path) as store:
        assert found(store, DATA) == before
        assert list(checking.check(store)) == []


def test_a_damaged_database_is_named(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        for number in range(30):
            imported(store, number, builders.sample(b"MZ %d" % number))
        store.database.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    copy = tmp_path / "copy"
    shutil.copytree(tmp_path, copy, ignore=shutil.ignore_patterns("copy"))
    database = copy / "fulgurite.db"
    content = bytearray(database.read_bytes())
    with Store.open(tmp_path) as store:
        page = store.database.value("SELECT rootpage FROM sqlite_master WHERE name = 'reports_md5'")
    content[(page - 1) * 16384 : (page - 1) * 16384 + 200] = bytes(200)
    database.write_bytes(content)
    with Store.open(copy) as store:
        assert any(finding.kind == "database" for finding in checking._database(store))
