"""What is over its time, read along an index."""

import sqlite3
from datetime import timedelta

import pytest

from fulgurite.model.hashes import digests_of
from fulgurite.store import Store, retention
from fulgurite.store.db import Parameters
from fulgurite.store.retention import Batch, Done
from tests import builders
from tests.fakes import FakeClock
from tests.store import values

OLD = values.NOW - timedelta(days=10)
BEFORE = values.NOW - timedelta(days=5)


@pytest.fixture
def old(store: Store) -> Store:
    """Two old files, one of which came again; an import."""
    values.reported(store, 1, b"old", at=OLD)
    values.reported(store, 2, b"again", at=OLD + timedelta(hours=1))
    values.submitted(store, 3, b"again")
    values.imported(store, 4, builders.sample(b"new"))
    return store


def test_analyses_in_batches(old: Store) -> None:
    first = retention.analyses(old.database, BEFORE, 0, 1)
    assert (first.names, first.is_last) == ((values.sandbox_id(1),), False)
    second = retention.analyses(old.database, BEFORE, first.after, 1)
    assert (second.names, second.is_last) == ((values.sandbox_id(2),), False)
    assert retention.analyses(old.database, BEFORE, second.after, 1) == Batch((), second.after, is_last=True)
    assert retention.count_analyses(old.database, BEFORE) == 2


def test_files_in_batches(old: Store) -> None:
    found = retention.files(old.database, BEFORE, 0, 2)
    assert (found.names, found.is_last) == ((digests_of(b"old").sha256,), False)
    assert retention.files(old.database, BEFORE, found.after, 2).names == ()
    assert retention.count_files(old.database, BEFORE) == 1
    values.imported(old, 9, builders.sample(b"old"))
    assert retention.count_files(old.database, BEFORE) == 0


def test_counts_end_somewhere(old: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "MAX_COUNTED", 1)
    assert retention.count_analyses(old.database, BEFORE) == 2
    assert retention.count_analyses(old.database, values.NOW + timedelta(days=9)) == 2


def test_what_was_done_is_noted(store: Store) -> None:
    clock = FakeClock()
    assert retention.done(store.database) == Done(None, 0, 0, None)
    retention.note(store.database, clock(), analyses=2, files=1)
    clock.advance(hours=1)
    retention.note(store.database, clock(), analyses=3, files=0)
    retention.note_compaction(store.database, clock())
    assert retention.done(store.database) == Done(clock(), 5, 1, clock())


def test_each_is_read_along_an_index(old: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, Parameters]] = []
    rows = old.database.rows

    def noted(sql: str, parameters: Parameters = ()) -> list[sqlite3.Row]:
        asked.append((sql, parameters))
        return rows(sql, parameters)

    monkeypatch.setattr(old.database, "rows", noted)
    retention.analyses(old.database, BEFORE, 0, 5)
    retention.files(old.database, BEFORE, 0, 5)
    retention.count_files(old.database, BEFORE)
    for sql, parameters in asked:
        steps = [step["detail"] for step in rows(f"EXPLAIN QUERY PLAN {sql}", parameters)]
        # One table is gone through in its own order, bounded; all others are asked by an index.
        assert sum(step.startswith("SCAN") and "SUBQUERY" not in step.upper() for step in steps) <= 1, steps
        assert not any("TEMP B-TREE" in step for step in steps), steps


def test_a_file_that_came_again_is_not_idle(old: Store) -> None:
    with old.database.write("asking") as connection:
        idle = [retention.is_idle(connection, digests_of(data).sha256, BEFORE) for data in (b"old", b"again")]
    assert idle == [True, False]
