"""Bytes on the wire: what comes before any application, and what no HTTP library would send."""

import contextlib
import json
import random
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fulgurite.api.protocol import MAX_HEAD_BYTES
from tests import builders
from tests.api.running import Reply, Running, all_of, replies_in, running
from tests.api.twins import LARGE, LARGE_MD5
from tests.store import values

UNKNOWN = "f" * 64
IDLE = 300
TCP_ESTABLISHED = 1
"""In the first byte of what Linux tells of a connection."""
LOOKUP = f"GET /v4/hash/{UNKNOWN}/sandbox HTTP/1.1\r\nhost: x\r\napikey: %s\r\n"


def test_pipelined_requests_are_answered_in_order(api: Running) -> None:
    lookup = (LOOKUP % api.key).encode() + b"\r\n"
    status = b"GET /v4/status HTTP/1.1\r\nhost: x\r\n\r\n"
    said = api.said_to(lookup + status + b"GET /v4/nothing HTTP/1.1\r\nhost: x\r\n\r\n" + lookup + api.head())
    assert [reply.status for reply in replies_in(said)] == [404, 200, 404, 404, 200]
    assert [reply.json["error"]["code"] for reply in replies_in(said) if reply.status == 404] == [
        404003,
        404000,
        404003,
    ]


def test_a_request_may_come_byte_by_byte(api: Running) -> None:
    request = api.head("GET", f"/v4/hash/{UNKNOWN}/sandbox")
    (reply,) = replies_in(api.said_to(*(request[n : n + 1] for n in range(len(request)))))
    assert reply.code == 404003


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"HELO example.org\r\n\r\n",
        b"GET /v4/st\xc3\xa4tus HTTP/1.1\r\nhost: x\r\n\r\n",
        b"GET http://[ HTTP/1.1\r\nhost: x\r\n\r\n",
        b"CONNECT example.org:443 HTTP/1.1\r\nhost: x\r\n\r\n",
        b"POST /v4/file HTTP/1.1\r\nhost: x\r\ncontent-length: 99999999999999999999999\r\n\r\n",
        b"POST /v4/file HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n",
        b"POST /v4/file HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nx",
        b"POST /v4/file HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        b"GET /v4/status HTTP/1.1\r\nhost: x\r\nfile\x00name: x\r\n\r\n",
        b"GET /v4/status HTTP/1.1\r\nhost: x\r\nfilename: a\x00b\r\n\r\n",
    ],
)
def test_what_is_no_http_is_told_so_in_json(api: Running, garbage: bytes) -> None:
    (reply,) = replies_in(api.said_to(garbage))
    assert reply.status == 400
    assert reply.headers["content-type"] == "application/json; charset=utf-8"
    assert reply.json == {"error": {"code": 400000, "messages": ["Generic error", "Invalid HTTP request received."]}}


def test_an_endless_head_is_refused_while_it_comes(api: Running) -> None:
    head = b"GET /v4/status HTTP/1.1\r\nhost: x\r\nx: "
    (reply,) = replies_in(api.said_to(head, *[b"x" * MAX_HEAD_BYTES] * 4))
    assert reply.code == 400023
    assert reply.headers["connection"] == "close"


def test_ten_thousand_headers_are_refused(api: Running) -> None:
    lines = [b"x-%d: y" % number for number in range(10_000)]
    (reply,) = replies_in(api.said_to(api.head("GET", f"/v4/hash/{UNKNOWN}/sandbox", *lines)))
    assert reply.code == 400023


def test_a_head_that_never_ends_leaves_the_server_well(api: Running) -> None:
    with api.connected() as slow, api.connected() as silent:
        slow.sendall(b"GET /v4/status HTTP/1.1\r\nhost:")
        assert api.is_well()
        silent.close()
    assert api.is_well()


def test_old_http_is_answered(api: Running) -> None:
    (reply,) = replies_in(api.said_to(b"GET /v4/status HTTP/1.0\r\n\r\n"))
    assert reply.status == 200
    assert reply.headers["connection"] == "close"


def test_an_upgrade_is_not_followed(api: Running) -> None:
    head = api.head("GET", "/v4/status", b"upgrade: websocket", b"connection: upgrade")
    assert b"HTTP/1.1 101" not in api.said_to(head)


