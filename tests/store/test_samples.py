"""The table of samples."""

from fulgurite.model.hashes import digests_of, sha256_of
from fulgurite.model.viewer import PUBLIC
from fulgurite.store import Store, histories
from fulgurite.store.reports import Subject
from tests.store.values import submitted

DATA = b"MZ one"


def test_a_sample_is_known_by_its_facts(store: Store) -> None:
    submitted(store, 1, DATA)
    sample = store.sample(sha256_of(DATA))
    assert sample is not None
    assert (sample.md5, sample.sha1, sample.sha256) == digests_of(DATA)
    assert (sample.size_bytes, sample.file_type, sample.name) == (len(DATA), "data", None)
    assert store.sample(sha256_of(b"another")) is None


def test_all_digests_follow_from_any(store: Store) -> None:
    submitted(store, 1, DATA)
    assert [store.digests(digest) for digest in digests_of(DATA)] == [digests_of(DATA)] * 3
    assert store.digests(sha256_of(b"another")) is None


def test_the_same_sample_twice_is_one(store: Store) -> None:
    submitted(store, 1, DATA)
    submitted(store, 2, DATA)
    assert store.database.value("SELECT count(*) FROM samples") == 1
    assert histories.count(store.database, Subject(sha256_of(DATA)), PUBLIC) == 2
    assert store.sample_bytes(sha256_of(DATA)) == DATA
