"""One request of a page."""

from typing import Any

import pytest
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from fulgurite.web.bridge import Bridge
from fulgurite.web.visit import Visit
from fulgurite.web.visitor import Visitor


async def _no_interface(_scope: Scope, _receive: Receive, _send: Send) -> None:
    raise AssertionError("nothing is asked of the interface")


def visit(path: str = "/", query: bytes = b"", method: str = "GET", scheme: str = "http", **headers: str) -> Visit:
    scope: dict[str, Any] = {
        "type": "http",
        "method": method,
        "scheme": scheme,
        "path": path,
        "query_string": query,
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "server": ("127.0.0.1", 8000),
    }
    return Visit(Request(scope), Bridge(_no_interface), Visitor(None, None, "dark", role="read", name="n"))


def test_what_is_asked_for_is_trimmed_and_cut() -> None:
    one = visit(query=b"q=+abc+&q=second&empty=")
    assert one.asked("q") == "second"
    assert one.asked("q", 3) == "sec"
    assert one.asked("empty") == one.asked("nothing") == ""


def test_what_every_page_is_told() -> None:
    told = visit("/hashes", b"q=a%20b").common("Title")
    assert told == {
        "title": "Title",
        "theme": "dark",
        "is_logged_in": False,
        "may_read": False,
        "role": "read",
        "account": "n",
        "address": "/hashes?q=a%20b",
    }


@pytest.mark.parametrize(
    ("path", "method", "back"),
    [("/a", "GET", "/a"), ("/import", "POST", "/submit"), ("/again", "POST", "/"), ("/any", "POST", "/")],
)
def test_the_way_back_from_a_login(path: str, method: str, back: str) -> None:
    assert visit(path, method=method).way_back == back


def test_whether_the_browser_came_over_tls() -> None:
    assert not visit().is_secure
    assert visit(scheme="https").is_secure
    assert visit(origin="https://a.example").is_secure
    assert not visit(origin="http://a.example").is_secure
