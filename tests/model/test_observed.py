"""What a report saw, and the normal forms of its values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite.model.events import DnsAnswer, DnsQuery, HttpRequest, TlsHandshake
from fulgurite.model.flow import Flow
from fulgurite.model.observed import MAX_VALUES, domain_of, ip_of, observed, url_of
from tests import builders

REAL = builders.machine(platform="windows10_x64")


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("192.0.2.1", "192.0.2.1"),
        (" 192.0.2.1 ", "192.0.2.1"),
        ("2001:DB8:0::1", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("fe80::1%eth0", None),
        ("192.0.2", None),
        ("192.0.2.256", None),
        ("a.example", None),
        ("", None),
        ("1" * 100, None),
    ],
)
def test_addresses(text: str, normal: str | None) -> None:
    assert ip_of(text) == normal


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("Evil.EXAMPLE.", "evil.example"),
        ("b\u00fccher.example", "xn--bcher-kva.example"),
        ("_dns.a.example", "_dns.a.example"),
        ("localhost", None),
        ("192.0.2.1", None),
        ("a..example", None),
        ("-a.example", None),
        ("a b.example", None),
        ("a" * 64 + ".example", None),
        ("a." * 130 + "example", None),
        ("", None),
    ],
)
def test_domains(text: str, normal: str | None) -> None:
    assert domain_of(text) == normal


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("HTTP://Evil.Example:80/A?b=C#d", "http://evil.example/A?b=C"),
        ("https://user:pass@evil.example", "https://evil.example/"),
        ("http://evil.example:8080/x", "http://evil.example:8080/x"),
        ("http://[2001:DB8::1]/x", "http://[2001:db8::1]/x"),
        ("http://server/x", "http://server/x"),
        ("gopher://evil.example/", None),
        ("http://", None),
        ("http://a.example:99999/", None),
        ("http://a.example/a b", None),
        ("http://[::1", None),
        ("evil.example/x", None),
        ("http://a.example/" + "x" * 3000, None),
        ("http://a.example/" + "x" * 9000, None),
    ],
)
def test_urls(text: str, normal: str | None) -> None:
    assert url_of(text) == normal


@given(st.one_of(st.text(), st.from_regex(r"https?://[^ ]{0,40}", fullmatch=True)))
def test_a_normal_form_is_its_own(text: str) -> None:
    for normal_of in (ip_of, domain_of, url_of):
        normal = normal_of(text)
        assert normal is None or normal_of(normal) == normal


def test_what_a_report_saw() -> None:
    report = builders.report(
        builders.flow_start(remote_addr="192.0.2.10"),
        DnsQuery(name="Asked.Example"),
        DnsAnswer(name="answered.example", values=("192.0.2.99",)),
        HttpRequest(method="GET", url="http://host.example/x"),
        HttpRequest(method="GET", url="no url"),
        TlsHandshake(sni="sni.example"),
        TlsHandshake(),
        machine=REAL,
        flows=(
            Flow(
                flow=1, proto="tcp", src="10.0.0.1:1", dst="192.0.2.11:443", domain="flow.example", tls_sni="t.example"
            ),
            Flow(flow=2, proto="udp", src="10.0.0.1:1", dst="[2001:db8::5]:53"),
        ),
    )
    assert observed(report).values == (
        ("ip", "192.0.2.10"),
        ("domain", "asked.example"),
        ("domain", "answered.example"),
        ("url", "http://host.example/x"),
        ("domain", "host.example"),
        ("domain", "sni.example"),
        ("ip", "192.0.2.11"),
        ("domain", "flow.example"),
        ("domain", "t.example"),
        ("ip", "2001:db8::5"),
    )


def test_an_address_made_up_by_a_pretended_network_is_none() -> None:
    events = (
        DnsAnswer(name="a.example", values=("198.51.100.7",)),
        builders.flow_start(remote_addr="198.51.100.7"),
        builders.flow_start(2, remote_addr="192.0.2.10"),
    )
    flows = (
        Flow(flow=3, proto="tcp", src="10.0.0.1:1", dst="198.51.100.8:443", domain="b.example"),
        Flow(flow=4, proto="udp", src="10.0.0.1:1", dst="10.127.0.1:53", protocols=("dns",)),
    )
    emulated = observed(builders.report(*events, flows=flows))
    assert emulated.values == (("domain", "a.example"), ("ip", "192.0.2.10"), ("domain", "b.example"))
    # As our own engine says it.
    named = builders.machine(platform="windows10_x64", resource="windows10-emulated")
    assert observed(builders.report(*events, flows=flows, machine=named)) == emulated
    assert ("ip", "198.51.100.7") in observed(builders.report(*events, machine=REAL)).values


@pytest.mark.parametrize("address", ["127.0.0.1", "0.0.0.0", "255.255.255.255", "224.0.0.1", "::1"])  # noqa: S104
def test_addresses_that_say_nothing(address: str) -> None:
    assert observed(builders.report(builders.flow_start(remote_addr=address), machine=REAL)).values == ()


def test_there_is_a_limit_and_the_rest_is_counted() -> None:
    queries = [DnsQuery(name=f"n{number}.example") for number in range(MAX_VALUES + 7)]
    seen = observed(builders.report(*queries, *queries))
    assert (len(seen.values), seen.rest) == (MAX_VALUES, 7)
