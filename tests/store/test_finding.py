"""What a lookup finds, by hash, by id and for many at once; also while a compaction moves it."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from fulgurite.errors import Damaged
from fulgurite.store.entries import NOTHING, Entry, Privacy
from fulgurite.store.finding import Finder, Found, Summary
from fulgurite.store.index import Index
from fulgurite.store.packs import Packs
from fulgurite.store.records import Codec, Kind, Record

ID, RUNNING = bytes(range(12)), bytes(range(1, 13))
BODY = Record(Kind.BODY, Codec.GZIP, 77, bytes.fromhex("0123456789abcdef") + bytes(24), b"gzip", b"zstd", ID)
FOUND = Found(b"0123456789abcdef", b"gzip", NOTHING, False, 77, b"zstd", ID)


def told(found: Found | None) -> Found | None:
    """`found` without where it lies, which has to be the pack that it says."""
    if found is None or found.pack is None:
        return found
    end = found.start + len(found.gzipped)
    assert found.pack.view[found.start : end] == found.gzipped
    assert os.pread(found.pack.descriptor, len(found.zstd), end) == found.zstd
    return found._replace(pack=None, start=0)


class Kept:
    """An index, packs, and what finds in them."""

    def __init__(self, folder: Path) -> None:
        self.index = Index(folder / "index")
        self.packs = Packs(folder / "packs")
        self.finder = Finder(self.index, self.packs)
        with self.index.write() as changes:
            changes.belongs_to("abc")

    def put(self, digest: bytes, entry: Entry) -> None:
        with self.index.write() as changes:
            changes.set_hash(digest, entry)
            changes.set_id(ID, entry.place)


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    return Kept(tmp_path)


@pytest.mark.parametrize("size", [16, 20, 32])
def test_a_file_is_found_by_each_of_its_hashes(kept: Kept, size: int) -> None:
    [place] = kept.packs.append([BODY])
    kept.put(b"d" * size, Entry(place))
    assert told(kept.finder.found(b"d" * size)) == FOUND
    kept.put(b"d" * size, Entry(place, RUNNING, privacy=Privacy.SOME))
    assert told(kept.finder.found(b"d" * size)) == FOUND._replace(running=RUNNING, has_private=True)
    kept.put(b"d" * size, Entry(0, RUNNING))
    assert kept.finder.found(b"d" * size) == Found(b"", b"", RUNNING)
    assert kept.finder.found(b"e" * size) is None


def test_an_analysis_is_found_by_its_id(kept: Kept) -> None:
    [place] = kept.packs.append([BODY])
    kept.put(b"d" * 16, Entry(place))
    assert told(kept.finder.body(ID)) == FOUND
    assert kept.finder.body(RUNNING) is None


def test_many_files_are_told_at_once(kept: Kept) -> None:
    [place] = kept.packs.append([BODY])
    kept.put(b"a" * 16, Entry(place, NOTHING, 7, -5, last=ID))
    kept.put(b"b" * 32, Entry(0, RUNNING, privacy=Privacy.SOME))
    one = Summary(ID, NOTHING, 7, -5, Privacy.NONE)
    other = Summary(NOTHING, RUNNING, 0, 0, Privacy.SOME)
    assert kept.finder.summaries([b"b" * 32, b"c" * 32, b"a" * 16, b"a" * 16]) == [other, None, one, one]


def test_a_damaged_entry_is_not_believed(kept: Kept) -> None:
    [place] = kept.packs.append([BODY])
    kept.put(b"d" * 16, Entry(place))
    good = kept.index.entry(b"d" * 16) or b""
    for bad in (good[:-1], good[:-1] + b"\xff", good[:16], b""):
        with kept.index.environment.begin(write=True) as transaction:
            transaction.put(b"d" * 16, bad, db=kept.index.hashes[16])
            transaction.put(ID, bad[:5], db=kept.index.ids)
        for ask in (
            lambda: kept.finder.found(b"d" * 16),
            lambda: kept.finder.summaries([b"d" * 16]),
            lambda: kept.finder.body(ID),
        ):
            with pytest.raises(Damaged, match="--repair"):
                ask()


class Moving(Index):
    """An index of which an entry is read just before a compaction moves what it points to."""

    move: list[int]

    def entry(self, digest: bytes) -> bytes | None:
        found = super().entry(digest)
        self._moved()
        return found

    def place(self, sandbox_id: bytes) -> int | None:
        found = super().place(sandbox_id)
        self._moved()
        return found

    def _moved(self) -> None:
        if self.move:
            place = self.move.pop()
            with self.write() as changes:
                changes.set_hash(b"d" * 16, Entry(place))
                changes.set_id(ID, place)


def test_what_was_moved_since_the_entry_was_read_is_found_where_it_is_now(tmp_path: Path) -> None:
    index, packs = Moving(tmp_path / "index"), Packs(tmp_path / "packs")
    index.move = []
    finder = Finder(index, packs)
    [place] = packs.append([BODY])
    asks: list[Callable[[], Found | None]] = [lambda: finder.found(b"d" * 16), lambda: finder.body(ID)]
    for ask in asks:
        with index.write() as changes:
            changes.set_hash(b"d" * 16, Entry(99 << 32))
            changes.set_id(ID, 99 << 32)
        index.move = [place]
        assert told(ask()) == FOUND


def test_what_is_nowhere_is_damaged(kept: Kept) -> None:
    kept.put(b"d" * 16, Entry(99 << 32))
    asks: list[Callable[[], Found | None]] = [lambda: kept.finder.found(b"d" * 16), lambda: kept.finder.body(ID)]
    for ask in asks:
        with pytest.raises(Damaged, match=r"00099\.pack"):
            ask()
