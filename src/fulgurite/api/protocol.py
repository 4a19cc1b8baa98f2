"""uvicorn's HTTP protocol with bounds on the head of a request, which no application ever gets to see.

uvicorn keeps the header lines of a request as they come, without end, and waits for them without end. Written against
uvicorn 0.54 (httptools); used as `uvicorn.Config(http=BoundedProtocol)`.
"""

import asyncio
from asyncio import TimerHandle

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from fulgurite.api.problems import Problem

MAX_HEAD_BYTES = 64 * 1024
"""Request line and header lines together, within the grain of one read."""
HEAD_S = 20.0
"""How long a connection may take for the head of a request, and how long it may be without a first one."""
_LINGER_S = 2.0
"""How long the sender of an endless head may go on sending, so that it gets to see the answer."""


class BoundedProtocol(HttpToolsProtocol):
    """Refuses heads that are too long (400023), too slow (closed) or no HTTP (400000), with a v4 error body."""

    _is_in_head = False
    _is_refused = False
    _head_bytes = 0
    _head_timer: TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn has it
        """Starts a connection, and the wait for its first head."""
        super().connection_made(transport)
        self._head_timer = self.loop.call_later(HEAD_S, transport.close)

    def connection_lost(self, exc: Exception | None) -> None:
        """Ends a connection."""
        self._stop_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Takes the next bytes; those of a refused sender are dropped."""
        if self._is_refused:
            return
        super().data_received(data)
        if self._is_in_head:
            self._head_bytes += len(data)
            if self._head_bytes > MAX_HEAD_BYTES:
                self._refuse(Problem(400023, f"more than {MAX_HEAD_BYTES} bytes"), _LINGER_S)
            elif self._head_timer is None:
                self._head_timer = self.loop.call_later(HEAD_S, self.transport.close)

    def on_message_begin(self) -> None:
        """The first byte of a request has come."""
        self._is_in_head = True
        self._head_bytes = 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """The last byte of a head has come."""
        self._is_in_head = False
        if self._head_timer is not None:
            self._stop_timer()
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        """Answers what is no HTTP."""
        self._refuse(Problem(400000, msg), 0.0)

    def _refuse(self, problem: Problem, linger_s: float) -> None:
        self._is_refused = True
        self._stop_timer()
        cycle: RequestResponseCycle | None = self.cycle
        if cycle is not None and not cycle.response_complete:
            self.transport.close()
            return
        self._head_timer = self.loop.call_later(linger_s, self.transport.close)
        body = problem.body
        head = b"content-type: application/json; charset=utf-8\r\ncontent-length: %d\r\nconnection: close\r\n\r\n"
        self.transport.write(STATUS_LINE[problem.status] + head % len(body) + body)

    def _stop_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None
