"""Values that are made of others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite.model.events import ApiCall, FlowStart, HttpRequest
from fulgurite.model.flow import Flow
from fulgurite.rules import derived
from fulgurite.rules.facts import Facts
from tests.builders import report

FACTS = Facts(report(flows=(Flow(flow=7, proto="tcp", src="a:1", dst="b:2", domain="a.test"),)))


def _request(url: str) -> HttpRequest:
    return HttpRequest(method="GET", url=url)


@pytest.mark.parametrize(
    ("name", "tld", "label", "digits", "consonants"),
    [
        ("www.example.test.", "test", "example", 0, 3),
        ("xkcdqwrtz12.info", "info", "xkcdqwrtz12", 18, 9),
        ("localhost", "localhost", "localhost", 0, 2),
        ("", "", "", 0, 0),
    ],
)
def test_names(name: str, tld: str, label: str, digits: int, consonants: int) -> None:
    found = derived.longest_label(name)
    assert (derived.tld(name), found) == (tld, label)
    assert (derived.digits(found), derived.consonants(found)) == (digits, consonants)


def test_entropy() -> None:
    assert [derived.entropy(text) for text in ("", "aaaa", "ab", "abcdefgh")] == [0, 0, 100, 300]


@pytest.mark.parametrize(
    ("url", "host", "port", "path", "is_address"),
    [
        ("http://A.test/x", "a.test", 80, "/x", False),
        ("https://192.0.2.1/", "192.0.2.1", 443, "/", True),
        ("http://a.test:8080", "a.test", 8080, "", False),
        ("ftp://a.test/", "a.test", None, "/", False),
        ("http://[::1", None, None, "", None),
        ("http://a:99999999/", None, None, "", None),
        ("/x", None, None, "/x", None),
    ],
)
def test_urls(url: str, host: str | None, port: int | None, path: str, is_address: bool | None) -> None:
    request = _request(url)
    assert (derived.host(request, FACTS), derived.port(request, FACTS)) == (host, port)
    assert (derived.path(request, FACTS), derived.is_address(request, FACTS)) == (path, is_address)


@pytest.mark.parametrize(
    ("dst", "address", "port"),
    [("192.0.2.1:80", "192.0.2.1", 80), ("[2001:db8::1]:443", "2001:db8::1", 443), ("x", "", None), ("a:٣", "a", None)],
)
def test_the_other_side_of_a_flow(dst: str, address: str, port: int | None) -> None:
    assert derived.remote(Flow(flow=1, proto="tcp", src="a:1", dst=dst)) == (address, port)


def test_the_name_that_led_to_a_flow() -> None:
    assert derived.led_by(FlowStart(flow=7, proto="tcp", remote_addr="b"), FACTS) == "a.test"
    assert derived.led_by(FlowStart(flow=8, proto="tcp", remote_addr="b"), FACTS) is None


@pytest.mark.parametrize(("text", "ending"), [("a.EXE", "EXE"), ("a", ""), ("a.b.c", "c"), (None, None)])
def test_endings(text: str | None, ending: str | None) -> None:
    assert derived.ending(text) == ending


def test_keys_and_last_parts() -> None:
    assert (derived.key_of("HKLM\\a\\b"), derived.last_part("HKLM\\a\\b")) == ("HKLM\\a", "b")


@given(st.text(max_size=30))
def test_any_text_has_values(text: str) -> None:
    derived.is_public(text)
    derived.function(text)
    derived.argument(0)(ApiCall(api=text, args=(text,)), FACTS)
    assert 0 <= derived.digits(text) <= 100
    assert derived.entropy(text) >= 0
    derived.host(_request(text), FACTS)
    derived.port(_request(text), FACTS)
    derived.remote(Flow(flow=1, proto="tcp", src="", dst=text))
