"""The table of pages: who is shown what, and what comes of addresses that are none."""

import pytest
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from fulgurite.web.headers import POLICY
from fulgurite.web.site import ROWS, Site
from tests.api.running import Running
from tests.web.conftest import Keys
from tests.web.looking import OURS, look, send, text_of

READ = sorted(row.path for row in ROWS if row.method == "GET" and row.role == "read" and "{" not in row.path)
SUBMIT = sorted(row.path for row in ROWS if row.method == "GET" and row.role == "submit" and "{" not in row.path)
ADMIN = sorted(row.path for row in ROWS if row.method == "GET" and row.role == "admin" and "{" not in row.path)


@pytest.mark.parametrize("path", READ + SUBMIT + ADMIN)
def test_pages_ask_for_a_login(closed: Running, path: str) -> None:
    reply = look(closed, f"{path}?a=b", key=None)
    assert reply.status == 303
    assert reply.headers["location"].startswith("/login?target=%2F")
    assert reply.headers["location"].endswith("%3Fa%3Db")


@pytest.mark.parametrize("path", SUBMIT)
def test_a_reader_does_not_submit(web: Running, roles: Keys, path: str) -> None:
    reply = look(web, path, key=roles.read)
    assert reply.status == 403
    assert "for keys of role submit; yours is of role read" in text_of(reply)
    assert look(web, path, key=roles.submit).status == 200
    assert look(web, path, key=None).headers["location"].startswith("/login")


@pytest.mark.parametrize("path", ADMIN)
def test_administration_is_for_administrators(web: Running, roles: Keys, path: str) -> None:
    for key in (roles.read, roles.submit):
        assert look(web, path, key=key).status == 403
    assert look(web, path, key=roles.admin).status == 200


@pytest.mark.parametrize("path", ["/submit", "/import", "/again"])
def test_a_reader_sends_nothing_in(web: Running, roles: Keys, path: str) -> None:
    assert send(web, path, {}, [("a", b"MZ")], key=roles.read).status == 403
    assert send(web, path, {}, [("a", b"MZ")], key=None).headers["location"].startswith("/login?target=")


def test_the_navigation_shows_what_a_key_is_good_for(web: Running, roles: Keys) -> None:
    shown = {role: look(web, "/", key=key).body.decode() for role, key in roles._asdict().items()}
    assert [role for role, page in shown.items() if 'href="/submit"' in page] == ["submit", "admin"]
    assert [role for role, page in shown.items() if 'href="/admin"' in page] == ["admin"]
    assert 'action="/logout"' not in look(web, "/", key=None).body.decode()


@pytest.mark.parametrize("path", ["/nowhere", "/login/", "//login", "/a%0ab", "/%2e%2e/v4", "/static", "/<script>"])
def test_an_address_that_is_none(web: Running, path: str) -> None:
    reply = look(web, path)
    assert reply.status == 404
    assert b"<script>alert" not in reply.body


def test_the_interface_is_beside_the_pages(web: Running) -> None:
    assert web.ask("GET", "/v4/status", key=None).json == {"status": "ok"}
    assert web.ask("GET", "//v4//status", key=None).json == {"status": "ok"}
    assert web.ask("GET", "/v4/nowhere").code == 404000
    assert web.ask("GET", "/v4", key=None).code == 404000
    assert web.ask("GET", "/health", key=None).status == 200
    assert web.ask("GET", "/v4x", key=None).status == 404


def test_nothing_is_said_by_the_host_that_was_asked_for(web: Running) -> None:
    reply = look(web, "/", host="evil.example", **OURS)
    assert b"evil.example" not in reply.body
    assert "evil.example" not in str(reply.headers)


def test_faults_of_the_interface_become_pages(web: Running) -> None:
    reply = look(web, "/?state=nonsense")
    assert reply.status == 400
    assert "state" in text_of(reply)
    assert "400004" in text_of(reply)


async def _broken(_scope: Scope, _receive: Receive, _send: Send) -> None:
    raise ZeroDivisionError("a fault of ours")


def test_whatever_fails_is_a_page_with_a_mark_that_stands_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    answer = TestClient(Site(_broken, b"k" * 32), client=("127.0.0.1", 1), base_url="http://localhost").get("/")
    assert answer.status_code == 500
    assert "This page could not be made" in answer.text
    assert "ZeroDivisionError" not in answer.text
    assert answer.headers["content-security-policy"] == POLICY
    mark = caplog.records[-1].getMessage().rpartition("(")[2].rstrip(")")
    assert mark in answer.text
    assert "a fault of ours" in caplog.text