def test_a_body_on_a_lookup_is_read_over(api: Running) -> None:
    lookup = (LOOKUP % api.key).encode() + b"content-length: 5\r\n\r\nhello"
    said = api.said_to(lookup + api.head())
    assert [reply.status for reply in replies_in(said)] == [404, 200]


def test_a_body_that_ends_early_is_no_submission(api: Running) -> None:
    before = len(api.store.database.rows("SELECT * FROM submissions"))
    for head in (b"content-length: 100", b"transfer-encoding: chunked"):
        with api.connected() as connection:
            connection.sendall(api.head("POST", "/v4/file", head) + b"5\r\nMZ...\r\n")
    assert api.is_well()
    assert len(api.store.database.rows("SELECT * FROM submissions")) == before


def test_a_reader_that_goes_away_leaves_the_server_well(api: Running) -> None:
    for _ in range(50):
        with api.connected() as connection:
            connection.sendall((LOOKUP % api.key).encode() + b"\r\n")


def test_no_leave_is_given_for_a_body_that_is_refused(api: Running) -> None:
    """As curl, which asks before it sends a long body; the answer is the refusal."""
    head = api.head("POST", "/v4/file", b"expect: 100-continue", b"content-length: 999999999")
    said = api.said_to(head)
    assert b"100 Continue" not in said
    assert replies_in(said)[0].code == 400144


def test_leave_is_given_for_a_body_that_is_taken(api: Running) -> None:
    with api.connected() as connection:
        connection.sendall(api.head("POST", "/v4/file", b"expect: 100-continue", b"content-length: 5"))
        assert connection.recv(1000).startswith(b"HTTP/1.1 100 Continue")
        connection.sendall(b"hello")
        assert connection.recv(1000).startswith(b"HTTP/1.1 200 OK")


def test_an_unread_body_does_not_break_the_answer(api: Running) -> None:
    """A sender that sends all before it listens gets to see why it was refused."""
    body = b"x" * (8 * 1024 * 1024)
    said = api.said_to(api.head("POST", "/v4/file", b"content-length: %d" % len(body)), body)
    assert replies_in(said)[0].code == 400144
    said = api.said_to(api.head("POST", "/v4/file", b"content-length: %d" % len(body), key=None), body)
    assert replies_in(said)[0].code == 401006


class Fuzz(NamedTuple):
    """A request that somebody might send."""

    method: bytes
    path: bytes
    headers: list[tuple[bytes, bytes]]
    body: bytes
    length: int | None
    """What it says of its body's length; None: the truth."""
    has_key: bool

    def spelt(self, key: str) -> bytes:
        """Its bytes."""
        lines = [name + b": " + value for name, value in self.headers]
        lines.append(b"content-length: %d" % (len(self.body) if self.length is None else self.length))
        lines.append(f"apikey: {key}".encode() if self.has_key else b"y: z")
        first = self.method + b" /" + self.path + b" HTTP/1.1"
        return b"\r\n".join([first, *lines, b"connection: close", b"", self.body])


