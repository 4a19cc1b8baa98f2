"""The document and its page as a real server gives them."""

from fulgurite.api.reference.document import document
from fulgurite.api.routes import rows
from tests.api.running import Running


def test_the_document(api: Running) -> None:
    reply = api.ask("GET", "/v4/openapi.json", key=None)
    assert (reply.status, reply.headers["content-type"]) == (200, "application/json; charset=utf-8")
    assert reply.json == document(rows())


def test_the_page_takes_nothing_from_elsewhere(api: Running) -> None:
    reply = api.ask("GET", "/v4/docs/", key=None)
    assert (reply.status, reply.headers["content-type"]) == (200, "text/html; charset=utf-8")
    policy = reply.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'self';")
    assert "unsafe" not in policy
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert b"<script" not in reply.body
    style = api.ask("GET", "/v4/docs/style.css", key=None)
    assert (style.status, style.headers["content-type"]) == (200, "text/css; charset=utf-8")
