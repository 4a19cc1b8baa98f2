"""What every answer of the pages says to the browser."""

import pytest

from fulgurite.web.headers import HEADERS, POLICY
from tests.api.running import Running
from tests.web.looking import look


@pytest.mark.parametrize("path", ["/", "/login", "/nowhere", "/find?q=x", "/static/x/style.css", "/static/x/none"])
def test_every_answer_has_them(web: Running, path: str) -> None:
    headers = look(web, path).headers
    for name in HEADERS.keys() - {"cache-control"}:
        assert headers[name] == HEADERS[name]
    assert "cache-control" in headers


@pytest.mark.parametrize("path", ["/", "/login", "/nowhere", "/submit"])
def test_pages_are_not_kept(web: Running, path: str) -> None:
    assert look(web, path).headers["cache-control"] == "no-store"


def test_a_method_that_is_not_taken_is_dressed_too(web: Running) -> None:
    reply = look(web, "/login", method="DELETE")
    assert (reply.status, reply.headers["x-frame-options"]) == (405, "DENY")


def test_nothing_is_let_in_but_our_own_files() -> None:
    allowed = dict(part.strip().split(" ", 1) for part in POLICY.split(";"))
    assert allowed["default-src"] == allowed["base-uri"] == allowed["frame-ancestors"] == "'none'"
    assert {value for name, value in allowed.items() if name not in {"default-src", "base-uri", "frame-ancestors"}} == {
        "'self'"
    }
