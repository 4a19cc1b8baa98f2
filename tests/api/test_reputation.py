"""Addresses, domains and URLs, on a real server."""

import base64
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite.api.reputation import url_text
from fulgurite.model.events import DnsQuery, HttpRequest
from tests import builders
from tests.api.asking import is_problem, post
from tests.api.running import Running
from tests.store.values import imported

URL = "http://bad.example/a//b?c=d&e=%20f"


@pytest.fixture(scope="module", autouse=True)
def analysed(api: Running) -> None:
    events = (
        builders.flow_start(remote_addr="192.0.2.77"),
        builders.flow_start(2, remote_addr="2001:db8::77"),
        DnsQuery(name="bad.example"),
        HttpRequest(method="GET", url=URL),
    )
    imported(api.store, 0x4E9, builders.sample(b"reputation"), events=events, score=9)


@pytest.mark.parametrize(
    "path",
    [
        "ip/192.0.2.77",
        "ip/2001:db8::77",
        "ip/2001:0DB8:0::77",
        "domain/bad.example",
        "domain/BAD.example/",
        "url/" + quote(URL, safe=""),
        "url/" + quote(URL, safe=":/"),
        "url/" + URL,
        "/url//" + URL,
        "url/" + base64.b64encode(URL.encode()).decode(),
        "url/" + quote(base64.b64encode(URL.encode()).decode(), safe=""),
        "url/" + base64.urlsafe_b64encode(URL.encode()).decode().rstrip("="),
    ],
)
def test_what_was_seen(api: Running, path: str) -> None:
    reply = api.ask("GET", f"/v4/{path}")
    assert reply.status == 200
    assert reply.headers["content-type"] == "application/json; charset=utf-8"
    assert reply.headers["x-ratelimit-for"] == "reputation_api"
    results = reply.json["lookup_results"]
    assert (results["detected_by"], len(results["sources"])) == (1, 1)
    assert ("geo_info" in reply.json) is path.startswith("ip")


@pytest.mark.parametrize("path", ["ip/192.0.2.78", "domain/good.example", "url/http%3A%2F%2Fbad.example%2Fa%2Fb"])
def test_the_unknown_is_unknown(api: Running, path: str) -> None:
    results = api.ask("GET", f"/v4/{path}").json["lookup_results"]
    assert (results["detected_by"], results["sources"]) == (0, [])


@pytest.mark.parametrize(
    ("path", "code"),
    [
        *(("ip/bad.example", 400184), ("ip/1.2.3", 400184), ("ip/%00", 400184), ("ip/" + "1" * 5000, 400184)),
        *(("domain/192.0.2.1", 400185), ("domain/a%20b.example", 400185), ("domain/localhost", 400185)),
        *(("url/bad.example", 400186), ("url/%FF%FE", 400186), ("url/gopher://a.example/", 400186)),
        *(("url/http://%5B::1", 400186), ("url/http://a.example:x/", 400186)),
    ],
)
def test_what_is_no_such_value(api: Running, path: str, code: int) -> None:
    assert is_problem(api.ask("GET", f"/v4/{path}"), code)


@pytest.mark.parametrize(
    ("path", "field", "good", "code"),
    [
        ("/v4/ip/", "address", "192.0.2.77", 400184),
        ("/v4/domain/", "fqdn", "bad.example", 400185),
        ("/v4/url/", "url", URL, 400186),
    ],
)
def test_many(api: Running, path: str, field: str, good: str, code: int) -> None:
    items = post(api, path, {field: [good, "\u202e", 7]}).json["data"]
    assert [item["address"] for item in items] == [good, "\u202e", ""]
    assert [item["lookup_results"]["detected_by"] for item in items] == [1, 0, 0]
    assert [item.get("error", {}).get("code") for item in items] == [None, code, code]
    assert items[0] == {
        **api.ask("GET", path + quote(good, safe="")).json,
        "lookup_results": items[0]["lookup_results"],
    }


@given(st.text(), st.binary())
def test_any_text_is_taken(text: str, data: bytes) -> None:
    assert url_text(text) == text or url_text(text).split("://")[0].isalpha()
    url = f"http://a.example/{data.hex()}"
    assert url_text(base64.b64encode(url.encode()).decode()) == url
