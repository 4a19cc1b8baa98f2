"""Logging in and out over a real server."""

from datetime import UTC, datetime

import pytest

from fulgurite.model.key import Role
from tests.api.running import Running
from tests.e2e.running import until
from tests.web.looking import OURS, look, send, text_of


def test_a_good_key_begins_a_session_and_leads_on(web: Running) -> None:
    reply = send(web, "/login", {"key": f" {web.key}\n", "target": "/?state=failed"}, key=None)
    assert (reply.status, reply.headers["location"]) == (303, "/?state=failed")
    assert reply.headers["set-cookie"] == f"fulgurite_key={web.key}; Path=/; HttpOnly; SameSite=Strict"


def test_a_session_over_tls_is_secure(web: Running) -> None:
    host = f"{web.host}:{web.port}"
    reply = send(web, "/login", {"key": web.key}, key=None, headers={"origin": f"https://{host}"})
    assert reply.headers["set-cookie"].endswith("; Secure")


@pytest.mark.parametrize(
    "target",
    ["//evil.example", "/\\evil.example", "https://evil.example/", "javascript:alert(1)", "/\t/evil.example",
     "/\r\nset-cookie: a=b", "evil", "", "\\\\evil.example", "/\u202e/x"],
)  # fmt: skip
def test_it_leads_to_pages_of_this_server_only(web: Running, target: str) -> None:
    reply = send(web, "/login", {"key": web.key, "target": target}, key=None)
    assert reply.headers["location"] == "/"
    assert 'value="/"' in look(web, "/login", key=None).body.decode()


@pytest.mark.parametrize("key", ["", "short", "a" * 32, "A" * 32, "a" * 33, "\u00e4" * 32])
def test_a_key_that_is_none_begins_nothing(web: Running, key: str) -> None:
    reply = send(web, "/login", {"key": key, "target": "/submit"}, key=None)
    assert reply.status == 403
    assert "set-cookie" not in reply.headers
    assert 'value="/submit"' in reply.body.decode()
    assert key == "" or key not in reply.body.decode()


def test_guessing_is_braked(closed: Running) -> None:
    said = {text_of(send(closed, "/login", {"key": "b" * 32}, key=None)) for _ in range(4)}
    assert any("Too many wrong keys" in text for text in said)
    assert send(closed, "/login", {"key": closed.key}, key=None).status == 303


def test_a_session_is_not_taken_over_from_before_a_login(web: Running) -> None:
    """The cookie is the key itself: whoever plants another one logs a reader in as himself, and learns nothing."""
    planted = web.new_key(Role.READ, "planted")
    reply = send(web, "/login", {"key": web.key}, key=planted)
    assert f"fulgurite_key={web.key};" in reply.headers["set-cookie"]


@pytest.mark.parametrize("headers", [{"sec-fetch-site": "cross-site"}, {"origin": "http://evil.example"}])
@pytest.mark.parametrize("path", ["/login", "/logout", "/submit", "/import", "/again"])
def test_forms_of_others_are_refused(web: Running, path: str, headers: dict[str, str]) -> None:
    reply = send(web, path, {"key": web.key}, headers=headers)
    assert reply.status == 403
    assert "set-cookie" not in reply.headers
    assert "not sent by a page of this server" in text_of(reply)


def test_logging_out_ends_the_session(web: Running) -> None:
    reply = send(web, "/logout", {})
    assert (reply.status, reply.headers["location"]) == (303, "/login")
    assert reply.headers["set-cookie"] == "fulgurite_key=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0"


def test_a_key_that_was_revoked_has_no_session(closed: Running) -> None:
    key = closed.new_key(Role.READ, "short-lived")
    assert look(closed, "/", key=key).status == 200
    closed.store.revoke_key("short-lived", datetime.now(UTC))
    # A server process remembers a good key for a second.
    reply = until(lambda: ended if (ended := look(closed, "/?state=failed", key=key)).status != 200 else None)
    assert (reply.status, reply.headers["location"]) == (303, "/login?target=%2F%3Fstate%3Dfailed")
    assert "Max-Age=0" in reply.headers["set-cookie"]
    assert look(closed, "/login", key="0" * 32).status == 200


def test_a_form_that_is_too_long_is_refused(web: Running) -> None:
    assert send(web, "/login", {"key": "a" * 400_000}, key=None, headers=OURS).status == 400
