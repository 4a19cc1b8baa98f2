"""The way of the pages to the interface."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from starlette.types import Message, Receive, Scope, Send

from fulgurite.errors import MalformedReport
from fulgurite.model.listing import Analyses
from fulgurite.web.bridge import Bridge, Refused, path_of
from fulgurite.web.visitor import Visitor

READER = Visitor(b"k" * 32, ("192.0.2.1", 7))


class Echo:
    """An interface that answers with what it was told, and what it was asked last."""

    def __init__(self, status: int = 200, body: bytes | None = None) -> None:
        self.status = status
        self.body = body
        self.asked: Scope = {}
        self.heard = b""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.asked = scope
        self.heard = b""
        while True:
            message = await receive()
            self.heard += message.get("body", b"")
            if not message.get("more_body"):
                break
        head = [(b"retry-after", b"3"), (b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": self.status, "headers": head})
        await send({"type": "http.response.body", "body": b"", "more_body": True})
        await send({"type": "http.response.body", "body": self.heard if self.body is None else self.body})


def test_a_call_has_the_readers_key_and_address() -> None:
    api = Echo()
    answer = asyncio.run(Bridge(api).ask(READER, "GET", path_of("sandbox"), query={"text": "a b&c", "limit": 5}))
    assert answer.is_ok
    assert api.asked["path"] == "/v4/sandbox"
    assert api.asked["query_string"] == b"text=a+b%26c&limit=5"
    assert api.asked["headers"] == [(b"apikey", b"k" * 32)]
    assert api.asked["client"] == ("192.0.2.1", 7)


def test_nobody_asks_without_a_key() -> None:
    api = Echo()
    asyncio.run(Bridge(api).ask(Visitor(None, None), "GET", path_of("status")))
    assert api.asked["headers"] == []


def test_bodies_go_whole_or_in_pieces() -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for piece in (b"one ", b"two"):
            yield piece

    bridge = Bridge(Echo())
    assert asyncio.run(bridge.ask(READER, "POST", "/v4/file", body=b"whole")).body == b"whole"
    assert asyncio.run(bridge.ask(READER, "POST", "/v4/file", body=pieces())).body == b"one two"
    assert asyncio.run(bridge.post(READER, "/v4/hash", b"{}")).body == b"{}"


@pytest.mark.parametrize("parts", [("a/b",), ("..", "x"), ("a?b",), ("\u00e9",), ("",)])
def test_a_part_of_a_path_stays_one(parts: tuple[str, ...]) -> None:
    path = path_of("sandbox", *parts)
    assert path.count("/") == 2 + len(parts)


def test_a_refusal_says_why() -> None:
    said = b'{"error":{"code":404003,"messages":["The hash was not found"]}}'
    with pytest.raises(Refused) as refused:
        asyncio.run(Bridge(Echo(404, said)).get(READER, "/v4/hash/x"))
    assert (refused.value.status, refused.value.code, refused.value.messages) == (
        404,
        404003,
        ("The hash was not found",),
    )
    assert refused.value.retry_after == "3"
    with pytest.raises(Refused) as refused:
        asyncio.run(Bridge(Echo(502, b"<html>")).post(READER, "/v4/hash", b""))
    assert (refused.value.status, refused.value.code) == (502, 0)


def test_an_answer_of_another_shape_is_told() -> None:
    answer = asyncio.run(Bridge(Echo(body=b'{"analyses": 3}')).get(READER, "/v4/sandbox"))
    with pytest.raises(MalformedReport, match="answer of the interface"):
        answer.read_as(Analyses)


def test_an_answer_that_is_too_long_is_not_kept() -> None:
    with pytest.raises(MalformedReport, match="more than 10 bytes"):
        asyncio.run(Bridge(Echo(body=b"x" * 11), most_bytes=10).get(READER, "/v4/sandbox"))


def test_a_request_is_handed_on_without_its_secrets() -> None:
    api = Echo()
    said: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"x", "more_body": False}

    async def send(message: Message) -> None:
        said.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/session/v4/file",
        "query_string": b"a=b",
        "headers": [(b"cookie", b"secret"), (b"apikey", b"another"), (b"filename", b"f")],
    }
    asyncio.run(Bridge(api).forward(READER, "/v4/file", scope, receive, send))
    assert api.asked["headers"] == [(b"apikey", b"k" * 32), (b"filename", b"f")]
    assert (api.asked["method"], api.asked["query_string"], api.heard) == ("POST", b"a=b", b"x")
    assert said[0]["status"] == 200
