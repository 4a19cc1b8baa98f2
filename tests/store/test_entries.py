"""Entries of the index as bytes."""

import contextlib
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite.errors import Damaged
from fulgurite.store.entries import NOTHING, Entry, Privacy, named, packed, packed_place, place_of, unpacked

ONE, OTHER = bytes(range(12)), bytes(range(1, 13))


@given(
    st.builds(
        Entry,
        st.integers(0, (1 << 48) - 1),
        st.sampled_from([NOTHING, ONE]),
        st.integers(0, 10),
        st.integers(-(1 << 55), (1 << 55) - 1),
        st.sampled_from(Privacy),
        st.sampled_from([NOTHING, OTHER]),
    ),
    st.sampled_from([16, 20, 32]).flatmap(lambda size: st.binary(min_size=size, max_size=size)),
)
def test_an_entry_is_what_was_put(entry: Entry, digest: bytes) -> None:
    assert unpacked(digest, packed(digest, entry)) == entry


@given(st.integers(0, 27), st.integers(1, 255))
def test_an_entry_of_which_a_byte_is_damaged_is_not_believed(at: int, flipped: int) -> None:
    digest = b"m" * 16
    data = bytearray(packed(digest, Entry(1 << 32 | 7, NOTHING, 10, -5, Privacy.SOME, ONE)))
    data[at] ^= flipped
    with pytest.raises(Damaged, match="--repair"):
        unpacked(digest, bytes(data))


@given(st.binary(max_size=40))
def test_any_bytes_are_an_entry_or_damaged(data: bytes) -> None:
    with contextlib.suppress(Damaged):
        unpacked(b"m" * 16, data)


@given(st.integers(0, (1 << 48) - 1), st.binary(max_size=9))
def test_a_place_is_what_was_put(place: int, data: bytes) -> None:
    assert place_of(packed_place(place)) == place
    with contextlib.suppress(Damaged):
        place_of(data)


def test_a_sha512_stands_by_its_first_half() -> None:
    sha512 = hashlib.sha512(b"x").digest()
    key, value = named(sha512, b"z" * 32)
    assert (key, value[2:]) == (sha512[:32], b"z" * 32)
    assert named(sha512[:-1] + b"\0", b"z" * 32)[1] != value
