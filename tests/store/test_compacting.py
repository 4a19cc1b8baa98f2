"""Compaction: what is needed stays readable, all the time; what is not is gone."""

import os
import threading
import time
from pathlib import Path

import pytest

from fulgurite.store import Store, checking, compacting, deleting
from fulgurite.store.packs import PackGone
from fulgurite.store.records import original_record
from tests import builders
from tests.store.values import damage, found, imported, original, reported, sandbox_id

LATER = time.time() + 7200


def _content(store: Store, number: int) -> tuple[bytes, bytes, bytes]:
    row = store.report(sandbox_id(number))
    assert row is not None
    return store.original(row), store.native(row), bytes(store.body(row).gzipped)


def _filled(folder: Path, count: int) -> dict[int, tuple[bytes, bytes, bytes]]:
    """A store whose writer is gone, with garbage between what is needed."""
    with Store.open(folder) as store:
        for number in range(count):
            imported(store, number, builders.sample(b"MZ %d" % number))
            store.packs.append([original_record(os.urandom(20_000))])
        imported(store, count, builders.sample(b"MZ same"), content=original(0))
        return {number: _content(store, number) for number in range(count + 1)}


def test_what_is_needed_stays_and_garbage_goes(tmp_path: Path) -> None:
    before = _filled(tmp_path, 5)
    with Store.open(tmp_path) as store:
        size = sum(path.stat().st_size for path in (tmp_path / "packs").iterdir())
        done = compacting.compact(store, now=LATER)
        assert (done.packs, done.orphans, done.skipped) == (1, 0, ())
        assert done.freed_bytes > 100_000
        assert sum(path.stat().st_size for path in (tmp_path / "packs").iterdir()) < size - 90_000
        assert {number: _content(store, number) for number in before} == before
        rows = [store.report(sandbox_id(number)) for number in (0, 5)]
        assert len({row.original_at for row in rows if row is not None}) == 1
        assert list(checking.check(store)) == []
        assert compacting.compact(store, now=LATER).packs == 0


def test_readers_find_all_of_it_all_the_time(tmp_path: Path) -> None:
    before = _filled(tmp_path, 8)
    stop = threading.Event()
    lost: list[object] = []

    def read(store: Store) -> None:
        while not stop.is_set():
            content = {number: _content(store, number) for number in before}
            bodies = [found(store, b"MZ %d" % number)[0][0] for number in range(8)]
            if content != before or bodies != [before[number][2] for number in range(8)]:
                lost.append(content)

    with Store.open(tmp_path) as store, Store.open(tmp_path) as reader:
        threads = [threading.Thread(target=read, args=(one,)) for one in (store, reader)]
        for thread in threads:
            thread.start()
        for _ in range(5):
            assert compacting.compact(store, now=LATER, least_garbage=-1).skipped == ()
        stop.set()
        for thread in threads:
            thread.join()
        assert lost == []
        assert list(checking.check(store)) == []


def test_a_pack_that_is_written_to_stays(tmp_path: Path) -> None:
    _filled(tmp_path, 3)
    with Store.open(tmp_path) as store:
        store.packs.append([original_record(b"mine")])
        done = compacting.compact(store, now=LATER)
        assert done.packs == 0
        assert done.skipped == ("00001.pack: a running process writes to it",)


def test_a_pack_with_damage_stays_and_is_named(tmp_path: Path) -> None:
    _filled(tmp_path, 3)
    with Store.open(tmp_path) as store:
        row = store.report(sandbox_id(1))
        assert row is not None
        damage(store, row.body_at)
        done = compacting.compact(store, now=LATER)
        assert done.packs == 0
        assert "00001.pack is damaged" in done.skipped[0]
        assert _content(store, 0)[0] == original(0)


def test_a_writer_whose_record_was_taken_for_garbage_is_refused(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store, Store.open(tmp_path) as other:
        imported(store, 1, builders.sample())
        places = other.packs.append([original_record(os.urandom(50_000))])
        other.packs.close()
        assert compacting.compact(store, now=LATER).packs == 1
        with pytest.raises(PackGone, match="try again"):
            other.packs.assert_there(places)


def test_files_that_nothing_needs_are_removed_when_they_are_old(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        reported(store, 1, b"MZ one")
        digest = store.blobs.put(b"left behind")
        assert compacting.compact(store, now=time.time()).orphans == 0
        assert store.blobs.has(digest)
        assert compacting.compact(store, now=LATER).orphans == 1
        assert not store.blobs.has(digest)
        assert store.sample_bytes(builders.sample(b"MZ one").sha256 or "") == b"MZ one"


def test_an_orphan_that_is_put_again_meanwhile_stays(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        digest = store.blobs.put(b"again")
        [path] = store.blobs.orphans(store.database)
        os.utime(path, (0, 0))
        store.blobs.put(b"again")
        assert not store.blobs.remove_orphan(path, time.time() - 3600)
        assert store.blobs.read(digest) == b"again"


def test_deleted_analyses_give_their_room_back(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        for number in range(4):
            imported(store, number, builders.sample(b"MZ %d" % number), content=os.urandom(10_000))
        deleting.analysis(store, sandbox_id(2))
    with Store.open(tmp_path) as store:
        assert compacting.compact(store, now=LATER).freed_bytes > 10_000
        assert list(checking.check(store)) == []
