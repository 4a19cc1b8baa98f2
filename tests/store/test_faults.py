"""Errors of disk, SQLite and LMDB as errors of ours."""

import errno
import sqlite3
from pathlib import Path

import lmdb
import pytest

from fulgurite.errors import Damaged, StoreError, StoreFull
from fulgurite.store.faults import store_error, told


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_a_full_disk_is_told_as_such(code: int) -> None:
    error = store_error(OSError(code, "full"), "writing a file")
    assert type(error) is StoreFull
    assert str(error) == "no room left on the disk of the data folder while writing a file"


def test_a_full_database_is_told_as_such() -> None:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.execute("CREATE TABLE t (x)")
    connection.execute("PRAGMA max_page_count=2")
    with pytest.raises(StoreFull, match="while keeping"), told("keeping"):
        connection.execute("INSERT INTO t VALUES (zeroblob(40000))")
    connection.close()


def test_no_room_for_what_processes_share_of_a_database_is_told_as_such() -> None:
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = sqlite3.SQLITE_IOERR_SHMSIZE
    assert type(store_error(error, "opening")) is StoreFull


def test_a_full_index_is_told_as_such(tmp_path: Path) -> None:
    def fill() -> None:
        with (
            told("writing the index"),
            lmdb.open(str(tmp_path), map_size=1 << 16) as environment,
            environment.begin(write=True) as transaction,
        ):
            transaction.put(b"key", bytes(1 << 18))

    with pytest.raises(StoreFull, match="address space"):
        fill()


def test_bytes_that_are_no_database_are_damaged(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_bytes(b"this is no database" * 100)
    connection = sqlite3.connect(tmp_path / "x.db")
    with pytest.raises(Damaged, match="the database is damaged"), told("opening"):
        connection.execute("SELECT * FROM sqlite_master").fetchall()
    connection.close()


def test_any_other_fault_is_a_store_error() -> None:
    error = store_error(PermissionError(errno.EACCES, "Permission denied"), "reading")
    assert type(error) is StoreError
    assert str(error) == "[Errno 13] Permission denied while reading"


def test_errors_of_others_pass() -> None:
    with pytest.raises(KeyError), told("anything"):
        raise KeyError
