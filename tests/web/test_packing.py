"""Pages as gzip, where the browser takes it."""

import asyncio
import gzip
import zlib
from typing import cast

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from fulgurite.web.packing import Piecewise, packed

PAGE = "<p>page</p>" * 1_000


def _request(accepts: bytes | None) -> Request:
    headers = [] if accepts is None else [(b"accept-encoding", accepts)]
    return Request({"type": "http", "method": "GET", "path": "/", "headers": headers})


def test_a_page_is_packed_for_who_takes_it() -> None:
    sent = packed(HTMLResponse(PAGE), _request(b"br, gzip"))
    assert sent.headers["content-encoding"] == "gzip"
    assert sent.headers["vary"] == "accept-encoding"
    assert int(sent.headers["content-length"]) == len(sent.body) < len(PAGE) // 10
    assert gzip.decompress(bytes(sent.body)).decode() == PAGE


def test_others_get_it_as_it_is() -> None:
    sent = packed(HTMLResponse(PAGE), _request(None))
    assert sent.headers["vary"] == "accept-encoding"
    assert "content-encoding" not in sent.headers
    assert bytes(sent.body).decode() == PAGE


def test_what_is_small_or_packed_stays() -> None:
    assert "content-encoding" not in packed(HTMLResponse("short"), _request(b"gzip")).headers
    there = Response(b"x" * 5_000, headers={"content-encoding": "br"})
    assert packed(there, _request(b"gzip")).headers["content-encoding"] == "br"


def _pieces_of(sent: Response) -> list[bytes]:
    async def taken() -> list[bytes]:
        return [cast("bytes", piece) async for piece in cast("Piecewise", sent).body_iterator]

    return asyncio.run(taken())


def test_a_page_in_pieces_is_packed_so_that_each_can_be_read_at_once() -> None:
    made = [b"<p>first</p>", PAGE.encode(), b"<p>last</p>"]
    sent = packed(Piecewise(iter(made)), _request(b"gzip"))
    assert sent.headers["content-encoding"] == "gzip"
    assert sent.headers["vary"] == "accept-encoding"
    assert sent.headers["content-type"] == "text/html; charset=utf-8"
    assert "content-length" not in sent.headers
    unpacker = zlib.decompressobj(16 + zlib.MAX_WBITS)
    read = [unpacker.decompress(piece) for piece in _pieces_of(sent)]
    assert read == [*made, b""]
    assert unpacker.eof
    as_it_is = packed(Piecewise(iter(made)), _request(None))
    assert "content-encoding" not in as_it_is.headers
    assert _pieces_of(as_it_is) == made
