"""A backup made while others write is a store of its own that has all that was acknowledged before."""

import threading
from itertools import count
from pathlib import Path

import pytest

from fulgurite.errors import StoreError
from fulgurite.store import Store, backups, checking
from tests import builders
from tests.store.values import found, imported, reported, sandbox_id


def test_a_copy_is_a_store_of_its_own(tmp_path: Path) -> None:
    with Store.open(tmp_path / "data") as store:
        reported(store, 1, b"MZ one")
        imported(store, 2, builders.sample(b"MZ two"))
        (tmp_path / "data" / "fulgurite.toml").write_text("")
        before = found(store, b"MZ one"), found(store, b"MZ two")
        done = backups.back_up(store, tmp_path / "copy")
        assert done.files == 3
        assert done.size_bytes > 0
    with Store.open(tmp_path / "copy") as store:
        assert (found(store, b"MZ one"), found(store, b"MZ two")) == before
        assert list(checking.check(store)) == []
        assert (tmp_path / "copy" / "fulgurite.toml").exists()


def test_a_second_copy_has_what_is_new_and_copies_no_more(tmp_path: Path) -> None:
    with Store.open(tmp_path / "data") as store:
        reported(store, 1, b"MZ one")
        backups.back_up(store, tmp_path / "copy")
        Store.open(tmp_path / "copy").close()
        reported(store, 2, b"MZ other")
        # The new sample, and the pack, which is not full.
        assert backups.back_up(store, tmp_path / "copy").files == 2
    with Store.open(tmp_path / "copy") as store:
        assert found(store, b"MZ other")[0][0] != b""
        assert list(checking.check(store)) == []


def test_a_copy_made_while_others_write_is_whole(tmp_path: Path) -> None:
    acknowledged: list[int] = []
    stop = threading.Event()

    def write(store: Store) -> None:
        for number in count():
            if stop.is_set():
                return
            imported(store, number, builders.sample(b"MZ %d" % number))
            acknowledged.append(number)

    with Store.open(tmp_path / "data") as store, Store.open(tmp_path / "data") as writer:
        thread = threading.Thread(target=write, args=(writer,))
        thread.start()
        expected = []
        for turn in range(3):
            while len(acknowledged) < 20 * (turn + 1):
                stop.wait(0.001)
            expected = list(acknowledged)
            backups.back_up(store, tmp_path / "copy")
        stop.set()
        thread.join()
    with Store.open(tmp_path / "copy") as store:
        assert all(store.report(sandbox_id(number)) is not None for number in expected)
        assert list(checking.check(store)) == []


def test_a_folder_with_something_else_is_refused(tmp_path: Path) -> None:
    with Store.open(tmp_path / "data") as store, Store.open(tmp_path / "other") as other:
        (tmp_path / "full").mkdir()
        (tmp_path / "full" / "file").touch()
        backups.back_up(other, tmp_path / "copy")
        for target, told in (("full", "not empty"), ("copy", "another store"), ("data", "itself")):
            with pytest.raises(StoreError, match=told):
                backups.back_up(store, tmp_path / target)


def test_a_copy_that_was_broken_off_is_gone_on_with(tmp_path: Path) -> None:
    with Store.open(tmp_path / "data") as store:
        reported(store, 1, b"MZ one")
        (tmp_path / "copy").mkdir()
        (tmp_path / "copy" / "fulgurite.db.new").write_bytes(b"half")
        backups.back_up(store, tmp_path / "copy")
    with Store.open(tmp_path / "copy") as store:
        assert list(checking.check(store)) == []
