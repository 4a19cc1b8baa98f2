"""The list of analyses, over a real database."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite.model.hashes import digests_of
from fulgurite.model.listing import AnalysisEntry, Standing, Told
from fulgurite.model.task import RunOptions, TaskState
from fulgurite.model.verdict import Verdict
from fulgurite.model.viewer import EVERYTHING, PUBLIC, Viewer
from fulgurite.service import listing as service
from fulgurite.service.submit import submit
from fulgurite.store import Store, db, deleting, listing
from fulgurite.store.db import Parameters
from fulgurite.store.listing import Wanted
from tests import builders
from tests.store import values

LATER = values.NOW + timedelta(hours=1)
NAMES = ("invoice_2024.exe", "Report Final.docx", "päckchen.zip", "setup.exe")
FAMILIES = (("AgentTesla",), (), ("Emotet", "TrickBot"), ())


def all_of(store: Store, viewer: Viewer = EVERYTHING, limit: int = 50, **wanted: Any) -> list[str]:
    """The sandbox_ids of a list, read page by page."""
    found: list[str] = []
    after = None
    while True:
        page = listing.page(store.database, Wanted(**wanted), viewer, after=after, limit=limit)
        assert len(page.rows) <= limit
        found += [row.entry.sandbox_id for row in page.rows]
        if page.after is None:
            return found
        assert after is None or page.after < after
        after = page.after


def filled(store: Store) -> list[str]:
    """Four imports, then one pending, one running, one reported, one failed; newest first."""
    for number, (name, families) in enumerate(zip(NAMES, FAMILIES, strict=True), 1):
        sample = builders.sample(b"MZ %d" % number, name=name, file_type="PE32 program")
        values.imported(
            store, number, sample, at=values.NOW, families=families, score=2 * number + 1, machine=builders.machine()
        )
    values.reported(store, 5, b"ran")
    values.submitted(store, 6, b"fails")
    assert store.claim(values.NOW, values.LIMITS) is not None
    assert store.fail(values.sandbox_id(6), "it was too much")
    values.submitted(store, 7, b"runs")
    assert store.claim(values.NOW, values.LIMITS) is not None
    values.submitted(store, 8, b"waits")
    return [values.sandbox_id(number) for number in range(8, 0, -1)]


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store of those, to be read only."""
    with Store.open(tmp_path_factory.mktemp("full")) as store:
        filled(store)
        yield store


@pytest.mark.parametrize("limit", [1, 3, 8, 50])
def test_all_of_them_newest_first_whatever_the_pages(full: Store, store: Store, limit: int) -> None:
    assert all_of(store, limit=limit) == []
    assert all_of(full, limit=limit) == [values.sandbox_id(number) for number in range(8, 0, -1)]


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        ({"standing": Standing.PENDING}, [8]),
        ({"standing": Standing.RUNNING}, [7]),
        ({"standing": Standing.OPEN}, [8, 7]),
        ({"standing": Standing.FAILED}, [6]),
        ({"standing": Standing.FINISHED}, [5, 4, 3, 2, 1]),
        ({"standing": Standing.IMPORTED}, [4, 3, 2, 1]),
        ({"verdict": Verdict.MALICIOUS}, [4]),
        ({"verdict": Verdict.SUSPICIOUS}, [3, 2]),
        ({"verdict": Verdict.BENIGN}, [5, 1]),
        ({"verdict": Verdict.UNKNOWN}, [6]),
        ({"source": "metadefender"}, [4, 3, 2, 1]),
        ({"source": "fulgurite"}, [8, 7, 6, 5]),
        ({"source": "' OR 1=1 --"}, []),
        ({"system": "windows10", "source": "fulgurite", "standing": Standing.OPEN}, [8, 7]),
        ({"text": "exe"}, [8, 7, 6, 5, 4, 1]),
        ({"text": "invoi"}, [1]),
        ({"text": "in"}, []),
        ({"text": "REPORT final"}, [2]),
        ({"text": "setup.exe"}, [4]),
        ({"text": "packchen"}, [3]),
        ({"text": "tesla"}, []),
        ({"text": "agenttesla"}, [1]),
        ({"text": "trick", "verdict": Verdict.SUSPICIOUS}, [3]),
        ({"text": "trick", "verdict": Verdict.BENIGN}, []),
        ({"text": "file_name : exe"}, []),
        ({"text": '" OR ""'}, []),
        ({"text": "\0 *"}, []),
        ({"text": "PE32", "source": "metadefender"}, [4, 3, 2, 1]),
        ({"subjects": (digests_of(b"ran").sha256,)}, [5]),
        ({"subjects": (digests_of(b"ran").sha256, digests_of(b"waits").sha256, "none")}, [8, 5]),
    ],
)
def test_filters(full: Store, wanted: dict[str, Any], numbers: list[int]) -> None:
    expected = [values.sandbox_id(number) for number in numbers]
    assert all_of(full, **wanted) == expected
    assert all_of(full, limit=1, **wanted) == expected


