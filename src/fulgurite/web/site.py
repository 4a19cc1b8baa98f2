"""The pages as one ASGI application: addresses, headers, errors. What a page shows is in its view."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import NamedTuple
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Mount, Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from fulgurite.web import home, session
from fulgurite.web.assets import assets, response_of
from fulgurite.web.bridge import Bridge, Refused
from fulgurite.web.headers import dressing
from fulgurite.web.pages import ErrorPage
from fulgurite.web.passing import PREFIX, passed_on
from fulgurite.web.render import html
from fulgurite.web.visit import Visit
from fulgurite.web.visitor import is_of_ours, visitor_of

View = Callable[[Visit], Awaitable[Response]]


class Row(NamedTuple):
    """One address."""

    method: str
    path: str
    view: View
    is_open: bool = False
    """Whether it needs nobody to be logged in."""


ROWS: tuple[Row, ...] = (
    Row("GET", "/", home.analyses),
    Row("GET", "/find", home.find),
    Row("GET", "/login", session.form, is_open=True),
    Row("POST", "/login", session.begin, is_open=True),
    Row("POST", "/logout", session.end, is_open=True),
)
"""All pages."""

_SAID = {
    HTTPStatus.FORBIDDEN: ("Not for this key", "Log in with a key of another role."),
    HTTPStatus.NOT_FOUND: ("Not here", "Look whether the address is whole, or search for the hash."),
    HTTPStatus.TOO_MANY_REQUESTS: ("Too many requests", "The key's quota is used up; try again later."),
    HTTPStatus.SERVICE_UNAVAILABLE: ("Not just now", "The server cannot answer at the moment; try again."),
}


class Site:
    """An ASGI application: every path that is not the interface's."""

    def __init__(self, api: ASGIApp, open_key: bytes | None = None) -> None:
        """`api`: the public interface. `open_key`: what visitors from this machine read with, without a login."""
        self._bridge = Bridge(api)
        self._open_key = open_key
        self._router = Router(
            [
                *(self._route(row) for row in ROWS),
                Route("/static/{version}/{name:path}", _static),
                Mount(PREFIX, self._pass_on),
            ],
            redirect_slashes=False,
        )
        self._router.default = self._nowhere

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._router(scope, receive, dressing(send))

    async def _pass_on(self, scope: Scope, receive: Receive, send: Send) -> None:
        await passed_on(self._bridge, visitor_of(scope, self._open_key), scope, receive, send)

    def _route(self, row: Row) -> Route:
        async def run(request: Request) -> Response:
            visit = self._visit(request)
            if row.method != "GET" and not is_of_ours(request.scope):
                return _error(visit, HTTPStatus.FORBIDDEN, "This was not sent by a page of this server.")
            if not row.is_open and visit.visitor.key is None:
                return _to_login(request)
            return await self._viewed(row, visit)

        return Route(row.path, run, methods=[row.method], name=f"{row.method} {row.path}")

    async def _viewed(self, row: Row, visit: Visit) -> Response:
        try:
            return await row.view(visit)
        except Refused as refused:
            if refused.status == HTTPStatus.UNAUTHORIZED:
                return session.ended(visit)
            return _error(visit, refused.status, "; ".join(refused.messages), refused.code)

    def _visit(self, request: Request) -> Visit:
        return Visit(request, self._bridge, visitor_of(request.scope, self._open_key))

    async def _nowhere(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        page = _error(self._visit(request), HTTPStatus.NOT_FOUND, "There is no page at this address.")
        await page(scope, receive, send)


async def _static(request: Request) -> Response:
    asset = assets().get(request.path_params["name"])
    return Response(status_code=HTTPStatus.NOT_FOUND) if asset is None else response_of(asset, request)


def _to_login(request: Request) -> Response:
    target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse(f"/login?target={quote(target, safe='')}", HTTPStatus.SEE_OTHER)


def _error(visit: Visit, status: int, what: str, code: int = 0) -> Response:
    title, hint = _SAID.get(HTTPStatus(status), ("That did not work", None))
    page = ErrorPage(**visit.common(title), status=status, code=code, what=what, hint=hint)
    return HTMLResponse(html(page), status)
