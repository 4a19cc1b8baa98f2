"""Compressed streams."""

import bz2
import gzip
import lzma
from collections.abc import Callable

import pytest
from backports import zstd
from hypothesis import given
from hypothesis import strategies as st

from fulgurite.errors import InputError, MalformedReport
from fulgurite.importers.packed.caps import Budget, Caps
from fulgurite.importers.packed.streams import Reader, Squeezed, inflated, kind_of

PACKS: list[Callable[[bytes], bytes]] = [gzip.compress, zstd.compress, bz2.compress, lzma.compress]


def whole(packed: bytes) -> bytes:
    return inflated(packed, Budget(Caps(), len(packed)))


@pytest.mark.parametrize("pack", PACKS)
def test_streams_that_follow_one_another_are_one_document(pack: Callable[[bytes], bytes]) -> None:
    large = bytes(range(256)) * 3000
    assert whole(pack(b"one ") + pack(large) + b"\0\0") == b"one " + large


@pytest.mark.parametrize(("pack", "kind"), list(zip(PACKS, ["gzip", "zstd", "bzip2", "xz"], strict=True)))
def test_damage_is_told_with_its_kind(pack: Callable[[bytes], bytes], kind: str) -> None:
    packed = pack(b"one two three four" * 50)
    assert kind_of(packed) == kind
    with pytest.raises(MalformedReport, match=f"{kind}: the compressed data ends too early"):
        whole(packed[:-5])
    with pytest.raises(MalformedReport, match=f"{kind}: the compressed data is damaged"):
        whole(packed[:6] + b"\xff\xee" * 3 + packed[12:])


def test_a_window_that_takes_too_much_memory_is_refused() -> None:
    options: dict[int, int] = {
        zstd.CompressionParameter.window_log: 30,
        zstd.CompressionParameter.content_size_flag: 0,
    }
    packer = zstd.ZstdCompressor(options=options)
    packed = packer.compress(b"{}" * 1000) + packer.flush()
    with pytest.raises(MalformedReport, match="zstd"):
        whole(packed)


def test_a_reader_reads_forwards_and_keeps_nothing() -> None:
    packed = gzip.compress(b"0123456789" * 100_000)
    reader = Reader(packed, Budget(Caps(), len(packed)))
    assert reader.peek(3) == b"012"
    assert reader.read(4) == b"0123"
    reader.skip(999_990)
    kept = reader.kept(3)
    assert kept is not None
    assert kept() == b"456"
    assert reader.kept(100) is None
    assert reader.read(9) == b""


def test_what_waits_is_small_and_comes_back() -> None:
    squeezed = Squeezed()
    for _ in range(100):
        squeezed.add(b"abc" * 1000)
    assert squeezed.taken() == b"abc" * 100_000


@given(st.binary(max_size=200), st.sampled_from(PACKS))
def test_any_bytes_behind_the_mark(tail: bytes, pack: Callable[[bytes], bytes]) -> None:
    for data in (pack(b"")[:6] + tail, pack(tail), pack(b"abc") + tail):
        if kind_of(data) is None:
            continue
        try:
            whole(data)
        except InputError:
            continue
