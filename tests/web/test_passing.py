"""`/session/v4`: the interface with the session's key, for our own pages only."""

import pytest

from tests.api.running import Running
from tests.web.conftest import SHA256, Keys
from tests.web.looking import OURS, look


def test_the_interface_answers_with_the_key_of_the_session(web: Running, roles: Keys) -> None:
    reply = look(web, "/session/v4/apikey", key=roles.read)
    assert reply.json["nickname"] == "reader"
    assert reply.json["role"] == "read"
    assert reply.headers["cache-control"] == "no-store"
    assert reply.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert look(web, "/session/v4/apikey", key=None).json["nickname"] == "pages without a login"


def test_a_key_in_the_header_is_not_passed_on(web: Running, roles: Keys) -> None:
    assert look(web, "/session/v4/apikey", key=roles.read, apikey=web.key).json["role"] == "read"


def test_nobody_gets_nothing(closed: Running) -> None:
    assert look(closed, "/session/v4/apikey", key=None).code == 401006
    assert look(closed, "/session/v4/apikey", key=None, apikey=closed.key).code == 401006


def test_the_answer_is_the_interfaces_own(web: Running, analysed: str) -> None:
    path = f"/v4/hash/{SHA256}/sandbox"
    assert look(web, f"/session{path}").body == web.ask("GET", path).body
    assert look(web, f"/session/v4/sandbox/{analysed}/original").status == 200
    assert look(web, "/session/v4/hash/none/sandbox").code == 400064


@pytest.mark.parametrize(
    "path",
    ["/session", "/session/", "/session/metrics", "/session/v4", "/session/v4x/apikey", "/session//v4/apikey",
     "/session/../v4/apikey", "/session/login", "/session/v4/../metrics", "/session/v4/%2e%2e/metrics",
     "/session/v4/..%2fmetrics", "/session/session/v4/apikey"],
)  # fmt: skip
def test_it_leads_nowhere_else(web: Running, path: str) -> None:
    reply = look(web, path)
    assert reply.status == 404
    assert b"fulgurite_" not in reply.body


@pytest.mark.parametrize("headers", [{"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}])
def test_what_pages_of_others_ask_for_is_refused(web: Running, headers: dict[str, str]) -> None:
    assert look(web, "/session/v4/apikey", **headers).code == 403003


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_what_changes_something_must_come_from_a_page_of_ours(web: Running, method: str) -> None:
    assert look(web, "/session/v4/hash", method=method, origin="http://evil.example").code == 403003
    assert look(web, "/session/v4/hash", method=method, **OURS).code != 403003


def test_a_get_that_starts_an_analysis_is_no_reading(web: Running) -> None:
    assert look(web, "/session/v4/file/x/rescan", **OURS).code == 403003
    assert look(web, "/session/v4/file/x/rescan/").code == 403003
