"""Native reports read in parts."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite.errors import Damaged
from fulgurite.model import digest as digests
from fulgurite.model import report as model
from fulgurite.store import frames, framing
from fulgurite.store.frames import ColumnAt, Cut, Framed
from tests import builders

COUNT = 2_500
NATIVE = model.encode(builders.report(*(builders.file_write(f"C:\\{n}", at_ms=n) for n in range(COUNT))))
PARTS = framing.cut(NATIVE, 1)
COLUMNS = ("kind", "verb", "procid", "flow", "time", "object")


def test_a_page_reads_the_frames_that_hold_it() -> None:
    framed = Framed(PARTS)
    assert (framed.total, framed.frame_of(999), framed.frame_of(1_000), framed.end_of(2)) == (
        COUNT + 1,
        0,
        1,
        COUNT + 1,
    )
    assert framed.first_of(2) == 2_000
    got = dict(framed.events([2_400, 3, 1_000]))
    assert {index: msg for index, raw in got.items() if f"C:\\\\{index - 1}" in (msg := bytes(raw).decode())} == {
        index: bytes(raw).decode() for index, raw in got.items()
    }
    assert framed.raw_size(0) == len(framed.text(0)) - 2


def test_a_table_of_another_version_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frames, "VERSION", frames.VERSION + 1)
    assert not Framed(PARTS).is_of_today


def test_a_digest_of_another_version_is_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Framed(PARTS).digest() is not None
    monkeypatch.setattr(digests, "VERSION", digests.VERSION + 1)
    assert Framed(PARTS).digest() is None


@given(st.integers(0, len(PARTS.payload) + len(PARTS.second) - 1), st.integers(1, 255))
def test_what_is_damaged_is_told_or_does_not_matter(place: int, change: int) -> None:
    whole = bytearray(bytes(PARTS.payload) + bytes(PARTS.second))
    whole[place] ^= change
    size = len(PARTS.payload)
    try:
        framed = Framed(Cut(bytes(whole[:size]), bytes(whole[size:])))
        if framed.is_of_today:
            framed.head()
            framed.digest()
            list(framed.events(range(min(framed.total, COUNT))))
            for name in COLUMNS:
                framed.column(name)
    except Damaged:
        pass


@pytest.mark.parametrize("columns", [{}, {"kind": ColumnAt(0, 0, "?")}, {"kind": ColumnAt(0, 0, "q")}])
def test_a_table_without_its_columns_is_told(columns: dict[str, ColumnAt]) -> None:
    framed = Framed(PARTS)
    framed.table = msgspec.structs.replace(framed.table, columns=columns)
    with pytest.raises(Damaged):
        framed.column("kind")


@given(st.binary(max_size=100), st.binary(max_size=100))
def test_any_bytes_are_read_or_refused(payload: bytes, second: bytes) -> None:
    with pytest.raises(Damaged):
        Framed(Cut(payload, second))


def test_no_more_is_unpacked_than_there_may_be() -> None:
    with pytest.raises(EOFError):
        frames.whole(PARTS, len(NATIVE) - 1)
