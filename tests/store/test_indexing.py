"""The index follows the database: at once, after a crash, and when it is gone."""

import itertools
import shutil
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from fulgurite.errors import Damaged
from fulgurite.exports import v4
from fulgurite.model.hashes import digests_of
from fulgurite.model.key import Role
from fulgurite.model.report import Report
from fulgurite.store import Store, checking, reports, tasks
from fulgurite.store.indexing import noted
from tests import builders
from tests.store.values import LIMITS, NOW, damage, found, imported, reported, run_report, sandbox_id, submitted

DATA = b"MZ one"
NONE = "0" * 24
SECRET = "abcdefghijklmnopqrstuvwxyz012345"


def _dump(store: Store) -> list[tuple[bytes, bytes, bytes]]:
    """All that the index holds, but for what names its database."""
    environment = store.index.environment
    rows = []
    with environment.begin() as transaction:
        for name, database in (
            *((b"hashes", database) for database in store.index.hashes.values()),
            (b"ids", store.index.ids),
            (b"keys", store.index.keys),
        ):
            rows += [(name, bytes(key), bytes(value)) for key, value in transaction.cursor(database)]
    return rows


def _filled(store: Store) -> None:
    reported(store, 1, DATA)
    reported(store, 2, b"MZ other")
    imported(store, 3, builders.sample(b"MZ third"))
    submitted(store, 4, DATA, at=NOW + timedelta(days=1))
    store.add_key(SECRET, "lab", Role.READ, NOW)
    store.add_key("x" * 32, "old", Role.READ, NOW)
    store.revoke_key("old", NOW)


def test_a_running_analysis_is_marked_until_it_ends(store: Store) -> None:
    submitted(store, 1, DATA)
    assert found(store, DATA) == [(b"", sandbox_id(1))] * 3
    store.claim(NOW, LIMITS)
    submitted(store, 2, DATA, at=NOW + timedelta(seconds=1))
    assert found(store, DATA) == [(b"", sandbox_id(2))] * 3
    store.claim(NOW, LIMITS)
    store.fail(sandbox_id(2), "it broke")
    assert found(store, DATA) == [(b"", sandbox_id(1))] * 3
    task = store.task(sandbox_id(1))
    assert task is not None
    report = run_report(task, DATA)
    store.add_run(report, original=b"log", body=v4.body(report), format_="runlog", now=NOW)
    row = store.report(sandbox_id(1))
    assert row is not None
    assert found(store, DATA) == [(store.body(row).gzipped, NONE)] * 3


def test_a_lost_index_is_made_again(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        _filled(store)
        before = _dump(store)
    shutil.rmtree(tmp_path / "index.lmdb")
    with Store.open(tmp_path) as store:
        assert _dump(store) == before
        assert store.key(SECRET) is not None


def test_the_index_of_another_store_is_not_believed(tmp_path: Path) -> None:
    with Store.open(tmp_path / "one") as store:
        _filled(store)
        before = _dump(store)
    with Store.open(tmp_path / "other") as store:
        imported(store, 9, builders.sample(b"MZ elsewhere"))
    shutil.rmtree(tmp_path / "one" / "index.lmdb")
    shutil.copytree(tmp_path / "other" / "index.lmdb", tmp_path / "one" / "index.lmdb")
    with Store.open(tmp_path / "one") as store:
        assert _dump(store) == before


def test_what_a_crash_left_unindexed_is_found_after_the_next_start(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        submitted(store, 1, DATA)
        task = store.claim(NOW, LIMITS)
        assert task is not None
        _committed_only(store, run_report(task, DATA))
        assert found(store, DATA) == [(b"", sandbox_id(1))] * 3
    with Store.open(tmp_path) as store:
        row = store.report(sandbox_id(1))
        assert row is not None
        assert found(store, DATA) == [(store.body(row).gzipped, NONE)] * 3
        assert store.database.rows("SELECT * FROM unindexed") == []
        assert store.reconcile() == 0


def _committed_only(store: Store, report: Report) -> None:
    """What is on disk when the process dies between the database's commit and the index's."""
    row = store.packing.keep(report, b"log", v4.body(report), NOW, "runlog")
    with store.database.write("testing") as connection:
        reports.insert(connection, row)
        tasks.report(connection, row.sandbox_id)
        noted(connection, "report", row.sandbox_id)


def test_a_body_that_is_damaged_stops_nothing(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        reported(store, 1, DATA)
        reported(store, 2, b"MZ other")
        row = store.report(sandbox_id(1))
        assert row is not None
        damage(store, row.body_at)
    shutil.rmtree(tmp_path / "index.lmdb")
    with Store.open(tmp_path) as store:
        with pytest.raises(Damaged):
            found(store, DATA)
        assert found(store, b"MZ other")[0][0] != b""


def test_an_index_that_cannot_be_written_costs_no_submission(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    submitted(store, 1, DATA)
    environment = store.index.environment
    environment.set_mapsize(1 << 15)
    submitted(store, 2, b"MZ other")
    assert "the index could not be brought up to date" in caplog.text
    assert store.finder.found(bytes.fromhex(digests_of(b"MZ other").md5)) is None
    assert store.task(sandbox_id(2)) is not None
    environment.set_mapsize(1 << 30)
    assert store.reconcile() == 2
    assert found(store, b"MZ other") == [(b"", sandbox_id(2))] * 3


def test_writers_in_any_order_leave_the_same_index(tmp_path: Path) -> None:
    """Each settles its own note last, first, or in between: the last one always sees all that is committed."""
    dumps = []
    for case, order in enumerate(itertools.permutations(range(3))):
        with Store.open(tmp_path / str(case)) as store:
            notes = []
            for number in range(3):
                report = builders.report(
                    sample=builders.sample(DATA), sandbox_id=sandbox_id(number), requested_at=NOW - timedelta(number)
                )
                row = store.packing.keep(report, b"log", v4.body(report), NOW, "x")
                with store.database.write("testing") as connection:
                    reports.insert(connection, row)
                    notes.append(noted(connection, "report", row.sandbox_id))
            for number in order:
                store.indexing.settle([notes[number]])
            dumps.append(_dump(store))
    assert dumps == [dumps[0]] * 6


def test_submissions_at_once_leave_the_index_right(tmp_path: Path) -> None:
    with Store.open(tmp_path) as one, Store.open(tmp_path) as other:

        def run(store: Store, first: int) -> None:
            for number in range(first, first + 10):
                submitted(store, number, DATA)

        threads = [threading.Thread(target=run, args=(store, n)) for store, n in ((one, 0), (other, 100), (one, 200))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        last = one.database.value("SELECT sandbox_id FROM tasks ORDER BY seq DESC LIMIT 1")
        assert found(one, DATA) == [(b"", last)] * 3
        assert len(list((tmp_path / "blobs").rglob("*.cart"))) == 1


def test_a_clock_that_is_set_back_loses_nothing(store: Store) -> None:
    reported(store, 1, DATA)
    before = found(store, DATA)
    reported(store, 2, DATA, at=NOW - timedelta(days=400))
    # The last analysis is by the time that it was asked for; the other is found by its name.
    assert found(store, DATA) == before
    assert store.finder.body(bytes.fromhex(sandbox_id(2))) is not None
    reported(store, 3, DATA, at=NOW + timedelta(seconds=1))
    assert found(store, DATA) != before
    assert list(checking.check(store)) == []