def test_what_a_line_tells(full: Store) -> None:
    waits, runs, failed, ran, *_, imported = (
        row.entry for row in listing.page(full.database, Wanted(), EVERYTHING, after=None, limit=50).rows
    )
    assert (waits.state, waits.progress, waits.outcome, waits.verdict) == ("pending", 1, None, "unknown")
    assert runs.state is TaskState.RUNNING
    assert (failed.state, failed.outcome, failed.reason, failed.progress) == (
        "failed",
        "failed",
        "it was too much",
        100,
    )
    assert (ran.state, ran.source, ran.score, ran.verdict, ran.file_type) == (
        "reported",
        "fulgurite",
        1,
        "benign",
        "data",
    )
    assert (ran.md5, ran.sha1, ran.sha256) == digests_of(b"ran")
    assert (imported.file_name, imported.families, imported.score) == ("invoice_2024.exe", ("AgentTesla",), 3)
    assert (imported.system, imported.source, imported.is_imported) == ("windows10", "metadefender", True)
    assert imported.stored_at == values.NOW


def test_what_came_between_two_times(store: Store) -> None:
    for number in range(1, 6):
        values.submitted(store, number, b"%d" % number, at=values.NOW + timedelta(hours=number))
    between: dict[str, Any] = {"since": values.NOW + timedelta(hours=2), "until": values.NOW + timedelta(hours=4)}
    assert all_of(store, **between) == [values.sandbox_id(3), values.sandbox_id(2)]
    assert all_of(store, since=values.NOW + timedelta(hours=9)) == []
    assert all_of(store, until=values.NOW) == []


def test_a_clock_that_goes_back_does_not_change_the_order(store: Store) -> None:
    for number in range(1, 4):
        values.submitted(store, number, b"%d" % number, at=values.NOW - timedelta(days=number))
    assert all_of(store) == [values.sandbox_id(number) for number in (3, 2, 1)]


def test_what_comes_while_pages_are_read_changes_none_of_them(store: Store) -> None:
    expected = filled(store)
    after, found = None, list[str]()
    for number in range(20, 40):
        page = listing.page(store.database, Wanted(), EVERYTHING, after=after, limit=1)
        found += [row.entry.sandbox_id for row in page.rows]
        after = page.after
        if after is None:
            break
        values.imported(store, number, builders.sample(b"%d" % number))
    assert found == expected


def test_what_is_private_is_listed_for_its_key_and_administrators(store: Store) -> None:
    done = submit(store, b"mine", options=RunOptions(), file_name="m", key_id=1, now=values.NOW, private_to=1)
    for is_run in (False, True):
        if is_run:
            values.ran(store)
        for viewer, is_seen in (
            (Viewer(key_id=1), True),
            (EVERYTHING, True),
            (Viewer(key_id=2), False),
            (PUBLIC, False),
        ):
            expected = [done.sandbox_id] if is_seen else []
            assert all_of(store, viewer) == expected
            assert all_of(store, viewer, subjects=(digests_of(b"mine").sha256,)) == expected
            assert all_of(store, viewer, system="windows10", source="fulgurite") == expected
            found = listing.entry(store.database, done.sandbox_id or "", viewer)
            assert (found is not None) == is_seen
            assert found is None or found.entry.is_private


