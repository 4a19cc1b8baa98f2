"""Logging in and out: `/login`, `/logout`."""

from http import HTTPStatus
from urllib.parse import quote

from starlette.responses import HTMLResponse, RedirectResponse, Response

from fulgurite.web.bridge import path_of
from fulgurite.web.forms import received
from fulgurite.web.pages import LoginPage
from fulgurite.web.render import html
from fulgurite.web.visit import Visit
from fulgurite.web.visitor import Visitor, is_key, session_cookie


async def form(visit: Visit) -> Response:
    """GET /login: the form. Who is logged in may log in anew, with another key."""
    return _form(visit, visit.asked("target", 2_000), None)


async def begin(visit: Visit) -> Response:
    """POST /login: tries the key, begins the session, goes on to the target."""
    async with received(visit.request, 0) as sent:
        key, target = sent.fields.get("key", ""), sent.fields.get("target", "")
    if not is_key(key):
        return _form(visit, target, "A key is 32 lower-case letters and digits.")
    tried = Visitor(key.encode(), visit.visitor.client)
    answer = await visit.bridge.ask(tried, "GET", path_of("apikey", "limits", "status"))
    if answer.status == HTTPStatus.FORBIDDEN:
        return _form(visit, target, "Too many wrong keys from your address; wait, and try again.")
    if not answer.is_ok:
        return _form(visit, target, "This server does not know that key, or it was revoked.")
    return _on_to(target, session_cookie(key, is_secure=visit.is_secure))


async def end(visit: Visit) -> Response:
    """POST /logout: ends the session."""
    return _on_to("/login", session_cookie("", is_secure=visit.is_secure))


def ended(visit: Visit) -> Response:
    """The session's key is no longer good: back to the form."""
    way = f"/login?target={quote(visit.way_back, safe='')}"
    response = _on_to(way, session_cookie("", is_secure=visit.is_secure))
    response.headers["clear-site-data"] = '"cache"'
    return response


def _form(visit: Visit, target: str, fault: str | None) -> Response:
    page = LoginPage(**visit.common("Log in"), target=_own(target), fault=fault)
    return HTMLResponse(html(page), HTTPStatus.OK if fault is None else HTTPStatus.FORBIDDEN)


def _on_to(target: str, cookie: str) -> Response:
    return RedirectResponse(_own(target), HTTPStatus.SEE_OTHER, {"set-cookie": cookie})


def _own(target: str) -> str:
    """`target`, if it is a path of this server; else the first page. Browsers read `//x` and `/\\x` as other hosts."""
    is_path = target.startswith("/") and not target.startswith(("//", "/\\")) and target.isprintable()
    return target if is_path else "/"
