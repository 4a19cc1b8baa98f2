"""Our own lookups of many analyses: `POST /v4/hash/sandbox` and `GET /v4/hash/prefix/:hex`. See docs/api.md."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from typing import NamedTuple

import msgspec
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from fulgurite.api.exchange import account_of, json_of, viewer_in
from fulgurite.api.hashes import FAULTS
from fulgurite.api.payload import json_object, listed
from fulgurite.api.problems import Problem
from fulgurite.errors import InvalidHash
from fulgurite.model.viewer import Viewer
from fulgurite.service.bulk import MAX_HASHES, Matches

NDJSON = "application/x-ndjson"
BATCH = 500
"""Hashes that are looked up at one go, in a thread, so that other requests are answered meanwhile."""
PAD_BYTES = 4_096
"""Answers to a lookup by prefix are filled up to a multiple of this, so that their length hardly tells which it was."""
_FILLER = b',"padding":""}'

_encoder = msgspec.json.Encoder()


class BulkUses(NamedTuple):
    """The use cases behind the endpoints here; called from threads."""

    items: Callable[[Sequence[object], Viewer], list[str]]
    """JSON of each hash."""
    by_prefix: Callable[[str, str | None], Matches]
    """Raises InvalidHash."""


class Bulk:
    """What each of these endpoints does."""

    def __init__(self, uses: BulkUses) -> None:
        self._uses = uses

    async def sandbox(self, request: Request) -> Response:
        """POST /v4/hash/sandbox: the verdicts of up to 10,000 files. Each counts as a lookup.

        With `Accept: application/x-ndjson` one JSON object a line, as they are found; else one object with them all.
        """
        texts = listed(await json_object(request), "hash", MAX_HASHES, FAULTS)
        account_of(request).look_up(len(texts))
        batches = self._batches(texts, viewer_in(request))
        if NDJSON in request.headers.get("accept", "").lower():
            lines = ("".join(f"{item}\n" for item in batch) async for batch in batches)
            return StreamingResponse(lines, headers={"content-type": NDJSON, "vary": "accept"})
        found = [item async for batch in batches for item in batch]
        response = json_of(f'{{"data":[{",".join(found)}]}}'.encode())
        response.headers["vary"] = "accept"
        return response

    async def by_prefix(self, request: Request) -> Response:
        """GET /v4/hash/prefix/:hex?after: the analysed files whose SHA-256 begins so, without the caller saying which.

        One call is one lookup.
        """
        prefix = request.path_params["hex"]
        try:
            found = await asyncio.to_thread(self._uses.by_prefix, prefix, request.query_params.get("after"))
        except InvalidHash as error:
            raise Problem(400064, str(error)) from error
        told = {"prefix": prefix.upper(), "count": len(found.matches), "next": found.next, "data": found.matches}
        body = _encoder.encode(told)[:-1]
        missing = -(len(body) + len(_FILLER)) % PAD_BYTES
        return json_of(b'%b,"padding":"%b"}' % (body, b"0" * missing))

    async def _batches(self, texts: Sequence[object], viewer: Viewer) -> AsyncGenerator[list[str]]:
        for first in range(0, len(texts), BATCH):
            yield await asyncio.to_thread(self._uses.items, texts[first : first + BATCH], viewer)
