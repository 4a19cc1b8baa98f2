"""Who looks: keys from cookies, visitors of this machine, requests of our own pages."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite.web.visitor import Visitor, is_key, is_of_ours, session_cookie, visitor_of

KEY = "k" * 32
OPEN = b"o" * 32
HERE = {"host": "127.0.0.1:8000"}


def scope(client: str | None = "127.0.0.1", **headers: str) -> dict[str, Any]:
    lines = [(name.replace("_", "-").encode(), value.encode("latin-1", "replace")) for name, value in headers.items()]
    return {"type": "http", "headers": lines, "client": None if client is None else (client, 1)}


def test_a_key_in_the_cookie_is_who_looks() -> None:
    visitor = visitor_of(scope(cookie=f"a=b; fulgurite_key={KEY}; fulgurite_theme=dark", **HERE), OPEN)
    assert visitor == Visitor(KEY.encode(), ("127.0.0.1", 1), "dark", is_logged_in=True)


@pytest.mark.parametrize(
    "cookie", ["", "fulgurite_key=short", f"fulgurite_key={KEY}x", f'fulgurite_key="{KEY.upper()}"']
)
def test_what_is_no_key_is_nobody(cookie: str) -> None:
    assert visitor_of(scope("192.0.2.1", cookie=cookie), OPEN).key is None


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8000", "127.0.0.1", "127.1.2.3:9", "[::1]:8000"])
@pytest.mark.parametrize("client", ["127.0.0.1", "::1", "::ffff:127.0.0.1"])
def test_who_comes_from_this_machine_reads_where_pages_are_open(client: str, host: str) -> None:
    visitor = visitor_of(scope(client, host=host), OPEN)
    assert (visitor.key, visitor.is_logged_in) == (OPEN, False)
    assert visitor_of(scope(client, host=host), None).key is None


@pytest.mark.parametrize(
    ("client", "headers"),
    [
        ("192.0.2.1", HERE),
        (None, HERE),
        ("127.0.0.1", {}),
        ("127.0.0.1", {"host": "rebound.example:8000"}),
        ("127.0.0.1", {"host": "localhost.rebound.example"}),
        ("127.0.0.1", {"host": "127.0.0.1.rebound.example"}),
        ("127.0.0.1", {"host": "127.0.0.1:8000\x0b"}),
        ("127.0.0.1", {**HERE, "x_forwarded_for": "192.0.2.1"}),
        ("127.0.0.1", {**HERE, "forwarded": "for=192.0.2.1"}),
        ("127.0.0.1", {**HERE, "via": "1.1 proxy"}),
    ],
)
def test_who_comes_from_elsewhere_or_by_another_name_does_not(client: str | None, headers: dict[str, str]) -> None:
    assert visitor_of(scope(client, **headers), OPEN).key is None


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"sec_fetch_site": "same-origin"}, True),
        ({"sec_fetch_site": "same-site"}, False),
        ({"sec_fetch_site": "cross-site"}, False),
        ({"sec_fetch_site": "none"}, False),
        ({"sec_fetch_site": "cross-site", "origin": "http://127.0.0.1:8000"}, False),
        ({"origin": "http://127.0.0.1:8000"}, True),
        ({"origin": "https://127.0.0.1:8000"}, True),
        ({"origin": "http://127.0.0.1:9000"}, False),
        ({"origin": "http://evil.example"}, False),
        ({"origin": "null"}, False),
        ({}, True),
    ],
)
def test_browsers_say_whose_page_a_request_is_of(headers: dict[str, str], expected: bool) -> None:
    assert is_of_ours(scope(**HERE, **headers)) is expected


def test_the_cookie_of_a_session() -> None:
    assert session_cookie(KEY, is_secure=False) == f"fulgurite_key={KEY}; Path=/; HttpOnly; SameSite=Strict"
    assert session_cookie(KEY, is_secure=True).endswith("; Secure")
    assert session_cookie("", is_secure=False).endswith("; Max-Age=0")
    assert is_key(KEY)
    assert not is_key(KEY + "\n")


@given(st.text(max_size=80), st.text(max_size=40))
def test_any_cookie_and_host_are_read(cookie: str, host: str) -> None:
    visitor = visitor_of(scope(cookie=cookie, host=host), None)
    assert visitor.key is None or is_key(visitor.key.decode())
    assert visitor.theme in {None, "light", "dark"}
