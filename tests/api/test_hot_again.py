"""The contract of `test_hot.py` for clients that keep a connection, and for what is sent by the kernel."""

import contextlib
import gzip
import re
import socket
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from backports import zstd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fulgurite.model.hashes import digests_of
from fulgurite.model.key import Role
from fulgurite.store import Store
from tests.api.running import Running, all_of, replies_in, running
from tests.api.twins import CHANGING, LARGE, LARGE_MD5, SMALL_MD5, SMALL_SHA256, UNKNOWN, Twins, analysed, twins_on
from tests.store.values import damage


@pytest.fixture(scope="module")
def twins(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twins]:
    with twins_on(tmp_path_factory.mktemp("data")) as servers:
        yield servers


@pytest.fixture(autouse=True)
def stay_well(twins: Twins) -> Iterator[None]:
    yield
    assert twins.are_well()


def _one_by_one(server: Running, requests: list[bytes]) -> bytes:
    """All that is said to `requests`, each of which is sent when the one before is answered; then it is closed."""
    said = b""
    with server.connected() as connection, contextlib.suppress(ConnectionError):
        for request in [*requests, server.head()]:
            connection.sendall(request)
            for _ in range(max(1, request.count(b" HTTP/1."))):
                said += _reply(connection, has_body=not request.startswith(b"HEAD"))
    return CHANGING.sub(b"", said)


def _reply(connection: socket.socket, *, has_body: bool) -> bytes:
    """The bytes of the next reply, or what there is of it."""
    head = b""
    while not head.endswith(b"\r\n\r\n") and (byte := connection.recv(1)) != b"":
        head += byte
    length = re.search(rb"(?mi)^content-length: (\d+)", head)
    left = int(length[1]) if has_body and length is not None else 0
    pieces = [head]
    while left > 0 and (piece := connection.recv(min(left, 1 << 20))) != b"":
        pieces.append(piece)
        left -= len(piece)
    return b"".join(pieces)


_GZIP, _NONE = b"accept-encoding: gzip", b"accept-encoding: br"


def _usual(twins: Twins) -> dict[str, bytes]:
    """Requests of clients that send the same header lines each time, and of such that do not."""
    hit, known = twins.lookup(SMALL_MD5, _GZIP), twins.hot.ask("HEAD", f"/v4/hash/{SMALL_MD5}/sandbox")
    sandbox_id = twins.hot.ask("GET", f"/v4/hash/{SMALL_MD5}/sandbox").json["sandbox_id"]
    return {
        "hit": hit,
        "other": twins.lookup(SMALL_SHA256.upper(), _GZIP),
        "miss": twins.lookup(UNKNOWN, _GZIP),
        "bad": twins.lookup("abc", _GZIP),
        "id": hit.replace(f"/v4/hash/{SMALL_MD5}/sandbox".encode(), f"/v4/sandbox/{sandbox_id}".encode()),
        "head": twins.lookup(SMALL_MD5, _GZIP, method="HEAD"),
        "unchanged": twins.lookup(SMALL_MD5, b"if-none-match: " + known.headers["etag"].encode()),
        "large": twins.lookup(LARGE_MD5, _GZIP),
        "streamed": twins.lookup(LARGE_MD5, _NONE),
        "plain": twins.lookup(SMALL_MD5, _NONE),
        "keyless": twins.lookup(SMALL_MD5, _GZIP, key=None),
        "wrong": twins.lookup(SMALL_MD5, _GZIP, key="wrong"),
        "query": twins.lookup(SMALL_MD5 + "?x=1", _GZIP),
        "slow": b"GET /v4/status HTTP/1.1\r\nhost: x\r\n\r\n",
        "body": twins.lookup(SMALL_MD5, b"content-length: 3") + b"abc",
        "two": hit + twins.lookup(UNKNOWN, _GZIP),
        "empty lines": b"\r\n\r\n" + hit + b"\r\n",
        "old": hit.replace(b"HTTP/1.1", b"HTTP/1.0"),
        "spaces": hit.replace(b"GET ", b"GET  ", 1),
        "lower": hit.replace(b"GET ", b"get ", 1),
        "close": twins.lookup(SMALL_MD5, b"connection: close"),
        "garbage": b"\x00\r\n\r\n",
        "long": twins.lookup(SMALL_MD5, b"x: " + b"y" * 3000),
        "many": twins.lookup(SMALL_MD5, *(b"x-%d: y" % number for number in range(120))),
    }


