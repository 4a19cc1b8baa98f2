"""Bodies inflated: whole, piecemeal, kept."""

import gzip

import pytest
from backports import zstd
from hypothesis import given
from hypothesis import strategies as st

from fulgurite.errors import Damaged
from fulgurite.service.bodies import (
    LARGE_BYTES,
    PIECE_BYTES,
    Inflated,
    Stream,
    gzipped,
    length_of,
    pieces_of,
    zstandard,
)
from fulgurite.store.entries import NOTHING
from fulgurite.store.finding import Found

LARGE = b"".join(b"%d," % number for number in range(300_000))


def _found(data: bytes, *, etag: bytes = b"e") -> Found:
    return Found(etag, memoryview(gzip.compress(data)), NOTHING, raw_size=len(data))


@pytest.mark.parametrize("ending", [b"", b"}", b',"more":1}'])
@pytest.mark.parametrize("data", [b"{}", LARGE], ids=["small", "large"])
def test_a_body_is_inflated(data: bytes, ending: bytes) -> None:
    body = Inflated().of(_found(data), ending)
    expected = data[:-1] + ending if ending else data
    assert isinstance(body, Stream) is (len(data) > LARGE_BYTES)
    assert b"".join(pieces_of(body)) == expected
    assert length_of(body) == len(expected)
    assert max(map(len, pieces_of(body))) <= PIECE_BYTES


@pytest.mark.parametrize("data", [b"{}" * 100, LARGE], ids=["small", "large"])
def test_what_is_cut_or_broken_is_no_body(data: bytes) -> None:
    found = _found(data)
    packed = found.gzipped
    for broken in (packed[:-10], bytes(20) + bytes(packed[20:])):
        with pytest.raises(Damaged, match=NOTHING.hex()):
            b"".join(Stream(found._replace(gzipped=broken)))
    with pytest.raises(Damaged):
        b"".join(Stream(found._replace(raw_size=len(data) + 1)))


@given(st.binary(max_size=200))
def test_no_packed_bytes_make_another_error(packed: bytes) -> None:
    found = Found(b"e", packed, NOTHING, raw_size=9)
    try:
        assert len(b"".join(Stream(found))) <= 9
    except Damaged:
        return


def test_only_so_much_is_kept() -> None:
    inflated = Inflated(cache_bytes=250)
    bodies = {b"%d" % number: b"%d" % number * 100 for number in range(5)}
    for etag, data in bodies.items():
        assert inflated.of(_found(data, etag=etag)) == data
    kept = [etag for etag, data in bodies.items() if (etag, b"") in inflated._kept]
    assert kept == [b"3", b"4"]
    first = inflated.of(_found(bodies[b"3"], etag=b"3"))
    assert inflated.of(_found(b"another", etag=b"3")) is first
    inflated.of(_found(bodies[b"0"], etag=b"0"))
    assert [etag for etag, _ in inflated._kept] == [b"3", b"0"]
    assert inflated.of(_found(b"x" * 1000, etag=b"x")) == b"x" * 1000
    assert [etag for etag, _ in inflated._kept] == [b"3", b"0"]
    assert inflated._bytes == 200
    assert Inflated(cache_bytes=0).of(_found(b"{}")) == b"{}"


def _sent(inflated: Inflated, data: bytes, etag: bytes) -> bytes | memoryview | Stream:
    body = inflated.of(_found(data, etag=etag))
    assert b"".join(pieces_of(body)) == data
    return body


def test_a_large_body_is_kept_once_it_is_asked_for_again() -> None:
    inflated = Inflated(cache_bytes=9 * len(LARGE))
    assert isinstance(_sent(inflated, LARGE, b"a"), Stream)
    assert inflated._bytes == 0
    assert isinstance(_sent(inflated, LARGE, b"a"), Stream)
    kept = _sent(inflated, LARGE, b"a")
    assert isinstance(kept, memoryview)
    assert kept.readonly
    assert inflated._bytes == len(LARGE)
    marked = inflated.of(_found(LARGE, etag=b"a"), b',"more":1}')
    assert isinstance(marked, Stream)


def test_what_is_still_sent_counts_until_nobody_needs_it() -> None:
    inflated = Inflated(cache_bytes=4 * len(LARGE))
    held = [[_sent(inflated, LARGE, b"%d" % number) for _ in range(3)] for number in range(4)]
    assert all(isinstance(of_one[-1], memoryview) for of_one in held)
    for _ in range(3):
        assert isinstance(_sent(inflated, LARGE, b"x"), Stream)
    assert inflated._bytes == 4 * len(LARGE)
    held.clear()
    _sent(inflated, LARGE, b"x")
    assert isinstance(_sent(inflated, LARGE, b"x"), memoryview)
    assert inflated._bytes == len(LARGE)


def test_a_large_body_that_does_not_come_whole_is_not_kept() -> None:
    inflated = Inflated(cache_bytes=9 * len(LARGE))
    found = _found(LARGE)
    cut = found._replace(gzipped=found.gzipped[:-10])
    for _ in range(3):
        next(iter(pieces_of(inflated.of(found))))
        with pytest.raises(Damaged):
            b"".join(pieces_of(inflated.of(cut)))
    assert len(inflated._kept) == 0
    assert _sent(inflated, b"{}", b"small") == b"{}"
    assert inflated._bytes == 2


def test_too_large_a_body_is_not_kept() -> None:
    inflated = Inflated(cache_bytes=3 * len(LARGE))
    for _ in range(4):
        assert isinstance(_sent(inflated, LARGE, b"a"), Stream)


def test_a_small_body_is_packed_once_for_clients_of_zstd() -> None:
    inflated = Inflated()
    found = _found(b"{}" * 1000)
    packed = inflated.as_zstd(found)
    assert zstd.decompress(packed) == b"{}" * 1000
    assert inflated.as_zstd(found) is packed
    assert inflated.of(found) == b"{}" * 1000


def test_what_is_made_here_is_gzip_and_zstd() -> None:
    assert gzip.decompress(gzipped(b"{}")) == b"{}"
    assert zstd.decompress(zstandard(b"{}")) == b"{}"
