"""One request of a page: who looks, what was asked, and the way to the interface."""

from typing import Any, NamedTuple

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from fulgurite.web.bridge import Bridge
from fulgurite.web.pages import Page
from fulgurite.web.render import html
from fulgurite.web.visitor import Visitor


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
        }

    def asked(self, name: str, longest: int = 200) -> str:
        """A parameter of the address, trimmed and cut; "" when it is not there."""
        return self.request.query_params.get(name, "").strip()[:longest]

    @property
    def is_secure(self) -> bool:
        """Whether the browser came over TLS, which a proxy may have ended: the browser's own word in Origin tells."""
        return "https" in {self.request.url.scheme, self.request.headers.get("origin", "").partition(":")[0]}


def shown(page: Page) -> Response:
    """`page` as an answer."""
    return HTMLResponse(html(page))
