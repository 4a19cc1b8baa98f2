"""One request and its answer, off the hot way: notes what has come in, dresses what goes out."""

import asyncio
from collections.abc import Callable
from time import perf_counter

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from fulgurite.api.headers import JSON, NO_SNIFF, Header, response_time
from fulgurite.api.limits import Account
from fulgurite.api.problems import Problem
from fulgurite.model.viewer import Viewer, viewer_of

LINGER_S = 10.0
"""How long a refused sender may go on sending."""
LINGER_BYTES = 512 * 1024 * 1024
"""How much a refused sender may go on sending; not kept, so it costs less than an upload that is taken."""

EXCHANGE = "fulgurite.exchange"
"""Where the scope of a request has its Exchange."""


class Exchange:
    """Stands between the server and the endpoints for the length of one request."""

    def __init__(
        self, scope: Scope, receive: Receive, send: Send, seen: Callable[["Exchange", int], None] | None = None
    ) -> None:
        """`seen` is told of the status of the answer, once it is known."""
        self.account: Account | None = None
        """The account of the key that the request was found to have."""
        self.is_lookup = False
        """Whether it was answered as a lookup, which is counted as such."""
        self.is_begun = False
        """Whether an answer has begun."""
        self.scope = scope
        self._seen = seen
        self._headers: list[Header] = scope["headers"]
        self._receive = receive
        self._send = send
        self.began = perf_counter()
        self._body_ended = False

    async def receive(self) -> Message:
        """The next message of the request."""
        message = await self._receive()
        if message["type"] == "http.disconnect" or not message.get("more_body", False):
            self._body_ended = True
        return message

    async def send(self, message: Message) -> None:
        """Sends `message`; the first gets the headers that every answer has."""
        if message["type"] == "http.response.start":
            self.is_begun = True
            if self._seen is not None:
                self._seen(self, message["status"])
            known = [] if self.account is None else self.account.headers()
            own = [*known, NO_SNIFF, response_time(self.began)]
            given = {name for name, _ in message["headers"]}
            message["headers"] = [*message["headers"], *(header for header in own if header[0] not in given)]
        await self._send(message)

    async def refuse(self, problem: Problem, *extra: Header, lingers: bool = True) -> None:
        """Answers with `problem`. A sender that has not sent all of its body is heard a little longer, unheeded.

        That is for its good: closing a socket with unread bytes resets the connection, and the answer with it. Not so
        where nothing `lingers`.
        """
        body = problem.body
        headers = [JSON, (b"content-length", b"%d" % len(body)), *problem.headers, *extra]
        is_cut = lingers and not self._body_ended and self._has_body()
        if is_cut:
            headers.append((b"connection", b"close"))
        await self.send({"type": "http.response.start", "status": problem.status, "headers": headers})
        await self._send({"type": "http.response.body", "body": body, "more_body": is_cut})
        if is_cut:
            await self._linger()
            await self._send({"type": "http.response.body", "body": b"", "more_body": False})

    def _has_body(self) -> bool:
        names = {name for name, value in self._headers if value != b"0"}
        return b"expect" not in names and (b"content-length" in names or b"transfer-encoding" in names)

    async def _linger(self) -> None:
        total = 0
        try:
            async with asyncio.timeout(LINGER_S):
                while not self._body_ended and total < LINGER_BYTES:
                    message = await self.receive()
                    total += len(message.get("body", b""))
        except TimeoutError:
            return


def account_of(request: Request) -> Account:
    """The account behind a guarded request."""
    exchange: Exchange = request.scope[EXCHANGE]
    if exchange.account is None:
        raise Problem(401006)
    return exchange.account


def json_of(body: bytes) -> Response:
    """An answer with this body."""
    return Response(body, headers={JSON[0].decode(): JSON[1].decode()})


def viewer_in(request: Request) -> Viewer:
    """Who asks, in a guarded request."""
    return viewer_of(account_of(request).key)
