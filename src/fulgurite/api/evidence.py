"""`/v4/sandbox/:sandbox_id/original` and `/v4/sandbox/:sandbox_id/artifacts/:name`: the bytes behind an analysis.

Paths of our own. All of it is hostile: it is sent as an attachment under a name of ours, never as a page.
"""

import asyncio
from collections.abc import Callable
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from fulgurite.api.exchange import json_of, viewer_in
from fulgurite.api.numbers import MAX_OFFSET, MAX_ROWS, number
from fulgurite.api.problems import Problem
from fulgurite.errors import NotFound
from fulgurite.model.hashes import sha256_of
from fulgurite.model.viewer import Viewer

CART = "application/x-cart"
RAW = "application/octet-stream"
DEFAULT_EVENTS = 100
"""Of one page, where no other number is asked for."""


class EvidenceUses(NamedTuple):
    """The use cases behind the endpoints here; called from threads. All raise NotFound."""

    original: Callable[[str, Viewer], tuple[bytes, str]]
    """What a report was read from, and the word of its format."""
    artifact: Callable[[str, str, Viewer], bytes]
    """An artifact as it was."""
    neutered_artifact: Callable[[str, str, Viewer], bytes]
    """An artifact as CaRT."""
    behind: Callable[[str, str, int, int, Viewer], bytes]
    """The events behind a signature, as JSON: how many, after how many."""


class Evidence:
    """What each of these endpoints does. None of them counts."""

    def __init__(self, uses: EvidenceUses) -> None:
        self._uses = uses

    async def original(self, request: Request) -> Response:
        """GET /v4/sandbox/:sandbox_id/original: byte for byte what the report was read from; its digest, its format."""
        sandbox_id = request.path_params["sandbox_id"]
        try:
            data, format_ = await asyncio.to_thread(self._uses.original, sandbox_id, viewer_in(request))
        except NotFound as error:
            raise Problem(404001) from error
        return _attachment(data, RAW, sha256_of(data), (("x-report-format", format_),))

    async def artifact(self, request: Request) -> Response:
        """GET /v4/sandbox/:sandbox_id/artifacts/:name: a file or memory that the run left, by its name in the summary.

        As CaRT, so that nothing runs or scans it by accident; with `form=raw` as it was.
        """
        form = request.query_params.get("form", "cart")
        if form not in ("cart", "raw"):
            raise Problem(400004, "form: cart or raw")
        use = self._uses.artifact if form == "raw" else self._uses.neutered_artifact
        sandbox_id, name = request.path_params["sandbox_id"], request.path_params["name"]
        try:
            data = await asyncio.to_thread(use, sandbox_id, name, viewer_in(request))
        except NotFound as error:
            raise Problem(404001) from error
        return _attachment(data, RAW if form == "raw" else CART, sha256_of(data))

    async def behind(self, request: Request) -> Response:
        """GET /v4/sandbox/:sandbox_id/signatures/:label/events?limit&offset: the events behind a signature."""
        sandbox_id, label = request.path_params["sandbox_id"], request.path_params["label"]
        offset = number(request, "offset", 0, 0, MAX_OFFSET, fault=400027)
        limit = number(request, "limit", DEFAULT_EVENTS, 1, MAX_ROWS, fault=400028)
        try:
            body = await asyncio.to_thread(self._uses.behind, sandbox_id, label, limit, offset, viewer_in(request))
        except NotFound as error:
            raise Problem(404001) from error
        return json_of(body)


def _attachment(data: bytes, media: str, sha256: str, more: tuple[tuple[str, str], ...] = ()) -> Response:
    ending = ".cart" if media == CART else ".bin"
    return Response(
        data,
        headers={
            "content-type": media,
            "content-disposition": f'attachment; filename="{sha256}{ending}"',
            "x-content-sha256": sha256,
            "content-security-policy": "default-src 'none'; sandbox",
            **dict(more),
        },
    )
