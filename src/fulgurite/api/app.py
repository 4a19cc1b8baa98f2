"""The v4 interface as one ASGI callable."""

import logging
import re
from collections.abc import Callable
from typing import NamedTuple

from starlette.exceptions import HTTPException
from starlette.routing import Router
from starlette.types import ASGIApp, Receive, Scope, Send

from fulgurite.api.access import Keyring
from fulgurite.api.exchange import Exchange
from fulgurite.api.lookups import Header, Lookups
from fulgurite.api.problems import Problem
from fulgurite.api.routes import EXCHANGE, Endpoints, Files, Uploads, routes
from fulgurite.api.upload import ClientGone
from fulgurite.errors import StoreFull
from fulgurite.model.key import Key
from fulgurite.service.lookup import Answer

MAX_HEADERS = 100
"""Header lines of one request."""

_log = logging.getLogger(__name__)
_SLASHES = re.compile("/{2,}")


class Service(NamedTuple):
    """The use cases that the interface offers."""

    check_key: Callable[[str], Key | None]
    """The key that a raw text is; called from the event loop."""
    by_hash: Callable[[str, bool], Answer]
    """The answer to a lookup by the text of a hash, gzipped or not; called from the event loop."""
    by_sandbox_id: Callable[[str, bool], Answer]
    files: Files


def create_app(service: Service, uploads: Uploads, *, keyless_poll: bool = False) -> ASGIApp:
    """The interface over `service`. With `keyless_poll` an analysis may be read by its id without a key."""
    return _App(service, uploads, keyless_poll=keyless_poll)


class _App:
    def __init__(self, service: Service, uploads: Uploads, *, keyless_poll: bool) -> None:
        keyring = Keyring(service.check_key)
        self._lookups = Lookups(service.by_hash, service.by_sandbox_id, keyring, keyless_poll=keyless_poll)
        endpoints = Endpoints(service.files, uploads)
        self._router = Router(routes(endpoints, self._lookups, keyring), redirect_slashes=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._router(scope, receive, send)
            return
        exchange: Exchange | None = None
        try:
            if len(scope["headers"]) <= MAX_HEADERS and Lookups.takes(scope):
                status, headers, body = self._lookups.answer(scope["path"], scope["headers"])
                await send({"type": "http.response.start", "status": status, "headers": headers})
                await send({"type": "http.response.body", "body": body})
            else:
                exchange = Exchange(scope, receive, send)
                await self._route(scope, exchange)
        except ClientGone:
            return
        except Exception as error:  # noqa: BLE001 - the server's last handler: everything gets an answer
            problem, extra = _answer_to(error)
            await (exchange or Exchange(scope, receive, send)).refuse(problem, *extra)

    async def _route(self, scope: Scope, exchange: Exchange) -> None:
        if len(scope["headers"]) > MAX_HEADERS:
            raise Problem(400023, f"more than {MAX_HEADERS} header lines")
        path = _SLASHES.sub("/", scope["path"]).rstrip("/")
        await self._router({**scope, "app": self, "path": path, EXCHANGE: exchange}, exchange.receive, exchange.send)


def _answer_to(error: Exception) -> tuple[Problem, list[Header]]:
    match error:
        case Problem():
            return error, []
        case HTTPException(status_code=405, headers=headers):
            return Problem(405000), [(b"allow", value.encode()) for value in (headers or {}).values()]
        case HTTPException():
            return Problem(404000), []
        case StoreFull():
            _log.error("no room left: %s", error)
            return Problem(503000, "no room left on the disk"), []
        case _:
            _log.error("a request failed", exc_info=error)
            return Problem(500001), []
