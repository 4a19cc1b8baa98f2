"""Answers that a client has already."""

import asyncio

import pytest
from starlette.requests import Request
from starlette.responses import Response

from fulgurite.api import etag


def unless_known(response: Response, request: Request) -> Response:
    return asyncio.run(etag.unless_known(response, request))


def asked(method: str = "GET", **headers: str) -> Request:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": method, "headers": raw})


def test_an_answer_that_is_known_is_not_sent_again() -> None:
    first = unless_known(Response(b"a", headers={"cache-control": "no-cache", "x": "y"}), asked())
    tag = first.headers["etag"]
    again = unless_known(Response(b"a", headers={"cache-control": "no-cache", "x": "y"}), asked(if_none_match=tag))
    assert (again.status_code, again.body, again.headers["etag"], "x" in again.headers) == (304, b"", tag, False)
    assert unless_known(Response(b"b"), asked(if_none_match=tag)).status_code == 200


def test_a_large_answer_has_one_as_well() -> None:
    body = b"a" * (etag.LARGE_BYTES + 1)
    tag = unless_known(Response(body), asked()).headers["etag"]
    assert unless_known(Response(body), asked(if_none_match=tag)).status_code == 304


@pytest.mark.parametrize(
    ("response", "request_"),
    [(Response(b"a"), asked("POST")), (Response(b"a", 404), asked()), (Response(b""), asked())],
)
def test_others_have_no_tag(response: Response, request_: Request) -> None:
    assert "etag" not in unless_known(response, request_).headers
