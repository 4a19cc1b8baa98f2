"""Upkeep as its callers see it: what is repaired, what is only told, what names what."""

from datetime import timedelta
from pathlib import Path

import pytest

from fulgurite.errors import InvalidHash, NotFound, StoreError
from fulgurite.model.hashes import digests_of
from fulgurite.service import upkeep
from fulgurite.service.tally import Tally, Upkeep
from fulgurite.store import Store
from fulgurite.store.counters import Counters
from fulgurite.store.indexing import noted
from tests import builders
from tests.store.values import NOW, damage, found, imported, reported, sandbox_id

DATA = b"MZ one"


def _filled(folder: Path) -> None:
    with Store.open(folder) as store:
        reported(store, 1, DATA)
        imported(store, 2, builders.sample(b"MZ two"))


def test_the_index_is_repaired_and_a_body_only_told(tmp_path: Path) -> None:
    _filled(tmp_path)
    with Store.open(tmp_path) as store:
        before = found(store, DATA)
        row = store.report(sandbox_id(2))
        assert row is not None
        damage(store, row.body_at)
        with store.index.write() as changes:
            changes.forget_hash(bytes.fromhex(digests_of(DATA).md5))
    # Without its body, a native report cannot be unpacked.
    told = [(one.finding.kind, one.is_repaired) for one in upkeep.check(tmp_path, repair=False)]
    assert sorted(told) == [("index", False), ("report", False), ("report", False)]
    told = [(one.finding.kind, one.is_repaired) for one in upkeep.check(tmp_path, repair=True)]
    assert sorted(told) == [("index", True), ("report", False), ("report", False)]
    with Store.open(tmp_path) as store:
        assert found(store, DATA) == before


def test_an_index_that_cannot_be_opened_is_made_again_on_demand(tmp_path: Path) -> None:
    _filled(tmp_path)
    (tmp_path / "index.lmdb" / "data.mdb").write_bytes(b"no index" * 4096)
    assert [one.is_repaired for one in upkeep.check(tmp_path, repair=False)] == [False]
    assert [one.is_repaired for one in upkeep.check(tmp_path, repair=True)] == [True]
    assert list(upkeep.check(tmp_path, repair=False)) == []


def test_an_analysis_or_a_file_is_deleted_by_its_name(tmp_path: Path) -> None:
    _filled(tmp_path)
    with Store.open(tmp_path) as store:
        assert upkeep.delete(store, sandbox_id(2)) == 1
        assert upkeep.delete(store, digests_of(DATA).sha1.upper()) == 1
        with pytest.raises(NotFound):
            upkeep.delete(store, sandbox_id(2))
        with pytest.raises(InvalidHash):
            upkeep.delete(store, "no hash")


def test_room_is_given_back_and_the_store_copied(tmp_path: Path) -> None:
    _filled(tmp_path / "data")
    with Store.open(tmp_path / "data") as store:
        upkeep.delete(store, sandbox_id(2))
        assert upkeep.compact(store, NOW + timedelta(days=9999)).packs == 1
        assert upkeep.back_up(store, tmp_path / "copy").files > 0
        with pytest.raises(StoreError, match="itself"):
            upkeep.back_up(store, tmp_path / "data")
    assert list(upkeep.check(tmp_path / "copy", repair=False)) == []


def test_what_the_index_lacks_is_brought_in(store: Store) -> None:
    imported(store, 1, builders.sample(DATA))
    assert not upkeep.tend(store)
    with store.database.write("testing") as connection:
        noted(connection, "report", sandbox_id(1))
    assert upkeep.tend(store)
    assert not upkeep.tend(store)


def test_what_the_index_hides_is_told_in_the_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    _filled(tmp_path)
    with Store.open(tmp_path) as store:
        before = found(store, DATA)
        digest = digests_of(DATA).sha256
        with store.index.write() as changes:
            changes.forget_hash(bytes.fromhex(digest))
        tallies = [Tally(Counters(tmp_path / "metrics")) for _ in range(2)]
        at_it, idle = [upkeep.Scrubber(store, tally) for tally in tallies]
        assert not any(one.look() for _ in range(4) for one in (at_it, idle))
        assert found(store, DATA) == before
        assert [tally.upkeep() for tally in tallies] == [Upkeep(rounds=1, mended=1)] * 2
        at_it.close()
        assert not any(idle.look() for _ in range(4))
        assert [tally.upkeep() for tally in tallies] == [Upkeep(rounds=2, mended=1)] * 2
        idle.close()
        for tally in tallies:
            tally.close()
    assert [record.levelname for record in caplog.records if digest in record.getMessage()] == ["ERROR"]
