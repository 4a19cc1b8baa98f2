"""Rounds over the index: what it hides or tells wrongly is named and made again, what is right is left alone."""

import os
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fulgurite.errors import StoreError
from fulgurite.model.hashes import digests_of
from fulgurite.model.key import Role
from fulgurite.store import Store
from fulgurite.store.checking import check_index
from fulgurite.store.entries import Entry
from fulgurite.store.index import Changes
from fulgurite.store.keys import digest_of
from fulgurite.store.scrubbing import PLACE, Scrub
from tests import builders
from tests.store import processes
from tests.store.values import NOW, found, imported, sandbox_id, several, submitted

DATA = b"MZ one"
KEY = "k" * 32


@pytest.fixture
def filled(store: Store) -> Store:
    several(store, DATA)
    submitted(store, 5, b"MZ never run")
    store.add_key(KEY, "lab", Role.READ, NOW)
    return store


def _round(store: Store, rows: int = 2) -> list[str]:
    with closing(Scrub(store, rows=rows)) as scrub:
        return _rest(scrub)


def _rest(scrub: Scrub) -> list[str]:
    """What is named until the end of this round."""
    rounds, named = scrub.rounds, []
    while scrub.rounds == rounds:
        named += [finding.name for finding in scrub.step()]
        assert scrub.is_on
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
    with closing(Scrub(filled)) as scrub:
        assert list(scrub.step()) == []
        assert scrub._after == ""


def test_one_of_several_makes_the_rounds_and_another_goes_on_from_there(filled: Store) -> None:
    steps = 0
    with closing(Scrub(filled, rows=1)) as whole:
        while whole.rounds == 0:
            steps += len(list(whole.step())) + 1
    for stop in range(steps):
        scrub, other = Scrub(filled, rows=1), Scrub(filled, rows=1)
        _rest(scrub)
        for _ in range(stop):
            assert list(scrub.step()) == list(other.step()) == []
            assert (scrub.is_on, other.is_on) == (True, False)
        at = scrub._part, scrub._after
        scrub.close()
        assert list(other.step()) == []
        assert other.is_on
        after = other._part, other._after
        assert after > at or other.rounds == 1
        _rest(other)
        other.close()


@pytest.mark.parametrize(
    "noted",
    [b"", b"\0" * 200, b"0 " + b"9" * 19, b"1 abc", b"4 ", b"0 ab", b"2", b"1 " + b"ab" * 65, b"2 zz\n1 ", b"\xff"],
)
def test_what_makes_no_sense_is_the_beginning(filled: Store, noted: bytes) -> None:
    (filled.data_dir / PLACE).write_bytes(noted)
    with closing(Scrub(filled)) as scrub:
        assert list(scrub.step()) == []
        # It was looked at from the first report on.
        assert (scrub.is_on, scrub._part) == (True, 1)
    (filled.data_dir / PLACE).write_bytes(noted)
    with filled.index.write() as changes:
        _lost_analysis(changes)
    assert _round(filled) == [sandbox_id(3)]


@given(noted=st.one_of(st.binary(max_size=170), st.from_regex(r"[0-3] [0-9a-f]{0,130}\Z").map(str.encode)))
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_noted_a_round_comes_to_its_end(filled: Store, noted: bytes) -> None:
    (filled.data_dir / PLACE).write_bytes(noted)
    assert _round(filled, 100) == []


def test_where_nothing_can_be_noted_it_goes_on(filled: Store) -> None:
    with closing(Scrub(filled, rows=1)) as scrub:
        list(scrub.step())
        with (filled.data_dir / PLACE).open("rb") as reading:
            assert scrub._file is not None
            os.dup2(reading.fileno(), scrub._file.fileno())
            assert _rest(scrub) == []


SCRUBBING = """
import sys
from pathlib import Path
from fulgurite.store import Store
from fulgurite.store.scrubbing import Scrub
with Store.open(Path(sys.argv[1])) as store:
    scrub = Scrub(store, rows=1)
    for line in sys.stdin:
        named = [finding.name for finding in scrub.step()]
        print(scrub.is_on, scrub._part, scrub._after, *named, flush=True)
"""


def _asked(child: "subprocess.Popen[bytes]") -> list[str]:
    """What a process says to one step."""
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.write(b"\n")
    child.stdin.flush()
    return child.stdout.readline().decode().split()


def test_when_a_process_is_killed_another_goes_on_from_there(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        for number in range(1, 6):
            imported(store, number, builders.sample(b"MZ %d" % number))
    children = [processes.started(SCRUBBING, tmp_path) for _ in range(3)]
    try:
        assert [_asked(child)[0] for child in children] == ["True", "False", "False"]
        assert _asked(children[0]) == ["True", "0", "2"]
        with Store.open(tmp_path) as store, store.index.write() as changes:
            changes.forget_id(bytes.fromhex(sandbox_id(4)))
        children[0].kill()
        children[0].wait()
        assert _asked(children[2]) == ["True", "0", "3"]
        assert _asked(children[1]) == ["False", "0"]
        assert _asked(children[2]) == ["True", "0", "4", sandbox_id(4)]
    finally:
        for child in children:
            child.kill()
            child.communicate()


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


def test_where_its_file_cannot_be_opened_that_is_told_and_tried_again(filled: Store) -> None:
    (filled.data_dir / PLACE).mkdir()
    with closing(Scrub(filled)) as scrub:
        with pytest.raises(StoreError, match="the rounds over the index"):
            list(scrub.step())
        (filled.data_dir / PLACE).rmdir()
        assert _rest(scrub) == []
