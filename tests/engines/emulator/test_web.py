"""URLs, requests, and the answers of the fake internet."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite.engines.emulator.processes import GuestProcess
from fulgurite.engines.emulator.web import Exchange, Url, host_and_port, url_of

PROCESS = GuestProcess(procid=1, pid=4, image="C:\\a.exe", cmd="a.exe")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("http://a.test", "http://a.test/"),
        ("HTTPS://A.test:443/x?y#z", "https://A.test/x?y"),
        ("http://a.test:8080?q", "http://a.test:8080/?q"),
        ("http://u:p@a.test/", "http://a.test/"),
        ("http://[2001:db8::1]:81/x", "http://[2001:db8::1]:81/x"),
        ("ftp://a.test/f", "ftp://a.test/f"),
    ],
)
def test_urls_are_taken_apart(text: str, expected: str) -> None:
    assert str(url_of(text)) == expected


@pytest.mark.parametrize(
    "text", ["", "a.test/x", "http://", "http://a:0/", "http://a:99999/", "http://a:x/", "file:///c"]
)
def test_what_is_no_url(text: str) -> None:
    assert url_of(text) is None


@given(st.text(max_size=200))
def test_any_text_is_a_url_or_none(text: str) -> None:
    for candidate in (text, f"http://{text}"):
        url = url_of(candidate)
        assert url is None or (url.host and url.path.startswith("/") and 0 < url.port < 65_536)
    assert host_and_port(text, 80)[1] is None or host_and_port(text, 80)[1] in range(1, 65_536)


def test_headers_are_added_and_replaced() -> None:
    request = Exchange(PROCESS, "POST", Url("http", "a.test", 81, "/"), agent="A/1", body=b"xy")
    request.add_headers("X: 1\r\nhost: other\r\n\r\nno header\r\n")
    request.add_headers("x: 2")
    assert request.sent_headers() == (
        "host: other",
        "x: 2",
        "User-Agent: A/1",
        "Content-Length: 2",
        "Connection: Keep-Alive",
    )
    assert request.read(10) == b""
    assert request.left_bytes == 0
