"""The guard: where it goes and where not, and how requests end."""

import itertools
import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite.service.addresses import networks
from fulgurite.service.fetch import BadUrl, Got, Guard, TooMuch, Unreachable, place_of
from tests.receivers import Script, answer, breaks_off, closes, dribbles, receiver, says, silent

ANY_PORT = (range(1, 65536),)


def guard(timeout_s: float = 30.0) -> Guard:
    """One that may ask this machine."""
    return Guard(permitted=networks(["127.0.0.0/8"]), ports=ANY_PORT, timeout_s=timeout_s)


def spellings(address: str) -> list[str]:
    """Ways to write an IPv4 address in a URL."""
    a, b, c, d = map(int, address.split("."))
    number = a << 24 | b << 16 | c << 8 | d
    full_width = "".join(chr(ord(digit) + 0xFEE0) for digit in address)
    return [
        address,
        f"{a}.{b}.{c << 8 | d}",
        f"{a}.{b << 16 | c << 8 | d}",
        f"{number}",
        f"{number:#x}",
        f"{number:#X}",
        f"0{number:o}",
        f"{a:#x}.{b:#x}.{c:#x}.{d:#x}",
        f"0{a:o}.0{b:o}.0{c:o}.0{d:o}",
        f"0x{a:08x}.{b}.{c}.{d}",
        f"{a:#x}.{b}.0{c:o}.{d}",
        f"{a:#x}{b:02x}{c:02x}{d:02x}",
        f"{address}.",
        full_width,
        address.replace(".", "\u3002"),
        address.replace(".", "%2e"),
        f"[::ffff:{address}]",
        f"[::ffff:{a:x}{b:02x}:{c:x}{d:02x}]",
        f"[0:0:0:0:0:ffff:{address}]",
        f"[::{address}]",
        f"[64:ff9b::{address}]",
        f"[64:ff9b:1::{address}]",
        f"[2002:{a:02x}{b:02x}:{c:02x}{d:02x}::1]",
        f"[fe80::5efe:{address}]",
        f"[2a00::5efe:{address}]",
        f"[::ffff:0:{address}]",
        f"user:word@{address}",
        f"example.com@{address}",
        f"{address}#@example.com",
        f"{address}?@example.com",
        f"{address}\\@example.com",
        f" {address}",
        f"{address}%00.example.com",
        f"{address}:80:80",
    ]


PRIVATE = [
    *("127.0.0.1", "10.1.2.3", "169.254.169.254", "192.168.1.1", "172.16.5.4", "0.0.0.0", "100.100.100.200"),  # noqa: S104 - to be refused
]
HOSTS = [
    *itertools.chain.from_iterable(spellings(address) for address in PRIVATE),
    *("localhost", "LOCALHOST", "localhost.", "ip6-localhost", "[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[fe80::1]"),
    *("[fe80::1%25lo]", "[fc00::1]", "[fd00:ec2::254]", "[ff02::1]", "[::ffff:7f00:1]", "127.1", "127.0.1", "0", "0x0"),
    *("224.0.0.1", "255.255.255.255", "198.18.0.1", "240.0.0.1", "168.63.129.16", "192.0.0.192", "", ".", "..", "-"),
]


def test_there_are_many_spellings() -> None:
    assert len(set(HOSTS)) > 200


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_no_spelling_of_a_closed_address_is_asked(scheme: str, host: str) -> None:
    plain = Guard(ports=ANY_PORT, timeout_s=5)
    with pytest.raises((BadUrl, Unreachable)) as caught:
        plain.fetched(f"{scheme}://{host}/x", max_bytes=10)
    # Not by luck: nothing was connected to.
    assert "no connection" not in str(caught.value)
    assert "answer" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        *("", "x", "//example.com", "ftp://example.com", "file:///etc/passwd", "gopher://example.com", "javascript:1"),
        *("http://", "http:///x", "http://example.com:99999/", "http://example.com:x/", "http://[::1", "http://a]b/"),
        *("http://exa mple.com/", "http://example.com/a b", "http://example.com/\r\nX: y", "http://a\u200bb.com/"),
        *("http://-example.com/", "http://" + "a" * 64 + ".com/", "http://example.com/" + "x" * 2100, "http://\udcff/"),
        *("http://example.com/\udcff", "http://xn--/", "http://example.com:22/", "http://example.com:25/"),
    ],
)
def test_urls_that_are_not_asked(url: str) -> None:
    with pytest.raises(BadUrl):
        Guard().place(url)


def test_one_closed_address_spoils_a_name() -> None:
    mixed = Guard(resolve=lambda _host, _port: ["93.184.216.34", "127.0.0.1"])
    with pytest.raises(BadUrl, match="not public"):
        mixed.fetched("http://example.com/", max_bytes=10)
    with pytest.raises(Unreachable, match="no address"):
        Guard(resolve=lambda _host, _port: []).fetched("http://example.com/", max_bytes=10)


