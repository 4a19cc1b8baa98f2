"""Files by their SHA-512: computed, told, corrected, forgotten, made up for."""

import hashlib

import pytest

from fulgurite.errors import NotFound
from fulgurite.model.hashes import digests_of
from fulgurite.store import Store, checking, deleting, sha512
from tests import builders
from tests.store.values import imported, reported, sandbox_id, submitted

DATA = b"MZ one"
NAME = hashlib.sha512(DATA).digest()
SHA256 = bytes.fromhex(digests_of(DATA).sha256)


def _states(store: Store, name: bytes, sha256: bytes = SHA256) -> None:
    with store.database.write("testing") as connection:
        notes = sha512.state(connection, name.hex(), sha256.hex())
    store.indexing.settle(notes)


def test_a_sample_is_known_by_it(store: Store) -> None:
    assert store.named(NAME) is None
    submitted(store, 1, DATA)
    assert store.named(NAME) == SHA256
    assert store.named(SHA256) == SHA256
    store.indexing.rebuild()
    assert store.named(NAME) == SHA256
    assert list(checking.check_index(store)) == []


def test_what_was_told_first_is_believed_and_what_was_computed_more(store: Store) -> None:
    wrong, other = b"w" * 64, b"o" * 64
    _states(store, wrong)
    _states(store, other)
    _states(store, wrong, b"z" * 32)
    assert (store.named(wrong), store.named(other)) == (SHA256, None)
    _states(store, NAME, b"z" * 32)
    submitted(store, 1, DATA)
    assert (store.named(wrong), store.named(NAME)) == (None, SHA256)
    _states(store, other)
    assert store.named(other) is None
    assert list(checking.check_index(store)) == []


def test_what_is_not_told_whole_is_not_kept(store: Store) -> None:
    with store.database.write("testing") as connection:
        assert sha512.state(connection, None, SHA256.hex()) == []
        assert sha512.state(connection, NAME.hex(), None) == []


def test_it_goes_with_the_last_that_is_known_of_the_file(store: Store) -> None:
    reported(store, 1, DATA)
    imported(store, 2, builders.sample(DATA))
    deleting.analysis(store, sandbox_id(2))
    assert store.named(NAME) == SHA256
    deleting.file(store, SHA256.hex())
    assert store.named(NAME) is None
    with pytest.raises(NotFound):
        deleting.file(store, SHA256.hex())


def test_samples_of_before_are_made_up_for(store: Store) -> None:
    for number in (1, 2, 3):
        submitted(store, number, b"%d" % number)
    with store.database.write("testing") as connection:
        connection.execute("UPDATE samples SET has_sha512 = 0")
        connection.execute("DELETE FROM sha512")
    store.indexing.rebuild()
    assert store.named(hashlib.sha512(b"1").digest()) is None
    [gone] = store.data_dir.glob(f"blobs/**/{digests_of(b'2').sha256}*")
    gone.unlink()
    assert [store.name_samples(2), store.name_samples(2), store.name_samples(2)] == [2, 1, 0]
    names = [store.named(hashlib.sha512(b"%d" % number).digest()) for number in (1, 2, 3)]
    assert [name is not None for name in names] == [True, False, True]


def test_what_the_index_says_otherwise_is_found_and_mended(store: Store) -> None:
    for number in (1, 2):
        submitted(store, number, b"%d" % number)
    one, other = (hashlib.sha512(b"%d" % number).digest() for number in (1, 2))
    with store.index.write() as changes:
        changes.set_sha512(one, b"z" * 32)
        changes.forget_sha512(other)
        changes.set_sha512(b"\xff" * 64, b"z" * 32)
    found = list(checking.check_index(store))
    assert {finding.name[:64] for finding in found} == {name[:32].hex() for name in (one, other, b"\xff" * 64)}
    for finding in found:
        checking.repair_index(store, finding)
    assert list(checking.check_index(store)) == []
    assert store.named(one) == bytes.fromhex(digests_of(b"1").sha256)
