"""Rounds over the index: what it hides or tells wrongly is named and made again, what is right is left alone."""

from collections.abc import Callable
from pathlib import Path

import pytest

from fulgurite.model.hashes import digests_of
from fulgurite.model.key import Role
from fulgurite.store import Store
from fulgurite.store.checking import check_index
from fulgurite.store.entries import Entry
from fulgurite.store.index import Changes
from fulgurite.store.keys import digest_of
from fulgurite.store.scrubbing import Scrub
from tests import builders
from tests.store.values import NOW, found, imported, reported, sandbox_id, submitted

DATA = b"MZ one"
KEY = "k" * 32


@pytest.fixture
def filled(store: Store) -> Store:
    reported(store, 1, DATA)
    reported(store, 2, b"MZ other")
    imported(store, 3, builders.sample(b"MZ third"))
    submitted(store, 4, DATA)
    submitted(store, 5, b"MZ never run")
    store.add_key(KEY, "lab", Role.READ, NOW)
    return store


def _round(store: Store, rows: int = 2) -> list[str]:
    scrub, named = Scrub(store, rows=rows), []
    while scrub.rounds == 0:
        named += [finding.name for finding in scrub.step()]
    return named


def test_what_is_right_is_left_alone(filled: Store) -> None:
    assert _round(filled, 1) == _round(filled, 2) == _round(filled, 1_000) == []


def _hidden(changes: Changes) -> None:
    changes.forget_hash(bytes.fromhex(digests_of(DATA).md5))


def _hidden_import(changes: Changes) -> None:
    changes.forget_hash(bytes.fromhex(digests_of(b"MZ third").sha1))


def _older(changes: Changes) -> None:
    changes.set_hash(bytes.fromhex(digests_of(DATA).sha256), Entry(1 << 32 | 1, requested_us=5))


def _without_analysis(changes: Changes) -> None:
    changes.set_hash(bytes.fromhex(digests_of(b"MZ other").sha1), Entry(0))


def _file_without_analyses(changes: Changes) -> None:
    changes.forget_hash(bytes.fromhex(digests_of(b"MZ never run").sha256))


def _broken(changes: Changes) -> None:
    digest = bytes.fromhex(digests_of(DATA).sha1)
    changes._transaction.put(digest, b"?" * 28, db=changes._index.hashes[20])


def _lost_analysis(changes: Changes) -> None:
    changes.forget_id(bytes.fromhex(sandbox_id(3)))


def _broken_place(changes: Changes) -> None:
    changes._transaction.put(bytes.fromhex(sandbox_id(3)), b"?", db=changes._index.ids)


def _lost_key(changes: Changes) -> None:
    changes.forget_key(digest_of(KEY))


@pytest.mark.parametrize(
    "damage",
    [
        _hidden,
        _hidden_import,
        _older,
        _without_analysis,
        _file_without_analyses,
        _broken,
        _lost_analysis,
        _broken_place,
        _lost_key,
    ],
)
def test_damage_is_named_and_mended(filled: Store, damage: Callable[[Changes], None]) -> None:
    before = found(filled, DATA)
    with filled.index.write() as changes:
        damage(changes)
    assert len(set(_round(filled))) == 1
    assert found(filled, DATA) == before
    assert list(check_index(filled)) == []
    assert _round(filled) == []


def test_a_hidden_sha512_is_found(filled: Store) -> None:
    assert filled.name_samples(100) > 0 or filled.database.value("SELECT count(*) FROM sha512") > 0
    [name, *_] = [name for name, _ in filled.index.all_sha512()]
    with filled.index.write() as changes:
        changes.forget_sha512(name)
    assert len(_round(filled)) == 1
    assert list(check_index(filled)) == []


def test_an_index_that_is_made_anew_is_let_be(filled: Store) -> None:
    with filled.index.write() as changes:
        changes.clear()
    assert Scrub(filled).step() == []


def test_a_round_may_begin_anywhere(filled: Store) -> None:
    with filled.index.write() as changes:
        _hidden_import(changes)
    scrub, named = Scrub(filled, begin=0.999, rows=1), 0
    while scrub.rounds < 2:
        named += len(scrub.step())
    assert named == 1


def test_a_key_that_is_damaged_in_the_file_is_found(tmp_path: Path) -> None:
    digest = bytes.fromhex(digests_of(DATA).sha1)
    with Store.open(tmp_path) as store:
        for number in range(1, 30):
            imported(store, number, builders.sample(DATA if number == 1 else b"MZ %d" % number))
    path = tmp_path / "index.lmdb" / "data.mdb"
    content = path.read_bytes()
    assert digest in content
    path.write_bytes(content.replace(digest, bytes(20)))
    with Store.open(tmp_path) as store:
        assert store.index.raw_entries([digest]) == [None]
        assert digest.hex() in _round(store)
        assert store.index.raw_entries([digest]) != [None]
        assert [finding.name for finding in check_index(store)] in ([], [bytes(20).hex()])
