"""`/v4/sandbox/:sandbox_id/report`, `/activity` and what belongs to it: a report in parts, however large it is.

Paths of our own, in the form of the model (docs/api.md). None of them counts.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator
from typing import Any, NamedTuple, Protocol, TypeVar

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from fulgurite.api.bulk import NDJSON
from fulgurite.api.exchange import json_of, viewer_in
from fulgurite.api.filters import buckets_of, filter_of, order_of, page_of
from fulgurite.api.numbers import MAX_OFFSET, MAX_ROWS, number
from fulgurite.api.problems import Problem
from fulgurite.errors import InputError, NotFound
from fulgurite.model.activity import Order, Window
from fulgurite.model.viewer import Viewer
from fulgurite.service.activity import Asked, ExportForm

CSV = "text/csv"
SEARCHES = 2
"""Searches for text and exports that one server process works on at once; more wait."""
DEFAULT_ITEMS = 100
"""Of a page of a list, where no other number is asked for."""

_Value = TypeVar("_Value")


class ActivityUses(Protocol):
    """The use cases behind the endpoints here; called from threads. All raise NotFound."""

    def head(self, sandbox_id: str, viewer: Viewer) -> bytes: ...
    def listed(self, sandbox_id: str, name: str, skip: int, limit: int, viewer: Viewer) -> bytes: ...
    def page(self, asked: Asked, window: Window, viewer: Viewer, *, with_facets: bool) -> bytes: ...
    def histogram(self, asked: Asked, buckets: int, viewer: Viewer) -> bytes: ...
    def exported(self, asked: Asked, form: ExportForm, viewer: Viewer) -> Iterator[bytes]: ...


class _Form(NamedTuple):
    """How events are exported."""

    word: ExportForm
    media: str


_FORMS = {"ndjson": _Form("ndjson", NDJSON), "csv": _Form("csv", CSV)}


class Activity:
    """What each of these endpoints does."""

    def __init__(self, uses: ActivityUses) -> None:
        self._uses = uses
        self._searches = asyncio.Semaphore(SEARCHES)

    async def report(self, request: Request) -> Response:
        """GET /v4/sandbox/:sandbox_id/report: the report without its events, and what there is of them."""
        return json_of(await _told(self._uses.head, _id(request), viewer_in(request)))

    async def listed(self, request: Request) -> Response:
        """GET /v4/sandbox/:sandbox_id/report/:list?skip&limit: a list of the report, in pages."""
        skip = number(request, "skip", 0, 0, MAX_OFFSET, fault=400027)
        limit = number(request, "limit", DEFAULT_ITEMS, 1, MAX_ROWS, fault=400028)
        name = request.path_params["list"]
        return json_of(await _told(self._uses.listed, _id(request), name, skip, limit, viewer_in(request)))

    async def activity(self, request: Request) -> Response:
        """GET /v4/sandbox/:sandbox_id/activity: the events that match a filter; a page, or all of them as an export."""
        form = _form_of(request)
        if form is not None:
            return await self._exported(request, form)
        asked = page_of(_query(request))
        which = Asked(_id(request), asked.filter, asked.order)
        async with self._turn(which):
            body = await _told(self._uses.page, which, asked.window, viewer_in(request), with_facets=asked.with_facets)
        return _varying(json_of(body))

    async def histogram(self, request: Request) -> Response:
        """GET /v4/sandbox/:sandbox_id/activity/histogram: how the events that match a filter lie in time."""
        query = _query(request)
        which = Asked(_id(request), filter_of(query), Order())
        async with self._turn(which):
            return json_of(await _told(self._uses.histogram, which, buckets_of(query), viewer_in(request)))

    async def _exported(self, request: Request, form: _Form) -> Response:
        query = _query(request)
        which = Asked(_id(request), filter_of(query), order_of(query))
        pieces = self._uses.exported(which, form.word, viewer_in(request))
        async with self._searches:
            # Also what is not found is told before the head of the answer is sent.
            first = await _told(next, pieces, None)
        response = StreamingResponse(self._rest(first, pieces), media_type=form.media)
        # The id is what the store has found by then, so it is one.
        name = f"{which.sandbox_id}-activity.{form.word}"
        response.headers["content-disposition"] = f'attachment; filename="{name}"'
        response.headers["content-security-policy"] = "default-src 'none'; sandbox"
        return _varying(response)

    async def _rest(self, piece: bytes | None, pieces: Iterator[bytes]) -> AsyncGenerator[bytes]:
        while piece is not None:
            yield piece
            async with self._searches:
                piece = await asyncio.to_thread(next, pieces, None)

    def _turn(self, asked: Asked) -> "_Turn":
        return _Turn(self._searches if asked.filter.text else None)


class _Turn:
    """Waits until it is one's turn, where there is something to wait for."""

    def __init__(self, turns: asyncio.Semaphore | None) -> None:
        self._turns = turns

    async def __aenter__(self) -> None:
        if self._turns is not None:
            await self._turns.acquire()

    async def __aexit__(self, *_: object) -> None:
        if self._turns is not None:
            self._turns.release()


async def _told(use: Callable[..., _Value], *given: Any, **named: Any) -> _Value:
    """What `use` gives. Raises Problem for what is not there, or not as it should be."""
    try:
        return await asyncio.to_thread(use, *given, **named)
    except NotFound as error:
        raise Problem(404001) from error
    except InputError as error:
        raise Problem(400004, str(error)) from error


def _id(request: Request) -> str:
    sandbox_id: str = request.path_params["sandbox_id"]
    return sandbox_id


def _query(request: Request) -> QueryParams:
    """What the query says. A form that is sent without a script has empty fields: they ask for nothing."""
    return QueryParams([(name, text) for name, text in request.query_params.multi_items() if text != ""])


def _form_of(request: Request) -> _Form | None:
    """The form of export that is asked for; None: a page as JSON."""
    word = _query(request).get("format")
    if word is not None:
        if word != "json" and word not in _FORMS:
            raise Problem(400004, "format: json, ndjson or csv")
        return _FORMS.get(word)
    accepted = request.headers.get("accept", "").lower()
    return next((form for form in _FORMS.values() if form.media in accepted), None)


def _varying(response: Response) -> Response:
    response.headers["vary"] = "accept"
    return response
