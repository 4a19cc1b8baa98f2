"""uvicorn's HTTP protocol with bounds on the head of a request, which no application ever gets to see.

uvicorn keeps the header lines of a request as they come, without end, and waits for them without end. Written against
uvicorn 0.54 (httptools); used as `uvicorn.Config(http=BoundedProtocol)`.
"""

import asyncio
import logging
from asyncio import TimerHandle
from resource import RLIM_INFINITY, RLIMIT_NOFILE, getrlimit
from socket import SO_LINGER, SOL_SOCKET
from struct import pack
from typing import ClassVar

from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from fulgurite.api.headers import JSON, lines, retry_after
from fulgurite.api.problems import Problem
from fulgurite.api.seldom import Seldom

MAX_HEAD_BYTES = 64 * 1024
"""Request line and header lines together, within the grain of one read."""
MAX_HEADERS = 100
"""Header lines of one request."""
HEAD_S = 20.0
"""How long a connection may take for the head of a request, and how long it may be without a first one."""
STALL_S = 60.0
"""A client that reads nothing for so long, of what waits for it, is dropped."""
_SOON = retry_after(1)
_LAST_S = 1.0
"""How long a server that ends waits for one more request of a connection that has none under way."""
_AT_ONCE = pack("ii", 1, 0)
"""A `struct linger` that lets the end of a socket drop what was not sent."""
_LINGER_S = 2.0
"""How long the sender of an endless head may go on sending, so that it gets to see the answer."""
_MOST_SPARE = 512
"""So many file descriptors are not for connections, or an eighth of all."""
_log = logging.getLogger(__name__)


