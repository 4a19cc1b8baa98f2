"""Foreign reports: many at once, each once, ordered by a time that can be."""

import itertools
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from fulgurite.model.hashes import digests_of, sha256_of
from fulgurite.store import Store, arrivals
from fulgurite.store.arrivals import Arrival, Contents, Known, Taken, ordering_time
from tests import builders
from tests.store.values import NOW, add_import, arrival, found, sandbox_id

DATA = b"MZ one"


@pytest.mark.parametrize(
    ("stated", "believed"),
    [
        (NOW, NOW),
        (NOW - timedelta(days=4000), NOW - timedelta(days=4000)),
        (NOW + timedelta(hours=14), NOW + timedelta(hours=14)),
        (None, NOW),
        (NOW + timedelta(days=2), NOW),
        (datetime(9999, 12, 31, 23, 59, tzinfo=UTC), NOW),
        (datetime(1970, 1, 1, tzinfo=UTC), NOW),
        (datetime(1999, 12, 31, tzinfo=UTC), NOW),
        (datetime(2000, 1, 1, tzinfo=UTC), datetime(2000, 1, 1, tzinfo=UTC)),
    ],
)
def test_a_time_that_cannot_be_is_that_of_the_import(stated: datetime | None, believed: datetime) -> None:
    assert ordering_time(stated, NOW) == believed


@pytest.mark.parametrize("order", list(itertools.permutations([0, 1, 2])))
def test_whatever_the_order_of_imports_the_last_is_the_same(tmp_path: Path, order: tuple[int, ...]) -> None:
    stated = [datetime(2019, 5, 1, tzinfo=UTC), datetime(2024, 5, 1, tzinfo=UTC), datetime(2022, 5, 1, tzinfo=UTC)]
    with Store.open(tmp_path) as store:
        for number in order:
            report = builders.report(
                sample=builders.sample(DATA),
                sandbox_id=sandbox_id(number + 1),
                data_id=f"bz{number}",
                requested_at=stated[number],
            )
            add_import(store, report, original=b"%d" % number)
        before = found(store, DATA)
        last = store.last_report(digests_of(DATA).md5)
        assert last is not None
        assert last.sandbox_id == sandbox_id(2)
        assert store.finder.summaries([bytes.fromhex(sha256_of(DATA))]) == [
            store.finder.summaries([bytes.fromhex(digests_of(DATA).md5)])[0]
        ]
    shutil.rmtree(tmp_path / "index.lmdb")
    with Store.open(tmp_path) as store:
        assert found(store, DATA) == before
        assert before[0][0] == store.body(last).gzipped


def _arrival(store: Store, number: int, content: bytes, position: int = 0) -> Arrival:
    report = builders.report(sample=builders.sample(DATA), sandbox_id=sandbox_id(number), data_id=f"bz{number}")
    return arrival(store, report, original=content, position=position)


def test_many_come_in_at_once_each_of_them_once(store: Store) -> None:
    incoming = [
        _arrival(store, 1, b"a"),
        _arrival(store, 2, b"a"),
        _arrival(store, 3, b"a", position=1),
        _arrival(store, 3, b"b"),
        _arrival(store, 4, b"b"),
    ]
    assert store.add_imports(incoming) == [
        ("stored", sandbox_id(1)),
        ("duplicate", sandbox_id(1)),
        ("stored", sandbox_id(3)),
        ("taken", sandbox_id(3)),
        ("stored", sandbox_id(4)),
    ]
    assert store.database.value("SELECT count(*) FROM reports") == 3
    assert store.database.value("SELECT count(*) FROM unindexed") == 0
    assert store.finder.body(bytes.fromhex(sandbox_id(3))) is not None
    assert store.add_imports([]) == []


def test_what_is_in_is_remembered_with_what_was_told(store: Store) -> None:
    add_import(store, builders.report(sandbox_id=sandbox_id(1)), original=b"a")
    digest = sha256_of(b"a")
    assert arrivals.remembered(store.database, digest, "") is None
    arrivals.remember(store.database, [Taken(digest, "", (("x/report.json", sandbox_id(1)),))])
    known = Known("x/report.json", sandbox_id(1), "metadefender", builders.sample().sha256)
    assert arrivals.remembered(store.database, digest, "") == [known]
    assert arrivals.remembered(store.database, digest, "0" * 64) is None
    arrivals.remember(store.database, [Taken(digest, "", ((None, sandbox_id(1)), (None, sandbox_id(9))))])
    assert arrivals.remembered(store.database, digest, "") is None


def test_an_original_of_several_reports_is_kept_once(store: Store) -> None:
    first = _arrival(store, 1, b"a")
    contents = Contents(None, b"{}", b"{}")
    row = msgspec.structs.replace(first.row, sandbox_id=sandbox_id(2), position=1)
    other = store.prepared_import(row, first.digest, contents)
    assert other.row.original_sha256 == first.row.original_sha256 == sha256_of(b"a")
    third = other._replace(row=msgspec.structs.replace(other.row, sandbox_id=sandbox_id(3), position=2))
    assert [added.outcome for added in store.add_imports([first, other])] == ["stored", "stored"]
    assert [added.outcome for added in store.add_imports([third])] == ["stored"]
    rows = [store.report(sandbox_id(number)) for number in (1, 2, 3)]
    assert len({row.original_at for row in rows if row is not None}) == 1
    assert [row is not None and store.original(row) for row in rows] == [b"a"] * 3
    assert rows[1] is not None
    assert store.native(rows[1]) == b"{}"
