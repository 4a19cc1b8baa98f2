"""The hot lookups answered by the server's protocol itself, as soon as the head of a request is in, with one write.

Starting an application for a request costs more than the lookup. So this protocol answers the plain ones, of
`fulgurite.api.lookups`, at the end of their heads, and gives every other request to the application: another path or
spelling of it, another method, a body, HTTP/1.0, a connection that is to be closed, a request behind one that is not
answered yet, a client that does not read what it was sent. The application answers lookups too, with the same words.

A body goes out as it lies in the page cache; what the socket does not take at once the transport keeps as a view, not
as a copy. Bodies that are made piece by piece are sent by the application, which waits for slow readers.

Written against uvicorn 0.54: `tests/api/test_uvicorn.py` says which of its internals are leaned on.
"""

import asyncio
import os
from time import perf_counter
from typing import ClassVar

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from fulgurite.api.accesslog import AccessLog
from fulgurite.api.headers import Header, headers_in, lines
from fulgurite.api.lookups import ASKED, Lookups
from fulgurite.api.protocol import MAX_HEADERS, BoundedProtocol, Bounds
from fulgurite.service.bodies import Stream, pieces_of
from fulgurite.service.lookup import Answer

_HASH = b"/v4/hash/"
_SANDBOX = b"/sandbox"
_ID = b"/v4/sandbox/"
_CARRIES_BODY = frozenset({b"content-length", b"transfer-encoding", b"expect", b"upgrade"})
_KEEP_ALIVE = b"keep-alive"


