"""The hot lookups answered by the server's protocol itself, as soon as the head of a request is in.

Starting an application for a request costs more than the lookup. So this protocol answers the plain ones, of
`fulgurite.api.lookups`, at the end of their heads, and gives every other request to the application: another path or
spelling of it, another method, a body, HTTP/1.0, a connection that is to be closed, a request behind one that is not
answered yet, a client that does not read what it was sent. The application answers lookups too, with the same words.

A body goes out as it lies in the page cache, by the kernel where it is not small; what the socket does not take at once
the transport keeps as a view, not as a copy. Bodies that are made piece by piece are sent by the application, which
waits for slow readers. Header lines that were parsed before are not parsed again: see `data_received`.

Written against uvicorn 0.54: `tests/api/test_uvicorn.py` says which of its internals are leaned on.
"""

import asyncio
import os
from collections.abc import Callable
from socket import MSG_MORE, socket
from time import perf_counter
from typing import Any, ClassVar, Protocol

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn import Config
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from fulgurite.api.accesslog import AccessLog
from fulgurite.api.headers import Header, headers_in, lines
from fulgurite.api.lookups import ASKED, Asked, Lookups, Terms
from fulgurite.api.protocol import MAX_HEADERS, BoundedProtocol, Bounds
from fulgurite.service.bodies import PIECE_BYTES, Stream, pieces_of
from fulgurite.service.lookup import Answer

_HASH = b"/v4/hash/"
_SANDBOX = b"/sandbox"
_ID = b"/v4/sandbox/"
_CARRIES_BODY = frozenset({b"content-length", b"transfer-encoding", b"expect", b"upgrade"})
_KEEP_ALIVE = b"keep-alive"
_METHODS = frozenset({b"GET", b"HEAD"})
_GET = b"GET "
_VERSION = b" HTTP/1.1\r\n"
_MAX_LINE_BYTES = 256
"""Of the first line of a request that is not parsed."""
SENDFILE_BYTES = 8192
"""A body that is smaller costs less to copy than to send by the kernel."""
MAX_KNOWN = 1024
"""Header lines, each to their last byte, of which is known what they ask for."""
_KNOWN_BYTES = 2048
"""Longer header lines are parsed each time."""


class Fast(Protocol):
    """What takes the bytes of one connection before `HotProtocol` does: `fulgurite.native.fastpath.Connection`."""

    is_ready: bool
    """Whether it may answer. To be cleared whenever something else than an answer of this module happens."""

    @property
    def answered_at(self) -> float:
        """When it answered last, in seconds of the monotonic clock; 0 when it never has."""

    def begin(self, descriptor: int) -> None:
        """The connection has this socket now."""

    def end(self) -> None:
        """The connection is gone."""

    def learn(self, lines: bytes, terms: Terms | None) -> None:
        """Requests with these header lines may be answered there, on `terms`; None: they may not."""

    def data_received(self, data: bytes) -> None:
        """Takes the next bytes."""


