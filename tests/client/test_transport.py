"""The edge to the HTTP library."""

import httpx2
import pytest

from fulgurite.client import transport
from fulgurite.client.flows import Request


@pytest.mark.parametrize("server", ["http://h:1", "http://h:1/", "http://h:1/v4", "http://h:1/v4/"])
def test_a_servers_url_has_many_spellings(server: str) -> None:
    assert transport.base_url(server) == "http://h:1"


def test_a_path_before_v4_stays() -> None:
    assert transport.base_url("https://h/sandbox/v4") == "https://h/sandbox"


def test_only_a_failed_connection_was_not_sent() -> None:
    assert not transport.broken(httpx2.ConnectError("no")).was_sent
    assert transport.broken(httpx2.ReadError("no")).was_sent
    assert transport.broken(httpx2.ReadTimeout("")).reason == "ReadTimeout"


def test_a_request_may_have_a_patience_of_its_own() -> None:
    with httpx2.Client(timeout=5) as http:
        assert transport.patience(http, Request("GET", "/x")).read == 5
        assert transport.built(http, Request("GET", "http://h/x", timeout_s=7)).extensions["timeout"]["read"] == 7


def test_no_key_no_header() -> None:
    assert "apikey" not in transport.headers(None)
    assert transport.headers("k")["apikey"] == "k"
