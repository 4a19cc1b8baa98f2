"""`/session/v4/...`: the interface for scripts of the pages, and for links to what it gives, with the session's key."""

from http import HTTPStatus

import msgspec
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from fulgurite.web.bridge import Bridge
from fulgurite.web.visitor import Visitor, is_of_ours

PREFIX = "/session"
_READS = frozenset({"GET", "HEAD"})
_RESCAN = "/rescan"
"""Ends the paths that the interface lets be asked for anew by a GET."""
_OUR_OWN_DOING = frozenset({b"same-origin", b"none"})
"""What browsers say of where a request comes from when it is a page of ours, or the user's own hand."""
_DRESS = (
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; sandbox"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"x-content-type-options", b"nosniff"),
)


async def passed_on(bridge: Bridge, visitor: Visitor, scope: Scope, receive: Receive, send: Send) -> None:
    """Answers the request in `scope` as the interface answers it to the session's key.

    Refused with 401 where there is no key, and with 403 where the request is none of our pages': the cookie comes along
    with what other pages make a browser send to this host.
    """

    async def dressed(message: Message) -> None:
        if message["type"] == "http.response.start":
            given = {name for name, _ in message["headers"]}
            own = [line for line in _DRESS if line[0] not in given]
            message = {**message, "headers": [*message["headers"], *own]}
        await send(message)

    path = scope["path"].removeprefix(PREFIX)
    if not path.startswith("/v4/"):
        await _refusal(404000, "Endpoint not found")(scope, receive, dressed)
    elif not _may_be_sent(scope, path):
        await _refusal(403003, "This was not sent by a page of this server.")(scope, receive, dressed)
    elif visitor.key is None:
        await _refusal(401006, "Log in first.")(scope, receive, dressed)
    else:
        await bridge.forward(visitor, path, scope, receive, dressed)


def _may_be_sent(scope: Scope, path: str) -> bool:
    if scope["method"] not in _READS:
        return is_of_ours(scope)
    if path.rstrip("/").endswith(_RESCAN):
        return False
    site = next((value for name, value in scope["headers"] if name == b"sec-fetch-site"), None)
    return site is None or site in _OUR_OWN_DOING


def _refusal(code: int, message: str) -> Response:
    body = msgspec.json.encode({"error": {"code": code, "messages": [message]}})
    return Response(body, HTTPStatus(code // 1000), media_type="application/json")
