"""Bodies inflated: whole, piecemeal, kept."""

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite.errors import Damaged
from fulgurite.service.bodies import LARGE_BYTES, PIECE_BYTES, Inflated, Stream, gzipped, length_of, pieces_of
from fulgurite.store.finding import Found
from fulgurite.store.index import NOTHING

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
    assert len(inflated._kept) == 0
    assert inflated._kept_bytes == 0


def test_what_is_made_here_is_gzip() -> None:
    assert gzip.decompress(gzipped(b"{}")) == b"{}"
