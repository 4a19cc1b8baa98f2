"""Lists of analyses: `GET /v4/sandbox` and `GET /v4/hash/:hash/analyses`. Paths of our own; none of them counts."""

import asyncio
import re
from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from typing import NamedTuple, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from fulgurite.api.exchange import json_of, viewer_in
from fulgurite.api.hashes import digest_of
from fulgurite.api.numbers import number
from fulgurite.api.problems import Problem
from fulgurite.model.listing import Analyses, Standing
from fulgurite.model.verdict import Verdict
from fulgurite.model.viewer import Viewer
from fulgurite.service.listing import Wanted

MAX_ROWS = 500
DEFAULT_ROWS = 50
MAX_TEXT = 200
"""Characters of a filter."""
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
_PLACE = re.compile(r"[0-9]{1,18}")

Words = TypeVar("Words", bound=StrEnum)


class ListingUses(NamedTuple):
    """The use cases behind the endpoints here; called from threads. The last two: from which place on, how many."""

    listed: Callable[[Wanted, Viewer, int | None, int], Analyses]
    of_file: Callable[[bytes, Viewer, int | None, int], Analyses | None]
    """None: no such file is known."""


class Listing:
    """What each of these endpoints does."""

    def __init__(self, uses: ListingUses) -> None:
        self._uses = uses

    async def all(self, request: Request) -> Response:
        """GET /v4/sandbox: analyses, newest first; each filter leaves some out."""
        wanted = wanted_in(request)
        found = await asyncio.to_thread(self._uses.listed, wanted, viewer_in(request), _after(request), _limit(request))
        return json_of(msgspec.json.encode(found))

    async def of_file(self, request: Request) -> Response:
        """GET /v4/hash/:hash/analyses: those of one file, newest first."""
        digest, viewer = digest_of(request), viewer_in(request)
        found = await asyncio.to_thread(self._uses.of_file, digest, viewer, _after(request), _limit(request))
        if found is None:
            raise Problem(404003)
        return json_of(msgspec.json.encode(found))


def wanted_in(request: Request) -> Wanted:
    """What the query asks for. An empty filter is none. Raises Problem 400004."""
    return Wanted(
        standing=_word(request, "state", Standing),
        verdict=_word(request, "verdict", Verdict),
        system=_text(request, "system"),
        source=_text(request, "source"),
        text=_text(request, "text"),
        since=_moment(request, "from"),
        until=_moment(request, "to"),
    )


def _text(request: Request, name: str) -> str | None:
    given = request.query_params.getlist(name)
    if len(given) > 1:
        raise Problem(400004, f"{name}: given {len(given)} times")
    text = given[0].strip() if given else ""
    if len(text) > MAX_TEXT:
        raise Problem(400004, f"{name}: longer than {MAX_TEXT} characters")
    return text or None


def _word(request: Request, name: str, words: type[Words]) -> Words | None:
    text = _text(request, name)
    if text is None:
        return None
    if text not in set(words):
        raise Problem(400004, f"{name}: expected {', '.join(words)}")
    return words(text)


def _moment(request: Request, name: str) -> datetime | None:
    text = _text(request, name)
    if text is None:
        return None
    fault = Problem(400004, f"{name}: expected a day or time such as 2026-01-31 or 2026-01-31T12:00:00Z")
    try:
        at = datetime.fromisoformat(text)
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise fault from error
    if at < EARLIEST:
        raise fault
    return at


def _after(request: Request) -> int | None:
    text = _text(request, "after")
    if text is None:
        return None
    if _PLACE.fullmatch(text) is None:
        raise Problem(400004, "after: expected `next` of the page before")
    return int(text)


def _limit(request: Request) -> int:
    return number(request, "limit", DEFAULT_ROWS, 1, MAX_ROWS, fault=400028)
