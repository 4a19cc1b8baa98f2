"""Where the bytes of reports are found, and how a store of files becomes one of packs."""

import gzip
from pathlib import Path

import pytest

from fulgurite.errors import Damaged, NotFound
from fulgurite.exports import v4
from fulgurite.model import report as native
from fulgurite.store import Store
from fulgurite.store.reports import ReportRow
from tests import builders
from tests.store.values import add_import, damage, data_id, found, original, reported, sandbox_id

DATA = b"MZ one"


def row_of(store: Store, number: int) -> ReportRow:
    row = store.report(sandbox_id(number))
    assert row is not None
    return row


def _as_files(store: Store) -> None:
    """Makes the store one of before there were packs."""
    for number in (1, 2):
        row = row_of(store, number)
        report = native.decode(store.native(row))
        for data in (original(number), native.encode(report), v4.body(report)):
            store.blobs.put(data)
    with store.database.write("testing") as connection:
        connection.execute("UPDATE reports SET original_at = NULL, native_at = NULL, body_at = NULL")
        connection.execute("INSERT INTO unindexed (kind, ref) SELECT 'report', sandbox_id FROM reports")


def test_a_store_of_files_is_packed_when_it_is_opened(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        reported(store, 1, DATA)
        reported(store, 2, b"MZ other")
        before = found(store, DATA), store.native(row_of(store, 1))
        _as_files(store)
        assert store.original(row_of(store, 1)) == original(1)
        assert (found(store, DATA), store.native(row_of(store, 1))) == before
        assert gzip.decompress(store.body(row_of(store, 1)).gzipped) == gzip.decompress(before[0][0][0])
        [lost] = (tmp_path / "blobs").rglob(f"{row_of(store, 2).native_sha256}.gz")
        lost.unlink()
    with Store.open(tmp_path) as store:
        row = row_of(store, 1)
        assert None not in (row.original_at, row.native_at, row.body_at)
        assert store.original(row) == original(1)
        assert (found(store, DATA), store.native(row)) == before
        assert row_of(store, 2).body_at is None
        with pytest.raises(NotFound):
            store.native(row_of(store, 2))


def test_damage_is_named_and_nothing_of_it_is_given(store: Store) -> None:
    reported(store, 1, DATA)
    row = row_of(store, 1)
    for place, read in ((row.native_at, store.native), (row.body_at, store.body), (row.original_at, store.original)):
        damage(store, place)
        with pytest.raises(Damaged, match=r"00001\.pack"):
            read(row)


def test_a_place_of_another_content_is_not_believed(store: Store) -> None:
    reported(store, 1, DATA)
    reported(store, 2, b"MZ other")
    with store.database.write("testing") as connection:
        connection.execute(
            "UPDATE reports SET body_at = ? WHERE sandbox_id = ?", (row_of(store, 2).body_at, sandbox_id(1))
        )
    with pytest.raises(Damaged, match="not where"):
        store.body(row_of(store, 1))


def test_a_large_report_can_be_read_in_parts(store: Store) -> None:
    reported(store, 1, DATA)
    assert store.packing.framed(row_of(store, 1)) is None
    events = (builders.file_write(f"C:\\{'x' * 300}{number}") for number in range(2_000))
    report = builders.report(*events, sandbox_id=sandbox_id(2), data_id=data_id(2))
    assert add_import(store, report, original=b"large").outcome == "stored"
    row = row_of(store, 2)
    framed = store.packing.framed(row)
    assert framed is not None
    assert framed.total == 2_001
    assert native.decode(store.native(row)) == report
