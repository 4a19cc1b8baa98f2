"""The readers, over any bytes: files, a refusal, or one of the errors that are known."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fulgurite.service.archives.caps import ArchiveRefused, Budget, Caps
from fulgurite.service.archives.readers import FAULTS, READERS
from tests import archives

GOOD = {
    "zip": archives.zipped([("a", b"1")]),
    "7z": archives.seven_zipped([("a", b"1")]),
    "tar": archives.tarred([("a", b"1")]),
    "gzip": archives.tarred([("a", b"1")], mode="w:gz"),
    "bzip2": archives.tarred([("a", b"1")], mode="w:bz2"),
    "xz": archives.tarred([("a", b"1")], mode="w:xz"),
}


@pytest.mark.parametrize("kind", READERS)
def test_a_good_one(kind: str) -> None:
    budget = Budget(Caps(), len(GOOD[kind]))
    assert [(found.name, found.data) for found in READERS[kind](GOOD[kind], None, budget)] == [("a", b"1")]


@settings(max_examples=300)
@given(st.sampled_from(sorted(READERS)), st.data())
def test_any_bytes(kind: str, data: st.DataObject) -> None:
    good = GOOD[kind]
    at = data.draw(st.integers(0, len(good)))
    damaged = good[:at] + data.draw(st.binary(max_size=40)) + good[data.draw(st.integers(at, len(good))) :]
    try:
        for _ in READERS[kind](damaged, data.draw(st.none() | st.text(max_size=5)), Budget(Caps(), len(damaged))):
            pass
    except (ArchiveRefused, MemoryError, *FAULTS):
        return
