"""The pages' only source: calls of the public interface, made within the process for whoever looks.

A page knows what its reader's key may know, and costs that key what the call costs; so page and interface cannot
disagree, and nothing here decides who may see what.
"""

from collections.abc import AsyncIterator, Mapping
from http import HTTPStatus
from typing import NamedTuple, TypeVar
from urllib.parse import quote, urlencode

import msgspec
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fulgurite.errors import MalformedReport
from fulgurite.web.visitor import Visitor

Shape = TypeVar("Shape")
Query = Mapping[str, str | int | list[str]]
"""Parameters of a call; a list stands for the same parameter several times."""

MAX_ANSWER_BYTES = 256 * 1024 * 1024
"""What an answer to a page may have; what is larger is for `forward`, which keeps nothing."""


class Answer(NamedTuple):
    """What the interface said."""

    status: int
    headers: dict[bytes, bytes]
    body: bytes

    @property
    def is_ok(self) -> bool:
        return self.status == HTTPStatus.OK

    def read_as(self, shape: type[Shape]) -> Shape:
        """The body as a value of `shape`; keys that it does not know are passed over.

        Raises MalformedReport when it is none.
        """
        try:
            return msgspec.json.decode(self.body, type=shape)
        except msgspec.DecodeError as error:
            raise MalformedReport(str(error), where="answer of the interface") from error


class _Said(msgspec.Struct, frozen=True):
    code: int = 0
    messages: tuple[str, ...] = ()


class _Refusal(msgspec.Struct, frozen=True):
    error: _Said = _Said()


class Refused(Exception):
    """The interface did not answer with what was asked for. Made into a page that says why."""

    def __init__(self, answer: Answer) -> None:
        try:
            said = msgspec.json.decode(answer.body, type=_Refusal).error
        except msgspec.DecodeError:
            said = _Said()
        self.status = answer.status
        self.code = said.code
        """The interface's own number, such as 404003; 0 when it gave none."""
        self.messages = said.messages
        self.retry_after = answer.headers.get(b"retry-after", b"").decode("latin-1")
        super().__init__(f"{answer.status} {said.code}")


class Bridge:
    """Calls the interface for a visitor."""

    def __init__(self, api: ASGIApp, most_bytes: int = MAX_ANSWER_BYTES) -> None:
        """`api` is the public interface; of its answers to pages none may have more than `most_bytes`."""
        self._api = api
        self._most_bytes = most_bytes

    async def get(self, visitor: Visitor, path: str, query: Query | None = None) -> Answer:
        """The answer to a GET of `path`, whose parts `path_of` made. Raises Refused when it is not a 200."""
        answer = await self.ask(visitor, "GET", path, query=query)
        if not answer.is_ok:
            raise Refused(answer)
        return answer

    async def post(self, visitor: Visitor, path: str, body: bytes) -> Answer:
        """The answer to a POST of JSON. Raises Refused when it is not a 200."""
        answer = await self.ask(visitor, "POST", path, headers={b"content-type": b"application/json"}, body=body)
        if not answer.is_ok:
            raise Refused(answer)
        return answer

    async def ask(
        self,
        visitor: Visitor,
        method: str,
        path: str,
        *,
        query: Query | None = None,
        headers: Mapping[bytes, bytes] | None = None,
        body: bytes | AsyncIterator[bytes] = b"",
    ) -> Answer:
        """The answer to any call. A long body is given in pieces, its length in `headers`.

        Raises MalformedReport when the answer is too long.
        """
        said = bytearray()
        start: Message = {"status": 500, "headers": []}
        source = _once(body) if isinstance(body, bytes) else body
        is_sent = False

        async def receive() -> Message:
            nonlocal is_sent
            if is_sent:
                return {"type": "http.disconnect"}
            piece = await anext(source, None)
            is_sent = piece is None
            return {"type": "http.request", "body": piece or b"", "more_body": not is_sent}

        async def send(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                start = message
            elif len(said) <= self._most_bytes:
                said.extend(message.get("body", b""))

        own = [(b"content-length", b"%d" % len(body))] if isinstance(body, bytes) and body else []
        given = [*own, *({} if headers is None else headers).items()]
        await self._api(self._scope(visitor, method, path, _query_of(query), given), receive, send)
        if len(said) > self._most_bytes:
            raise MalformedReport(f"more than {self._most_bytes} bytes", where="answer of the interface")
        return Answer(start["status"], dict(start["headers"]), bytes(said))

    async def forward(self, visitor: Visitor, path: str, scope: Scope, receive: Receive, send: Send) -> None:
        """Hands the request in `scope` on to `path` of the interface, streamed both ways."""
        kept = [(name, value) for name, value in scope["headers"] if name not in {b"apikey", b"cookie"}]
        inner = self._scope(visitor, scope["method"], path, scope["query_string"], kept)
        await self._api(inner, receive, send)

    def _scope(
        self, visitor: Visitor, method: str, path: str, query: bytes, headers: list[tuple[bytes, bytes]]
    ) -> Scope:
        named = [] if visitor.key is None else [(b"apikey", visitor.key)]
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": quote(path).encode(),
            "query_string": query,
            "root_path": "",
            "headers": [*named, *headers],
            "client": visitor.client,
            "server": None,
            "state": {},
        }


async def _once(body: bytes) -> AsyncIterator[bytes]:
    if body:
        yield body


def path_of(*parts: str) -> str:
    """The path of these parts under /v4; a slash in a part does not part it further."""
    return "/v4/" + "/".join(part.replace("/", "%2F") for part in parts)


def _query_of(query: Query | None) -> bytes:
    return b"" if query is None else urlencode(query, doseq=True).encode()