def test_a_name_is_resolved_once_and_the_address_pinned() -> None:
    asked: list[str] = []

    def resolve(host: str, _port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    with receiver(says(answer(b"ok"))) as server:
        one = Guard(permitted=networks(["127.0.0.0/8"]), ports=ANY_PORT, resolve=resolve)
        got = one.fetched(f"http://rebinding.example:{server.port}/a?b=\u00e4#c", max_bytes=10)
    assert got.body == b"ok"
    assert asked == ["rebinding.example"]
    assert server.calls[0].line == "GET /a?b=%C3%A4 HTTP/1.1"
    assert server.calls[0].headers["host"] == f"rebinding.example:{server.port}"


def test_redirects_are_checked_each() -> None:
    with receiver(says(answer(b"end"))) as end:
        to_end = says(answer(b"", "302 Found", f"Location: http://127.0.0.1:{end.port}/x"))
        with receiver(to_end) as first:
            assert guard().fetched(first.url, max_bytes=10).status == 302
            assert guard().fetched(first.url, max_bytes=10, redirects=1) == Got(
                f"http://127.0.0.1:{end.port}/x", 200, {"content-length": "3"}, b"end"
            )
    for place in ("http://10.0.0.1/", "http://[::ffff:127.0.0.1]/", "file:///etc/passwd", "http://0x0a000001/"):
        with receiver(says(answer(b"", "301 Moved", f"Location: {place}"))) as away, pytest.raises(BadUrl):
            guard().fetched(away.url, max_bytes=10, redirects=5)
    with receiver(says(answer(b"", "301 Moved", "Location: /again"))) as circle:
        assert guard().fetched(circle.url, max_bytes=10, redirects=3).status == 301
        assert len(circle.calls) == 4


@pytest.mark.parametrize(
    ("script", "told"),
    [
        (silent, "no whole answer within 1 s"),
        (dribbles, "no whole answer within 1 s"),
        (closes, "broken off"),
        (breaks_off, "broken off"),
        (says(b"no http\r\n\r\n"), "no HTTP"),
        (says(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 1000 + b"\r\n"), "no HTTP"),
    ],
)
def test_answers_that_never_come_whole(script: Script, told: str) -> None:
    with receiver(script) as server, pytest.raises(Unreachable, match=told):
        guard(1).fetched(server.url, max_bytes=1 << 20)


def test_too_much() -> None:
    with receiver(says(answer(b"x" * 11))) as server:
        assert guard().fetched(server.url, max_bytes=11).body == b"x" * 11
        with pytest.raises(TooMuch):
            guard().fetched(server.url, max_bytes=10)
        assert guard().posted(server.url, b"{}", {"X-A": "b"}, max_bytes=5).body == b"x" * 5
    assert server.calls[-1].body == b"{}"
    assert server.calls[-1].headers["x-a"] == "b"


def test_an_address_in_figures_is_refused_before_it_is_asked() -> None:
    assert Guard().checked("http://example.com/x").url == "http://example.com/x"
    for host in ("127.0.0.1", "0x7f000001", "[::1]", "2130706433"):
        with pytest.raises(BadUrl):
            Guard().checked(f"http://{host}/")


def test_nobody_there_and_a_name_that_is_not() -> None:
    with receiver(closes) as gone:
        port = gone.port
    with pytest.raises(Unreachable, match="no connection"):
        guard().fetched(f"http://127.0.0.1:{port}/", max_bytes=10)
    with pytest.raises(Unreachable, match="cannot be resolved"):
        guard(5).fetched("http://nobody.invalid/", max_bytes=10)


def test_a_slow_resolver_is_not_waited_for() -> None:
    free = threading.Event()

    def resolve(_host: str, _port: int) -> list[str]:
        free.wait()
        return []

    with pytest.raises(Unreachable, match="in time"):
        Guard(resolve=resolve, timeout_s=0.2).fetched("http://example.com/", max_bytes=1)
    free.set()


def test_close_wakes_who_waits() -> None:
    one = guard(60)
    ended: list[str] = []

    def ask(url: str) -> None:
        try:
            one.fetched(url, max_bytes=10)
        except Unreachable as error:
            ended.append(str(error))

    with receiver(silent) as server:
        thread = threading.Thread(target=ask, args=[server.url])
        thread.start()
        while not server.calls:
            time.sleep(0.01)
        one.close()
        thread.join(30)
    assert len(ended) == 1
    assert one.is_closed


@given(st.text(max_size=60), st.sampled_from(["", "http://", "https://example.com/", "http://[", "http://a:"]))
def test_any_text_is_a_place_or_bad(text: str, before: str) -> None:
    try:
        place = place_of(before + text)
    except BadUrl:
        return
    assert place.target.isascii()
    assert place.host.isascii()
    assert not set(place.target + place.host) & set(" \r\n\t\x00")
    assert place_of(place.url) == place
