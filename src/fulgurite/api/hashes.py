"""`/v4/hash` beside the lookup of an analysis: many hashes, a file's history, its badge, what its bytes tell."""

import asyncio
from collections.abc import Callable, Sequence
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from fulgurite.api.exchange import account_of, json_of, viewer_in
from fulgurite.api.numbers import MAX_OFFSET, MAX_ROWS, number
from fulgurite.api.payload import Faults, json_object, listed
from fulgurite.api.problems import Problem
from fulgurite.errors import InvalidHash
from fulgurite.model import hashes
from fulgurite.model.verdict import Verdict
from fulgurite.model.viewer import Viewer
from fulgurite.service.badge import SIZES, badge
from fulgurite.service.history import MAX_HASHES

FAULTS = Faults(missing=400060, no_list=400061, empty=400062, too_many=400063)
DEFAULT_ROWS = 100
"""Of a file's history, when the request does not say how many."""
SVG = "image/svg+xml"


class HashUses(NamedTuple):
    """The use cases behind the endpoints here; called from threads."""

    result: Callable[[bytes, Viewer], bytes | None]
    """The body of `GET /v4/hash/:hash`; None when no such file is known."""
    bulk: Callable[[Sequence[object], Viewer], bytes]
    history: Callable[[bytes, int, int, Viewer], bytes | None]
    """So many submissions of a file, after so many; None for an unknown file."""
    verdict: Callable[[str, Viewer], Verdict]
    """Of the last analysis of the file with this hash."""
    pe_info: Callable[[bytes, Viewer], bytes | None]


class Hashes:
    """What each of these endpoints does."""

    def __init__(self, uses: HashUses) -> None:
        self._uses = uses

    async def bulk(self, request: Request) -> Response:
        """POST /v4/hash: what is known of up to 1000 files. Each counts as a lookup."""
        flag(request, "includescandetails", 400065)
        texts = listed(await json_object(request), "hash", MAX_HASHES, FAULTS)
        account_of(request).look_up(len(texts))
        return json_of(await asyncio.to_thread(self._uses.bulk, texts, viewer_in(request)))

    async def history(self, request: Request) -> Response:
        """GET /v4/hash/:hash/scanhistory?limit&offset: the submissions of a file, newest first."""
        digest = digest_of(request)
        offset = number(request, "offset", 0, 0, MAX_OFFSET, fault=400027)
        limit = number(request, "limit", DEFAULT_ROWS, 1, MAX_ROWS, fault=400028)
        viewer = viewer_in(request)
        return _found(await asyncio.to_thread(self._uses.history, digest, limit, offset, viewer), 404003)

    async def badge(self, request: Request) -> Response:
        """GET /v4/hash/:hash/badge?size: the verdict as a picture; to who takes JSON only, what is known of the file.

        The vendor's SDK is of the second kind. There is a picture for unknown files too.
        """
        digest = digest_of(request)
        viewer = viewer_in(request)
        if _takes_json_only(request.headers.get("accept", "")):
            return _found(await asyncio.to_thread(self._uses.result, digest, viewer), 404003)
        verdict = await asyncio.to_thread(self._uses.verdict, digest.hex(), viewer)
        size = request.query_params.get("size", "")
        picture = badge(verdict, size if size in SIZES else SIZES[0])
        return Response(picture, headers={"content-type": SVG, "vary": "accept", "cache-control": "no-cache"})

    async def pe_info(self, request: Request) -> Response:
        """GET /v4/hash/:hash/peinfo: what the headers of a Windows program say."""
        digest = digest_of(request)
        viewer = viewer_in(request)
        await self._must_be_known(digest, viewer)
        return _found(await asyncio.to_thread(self._uses.pe_info, digest, viewer), 404005)

    async def nothing(self, request: Request) -> Response:
        """GET /v4/hash/:hash/exif and /apk-manifest: nothing of the kind is read here."""
        await self._must_be_known(digest_of(request), viewer_in(request))
        raise Problem(404005)

    async def _must_be_known(self, digest: bytes, viewer: Viewer) -> None:
        if await asyncio.to_thread(self._uses.result, digest, viewer) is None:
            raise Problem(404003)


def digest_of(request: Request) -> bytes:
    """The raw digest in the path; for a SHA-512 the SHA-256 of the same file. Raises Problem 400064, 404003."""
    try:
        digest = hashes.parse_any(request.path_params["hash"])
    except InvalidHash as error:
        raise Problem(400064) from error
    named: bytes | None = request.state.named(digest)
    if named is None:
        raise Problem(404003)
    return named


def flag(request: Request, header: str, fault: int) -> bool:
    """Whether a header is 1; not there, it is 0. Raises Problem `fault` for anything else."""
    value = request.headers.get(header, "0").strip()
    if value not in {"0", "1"}:
        raise Problem(fault)
    return value == "1"


def _takes_json_only(accept: str) -> bool:
    words = {item.partition(";")[0].strip().lower() for item in accept.split(",")}
    return "application/json" in words and not any(word == "*/*" or word.startswith("image/") for word in words)


def _found(body: bytes | None, fault: int) -> Response:
    if body is None:
        raise Problem(fault)
    return json_of(body)
