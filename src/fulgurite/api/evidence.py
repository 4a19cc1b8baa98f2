"""`/v4/sandbox/:sandbox_id/original`, `/export` and `/artifacts/:name`: an analysis, and what is behind it, as files.

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
from fulgurite.exports.html.offline import MEDIA_TYPE as HTML
from fulgurite.model.hashes import sha256_of
from fulgurite.model.viewer import Viewer
from fulgurite.service.export import FORMS, Form

CART = "application/x-cart"
RAW = "application/octet-stream"
JSON = "application/json"
EXPORTS = 2
"""Analyses that one server process writes to files at once, since it has them in memory as a whole; more wait."""
DEFAULT_EVENTS = 100
"""Of one page, where no other number is asked for."""
_ENDINGS: dict[Form, str] = {"html": "html", "native": "json"}


class EvidenceUses(NamedTuple):
    """The use cases behind the endpoints here; called from threads. All raise NotFound."""

    original: Callable[[str, Viewer], tuple[bytes, str]]
    """What a report was read from, and the word of its format."""
    artifact: Callable[[str, str, Viewer], bytes]
    """An artifact as it was."""
    neutered_artifact: Callable[[str, str, Viewer], bytes]
    """An artifact as CaRT."""
    exported: Callable[[str, Form, Viewer], bytes]
    """The analysis as one file."""
    behind: Callable[[str, str, int, int, Viewer], bytes]
    """The events behind a signature, as JSON: how many, after how many."""


class Evidence:
    """What each of these endpoints does. None of them counts."""

    def __init__(self, uses: EvidenceUses) -> None:
        self._uses = uses
        self._exports = asyncio.Semaphore(EXPORTS)

    async def original(self, request: Request) -> Response:
        """GET /v4/sandbox/:sandbox_id/original: byte for byte what the report was read from; its digest, its format."""
        sandbox_id = request.path_params["sandbox_id"]
        try:
            data, format_ = await asyncio.to_thread(self._uses.original, sandbox_id, viewer_in(request))
        except NotFound as error:
            raise Problem(404001) from error
        return await asyncio.to_thread(_attachment, data, RAW, "bin", more=(("x-report-format", format_),))

    async def export(self, request: Request) -> Response:
        """GET /v4/sandbox/:sandbox_id/export?format: a finished analysis as one file, a page or JSON; nothing cut."""
        word = request.query_params.get("format", "html")
        form = next((form for form in FORMS if form == word), None)
        if form is None:
            raise Problem(400004, f"format: {' or '.join(FORMS)}")
        sandbox_id = request.path_params["sandbox_id"]
        async with self._exports:
            try:
                data = await asyncio.to_thread(self._uses.exported, sandbox_id, form, viewer_in(request))
            except NotFound as error:
                raise Problem(404001) from error
        media = HTML if form == "html" else JSON
        return await asyncio.to_thread(_attachment, data, media, _ENDINGS[form], name=sandbox_id)

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
        media, ending = (RAW, "bin") if form == "raw" else (CART, "cart")
        return await asyncio.to_thread(_attachment, data, media, ending)

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


def _attachment(
    data: bytes, media: str, ending: str, *, name: str | None = None, more: tuple[tuple[str, str], ...] = ()
) -> Response:
    """`data` to be kept, as a file of this name, which is ours, else of its SHA-256. Takes long for large ones."""
    digest = sha256_of(data)
    return Response(
        data,
        headers={
            "content-type": media,
            "content-disposition": f'attachment; filename="{digest if name is None else name}.{ending}"',
            "x-content-sha256": digest,
            "content-security-policy": "default-src 'none'; sandbox",
            **dict(more),
        },
    )
