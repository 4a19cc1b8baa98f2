"""Pages as gzip, where the browser takes it."""

import gzip

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from fulgurite.web.packing import packed

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
