"""The first page: the list, its filters in the address, its empty and last pages."""

import re

import pytest

from tests.api.running import Running
from tests.api.test_routes import PROGRAM
from tests.web.conftest import SHA256, Keys
from tests.web.looking import look, text_of


def test_the_list_shows_an_analysis_with_hostile_names_made_visible(web: Running, analysed: str) -> None:
    reply = look(web, "/")
    page = reply.body.decode()
    assert f'href="/sandbox/{analysed}"' in page
    assert "&lt;b&gt;invoice&lt;/b&gt;" in page
    assert "\u202e" not in page
    assert "U+202E" in text_of(reply)
    assert SHA256[:16] in text_of(reply)


@pytest.mark.parametrize(
    ("query", "is_found"),
    [
        ("state=finished", True),
        ("state=failed", False),
        ("text=invoice", True),
        ("text=nothing+of+the+kind", False),
        ("system=windows10", True),
        ("from=1999-01-01&to=1999-12-31", False),
    ],
)
def test_filters_stand_in_the_address_and_in_the_form(web: Running, analysed: str, query: str, is_found: bool) -> None:
    reply = look(web, f"/?{query}")
    assert (f"/sandbox/{analysed}" in reply.body.decode()) is is_found
    assert is_found or "No analysis fits these filters. Show all" in text_of(reply)
    for pair in query.split("&"):
        name, _, value = pair.partition("=")
        field = re.compile(rf'name="{name}"[^>]*value="{value.replace("+", " ")}"|<option selected>{value}')
        assert field.search(reply.body.decode())


def test_a_store_with_nothing_in_it_says_what_to_do(closed: Running) -> None:
    assert "Nothing has been analysed yet. Submit a file" in text_of(look(closed, "/"))


def test_older_analyses_follow_by_a_link(web: Running, roles: Keys) -> None:
    for number in range(51):
        assert (
            web.ask("POST", "/v4/file", PROGRAM + b"%d" % number, key=roles.submit, sandbox="windows10").status == 200
        )
    first = look(web, "/?state=open").body.decode()
    link = re.search(r'rel="next" href="([^"]+)"', first)
    assert link is not None
    assert "state=open" in link[1]
    second = look(web, link[1].replace("&amp;", "&")).body.decode()
    assert not set(re.findall("/sandbox/[0-9a-f]{24}", first)) & set(re.findall("/sandbox/[0-9a-f]{24}", second))
    assert 'rel="next"' not in second
    assert "data-open" in first


def test_who_may_submit_finds_the_form(web: Running, roles: Keys) -> None:
    assert 'action="/submit"' in look(web, "/", key=roles.submit).body.decode()
    assert 'action="/submit"' not in look(web, "/", key=roles.read).body.decode()
    assert "log in" in text_of(look(web, "/", key=None))
