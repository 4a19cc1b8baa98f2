"""What every answer off the hot way has, and how a sender is refused."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest
from starlette.types import Message

from fulgurite.api import exchange as module
from fulgurite.api.access import Caller
from fulgurite.api.exchange import Exchange
from fulgurite.api.headers import AUTHENTICATED, NO_SNIFF
from fulgurite.api.limits import Account
from fulgurite.api.problems import Problem
from fulgurite.model.key import Key, Role
from fulgurite.model.viewer import PUBLIC
from fulgurite.service.quota import Accounts
from fulgurite.store import Store
from tests.api.running import all_of, replies_in, running
from tests.builders import QUOTAS
from tests.fakes import FakeClock


class Peer:
    """A client: the pieces it still sends, and what it was told."""

    def __init__(self, pieces: int, piece: bytes = b"x", *, ends: bool = True) -> None:
        self._pieces = pieces
        self._piece = piece
        self._ends = ends
        self.sent: list[Message] = []

    async def receive(self) -> Message:
        if self._pieces == 0 and not self._ends:
            await asyncio.Event().wait()
        self._pieces -= 1
        return {"type": "http.request", "body": self._piece, "more_body": self._pieces > 0 or not self._ends}

    async def send(self, message: Message) -> None:
        self.sent.append(message)

    @property
    def left(self) -> int:
        return self._pieces


def refused(peer: Peer, *headers: tuple[bytes, bytes]) -> dict[bytes, bytes]:
    """The headers that `peer` is refused with."""
    asyncio.run(Exchange({"headers": list(headers)}, peer.receive, peer.send).refuse(Problem(401006)))
    start, *bodies = peer.sent
    assert start["status"] == 401
    assert b"".join(body["body"] for body in bodies) == Problem(401006).body
    assert [body["more_body"] for body in bodies] == [True] * (len(bodies) - 1) + [False]
    return dict(start["headers"])


def test_a_request_without_body_keeps_its_connection() -> None:
    peer = Peer(0)
    headers = refused(peer)
    assert headers[b"content-type"] == b"application/json; charset=utf-8"
    assert headers[b"content-length"] == str(len(Problem(401006).body)).encode()
    assert headers[b"x-content-type-options"] == b"nosniff"
    assert b"connection" not in headers
    assert len(peer.sent) == 2


@pytest.mark.parametrize("header", [(b"content-length", b"3"), (b"transfer-encoding", b"chunked")])
def test_a_sender_is_heard_to_its_end(header: tuple[bytes, bytes]) -> None:
    peer = Peer(3)
    assert refused(peer, header)[b"connection"] == b"close"
    assert peer.left == 0


def test_a_sender_that_asked_for_leave_sends_nothing_more() -> None:
    peer = Peer(3)
    refused(peer, (b"content-length", b"3"), (b"expect", b"100-continue"))
    assert peer.left == 3


def test_a_sender_is_not_heard_without_end() -> None:
    peer = Peer(1000, b"x" * (1 << 20))
    refused(peer, (b"transfer-encoding", b"chunked"))
    assert peer.left == 1000 - module.LINGER_BYTES // (1 << 20)


def test_a_silent_sender_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LINGER_S", 0.01)
    refused(Peer(1, ends=False), (b"content-length", b"3"))


def test_an_answer_to_a_key_says_so(tmp_path: Path) -> None:
    async def run(store: Store) -> Message:
        peer = Peer(0)
        accounts = Accounts(store, QUOTAS, now=FakeClock())
        key = Key(id=1, name="k", role=Role.READ, prefix="0", created_at=datetime.now(UTC))
        exchange = Exchange({"headers": []}, peer.receive, peer.send)
        caller = Caller(key, accounts.meter(key), [*AUTHENTICATED, NO_SNIFF], b"", PUBLIC)
        exchange.account = Account(caller, accounts)
        await exchange.send({"type": "http.response.start", "status": 200, "headers": [(b"a", b"b"), NO_SNIFF]})
        return peer.sent[0]

    with Store.open(tmp_path) as store:
        told = asyncio.run(run(store))["headers"]
    headers = dict(told)
    assert len(headers) == len(told)
    assert headers[b"x-authenticated"] == b"by apikey"
    assert headers[b"x-account-type"] == b"other"
    assert (headers[b"x-ratelimit-used"], headers[b"x-ratelimit-remaining"]) == (b"0", b"1000")
    assert headers[b"a"] == b"b"
    assert headers[b"x-response-time"].endswith(b"ms")


def test_a_problem_brings_its_own_headers() -> None:
    peer = Peer(0)
    problem = Problem(403002, headers=[(b"retry-after", b"7")])
    asyncio.run(Exchange({"headers": []}, peer.receive, peer.send).refuse(problem))
    assert dict(peer.sent[0]["headers"])[b"retry-after"] == b"7"


def test_what_the_server_has_no_more_time_for_is_told_so(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    head = b"POST /v4/file HTTP/1.1\r\nhost: x\r\nsandbox: windows10\r\ncontent-length: 100\r\napikey: %b\r\n\r\nMZ"
    with running(tmp_path, drain_seconds=1) as server, server.connected() as connection:
        connection.sendall(head % server.key.encode())
        assert server.is_well()
        server.process.terminate()
        (reply,) = replies_in(all_of(connection))
    assert (reply.code, reply.headers["retry-after"], reply.headers["connection"]) == (503000, "1", "close")
    assert "Traceback" not in capfd.readouterr().err
