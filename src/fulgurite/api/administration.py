"""`/v4/admin`: for those who run the service, by keys of the role `admin`. Paths of our own; none of them counts."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from fulgurite.api.exchange import json_of
from fulgurite.api.numbers import number
from fulgurite.api.payload import json_object
from fulgurite.api.problems import Problem
from fulgurite.errors import InputError, NotFound
from fulgurite.model.administration import (
    EngineEntry,
    Engines,
    KeyEntry,
    Keys,
    NewKey,
    Queue,
    Retention,
    Revoked,
    Storage,
    Terms,
    Wish,
)

MAX_TASKS = 1_000
DEFAULT_TASKS = 100
MAX_DAYS = 36_500

_ID = re.compile(r"[0-9]{1,18}")
Shape = TypeVar("Shape")


class AdminUses(NamedTuple):
    """The use cases behind the endpoints here; called from threads."""

    queue: Callable[[int], Queue]
    """So many tasks of it."""
    engines: Callable[[], tuple[EngineEntry, ...]]
    storage: Callable[[], Storage]
    retention: Callable[[int | None, int | None], Retention]
    """As if analyses, and files, were kept so many days; None: as set."""
    keys: Callable[[], Keys]
    create: Callable[[Wish], NewKey]
    """Raises InputError."""
    change: Callable[[int, Terms], KeyEntry]
    """Raises InputError, NotFound."""
    revoke: Callable[[int], None]
    """Raises NotFound."""


class Administration:
    """What each of these endpoints does."""

    def __init__(self, uses: AdminUses) -> None:
        self._uses = uses
        self._measuring = asyncio.Lock()

    async def queue(self, request: Request) -> Response:
        """GET /v4/admin/queue?limit: what runs and what waits, and why, and the workers."""
        limit = number(request, "limit", DEFAULT_TASKS, 1, MAX_TASKS, fault=400028)
        return _told(await asyncio.to_thread(self._uses.queue, limit))

    async def engines(self, _: Request) -> Response:
        """GET /v4/admin/engines: engines found and not found, with what to install."""
        return _told(Engines(engines=await asyncio.to_thread(self._uses.engines)))

    async def storage(self, _: Request) -> Response:
        """GET /v4/admin/storage: how much room each part takes."""
        async with self._measuring:
            return _told(await asyncio.to_thread(self._uses.storage))

    async def retention(self, request: Request) -> Response:
        """GET /v4/admin/retention?analyses_days&files_days: how long things are kept, and what would go."""
        asked = [_days(request, name) for name in ("analyses_days", "files_days")]
        async with self._measuring:
            return _told(await asyncio.to_thread(self._uses.retention, *asked))

    async def keys(self, _: Request) -> Response:
        """GET /v4/admin/keys: all keys, without their secrets."""
        return _told(await asyncio.to_thread(self._uses.keys))

    async def create(self, request: Request) -> Response:
        """POST /v4/admin/keys: a new key; its secret is told in this answer only."""
        wish = _read_as(await json_object(request), Wish)
        try:
            return _told(await asyncio.to_thread(self._uses.create, wish))
        except InputError as error:
            raise Problem(400022, str(error)) from error

    async def change(self, request: Request) -> Response:
        """PATCH /v4/admin/keys/:id: another end, other quotas."""
        terms = _read_as(await json_object(request), Terms)
        if terms == Terms():
            raise Problem(400022, "nothing is named that is to be changed: expires_at, allowance")
        try:
            return _told(await asyncio.to_thread(self._uses.change, _id(request), terms))
        except InputError as error:
            raise Problem(400022, str(error)) from error
        except NotFound as error:
            raise Problem(404001, str(error)) from error

    async def revoke(self, request: Request) -> Response:
        """DELETE /v4/admin/keys/:id: the key is no good any more, within a second."""
        key_id = _id(request)
        try:
            await asyncio.to_thread(self._uses.revoke, key_id)
        except NotFound as error:
            raise Problem(404001, str(error)) from error
        return _told(Revoked(id=key_id))


Handler = Callable[[Administration, Request], Awaitable[Response]]
ROWS: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "/v4/admin/engines", Administration.engines),
    ("GET", "/v4/admin/keys", Administration.keys),
    ("POST", "/v4/admin/keys", Administration.create),
    ("PATCH", "/v4/admin/keys/{id}", Administration.change),
    ("DELETE", "/v4/admin/keys/{id}", Administration.revoke),
    ("GET", "/v4/admin/queue", Administration.queue),
    ("GET", "/v4/admin/retention", Administration.retention),
    ("GET", "/v4/admin/storage", Administration.storage),
)
"""Method, path, and what answers; all for the role `admin`."""


def _told(value: msgspec.Struct) -> Response:
    response = json_of(msgspec.json.encode(value))
    response.headers["cache-control"] = "no-store"
    return response


def _read_as(fields: dict[str, Any], shape: type[Shape]) -> Shape:
    try:
        return msgspec.convert(fields, shape)
    except msgspec.ValidationError as error:
        raise Problem(400022, str(error)) from error


def _id(request: Request) -> int:
    text: str = request.path_params["id"]
    if _ID.fullmatch(text) is None:
        raise Problem(404001, "a key is named by its id")
    return int(text)


def _days(request: Request, name: str) -> int | None:
    if name not in request.query_params:
        return None
    return number(request, name, 0, 0, MAX_DAYS, fault=400004)
