"""`GET /v4/openapi.json`, and the same as a page: `GET /v4/docs`."""

from collections.abc import Iterable

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from fulgurite.api.exchange import json_of
from fulgurite.api.reference.document import Row, document
from fulgurite.api.reference.page import HEADERS, STYLE, page


class Docs:
    """What each of these endpoints does. All of it is made once, at the start."""

    def __init__(self, rows: Iterable[Row]) -> None:
        """`rows`: all endpoints."""
        told = document(rows)
        self._document = msgspec.json.encode(told)
        self._page = page(told)

    async def openapi(self, _: Request) -> Response:
        """GET /v4/openapi.json."""
        return json_of(self._document)

    async def shown(self, _: Request) -> Response:
        """GET /v4/docs."""
        return Response(self._page, headers={"content-type": "text/html; charset=utf-8", **HEADERS})

    async def style(self, _: Request) -> Response:
        """GET /v4/docs/style.css."""
        return Response(STYLE, headers={"content-type": "text/css; charset=utf-8"})