class Bounds:
    """What all connections of a process may take together, and what they take."""

    def __init__(self, connections: int = 10_000, unsent_bytes: int = 256 << 20) -> None:
        """At most so many connections, and so many bytes of answers that wait for slow readers."""
        self.connections = connections
        self.unsent_bytes = unsent_bytes
        self.held_bytes = 0
        """How much waits for slow readers."""
        self._files, _ = getrlimit(RLIMIT_NOFILE)
        self._spare = 0 if self._files == RLIM_INFINITY else min(self._files // 8, _MOST_SPARE)
        self._say = Seldom(_log)

    def lacks_files(self, descriptor: int, *, to_answer: bool = False) -> bool:
        """Whether a connection with this descriptor leaves too few for files; half of them `to_answer` that.

        It is the lowest that was free, so as many are in use.
        """
        if descriptor < self._files - (self._spare // 2 if to_answer else self._spare) or self._spare == 0:
            return False
        what = "nearly all of %d file descriptors are in use: connections are refused. Raise `ulimit -n`"
        self._say.error(what, self._files)
        return True


class BoundedProtocol(HttpToolsProtocol):
    """Refuses heads that are too long (400023), too slow (closed) or no HTTP (400000), with a v4 error body.

    Where there are too many connections, the requests of those that came last are refused (429002), all requests where
    too much waits for slow readers (503000); with `Retry-After`, and their connections are closed.
    """

    bounds: ClassVar[Bounds] = Bounds()
    _is_in_head = False
    is_surplus = False
    """Whether there were as many connections as there may be when this one came."""
    _lacks_files = False
    """Whether nearly all file descriptors were in use when it came."""
    _is_refused = False
    _has_asked = False
    """Whether the first request has begun."""
    _is_draining = False
    _head_bytes = 0
    _head_timer: TimerHandle | None = None
    _stall_timer: TimerHandle | None = None
    _unsent_bytes = 0
    _held_bytes = 0
    _holds_view = False
    """Whether what waits lies in the page cache, and so takes no memory."""
    _running: RequestResponseCycle | None = None
    """The request that the application is answering, or answered last."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn has it
        """Starts a connection, and the wait for its first head."""
        super().connection_made(transport)
        descriptor: int = transport.get_extra_info("socket").fileno()
        self._lacks_files = self.bounds.lacks_files(descriptor)
        self.is_surplus = self._lacks_files or len(self.connections) > self.bounds.connections
        if self.bounds.lacks_files(descriptor, to_answer=True):
            transport.abort()
        self._head_timer = self.loop.call_later(_LINGER_S if self.is_surplus else HEAD_S, transport.close)

    def connection_lost(self, exc: Exception | None) -> None:
        """Ends a connection."""
        self._stop_timer()
        self._let_go()
        if self._running is not None:
            # uvicorn tells the last request only, which may still wait behind this one.
            self._running.disconnected = True
            self._running.message_event.set()
            self.pipeline.clear()
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

    def pause_writing(self) -> None:
        """The client does not read as fast as it is sent to."""
        super().pause_writing()
        self._unsent_bytes = self.transport.get_write_buffer_size()
        self._held_bytes = 0 if self._holds_view else self._unsent_bytes
        self.bounds.held_bytes += self._held_bytes
        self._stall_timer = self.loop.call_later(STALL_S, self._drop_when_stalled)

    def resume_writing(self) -> None:
        """The client has read most of what it was sent."""
        self._let_go()
        super().resume_writing()

    def on_message_begin(self) -> None:
        """The first byte of a request has come."""
        self._begin_head()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """The last byte of a head has come."""
        if self._is_refused:
            return
        self._end_head()
        if self._is_one_too_many():
            self._refuse(Problem(429002, headers=[_SOON]), _LINGER_S)
        elif self.bounds.held_bytes > self.bounds.unsent_bytes:
            self._refuse(Problem(503000, "too many slow readers", headers=[_SOON]), _LINGER_S)
        else:
            super().on_headers_complete()
            if self._is_draining:
                self.cycle.keep_alive = False

    def on_body(self, body: bytes) -> None:
        """Some of the body has come."""
        if not self._is_refused:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """The last byte of a request has come."""
        if not self._is_refused:
            super().on_message_complete()

    def shutdown(self) -> None:
        """The server is about to end: the connection closes after what is being answered, or is asked next.

        The next request may be on its way: so it is waited for, and answered with word that the connection ends.
        """
        cycle: RequestResponseCycle | None = self.cycle
        if cycle is not None and not cycle.response_complete and not self._is_in_head:
            super().shutdown()
            return
        self._is_draining = True
        self._stop_timer()
        self._head_timer = self.loop.call_later(_LAST_S, self.transport.close)

    def is_crowded(self) -> bool:
        """Whether requests do not get the usual way just now."""
        bounds = self.bounds
        return self._is_draining or self._is_one_too_many() or bounds.held_bytes > bounds.unsent_bytes

    def _is_one_too_many(self) -> bool:
        return self.is_surplus and (self._lacks_files or len(self.connections) > self.bounds.connections)

    def is_idle(self) -> bool:
        """Whether nothing is under way, and no timer of uvicorn's runs that would end the connection."""
        cycle: RequestResponseCycle | None = self.cycle
        is_answered = cycle is None or cycle.response_complete
        return is_answered and not self._is_in_head and self.timeout_keep_alive_task is None

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._running = cycle
        super()._start_asgi_task(cycle, app)

    def _begin_head(self) -> None:
        self._is_in_head = True
        self._has_asked = True
        self._head_bytes = 0

    def _end_head(self) -> None:
        self._is_in_head = False
        if self._head_timer is not None:
            self._stop_timer()

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
        said = [JSON, (b"content-length", b"%d" % len(body)), *problem.headers, (b"connection", b"close")]
        self.transport.write(STATUS_LINE[problem.status] + lines(said) + b"\r\n" + body)

    def _drop_when_stalled(self) -> None:
        unsent = self.transport.get_write_buffer_size()
        if unsent >= self._unsent_bytes:
            # At once: else the kernel would go on holding, and offering, what it has.
            self.transport.get_extra_info("socket").setsockopt(SOL_SOCKET, SO_LINGER, _AT_ONCE)
            self.transport.abort()
            return
        self._unsent_bytes = unsent
        self._stall_timer = self.loop.call_later(STALL_S, self._drop_when_stalled)

    def _let_go(self) -> None:
        self.bounds.held_bytes -= self._held_bytes
        self._held_bytes = 0
        if self._stall_timer is not None:
            self._stall_timer.cancel()
            self._stall_timer = None

    def _stop_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None
