"""`GET /v4/sandbox/:sandbox_id/compare/:other`: two analyses side by side. A path of our own; it does not count."""

import asyncio
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response

from fulgurite.api.exchange import json_of, viewer_in
from fulgurite.api.numbers import number
from fulgurite.api.problems import Problem
from fulgurite.errors import NotFound
from fulgurite.model.viewer import Viewer

MAX_ROWS = 1_000
DEFAULT_ROWS = 100
MAX_AT_ONCE = 2
"""Comparisons that are made at once; further ones wait. Each may hold a report of tens of megabytes."""


class Comparing:
    """What the endpoint does."""

    def __init__(self, compare: Callable[[str, str, Viewer, int], bytes]) -> None:
        """`compare`: both analyses as JSON, so many of each kind and side; called from threads. Raises NotFound."""
        self._compare = compare
        self._at_once = asyncio.Semaphore(MAX_AT_ONCE)

    async def two(self, request: Request) -> Response:
        """GET /v4/sandbox/:sandbox_id/compare/:other?limit: what only one of both did, by kind."""
        limit = number(request, "limit", DEFAULT_ROWS, 1, MAX_ROWS, fault=400028)
        names = request.path_params["sandbox_id"], request.path_params["other"]
        async with self._at_once:
            try:
                body = await asyncio.to_thread(self._compare, *names, viewer_in(request), limit)
            except NotFound as error:
                raise Problem(404001, str(error)) from error
        return json_of(body)