class HotProtocol(BoundedProtocol):
    """Answers plain lookups itself. Made by `protocol_of`."""

    lookups: ClassVar[Lookups]
    noted_in: ClassVar[AccessLog | None] = None
    _starts: ClassVar[dict[int, bytes]] = {}
    """The first lines of an answer by status: they change once a second, with the date."""
    _starts_of: ClassVar[list[Header] | None] = None

    _asked: dict[bytes, bytes]
    _is_plain = False
    """Whether no header of this request asks for more than an answer."""
    _is_answered = False
    """Whether this request was answered here."""
    _descriptor = -1
    """Of the socket, where it may be written to directly."""
    _answered_at = 0.0
    _idle_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn has it
        """Starts a connection."""
        super().connection_made(transport)
        if transport.get_extra_info("sslcontext") is None:
            self._descriptor = transport.get_extra_info("socket").fileno()

    def connection_lost(self, exc: Exception | None) -> None:
        """Ends a connection."""
        self._descriptor = -1
        if self._idle_timer is not None:
            self._idle_timer.cancel()
            self._idle_timer = None
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """The first byte of a request has come. What the application needs is made when it is asked."""
        self._begin_head()
        self.url = b""
        self.headers = []
        self._asked = {}
        self._is_plain = True
        self._is_answered = False

    def on_header(self, name: bytes, value: bytes) -> None:
        """A line of the head has come."""
        name = name.lower()
        self.headers.append((name, value))
        if name in ASKED:
            self._asked.setdefault(name, value)
        elif name in _CARRIES_BODY or (name == b"connection" and value.lower() != _KEEP_ALIVE):
            self._is_plain = False

    def on_headers_complete(self) -> None:
        """The last byte of a head has come."""
        text = self._plain_text()
        if text is None:
            self._give_to(self.app)
            return
        self._end_head()
        began = perf_counter()
        answer = self.lookups.answer(text, self._asked, self.client, is_by_hash=self.url.startswith(_HASH))
        status, head, body = answer
        if self.noted_in is not None:
            took_us = int((perf_counter() - began) * 1_000_000)
            self.noted_in.note(self.client, self.parser.get_method().decode(), self.url.decode(), status, took_us)
        if isinstance(body, Stream):
            self._give_to(_Sending(answer))
            return
        self._is_answered = True
        self.server_state.total_requests += 1
        self._send(status, head, body if self.parser.get_method() == b"GET" else b"")
        self._stay_open()

    def on_message_complete(self) -> None:
        """The last byte of a request has come."""
        if not self._is_answered:
            super().on_message_complete()

    def _plain_text(self) -> str | None:
        """The hash or id that is asked for, in a request that is answered here; None for any other."""
        url = self.url
        if url.startswith(_HASH) and url.endswith(_SANDBOX):
            text = url[9:-8]
        elif url.startswith(_ID):
            text = url[12:]
        else:
            return None
        return text.decode() if text.isalnum() and self._is_next() else None

    def _is_next(self) -> bool:
        cycle: RequestResponseCycle | None = self.cycle
        parser = self.parser
        return (
            self._is_plain
            and (cycle is None or cycle.response_complete)
            and not self.flow.write_paused
            and not self.is_crowded()
            and len(self.headers) <= MAX_HEADERS
            and parser.get_method() in {b"GET", b"HEAD"}
            and parser.should_keep_alive()
            and parser.get_http_version() == "1.1"
        )

    def _give_to(self, app: ASGIApp) -> None:
        """Lets `app` answer this request, after those before it."""
        self._holds_view = False
        url, headers = self.url, self.headers
        HttpToolsProtocol.on_message_begin(self)
        self.url = url
        for name, value in headers:
            HttpToolsProtocol.on_header(self, name, value)
        usual, self.app = self.app, app
        try:
            super().on_headers_complete()
        finally:
            self.app = usual

    def _send(self, status: int, head: bytes, body: bytes | memoryview) -> None:
        start = self._starts.get(status) if self.server_state.default_headers is self._starts_of else None
        if start is None:
            start = self._started(status)
        pieces = (start, head, b"\r\n", body)
        transport = self.transport
        sent = 0
        if self._descriptor >= 0 and transport.get_write_buffer_size() == 0:
            try:
                sent = os.writev(self._descriptor, pieces)
            except BlockingIOError:
                sent = 0
            except OSError:
                transport.abort()
                return
        self._holds_view = isinstance(body, memoryview)
        for piece in pieces:
            if sent < len(piece):
                transport.write(memoryview(piece)[sent:])
            sent = max(0, sent - len(piece))

    def _started(self, status: int) -> bytes:
        cls = type(self)
        if self.server_state.default_headers is not cls._starts_of:
            cls._starts_of = self.server_state.default_headers
            cls._starts = {}
        start = cls._starts[status] = STATUS_LINE[status] + lines(self.server_state.default_headers)
        return start

    def _stay_open(self) -> None:
        """Keeps the connection open for the next request, for as long as uvicorn would.

        One timer a connection that looks again now and then is cheaper than one a request.
        """
        self._answered_at = self.loop.time()
        if self._idle_timer is None:
            self._idle_timer = self.loop.call_later(self.timeout_keep_alive, self._close_when_idle)

    def _close_when_idle(self) -> None:
        self._idle_timer = None
        left_s = self._answered_at + self.timeout_keep_alive - self.loop.time()
        if left_s > 0:
            self._idle_timer = self.loop.call_later(left_s, self._close_when_idle)
        elif self.is_idle() and not self.transport.is_closing():
            self.transport.close()


def protocol_of(lookups: Lookups | None, bounds: Bounds, noted_in: AccessLog | None = None) -> type[BoundedProtocol]:
    """The protocol that answers by `lookups` and notes it in `noted_in`, or leaves all to the application."""
    if lookups is None:
        return type("Protocol", (BoundedProtocol,), {"bounds": bounds})
    return type("Protocol", (HotProtocol,), {"bounds": bounds, "lookups": lookups, "noted_in": noted_in})


async def send_answer(answer: Answer, scope: Scope, send: Send) -> None:
    """Sends `answer` as an application does: a piece after the other, as fast as the client reads them."""
    await send({"type": "http.response.start", "status": answer.status, "headers": headers_in(answer.head)})
    if scope["method"] != "HEAD":
        for piece in pieces_of(answer.body):
            await send({"type": "http.response.body", "body": piece, "more_body": True})
            # A client that reads as fast as it is sent to would never let others have their turn.
            await asyncio.sleep(0)
    await send({"type": "http.response.body", "body": b""})


class _Sending:
    """An application that sends one answer."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        await send_answer(self._answer, scope, send)
