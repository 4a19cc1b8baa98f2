"""Entity tags of answers that are made anew each time, so that a client that has one need not be sent it again."""

import asyncio
from hashlib import blake2b
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from fulgurite.api.lookups import KEPT_BY_304, is_same

LARGE_BYTES = 1 << 20
"""The tag of a longer body is computed in a thread: a millisecond's work and more, in which others are answered."""


async def unless_known(response: Response, request: Request) -> Response:
    """`response` with an entity tag; without its body, when the client has it."""
    body = getattr(response, "body", b"")
    if request.method not in {"GET", "HEAD"} or response.status_code != HTTPStatus.OK or body == b"":
        return response
    tag = await asyncio.to_thread(_tag_of, body) if len(body) > LARGE_BYTES else _tag_of(body)
    response.raw_headers.append((b"etag", tag))
    unless = next((value for name, value in request.headers.raw if name == b"if-none-match"), None)
    if unless is None or not is_same(unless, tag):
        return response
    known = Response(status_code=HTTPStatus.NOT_MODIFIED)
    known.raw_headers = [header for header in response.raw_headers if header[0] in KEPT_BY_304]
    return known


def _tag_of(body: bytes) -> bytes:
    return b'"%b"' % blake2b(body, digest_size=8).hexdigest().encode()
