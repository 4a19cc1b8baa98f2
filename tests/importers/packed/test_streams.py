"""Compressed streams of one document each."""

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite.errors import InputError, MalformedReport
from fulgurite.importers.packed.caps import Budget, Caps
from fulgurite.importers.packed.streams import gunzipped


def test_members_that_follow_one_another_are_one_document() -> None:
    packed = gzip.compress(b"one ") + gzip.compress(b"two") + b"\0\0"
    assert gunzipped(packed, Budget(Caps(), len(packed))) == b"one two"


def test_a_damaged_stream_is_told() -> None:
    packed = bytearray(gzip.compress(b"one two three four"))
    packed[12] ^= 0xFF
    with pytest.raises(MalformedReport, match="gzip: the gzip stream is damaged"):
        gunzipped(bytes(packed), Budget(Caps(), len(packed)))


@given(st.binary(max_size=200))
def test_any_bytes_behind_the_mark(tail: bytes) -> None:
    for data in (b"\x1f\x8b" + tail, gzip.compress(tail), gzip.compress(b"abc") + tail):
        try:
            gunzipped(data, Budget(Caps(), len(data)))
        except InputError:
            continue