class HotProtocol(BoundedProtocol):
    """Answers plain lookups itself. Made by `protocol_of`."""

    lookups: ClassVar[Lookups]
    noted_in: ClassVar[AccessLog | None] = None
    faster: ClassVar[Callable[["HotProtocol"], Fast] | None] = None
    """Makes what answers the plainest requests in the place of this."""
    _starts: ClassVar[dict[int, bytes]] = {}
    """The first lines of an answer by status: they change once a second, with the date."""
    _starts_of: ClassVar[list[Header] | None] = None

    _asked: dict[bytes, bytes]
    _is_plain = False
    """Whether no header of this request asks for more than an answer."""
    _is_answered = False
    """Whether this request was answered here."""
    _has_sent_all = False
    """Whether the socket took all of the answer at once."""
    _known: ClassVar[dict[bytes, Asked]] = {}
    """Header lines of plain requests that were answered here, to their last byte, and what was asked in them."""
    _is_between = True
    """Whether the parser is where a request begins, and all before was answered here."""
    _begun = 0
    """Requests that the parser has seen the first byte of."""
    _ready: Answer | None = None
    """The answer to the request that is about to be parsed."""
    _socket: socket | None = None
    """The connection's, where it may be written to directly. It is the transport's."""
    _descriptor = -1
    """Of that socket."""
    _answered_at = 0.0
    _idle_timer: asyncio.TimerHandle | None = None
    _fast: Fast | None = None

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        """As uvicorn has it."""
        super().__init__(config, server_state, app_state, _loop)
        faster = type(self).faster
        if faster is not None:
            self._fast = faster(self)
            # The loop asks the protocol for this before it has a connection.
            self.data_received = self._fast.data_received  # type: ignore[method-assign]

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn has it
        """Starts a connection."""
        super().connection_made(transport)
        if transport.get_extra_info("sslcontext") is None:
            ours = transport.get_extra_info("socket")
            self._descriptor = ours.fileno()
            self._socket = socket(ours.family, ours.type, fileno=self._descriptor)
            if self._fast is not None:
                self._fast.begin(self._descriptor)

    def connection_lost(self, exc: Exception | None) -> None:
        """Ends a connection."""
        if self._socket is not None:
            # The transport closes it.
            self._socket.detach()
            self._socket = None
        if self._fast is not None:
            self._fast.end()
            self._fast = None
        if self._idle_timer is not None:
            self._idle_timer.cancel()
            self._idle_timer = None
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """The first byte of a request has come. What the application needs is made when it is asked."""
        self._begin_head()
        self._is_between = False
        self._begun += 1
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
        method: bytes = self.parser.get_method()
        text = _text_in(self.url) if method in _METHODS and self._is_usual() and self._is_next() else None
        if text is None:
            self._give_to(self.app)
            return
        self._end_head()
        answer, self._ready = self._ready or self._answer(text, self._asked, method), None
        if isinstance(answer.body, Stream):
            self._give_to(_Sending(answer, self.lookups.turn))
        else:
            self._send(answer, b"" if method == b"HEAD" else answer.body)

    def on_message_complete(self) -> None:
        """The last byte of a request has come."""
        if self._is_answered:
            self._is_between = True
        else:
            super().on_message_complete()

    def data_received(self, data: bytes) -> None:
        """Takes the next bytes.

        Who keeps a connection sends the same header lines again and again. A request whose lines are, byte for byte,
        those of one that was parsed and answered here is not parsed again, but for its first line.
        """
        self._not_fast()
        end = data.find(_VERSION, 0, _MAX_LINE_BYTES) if self._is_between and data.startswith(_GET) else -1
        if end < 0:
            super().data_received(data)
            return
        url, rest = data[len(_GET) : end], data[end + len(_VERSION) :]
        asked = self._known.get(rest)
        if asked is not None and not self._is_refused and self._is_next():
            text = _text_in(url)
            if text is not None and self._is_answered_unparsed(url, text, asked):
                if self._fast is not None and self._has_sent_all:
                    self._fast.learn(rest, self.lookups.terms(asked))
                return
        begun = self._begun
        super().data_received(data)
        self._ready = None
        # One request, whole, and nothing after it.
        if self._is_between and self._begun == begun + 1 and self.url == url and len(rest) <= _KNOWN_BYTES:
            if len(self._known) >= MAX_KNOWN:
                self._known.clear()
            self._known[rest] = self._asked

    def _is_answered_unparsed(self, url: bytes, text: str, asked: Asked) -> bool:
        self.url = url
        answer = self._answer(text, asked, b"GET")
        if isinstance(answer.body, Stream):
            # It is sent by the application, which has to be told of the request.
            self._ready = answer
            return False
        if not self._has_asked:
            self._has_asked = True
            self._end_head()
        self._send(answer, answer.body)
        return True

    def shutdown(self) -> None:
        """The server is about to end."""
        self._not_fast()
        super().shutdown()

    def _not_fast(self) -> None:
        """The next request is not to be answered without a look."""
        if self._fast is not None:
            self._fast.is_ready = False

    def _answer(self, text: str, asked: Asked, method: bytes) -> Answer:
        is_by_hash = self.url.startswith(_HASH)
        if self.noted_in is None:
            return self.lookups.answer(text, asked, self.client, is_by_hash=is_by_hash)
        began = perf_counter()
        answer = self.lookups.answer(text, asked, self.client, is_by_hash=is_by_hash)
        took_us = int((perf_counter() - began) * 1_000_000)
        self.noted_in.note(self.client, method.decode(), self.url.decode(), answer.status, took_us)
        return answer

    def _is_next(self) -> bool:
        cycle: RequestResponseCycle | None = self.cycle
        return (cycle is None or cycle.response_complete) and not self.flow.write_paused and not self.is_crowded()

    def _is_usual(self) -> bool:
        parser = self.parser
        return (
            self._is_plain
            and len(self.headers) <= MAX_HEADERS
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

    def _send(self, answer: Answer, body: bytes | memoryview) -> None:
        status, head, _, pack, place = answer
        body_bytes = len(body)
        self._is_answered = True
        self._has_sent_all = False
        start = self._starts.get(status) if self.server_state.default_headers is self._starts_of else None
        head = b"%b%b\r\n" % (self.started(status) if start is None else start, head)
        sent = 0
        if self._socket is not None and self.transport.get_write_buffer_size() == 0:
            try:
                if pack is None or body_bytes < SENDFILE_BYTES:
                    sent = os.writev(self._descriptor, (head, body))
                else:
                    sent = self._socket.send(head, MSG_MORE)
                    if sent == len(head):
                        sent += os.sendfile(self._descriptor, pack.descriptor, place, body_bytes)
            except BlockingIOError:
                # What was not taken is known.
                pass
            except OSError:
                self.transport.abort()
                return
        self._has_sent_all = sent == len(head) + body_bytes
        if not self._has_sent_all:
            self.send_rest(head, body, sent)
        self._stay_open()

    def send_rest(self, head: bytes, body: bytes | memoryview, sent: int) -> None:
        """Gives to the transport what the socket did not take: all of an answer but the first `sent` bytes."""
        self._holds_view = isinstance(body, memoryview)
        for piece in (head, body):
            if sent < len(piece):
                self.transport.write(memoryview(piece)[sent:])
            sent = max(0, sent - len(piece))

    def started(self, status: int) -> bytes:
        """The first lines of an answer."""
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
        answered_at = self._answered_at if self._fast is None else max(self._answered_at, self._fast.answered_at)
        left_s = answered_at + self.timeout_keep_alive - self.loop.time()
        if left_s > 0:
            self._idle_timer = self.loop.call_later(left_s, self._close_when_idle)
        elif self.is_idle() and not self.transport.is_closing():
            self.transport.close()


def _text_in(url: bytes) -> str | None:
    """The hash or id that is asked for; None where nothing is asked for that is answered here."""
    if url.startswith(_HASH) and url.endswith(_SANDBOX):
        text = url[9:-8]
    elif url.startswith(_ID):
        text = url[12:]
    else:
        return None
    return text.decode() if text.isalnum() else None


def protocol_of(
    lookups: Lookups | None,
    bounds: Bounds,
    noted_in: AccessLog | None = None,
    faster: Callable[[HotProtocol], Fast] | None = None,
) -> type[BoundedProtocol]:
    """The protocol that answers by `lookups` and notes it in `noted_in`, or leaves all to the application.

    `faster` makes what answers the plainest lookups of a connection before it.
    """
    if lookups is None:
        return type("Protocol", (BoundedProtocol,), {"bounds": bounds})
    about = {"bounds": bounds, "lookups": lookups, "noted_in": noted_in, "faster": faster}
    return type("Protocol", (HotProtocol,), about)


async def send_answer(answer: Answer, scope: Scope, send: Send, turn: asyncio.Lock) -> None:
    """Sends `answer` as an application does: a piece after the other, as fast as the client reads them.

    One piece of all answers is made in each round of the loop, by who holds `turn`: however many are sent at once, to
    clients that read as fast as they are sent to, others have their turn within a millisecond.
    """
    await send({"type": "http.response.start", "status": answer.status, "headers": headers_in(answer.head)})
    body = b"" if scope["method"] == "HEAD" else answer.body
    if not isinstance(body, Stream) and len(body) <= PIECE_BYTES:
        await send({"type": "http.response.body", "body": bytes(body)})
        return
    pieces = pieces_of(body)
    while True:
        async with turn:
            piece = next(pieces, None)
            await asyncio.sleep(0)
        if piece is None:
            break
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


class _Sending:
    """An application that sends one answer."""

    def __init__(self, answer: Answer, turn: asyncio.Lock) -> None:
        self._answer = answer
        self._turn = turn

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        await send_answer(self._answer, scope, send, self._turn)
