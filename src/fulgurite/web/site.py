"""The pages as one ASGI application: addresses, headers, errors. What a page shows is in its view."""

import logging
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from secrets import token_hex
from typing import NamedTuple
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Mount, Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from fulgurite.errors import MalformedReport
from fulgurite.web import activity, admin, compare, find, home, report, session, submit
from fulgurite.web.assets import assets, response_of
from fulgurite.web.bridge import Bridge, Refused
from fulgurite.web.forms import BadForm
from fulgurite.web.headers import dressing
from fulgurite.web.packing import packed
from fulgurite.web.pages import ErrorPage
from fulgurite.web.passing import PREFIX, passed_on
from fulgurite.web.render import html
from fulgurite.web.visit import Visit, known
from fulgurite.web.visitor import is_of_ours, visitor_of

_log = logging.getLogger(__name__)

View = Callable[[Visit], Awaitable[Response]]


class Row(NamedTuple):
    """One address."""

    method: str
    path: str
    view: View
    role: str = "read"
    """What the reader's key must be good for: `read`, `submit` or `admin`; "": no key is needed."""


ROWS: tuple[Row, ...] = (
    Row("GET", "/", home.analyses),
    Row("GET", "/find", find.find),
    Row("POST", "/find", find.find_sent),
    Row("GET", "/hash/{hash}", find.one),
    Row("GET", "/hashes", find.many),
    Row("GET", "/known", find.known),
    Row("GET", "/sandbox/{sandbox_id}", report.report),
    Row("GET", "/sandbox/{sandbox_id}/compare", compare.with_which),
    Row("GET", "/sandbox/{sandbox_id}/compare/{other}", compare.two),
    Row("GET", "/sandbox/{sandbox_id}/activity", activity.activity),
    Row("GET", "/submit", submit.form, role="submit"),
    Row("POST", "/submit", submit.send, role="submit"),
    Row("POST", "/import", submit.take_in, role="submit"),
    Row("POST", "/again", submit.again, role="submit"),
    Row("GET", "/admin", admin.queue, role="admin"),
    Row("GET", "/admin/keys", admin.keys, role="admin"),
    Row("POST", "/admin/keys", admin.make_key, role="admin"),
    Row("GET", "/admin/keys/{id}/revoke", admin.ask_to_revoke, role="admin"),
    Row("POST", "/admin/keys/{id}/revoke", admin.revoke, role="admin"),
    Row("GET", "/admin/engines", admin.engines, role="admin"),
    Row("GET", "/admin/storage", admin.storage, role="admin"),
    Row("GET", "/login", session.form, role=""),
    Row("POST", "/login", session.begin, role=""),
    Row("POST", "/logout", session.end, role=""),
)
"""All pages."""

_MAY = {
    "": frozenset({"", "read", "submit", "admin"}),
    "read": frozenset({"read", "submit", "admin"}),
    "submit": frozenset({"submit", "admin"}),
    "admin": frozenset({"admin"}),
}
"""What a page asks for -> the roles of keys that it is shown to."""
_BAD_KEY = frozenset({401006, 403002})
"""What the interface says of a key that is none; the latter to an address that sent many of them."""
_ELSE = ("That did not work", None)
_SAID: dict[int, tuple[str, str | None]] = {
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
            if row.role and visit.visitor.key is None:
                return _to_login(visit)
            return packed(await self._page(row, visit), request)

        return Route(row.path, run, methods=[row.method], name=f"{row.method} {row.path}")

    async def _page(self, row: Row, visit: Visit) -> Response:
        try:
            return await self._viewed(row, visit)
        except Exception as error:  # noqa: BLE001 - the pages' last handler: everybody gets a page
            mark = token_hex(4)
            _log.error("the page %s could not be made (%s)", visit.request.url.path, mark, exc_info=error)
            what = f"This page could not be made. The server's log says why, beside {mark}."
            return _error(visit, HTTPStatus.INTERNAL_SERVER_ERROR, what)

    async def _viewed(self, row: Row, visit: Visit) -> Response:
        try:
            if visit.visitor.key is not None:
                visit = await known(visit)
            if visit.visitor.role not in _MAY[row.role]:
                return _not_for(visit, row.role)
            return await row.view(visit)
        except Refused as refused:
            if refused.code in _BAD_KEY:
                return await row.view(_nobody(visit)) if row.role == "" else session.ended(visit)
            return _error(visit, refused.status, "; ".join(refused.messages), refused.code)
        except MalformedReport as fault:
            return _error(
                visit, HTTPStatus.INTERNAL_SERVER_ERROR, f"The interface answered with something else: {fault}"
            )
        except BadForm as fault:
            return _error(visit, HTTPStatus.BAD_REQUEST, str(fault))

    def _visit(self, request: Request) -> Visit:
        return Visit(request, self._bridge, visitor_of(request.scope, self._open_key))

    async def _nowhere(self, scope: Scope, receive: Receive, send: Send) -> None:
        page = await self._page(Row("GET", "", _no_page, role=""), self._visit(Request(scope, receive)))
        await page(scope, receive, send)


async def _no_page(visit: Visit) -> Response:
    return _error(visit, HTTPStatus.NOT_FOUND, "There is no page at this address.")


async def _static(request: Request) -> Response:
    asset = assets().get(request.path_params["name"])
    return Response(status_code=HTTPStatus.NOT_FOUND) if asset is None else response_of(asset, request)


def _nobody(visit: Visit) -> Visit:
    """The visit, its key forgotten: it is no longer good."""
    return visit._replace(visitor=visit.visitor._replace(key=None, is_logged_in=False))


def _to_login(visit: Visit) -> Response:
    return RedirectResponse(f"/login?target={quote(visit.way_back, safe='')}", HTTPStatus.SEE_OTHER)


def _not_for(visit: Visit, role: str) -> Response:
    if not visit.visitor.is_logged_in:
        return _to_login(visit)
    what = f"This page is for keys of role {role}; yours is of role {visit.visitor.role}."
    return _error(visit, HTTPStatus.FORBIDDEN, what)


def _error(visit: Visit, status: int, what: str, code: int = 0) -> Response:
    is_look = visit.request.method == "GET"
    title, hint = _SAID.get(status, _ELSE) if is_look or status == HTTPStatus.FORBIDDEN else _ELSE
    told = visit.common(title)
    if status == HTTPStatus.NOT_FOUND:
        # What leads nowhere is not repeated: somebody's key may stand in it.
        told["address"] = "/"
    page = ErrorPage(
        **told,
        status=status,
        code=code,
        what=what,
        hint=hint,
        is_login_offered=status == HTTPStatus.FORBIDDEN,
    )
    return HTMLResponse(html(page), status)