def test_what_is_deleted_is_not_listed(store: Store) -> None:
    filled(store)
    deleting.analysis(store, values.sandbox_id(1))
    deleting.analysis(store, values.sandbox_id(5))
    assert all_of(store) == [values.sandbox_id(number) for number in (8, 7, 6, 4, 3, 2)]
    assert all_of(store, text="invoice") == []
    deleting.file(store, digests_of(b"fails").sha256)
    assert values.sandbox_id(6) not in all_of(store)


def test_an_import_learns_the_names_of_its_file(store: Store) -> None:
    sample = builders.sample(b"named late", sha256=None, sha1=None)
    values.imported(store, 1, sample)
    digests = digests_of(b"named late")
    assert all_of(store, subjects=(digests.md5,)) == [values.sandbox_id(1)]
    values.submitted(store, 2, b"named late")
    assert all_of(store, subjects=(digests.sha256,)) == [values.sandbox_id(2), values.sandbox_id(1)]


def test_a_page_looks_through_so_much_and_says_so(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(store)
    monkeypatch.setattr(listing, "SCAN", 2)
    wanted = Wanted(system="windows10", source="metadefender")
    page = listing.page(store.database, wanted, EVERYTHING, after=None, limit=4)
    assert page.is_cut
    assert page.after is not None
    assert all_of(store, **wanted._asdict()) == [values.sandbox_id(number) for number in (4, 3, 2, 1)]
    assert all_of(store, text="exe", source="metadefender") == [values.sandbox_id(number) for number in (4, 1)]


LISTED = ("listed_words", "listed")


def without_list(path: Path) -> None:
    """Makes the database one of before there was a list."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        triggers = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'listed_%'")
        for (name,) in triggers.fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        for name in LISTED:
            connection.execute(f"DROP TABLE {name}")
        connection.execute("PRAGMA user_version = 9")


def entries(store: Store) -> list[AnalysisEntry]:
    return [row.entry for row in listing.page(store.database, Wanted(), EVERYTHING, after=None, limit=50).rows]


def test_what_was_stored_before_there_was_a_list_is_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "old"
    migrations = db._migrations()
    monkeypatch.setattr(db, "_migrations", lambda: migrations[:10])
    with Store.open(folder) as store:
        filled(store)
        submit(store, b"mine", options=RunOptions(system="windows7"), file_name="m", key_id=1, now=LATER, private_to=1)
        expected = entries(store)
    without_list(folder / "fulgurite.db")
    with Store.open(folder) as store:
        found = entries(store)
        assert {one.sandbox_id for one in found} == {one.sandbox_id for one in expected}
        assert [one.sandbox_id for one in found[:1]] == [expected[0].sandbox_id]
        while service.work_off(store):
            pass
        told = {one.sandbox_id: one for one in entries(store)}
        for one in expected:
            assert msgspec.structs.replace(told[one.sandbox_id], added_at=one.added_at) == one
        assert all_of(store, text="invoice") == [values.sandbox_id(1)]
        assert all_of(store, Viewer(key_id=2), system="windows7") == []
        deleting.analysis(store, values.sandbox_id(1))
        assert all_of(store, text="invoice") == []
        assert len(entries(store)) == len(expected) - 1


def test_words_that_cannot_be_read_are_left_out(store: Store) -> None:
    values.imported(store, 1, builders.sample(name="abc.exe"))
    row = store.report(values.sandbox_id(1))
    assert row is not None
    values.damage(store, row.native_at)
    with store.database.write("a test") as connection:
        connection.execute("UPDATE listed SET is_told = 0")
    assert service.work_off(store)
    assert not service.work_off(store)
    assert all_of(store) == [values.sandbox_id(1)]


PLANS = {
    "all": Wanted(),
    "verdict": Wanted(verdict=Verdict.MALICIOUS),
    "open": Wanted(standing=Standing.OPEN),
    "imported": Wanted(standing=Standing.IMPORTED),
    "several": Wanted(verdict=Verdict.MALICIOUS, system="windows10", source="cape"),
    "words": Wanted(text="invoice exe", verdict=Verdict.MALICIOUS),
    "file": Wanted(subjects=("a" * 64, "b" * 40, "c" * 32)),
}


@pytest.mark.parametrize("plan", PLANS)
def test_each_is_read_along_an_index(full: Store, monkeypatch: pytest.MonkeyPatch, plan: str) -> None:
    asked: list[tuple[str, Any]] = []
    rows = full.database.rows

    def noting(sql: str, parameters: Parameters = ()) -> list[sqlite3.Row]:
        asked.append((sql, parameters))
        return rows(sql, parameters)

    monkeypatch.setattr(full.database, "rows", noting)
    listing.page(full.database, PLANS[plan], PUBLIC, after=None, limit=1)
    assert asked
    for sql, parameters in asked:
        for step in rows(f"EXPLAIN QUERY PLAN {sql}", parameters):
            assert re.match(r"SCAN (?!\(|CONSTANT)", step["detail"]) is None or _is_bounded(step["detail"]), step[
                "detail"
            ]
            # Lines of one page are put in order; a list never is.
            assert "TEMP B-TREE" not in step["detail"] or "listed.*" in sql, sql


def _is_bounded(step: str) -> bool:
    """Whether a scan is one of the list in its order (SCAN listed), along words, or of what another step gave."""
    return re.fullmatch(r"SCAN (listed|listed_words VIRTUAL TABLE INDEX .*M.*|\S*subquery.*)", step) is not None


def test_how_many_are_before_one(store: Store) -> None:
    for number in range(1, 5):
        values.submitted(store, number, b"%d" % number)
    assert [listing.before(store.database, values.sandbox_id(number)) for number in (1, 4)] == [0, 3]


def test_a_report_that_tells_nothing_keeps_what_was_submitted(store: Store) -> None:
    values.submitted(store, 1, b"x")
    with store.database.write("a test") as connection:
        listing.tell(connection, values.sandbox_id(1), Told(families=("A",)))
    found = listing.entry(store.database, values.sandbox_id(1), PUBLIC)
    assert found is not None
    assert (found.entry.file_name, found.entry.system, found.entry.families) == ("1.exe", "windows10", ("A",))


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store with one analysis, named abc.exe."""
    with Store.open(tmp_path_factory.mktemp("one")) as store:
        values.imported(store, 1, builders.sample(name="abc.exe"))
        yield store


@given(st.text(max_size=60))
def test_whatever_is_asked_for_is_words(one: Store, text: str) -> None:
    wanted = Wanted(text=text.encode("utf-8", "replace").decode())
    page = listing.page(one.database, wanted, PUBLIC, after=None, limit=5)
    assert (page.after, page.is_cut) == (None, False)
    assert page.rows == () or "abc.exe".startswith(tuple(re.findall(r"\w+", text.casefold()))) or "exe" in text.lower()


@given(
    st.lists(
        st.tuples(st.text(max_size=20), st.text(max_size=20), st.lists(st.text(max_size=9), max_size=3)), max_size=4
    )
)
def test_whatever_is_told_the_words_stay_those_of_the_list(one: Store, told: list[tuple[str, str, list[str]]]) -> None:
    with one.database.write("a test") as connection:
        for name, kind, families in told:
            words = Told(file_name=name, file_type=kind, families=tuple(families))
            listing.tell(connection, values.sandbox_id(1), words)
            connection.execute("INSERT INTO listed_words (listed_words) VALUES ('integrity-check')")
        listing.tell(connection, values.sandbox_id(1), Told(file_name="abc.exe", file_type="x"))
        connection.execute("INSERT INTO listed_words (listed_words) VALUES ('integrity-check')")
    assert all_of(one, text="abc") == [values.sandbox_id(1)]