def test_the_same_header_lines_again_have_the_same_answers(twins: Twins) -> None:
    requests = _usual(twins)
    for name, request in requests.items():
        order = [request, requests["hit"], request, request, requests["miss"], request]
        assert twins.same(partial(_one_by_one, requests=order)) != b"", name


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_one_after_the_other_in_any_order_has_the_same_answers(twins: Twins, data: st.DataObject) -> None:
    requests = _usual(twins)
    order = [requests[name] for name in data.draw(st.lists(st.sampled_from(sorted(requests)), max_size=12))]
    twins.same(partial(_one_by_one, requests=order))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_what_is_almost_known_has_the_same_answer(twins: Twins, data: st.DataObject) -> None:
    """A byte more, less or another than in a request that was answered without a look before."""
    request = twins.lookup(data.draw(st.sampled_from([SMALL_MD5, SMALL_SHA256, UNKNOWN])), _GZIP)
    place = data.draw(st.integers(0, len(request) - 1))
    put = data.draw(st.sampled_from([b"", b"0", b"G", b"/", b" ", b"\r\n", b"\x00", b"\xff"]))
    almost = request[:place] + put + request[place + data.draw(st.integers(0, 1)) :]

    def said(server: Running) -> bytes:
        with server.connected() as connection, contextlib.suppress(ConnectionError):
            for _ in range(3):
                connection.sendall(request)
                _reply(connection, has_body=True)
            connection.sendall(almost)
            # Whether it comes with what is sent next, or before, is of no matter to the answers.
            time.sleep(0.002)
            connection.sendall(server.head())
            return all_of(connection)
        return b""

    twins.same(said)


def test_known_header_lines_are_counted_and_logged_as_any_others(twins: Twins) -> None:
    for server in twins.all:
        key = server.new_key(Role.READ, f"known by {server.port}")
        asked = [(text, encodings) for text in (SMALL_MD5, UNKNOWN, LARGE_MD5) for encodings in (_GZIP, _NONE)]
        said = _one_by_one(server, [twins.lookup(text, encodings, key=key) for text, encodings in asked * 3])
        assert len(replies_in(said)) == 19
        reply = replies_in(server.said_to(twins.lookup(SMALL_MD5, b"connection: close", key=key)))[0]
        assert reply.headers["x-ratelimit-used"] == "19"


@pytest.mark.parametrize("encodings", [b"gzip", b"zstd"])
def test_a_body_that_the_socket_takes_in_parts_comes_whole(twins: Twins, encodings: bytes) -> None:
    """What the kernel does not take at once is sent when the client has read some of it."""
    request = twins.lookup(LARGE_MD5, b"accept-encoding: " + encodings)
    for server in twins.all:
        with socket.socket() as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.settimeout(60)
            connection.connect((server.host, server.port))
            connection.sendall(request * 60 + twins.last)
            time.sleep(0.3)
            replies = replies_in(all_of(connection))
        unpack = {b"gzip": gzip.decompress, b"zstd": zstd.decompress}[encodings]
        assert len({reply.body for reply in replies[:-1]}) == 1
        assert (len(replies), unpack(replies[0].body)) == (61, twins.bodies[LARGE])


def test_a_damaged_body_is_named_and_not_served(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for number, how in enumerate(({}, {"compiled": False}, {"hot_path": False})):
        data = tmp_path / str(number)
        with Store.open(data) as store:
            analysed(store, LARGE, 40_000)
            report = store.last_report(digests_of(LARGE).sha256)
            assert report is not None
            damage(store, report.body_at)
        with running(data, **how) as server:
            replies = replies_in(_one_by_one(server, [_with_key(server, LARGE_MD5)] * 3))
            assert [reply.status for reply in replies] == [500, 500, 500, 200]
        assert re.search(r"the record at \d+ of \S+\.pack is damaged", capfd.readouterr().err)


def test_counters_that_cannot_be_opened_are_a_fault_of_ours(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for number, how in enumerate(({}, {"hot_path": False})):
        data = tmp_path / str(number)
        (data / "counters/counts").mkdir(parents=True)
        with running(data, **how) as server:
            replies = replies_in(_one_by_one(server, [_with_key(server, LARGE_MD5)] * 2))
            assert [reply.status for reply in replies[:2]] == [500, 500]
            assert replies[0].code == 500001
        assert "while opening the counters" in capfd.readouterr().err


def _with_key(server: Running, text: str) -> bytes:
    return f"GET /v4/hash/{text}/sandbox HTTP/1.1\r\nhost: x\r\napikey: {server.key}\r\n\r\n".encode()
