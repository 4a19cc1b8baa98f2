"""Submissions of one file, and of many."""

from datetime import timedelta

from fulgurite.model.hashes import digests_of, sha256_of
from fulgurite.model.sample import Sample
from fulgurite.model.viewer import PUBLIC, Viewer
from fulgurite.store import Store, histories
from fulgurite.store.reports import Subject
from tests import builders
from tests.store.values import NOW, data_id, imported, ran, submitted

DATA = b"a sample"
DIGESTS = digests_of(DATA)
SUBJECT = Subject(DIGESTS.sha256, DIGESTS.sha1, DIGESTS.md5)


def test_the_history_of_a_file_comes_newest_first_and_in_pages(store: Store) -> None:
    for number in range(1, 5):
        submitted(store, number, DATA, at=NOW + timedelta(minutes=number))
    ran(store, at=NOW + timedelta(minutes=4))
    entries = histories.of_file(store.database, SUBJECT, 10, 0, PUBLIC)
    assert [entry.data_id for entry in entries] == [data_id(number) for number in (4, 3, 2, 1)]
    assert [entry.is_running for entry in entries] == [True, True, True, False]
    assert entries[0].requested_at == NOW + timedelta(minutes=4)
    assert histories.of_file(store.database, SUBJECT, 2, 1, PUBLIC) == entries[1:3]
    assert histories.of_file(store.database, Subject(sha256_of(b"x")), 10, 0, PUBLIC) == []


def test_the_latest_of_many_files_by_any_hash(store: Store) -> None:
    submitted(store, 1, DATA)
    submitted(store, 2, DATA, at=NOW + timedelta(minutes=1))
    imported(store, 3, builders.sample(b"foreign"))
    imported(store, 4, builders.sample(b"foreign"), at=NOW + timedelta(minutes=1))
    foreign = digests_of(b"foreign")
    found = histories.newest_of(store.database, [*DIGESTS, *foreign, "0" * 64], PUBLIC)
    assert {digest: entry.data_id for digest, entry in found.items()} == {
        **dict.fromkeys(DIGESTS, data_id(2)),
        **dict.fromkeys(foreign, data_id(4)),
    }


def test_more_than_one_query_holds(store: Store) -> None:
    submitted(store, 1, DATA)
    unknown = [f"{number:064x}" for number in range(1200)]
    assert list(histories.newest_of(store.database, [*unknown, DIGESTS.sha256], PUBLIC)) == [DIGESTS.sha256]


def test_what_is_private_is_left_out(store: Store) -> None:
    submitted(store, 1, DATA)
    submitted(store, 2, DATA, at=NOW + timedelta(minutes=1))
    with store.database.write("testing") as connection:
        connection.execute("UPDATE submissions SET private_to = 7 WHERE data_id = ?", (data_id(2),))
    for viewer, newest in ((PUBLIC, 1), (Viewer(key_id=7), 2)):
        assert histories.of_file(store.database, SUBJECT, 1, 0, viewer)[0].data_id == data_id(newest)
        assert histories.newest_of(store.database, [DIGESTS.md5], viewer)[DIGESTS.md5].data_id == data_id(newest)


def test_imported_reports_stand_where_their_source_asked_for_them(store: Store) -> None:
    submitted(store, 1, DATA, at=NOW)
    imported(store, 2, builders.sample(DATA), at=NOW + timedelta(minutes=1))
    imported(store, 3, builders.sample(DATA), at=NOW - timedelta(days=900))
    imported(store, 4, Sample(md5=DIGESTS.md5), at=NOW - timedelta(days=1))
    imported(store, 5, builders.sample(DATA), at=NOW + timedelta(days=3), outcome="failed", score=None)
    imported(store, 6, builders.sample(b"other"))
    entries = histories.of_file(store.database, SUBJECT, 10, 0, PUBLIC)
    assert [entry.data_id for entry in entries] == [data_id(number) for number in (2, 1, 4, 3)]
    assert histories.of_file(store.database, SUBJECT, 2, 2, PUBLIC) == entries[2:]
    assert histories.count(store.database, SUBJECT, PUBLIC) == 4
    assert histories.of_file(store.database, Subject(md5=DIGESTS.md5), 9, 0, PUBLIC) == [entries[2]]
