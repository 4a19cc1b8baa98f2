"""One request of a page: who looks, what was asked, and the way to the interface."""

from typing import Any, NamedTuple

import msgspec
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from fulgurite.web.bridge import Bridge, path_of
from fulgurite.web.packing import Piecewise
from fulgurite.web.pages import Page
from fulgurite.web.render import html, pieces
from fulgurite.web.visitor import Visitor

_FORMS = {"/submit": "/submit", "/import": "/submit", "/again": "/", "/find": "/", "/admin/keys": "/admin/keys"}
"""Where a form is sent to -> the page that it is on."""


class Visit(NamedTuple):
    """One request of a page."""

    request: Request
    bridge: Bridge
    visitor: Visitor

    def common(self, title: str) -> dict[str, Any]:
        """What every page is told, under this title."""
        return {
            "title": title,
            "theme": self.visitor.theme,
            "is_logged_in": self.visitor.is_logged_in,
            "may_read": self.visitor.key is not None,
            "role": self.visitor.role,
            "account": self.visitor.name,
            "address": self.address,
        }

    def asked(self, name: str, longest: int = 200) -> str:
        """A parameter of the address, trimmed and cut; "" when it is not there."""
        return self.request.query_params.get(name, "").strip()[:longest]

    @property
    def address(self) -> str:
        """The page that was asked for, as a path of ours with its query."""
        url = self.request.url
        return f"{url.path}?{url.query}" if url.query else url.path

    @property
    def way_back(self) -> str:
        """Where to go once logged in: the page that was asked for, or the one that a form was sent from."""
        return self.address if self.request.method == "GET" else _FORMS.get(self.request.url.path, "/")

    @property
    def is_secure(self) -> bool:
        """Whether the browser came over TLS, which a proxy may have ended: the browser's own word in Origin tells."""
        return "https" in {self.request.url.scheme, self.request.headers.get("origin", "").partition(":")[0]}


class _Account(msgspec.Struct):
    nickname: str
    role: str


async def known(visit: Visit) -> Visit:
    """The visit, with what the interface says of its key. Raises Refused for a key that is no longer good."""
    account = (await visit.bridge.get(visit.visitor, path_of("apikey"))).read_as(_Account)
    return visit._replace(visitor=visit.visitor._replace(role=account.role, name=account.nickname))


def shown(page: Page) -> Response:
    """`page` as an answer."""
    return HTMLResponse(html(page))


def sent(page: Page) -> Response:
    """`page` as an answer that is sent while it is rendered, for pages of which that takes long.

    Its template must show whether all of it has arrived.
    """
    return Piecewise(pieces(page))
