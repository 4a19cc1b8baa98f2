"""Transactions, migrations, times."""

import shutil
import sqlite3
import threading
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite.errors import Damaged, StoreError
from fulgurite.store import Store, db
from fulgurite.store.db import Database, micros, moment
from tests import builders
from tests.store import values
from tests.store.processes import started
from tests.store.test_listing import without_list


@given(st.datetimes(timezones=st.just(UTC)), st.datetimes(timezones=st.just(UTC)))
def test_times_survive_as_numbers_and_order_alike(one: datetime, other: datetime) -> None:
    assert moment(micros(one)) == one
    assert (micros(one) < micros(other)) == (one < other)


def test_a_time_of_another_zone_is_the_same_moment() -> None:
    at = datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=timezone(timedelta(hours=2)))
    assert moment(micros(at)) == at


def test_a_transaction_is_kept_whole_or_not_at_all(tmp_path: Path) -> None:
    database = Database(tmp_path / "x.db")
    with database.write("testing") as connection:
        connection.execute("INSERT INTO meta VALUES ('kept', '1')")
    with pytest.raises(ZeroDivisionError):
        _insert_and_fail(database, "SELECT 1", 0)
    with pytest.raises(StoreError, match="while testing"):
        _insert_and_fail(database, "INSERT INTO nowhere VALUES (1)", 1)
    assert [row["name"] for row in database.rows("SELECT name FROM meta")] == ["kept"]
    assert database.value("SELECT value FROM meta WHERE name = 'nothing'") is None
    database.close()


def _insert_and_fail(database: Database, sql: str, divisor: int) -> None:
    with database.write("testing") as connection:
        connection.execute("INSERT INTO meta VALUES ('lost', ?)", ("1",))
        connection.execute(sql)
        connection.execute("SELECT ?", (1 // divisor,))


def test_pages_and_durability_are_as_chosen(tmp_path: Path) -> None:
    database = Database(tmp_path / "x.db")
    assert database.value("PRAGMA page_size") == 16_384
    assert database.value("PRAGMA journal_mode") == "wal"
    with database.write("testing") as connection:
        assert connection.execute("PRAGMA synchronous").fetchone()[0] == 2
    with database.write("testing", durable=False) as connection:
        assert connection.execute("PRAGMA synchronous").fetchone()[0] == 1
    database.close()


def test_threads_take_turns(tmp_path: Path) -> None:
    database = Database(tmp_path / "x.db")

    def insert(first: int) -> None:
        for number in range(first, first + 20):
            with database.write("testing", durable=number % 2 == 0) as connection:
                connection.execute("INSERT INTO meta VALUES (?, '')", (str(number),))

    threads = [threading.Thread(target=insert, args=(100 * n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert database.value("SELECT count(*) FROM meta") == 80
    database.close()


def test_two_processes_that_start_at_once_migrate_once(tmp_path: Path) -> None:
    script = (
        "import sys\n"
        "from pathlib import Path\n"
        "from fulgurite.store.db import Database\n"
        "sys.stdin.readline()\n"
        "Database(Path(sys.argv[1])).close()\n"
        "print('fine')\n"
    )
    processes = [started(script, tmp_path / "x.db") for _ in range(4)]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write(b"go\n")
        process.stdin.flush()
    assert [process.communicate()[0] for process in processes] == [b"fine\n"] * 4
    database = Database(tmp_path / "x.db")
    assert database.value("PRAGMA user_version") == len(db._migrations())
    database.close()


def test_a_database_that_is_up_to_date_is_opened_beside_a_writer_without_a_write(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    with closing(Database(path)) as one, one.write("testing"):
        log = Path(f"{path}-wal")
        before = log.read_bytes()
        Database(path).close()
        assert log.read_bytes() == before


OPENING = """
import sys
from pathlib import Path
from fulgurite.store import Store, checking
print("ready", flush=True)
sys.stdin.readline()
with Store.open(Path(sys.argv[1])) as store:
    listed = store.database.value("SELECT count(*) FROM listed")
    print(listed, [finding.name for finding in checking.check(store)])
"""


@pytest.mark.parametrize("killed_after_s", [0.0, 0.03, 0.1])
def test_an_older_store_that_processes_open_at_once_is_migrated_once_whoever_dies(
    tmp_path: Path, killed_after_s: float
) -> None:
    with Store.open(tmp_path) as store:
        for number in range(1, 40):
            values.imported(store, number, builders.sample(b"MZ %d" % number))
        values.reported(store, 40, b"MZ ran")
        expected = values.found(store, b"MZ 1"), values.found(store, b"MZ ran")
    without_list(tmp_path / "fulgurite.db")
    shutil.rmtree(tmp_path / "index.lmdb")
    processes = [started(OPENING, tmp_path) for _ in range(3)]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write(b"go\n")
        process.stdin.flush()
    time.sleep(killed_after_s)
    processes[0].kill()
    assert [process.communicate()[0] for process in processes[1:]] == [b"40 []\n"] * 2
    processes[0].communicate()
    with Store.open(tmp_path) as store:
        assert store.database.value("PRAGMA user_version") == len(db._migrations())
        assert (values.found(store, b"MZ 1"), values.found(store, b"MZ ran")) == expected


def test_a_failed_migration_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    good = db._migrations()
    monkeypatch.setattr(db, "_migrations", lambda: [*good, "CREATE TABLE half (x);\nCREATE TABLE half (x);\n"])
    with pytest.raises(StoreError):
        Database(tmp_path / "x.db")
    monkeypatch.undo()
    database = Database(tmp_path / "x.db")
    assert database.value("PRAGMA user_version") == len(good)
    assert database.rows("SELECT name FROM sqlite_master WHERE name = 'half'") == []
    database.close()


def test_a_database_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    Database(tmp_path / "x.db").close()
    connection = sqlite3.connect(tmp_path / "x.db")
    connection.execute("PRAGMA user_version=1000")
    connection.close()
    with pytest.raises(StoreError, match="of a newer version"):
        Database(tmp_path / "x.db")


def test_bytes_that_are_no_database_are_refused(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_bytes(b"no database " * 5000)
    with pytest.raises(Damaged):
        Database(tmp_path / "x.db")
