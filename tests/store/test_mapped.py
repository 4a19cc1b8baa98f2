"""A pack as it is read: what was found whole is noted, for each record by itself, and its descriptor is its own."""

import gc
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite.store.mapped import Pack


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "00001.pack"
    file.write_bytes(b"0123456789" * 1000)
    return file


def test_it_is_read_and_sent_from_for_as_long_as_it_is_held(path: Path) -> None:
    pack = Pack(path)
    path.unlink()
    assert (pack.size, bytes(pack.view[10:20])) == (10_000, b"0123456789")
    assert os.pread(pack.descriptor, 10, 20) == b"0123456789"
    view, descriptor = pack.view, pack.descriptor
    del pack
    gc.collect()
    with pytest.raises(OSError, match="descriptor"):
        os.fstat(descriptor)
    assert bytes(view[:2]) == b"01"


@given(st.lists(st.integers(0, (1 << 27) + 5000)))
def test_a_note_is_of_one_record(units: list[int]) -> None:
    pack = Pack(Path(__file__))
    last: dict[int, int] = {}
    for unit in (unit % (len(pack.notes) * 512) for unit in units):
        assert pack.is_noted(unit) == (last.get(unit // 512) == unit)
        pack.note(unit)
        last[unit // 512] = unit
        assert pack.is_noted(unit)
        assert not pack.is_noted(unit ^ 1)
    pack.forget()
    assert not any(pack.is_noted(unit) for unit in last.values())


def test_a_pack_that_has_grown_keeps_its_notes_and_another_in_its_place_does_not(path: Path) -> None:
    pack = Pack(path)
    pack.note(7)
    with path.open("ab") as file:
        file.write(b"more")
    grown = Pack(path, pack)
    assert (grown.size, grown.is_noted(7)) == (10_004, True)
    other = path.with_name("other")
    other.write_bytes(path.read_bytes())
    other.rename(path)
    assert not Pack(path, grown).is_noted(7)


def test_what_cannot_be_opened_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Pack(tmp_path / "none")
