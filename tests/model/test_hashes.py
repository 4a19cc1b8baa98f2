"""Digests: exactly the hex spellings are read, and ours are the standard ones."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite.errors import InvalidHash
from fulgurite.model.hashes import digests_of, parse, sha256, sha256_of

DIGEST = st.sampled_from([16, 20, 32]).flatmap(lambda size: st.binary(min_size=size, max_size=size))


@given(DIGEST)
def test_every_case_of_a_digest_is_read(digest: bytes) -> None:
    text = digest.hex()
    assert parse(text) == parse(text.upper()) == parse(text.swapcase()) == digest


@given(st.text())
def test_other_texts_are_refused(text: str) -> None:
    if len(text) in {32, 40, 64} and set(text) <= set(string.hexdigits):
        assert parse(text).hex() == text.lower()
    else:
        with pytest.raises(InvalidHash, match="expected 32, 40 or 64 hex digits"):
            parse(text)


@pytest.mark.parametrize(
    "text", ["", "0" * 31, "0" * 33, "0" * 128, "g" * 32, "\u0660" * 32, "0" * 31 + "\n", " " + "0" * 31]
)
def test_near_misses_are_refused(text: str) -> None:
    with pytest.raises(InvalidHash):
        parse(text)


def test_a_sha256_is_told_from_the_other_digests() -> None:
    assert sha256("AB" * 32) == "ab" * 32
    with pytest.raises(InvalidHash, match="sha256: expected 64 hex digits"):
        sha256("ab" * 20)


def test_digests_are_the_standard_ones() -> None:
    assert digests_of(b"abc") == (
        "900150983cd24fb0d6963f7d28e17f72",
        "a9993e364706816aba3e25717850c26c9cd0d89d",
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    )
    assert sha256_of(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
