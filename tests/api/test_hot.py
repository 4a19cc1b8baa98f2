"""The contract of a lookup on the wire: the same bytes, whether the protocol answers or the application."""

import contextlib
import gzip
import itertools
import socket
import struct
import time
from collections.abc import Iterator

import pytest
from backports import zstd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fulgurite.model.key import Role
from tests.api.running import all_of, replies_in
from tests.api.twins import LARGE, LARGE_MD5, SMALL, SMALL_MD5, SMALL_SHA1, SMALL_SHA256, UNKNOWN, Twins, twins_on


@pytest.fixture(scope="module")
def twins(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twins]:
    with twins_on(tmp_path_factory.mktemp("data")) as servers:
        yield servers


@pytest.fixture(autouse=True)
def stay_well(twins: Twins) -> Iterator[None]:
    yield
    assert twins.are_well()


def _statuses(said: bytes) -> list[int]:
    return [reply.status for reply in replies_in(said)]


@pytest.mark.parametrize("text", [SMALL_MD5, SMALL_SHA1.upper(), SMALL_SHA256, LARGE_MD5])
@pytest.mark.parametrize("encodings", [b"", b"gzip", b"gzip, deflate, br, zstd", b"br", b"gzip;q=0"])
def test_every_encoding_is_the_same_body(twins: Twins, text: str, encodings: bytes) -> None:
    said = twins.said_to(twins.lookup(text, b"Accept-Encoding: " + encodings) + twins.last)
    found, status = replies_in(said)
    assert (found.status, status.status) == (200, 200)
    assert found.headers["vary"] == "accept-encoding"
    unpack = {"gzip": gzip.decompress, "zstd": zstd.decompress}.get(found.headers.get("content-encoding", ""), bytes)
    assert unpack(found.body) == twins.bodies[LARGE if text == LARGE_MD5 else SMALL]