STEPS = [b"", b"v4", b"hash", b"file", b"sandbox", b"status", b"%00", b"..", b"%2F", b"%ff", b"f" * 32, b"f" * 24]
NAMES = [b"apikey", b"sandbox", b"filename", b"content-type", b"accept-encoding", b"if-none-match", b"expect", b"x"]
FUZZ = st.builds(
    Fuzz,
    method=st.sampled_from([b"GET", b"POST", b"HEAD", b"PUT", b"DELETE", b"OPTIONS", b"PATCH", b"TRACE", b"BREW"]),
    path=st.one_of(st.binary(max_size=60), st.lists(st.sampled_from(STEPS), max_size=6).map(b"/".join)),
    headers=st.lists(st.tuples(st.sampled_from(NAMES), st.binary(max_size=60)), max_size=5),
    body=st.binary(max_size=200),
    length=st.one_of(st.none(), st.integers(0, 250)),
    has_key=st.booleans(),
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(request=FUZZ)
def test_nothing_sent_makes_the_server_fail(api: Running, request: Fuzz) -> None:
    with api.connected() as connection:
        connection.sendall(request.spelt(api.key))
        connection.shutdown(socket.SHUT_WR)
        said = all_of(connection)
    assert said == b"" or int(said.split()[1]) < 500


def test_more_connections_than_there_may_be_are_told_so(tmp_path: Path) -> None:
    with running(tmp_path, max_connections=3) as server, contextlib.ExitStack() as stack:
        kept = [stack.enter_context(server.connected()) for _ in range(3)]
        for connection in kept:
            connection.sendall((LOOKUP % server.key).encode() + b"\r\n")
            assert connection.recv(1000).startswith(b"HTTP/1.1 404")
        for request in ((LOOKUP % server.key).encode() + b"\r\n", b"GET /v4/status HTTP/1.1\r\nhost: x\r\n\r\n"):
            with server.connected() as another:
                another.sendall(request + request)
                # Who was there before goes on.
                for connection in kept:
                    connection.sendall((LOOKUP % server.key).encode() + b"\r\n")
                    assert connection.recv(1000).startswith(b"HTTP/1.1 404")
                (reply,) = replies_in(all_of(another))
            assert (reply.code, reply.headers["retry-after"]) == (429002, "1")
            assert reply.headers["connection"] == "close"
        stack.pop_all().close()
        assert server.ask("GET", "/v4/status").status == 200


def test_connections_that_idle_take_little_memory(tmp_path: Path) -> None:
    with running(tmp_path) as server, contextlib.ExitStack() as stack:
        assert server.ask("GET", f"/v4/hash/{UNKNOWN}/sandbox").status == 404
        before = server.anonymous_bytes()
        for _ in range(IDLE):
            connection = stack.enter_context(server.connected())
            connection.sendall((LOOKUP % server.key).encode() + b"\r\n")
            assert connection.recv(1000).startswith(b"HTTP/1.1 404")
        assert server.ask("GET", f"/v4/hash/{UNKNOWN}/sandbox").status == 404
        assert server.anonymous_bytes() - before < IDLE * 20_000


def test_who_reads_nothing_any_more_is_dropped(tmp_path: Path) -> None:
    with running(tmp_path, stall_s=0.3) as server, contextlib.ExitStack() as stack:
        # Names that do not pack well: neither encoding fits into what the kernel keeps for the two sides.
        chance = random.Random(1)  # noqa: S311 - sample data
        events = [builders.file_write(chance.randbytes(1000).hex()) for _ in range(8_000)]
        report = builders.report(*events, sample=builders.sample(LARGE), sandbox_id=values.sandbox_id(1))
        values.add_import(server.store, report, original=b"a report")
        for encodings in ("identity", "gzip"):
            slow = stack.enter_context(socket.socket())
            slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            slow.connect((server.host, server.port))
            asking = f"{LOOKUP % server.key}accept-encoding: {encodings}\r\n\r\n"
            slow.sendall(asking.replace(UNKNOWN, LARGE_MD5).encode())
            begun = slow.recv(1000)
            assert begun.startswith(b"HTTP/1.1 200 OK")
            _until(lambda: server.ask("GET", "/v4/status"), lambda _: not _is_connected(slow))  # noqa: B023
            assert len(begun + all_of(slow)) < 8_000_000


def _is_connected(connection: socket.socket) -> bool:
    """Whether the other side still has it; nothing is read."""
    return connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] == TCP_ESTABLISHED


def test_what_waits_for_slow_readers_is_bounded(tmp_path: Path) -> None:
    with running(tmp_path, max_unsent_bytes=10_000_000) as server, contextlib.ExitStack() as stack:
        body = json.dumps({"hash": ["g" * 128] * 10_000}).encode()
        head = b"POST /v4/hash/sandbox HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: %d\r\n"
        asking = head % len(body) + f"apikey: {server.key}\r\n\r\n".encode() + body
        slow = [stack.enter_context(server.connected()) for _ in range(20)]
        for connection in slow:
            connection.sendall(asking * 3)
        said = _until(lambda: server.ask("GET", "/v4/status"), lambda reply: reply.status == 503)
        assert (said.code, said.headers["retry-after"]) == (503000, "1")
        stack.pop_all().close()
        assert _until(lambda: server.ask("GET", "/v4/status"), lambda reply: reply.status == 200).body != b""


def _until(ask: Callable[[], Reply], is_wanted: Callable[[Reply], bool]) -> Reply:
    reply = ask()
    for _ in range(600):
        if is_wanted(reply):
            return reply
        time.sleep(0.05)
        reply = ask()
    raise AssertionError(reply)