@pytest.mark.parametrize(
    ("text", "key", "status"),
    [
        (SMALL_MD5, "", 200),
        (UNKNOWN, "", 404),
        ("abc", "", 400),
        ("g" * 32, "", 400),
        (SMALL_MD5, None, 401),
        (SMALL_MD5, "wrong", 401),
        ("abc", "wrong", 401),
        ("%61" * 32, "", 404),
        (SMALL_MD5 + "?x=1", "", 200),
        (SMALL_MD5 + "/", "", 200),
        (SMALL_MD5 + "/x", "", 404),
        ("", "", 400),
        ("a/b", "", 404),
        ("a b", "", 400),
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE"])
def test_every_status_is_the_same(twins: Twins, method: str, text: str, key: str | None, status: int) -> None:
    said = twins.said_to(twins.lookup(text, b"Connection: close", key=key, method=method))
    head, _, body = said.partition(b"\r\n\r\n")
    expected = 400 if text == "a b" else status if method != "DELETE" or status == 404 else 405
    if method == "DELETE" and "/" not in text and text != "a b":
        expected = 405
    assert head.startswith(b"HTTP/1.1 %d " % expected) or method == "DELETE"
    assert (body == b"") == (method == "HEAD" and text != "a b")


def test_an_analysis_by_its_id_is_the_same(twins: Twins) -> None:
    sandbox_id = twins.hot.ask("GET", f"/v4/hash/{SMALL_MD5}/sandbox").json["sandbox_id"]
    for text, status in ((sandbox_id, 200), ("0" * 24, 404), ("x", 404), (sandbox_id.upper(), 404)):
        (reply,) = replies_in(twins.said_to(twins.hot.head("GET", f"/v4/sandbox/{text}")))
        assert reply.status == status
        (kept, _) = replies_in(twins.said_to(_by_id(twins, text) + twins.last))
        assert (kept.status, kept.body) == (status, reply.body)


def _by_id(twins: Twins, text: str) -> bytes:
    return f"GET /v4/sandbox/{text} HTTP/1.1\r\nhost: x\r\napikey: {twins.hot.key}\r\n\r\n".encode()


def test_what_the_client_has_is_not_sent_again(twins: Twins) -> None:
    (found, _) = replies_in(twins.said_to(twins.lookup(SMALL_MD5, b"accept-encoding: gzip") + twins.last))
    tag = b"If-None-Match: " + found.headers["etag"].encode()
    again = twins.lookup(SMALL_MD5, b"accept-encoding: gzip", tag)
    known, status = replies_in(twins.said_to(again + twins.last))
    assert (known.status, known.headers["etag"], known.body) == (304, found.headers["etag"], b"")
    assert "content-length" not in known.headers
    assert status.status == 200
    assert _statuses(twins.said_to(twins.lookup(SMALL_MD5, tag) + twins.last)) == [200, 200]


def test_pipelined_requests_are_answered_in_order(twins: Twins) -> None:
    hit, miss, bad = twins.lookup(SMALL_MD5), twins.lookup(UNKNOWN), twins.lookup("abc")
    slow, large = b"GET /v4/status HTTP/1.1\r\nhost: x\r\n\r\n", twins.lookup(LARGE_MD5)
    order = [hit, slow, hit, miss, slow, bad, large, hit, slow, slow, large, miss]
    said = twins.said_to(b"".join(order) + twins.last)
    assert _statuses(said) == [200, 200, 200, 404, 200, 400, 200, 200, 200, 200, 200, 404, 200]
    assert len(replies_in(said)[6].body) == len(twins.bodies[LARGE])


def test_a_request_may_come_byte_by_byte(twins: Twins) -> None:
    request = twins.lookup(SMALL_MD5, b"Accept-Encoding: gzip") + twins.lookup(UNKNOWN) + twins.last
    assert _statuses(twins.said_to(*(request[n : n + 1] for n in range(len(request))))) == [200, 404, 200]


@pytest.mark.parametrize(
    ("more", "statuses"),
    [
        (b"Connection: close", [200]),
        (b"connection: Keep-Alive", [200, 200]),
        (b"Connection: keep-alive, close", [200]),
        (b"Connection: upgrade\r\nUpgrade: websocket", [200]),
        (b"Content-Length: 0", [200, 200]),
        (b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0", [200, 200]),
        (b"Content-Length: 5\r\nX: y", []),
        (b"X-Odd:\t value \t", [200, 200]),
        (b"accept-encoding: br\r\nAccept-Encoding: gzip", [200, 200]),
        (b"Transfer-Encoding: chunked\r\nContent-Length: 5", [400]),
        (b"Transfer-Encoding: gzip\r\nContent-Length: 5", [400]),
        (b"Content-Length: 5\r\nContent-Length: 6", [400]),
        (b"Content-Length: 0\r\nContent-Length: 0", [400]),
        (b"Content-Length: +1", [400]),
        (b"Content-Length : 1", [400]),
        (b"X: y\r\n folded", [400]),
        (b"X: y\nZ: w", [400]),
        (b"X: y\r\rZ: w", [400]),
        (b" X: y", [400]),
        (b"X\x00: y", [400]),
        (b"X: \x00", [400]),
        (b": y", [400]),
        (b"X y", [400]),
        (b"\r\n".join(b"x-%d: y" % number for number in range(200)), [400, 200]),
    ],
)
def test_what_stands_in_a_head_has_the_same_effect(twins: Twins, more: bytes, statuses: list[int]) -> None:
    said = twins.said_to(twins.lookup(SMALL_MD5, more) + twins.last)
    assert _statuses(said)[: len(statuses)] == statuses


def test_a_body_on_a_lookup_is_read_over(twins: Twins) -> None:
    with_body = twins.lookup(SMALL_MD5, b"Content-Length: 5") + b"hello"
    hidden = twins.lookup(SMALL_MD5, b"Content-Length: %d" % len(twins.lookup(UNKNOWN))) + twins.lookup(UNKNOWN)
    assert _statuses(twins.said_to(with_body + hidden + twins.last)) == [200, 200, 200]


def test_a_client_that_asks_before_it_sends_is_heard(twins: Twins) -> None:
    asking = twins.lookup(SMALL_MD5, b"Content-Length: 5", b"Expect: 100-continue")
    said = twins.said_to(asking, b"hello" + twins.last)
    assert b"HTTP/1.1 200 OK" in said


def test_old_http_is_answered_and_closed(twins: Twins) -> None:
    for more in (b"", b"connection: keep-alive\r\n"):
        head = f"GET /v4/hash/{SMALL_MD5}/sandbox HTTP/1.0\r\napikey: {twins.hot.key}\r\n".encode()
        (reply,) = replies_in(twins.said_to(head + more + b"\r\n"))
        assert (reply.status, reply.headers["connection"]) == (200, "close")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(["hit", "miss", "bad", "slow", "body"]), max_size=6), st.lists(st.integers(0, 2000)))
def test_any_order_in_any_pieces_has_the_same_answers(twins: Twins, order: list[str], cuts: list[int]) -> None:
    requests = {
        "hit": twins.lookup(SMALL_MD5),
        "miss": twins.lookup(UNKNOWN),
        "bad": twins.lookup("abc"),
        "slow": b"GET /v4/status HTTP/1.1\r\nhost: x\r\n\r\n",
        "body": twins.lookup(SMALL_MD5, b"content-length: 3") + b"abc",
    }
    whole = b"".join(requests[one] for one in order) + twins.last
    edges = [0, *sorted(cut for cut in set(cuts) if cut < len(whole)), len(whole)]
    statuses = {"hit": 200, "miss": 404, "bad": 400, "slow": 200, "body": 200}
    said = twins.said_to(*(whole[start:end] for start, end in itertools.pairwise(edges)))
    assert _statuses(said) == [*(statuses[one] for one in order), 200]


def test_each_lookup_is_counted_once(twins: Twins) -> None:
    for server in twins.all:
        key = server.new_key(Role.READ, f"counted by {server.port}")
        asked = [
            (SMALL_MD5, b""),
            (UNKNOWN, b""),
            ("abc", b""),
            (LARGE_MD5, b"Content-Length: 0"),
            (SMALL_MD5, b"x: y"),
        ]
        said = server.said_to(*(twins.lookup(text, *filter(None, [more]), key=key) for text, more in asked), twins.last)
        used = [reply.headers["x-ratelimit-used"] for reply in replies_in(said)[:-1]]
        assert used == ["1", "2", "3", "4", "5"]


def test_a_client_that_stops_sending_is_still_answered(twins: Twins) -> None:
    for server in twins.all:
        with server.connected() as connection:
            connection.sendall(twins.lookup(SMALL_MD5))
            connection.shutdown(socket.SHUT_WR)
            assert all_of(connection).startswith(b"HTTP/1.1 200 OK")


def test_a_client_that_breaks_off_harms_nobody(twins: Twins) -> None:
    for server in twins.all:
        for _ in range(20):
            with server.connected() as connection:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                connection.sendall(twins.lookup(LARGE_MD5) * 5 + twins.lookup(SMALL_MD5) * 50)
    assert twins.said_to(twins.last).startswith(b"HTTP/1.1 200 OK")


@pytest.mark.parametrize("encodings", [b"identity", b"gzip"])
def test_readers_that_stand_still_cost_little_memory_and_delay_nobody(twins: Twins, encodings: bytes) -> None:
    """Forty stalled readers of more than 8 MB each, who also ask for more: within 40 MiB."""
    for server in twins.all:
        before = server.anonymous_bytes()
        with contextlib.ExitStack() as stack:
            for connection in [stack.enter_context(server.connected()) for _ in range(40)]:
                connection.sendall(twins.lookup(LARGE_MD5, b"accept-encoding: " + encodings) * 20)
            for _ in range(20):
                assert server.ask("GET", f"/v4/hash/{SMALL_MD5}/sandbox").status == 200
                time.sleep(0.02)
            assert server.anonymous_bytes() - before < 40 << 20


def test_a_reader_that_takes_its_time_gets_all(twins: Twins) -> None:
    for server in twins.all:
        with server.connected() as connection:
            connection.sendall(twins.lookup(LARGE_MD5) + twins.lookup(SMALL_MD5) + twins.last)
            time.sleep(0.3)
            replies = replies_in(all_of(connection))
            assert [len(reply.body) for reply in replies[:2]] == [len(twins.bodies[LARGE]), len(twins.bodies[SMALL])]
            assert len(replies) == 3
