"""Event streams: who listens to which analyses, and one look at all of them together, at a bounded rate."""

import asyncio
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from fulgurite.api.headers import Header
from fulgurite.api.problems import Problem
from fulgurite.errors import FulguriteError
from fulgurite.service.progress import Progress

PAUSE_S = 0.25
"""Between two looks at all that is listened to."""
HEARTBEAT_S = 15.0
"""After so long without an event a comment is sent, so that nobody between takes the connection for dead."""
LONGEST_S = 600.0
"""Then a stream ends, and who is still there connects again, with a key that still has to be good."""
MAX_LISTENERS = 5_000
MAX_OF_KEY = 2_000
"""Streams that one key, or all without a key together, may have open."""
RETRY = b"retry: 2000\n\n"
"""How long who was cut off waits before connecting again, in milliseconds."""
HEARTBEAT = b": still here\n\n"
HEADERS: Sequence[Header] = (
    (b"content-type", b"text/event-stream"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
)

_log = logging.getLogger(__name__)


class Story(Protocol):
    """What one listener is told."""

    is_over: bool
    """Whether all is told."""

    def told(self, now: Sequence[Progress]) -> bytes:
        """The events that tell of what is new in `now`, the present state of all that is listened to; none: empty."""
        ...


class _Spot:
    """One analysis that somebody listens to."""

    def __init__(self, latest: Progress) -> None:
        self.latest = latest
        self.listeners: set[Listener] = set()


class Listener:
    """One open stream."""

    def __init__(self, spots: Sequence[_Spot]) -> None:
        self._spots = spots
        self._woken = asyncio.Event()

    def now(self) -> list[Progress]:
        """The present state of all that it listens to."""
        return [spot.latest for spot in self._spots]

    def wake(self) -> None:
        """There is something new, or the end has come."""
        self._woken.set()

    async def is_woken(self, within_s: float) -> bool:
        """Waits for something new, at most so long; whether there is."""
        try:
            async with asyncio.timeout(within_s):
                await self._woken.wait()
        except TimeoutError:
            return False
        self._woken.clear()
        return True


class Watch:
    """All open streams. Used from the event loop only; the store is asked in a thread, once for all of them."""

    def __init__(
        self,
        look: Callable[[Sequence[str]], Sequence[Progress]],
        *,
        pause_s: float = PAUSE_S,
        heartbeat_s: float = HEARTBEAT_S,
    ) -> None:
        """`look` tells how far the analyses of these ids are, and blocks."""
        self.heartbeat_s = heartbeat_s
        self.is_closed = False
        """Whether the server is about to stop."""
        self._look = look
        self._pause_s = pause_s
        self._spots: dict[str, _Spot] = {}
        self._listeners: set[Listener] = set()
        self._by_key: dict[int | None, int] = {}
        self._looking: asyncio.Task[None] | None = None

    def check(self, key_id: int | None) -> None:
        """Raises Problem 429002 when there are too many streams, 503000 when the server stops."""
        if self.is_closed:
            raise Problem(503000)
        if len(self._listeners) >= MAX_LISTENERS or self._by_key.get(key_id, 0) >= MAX_OF_KEY:
            raise Problem(429002)

    @contextmanager
    def listening(self, present: Sequence[Progress], key_id: int | None) -> Iterator[Listener]:
        """A listener to these analyses, which were so far at last; woken when one of them changes."""
        spots = [self._spots.setdefault(one.sandbox_id, _Spot(one)) for one in present]
        for one in present:
            self._noted(one)
        listener = Listener(spots)
        self._listeners.add(listener)
        self._by_key[key_id] = self._by_key.get(key_id, 0) + 1
        for spot in spots:
            spot.listeners.add(listener)
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._keep_looking())
        try:
            yield listener
        finally:
            self._listeners.discard(listener)
            self._by_key[key_id] -= 1
            if self._by_key[key_id] == 0:
                del self._by_key[key_id]
            for spot in spots:
                spot.listeners.discard(listener)
                if not spot.listeners:
                    self._spots.pop(spot.latest.sandbox_id, None)

    def close(self) -> None:
        """Ends all streams: the server is about to stop."""
        self.is_closed = True
        for listener in self._listeners:
            listener.wake()

    async def _keep_looking(self) -> None:
        while self._listeners and not self.is_closed:
            await asyncio.sleep(self._pause_s)
            going = [sandbox_id for sandbox_id, spot in self._spots.items() if not spot.latest.is_over]
            if not going:
                continue
            try:
                found = await asyncio.to_thread(self._look, going)
            except FulguriteError as error:
                _log.warning("could not look at analyses that are listened to: %s", error)
                continue
            for one in found:
                self._noted(one)

    def _noted(self, one: Progress) -> None:
        spot = self._spots.get(one.sandbox_id)
        if spot is None or spot.latest.is_over:
            return
        # Two looks may overtake each other; what was told once is not taken back.
        one = one._replace(percent=max(one.percent, spot.latest.percent))
        if one != spot.latest:
            spot.latest = one
            for listener in spot.listeners:
                listener.wake()


class EventStream(Response):
    """An answer that tells a story until it is over, the client is gone, or the server stops."""

    def __init__(self, watch: Watch, story: Story, present: Sequence[Progress], key_id: int | None) -> None:
        """Raises Problem when there are too many."""
        watch.check(key_id)
        super().__init__()
        self.raw_headers = list(HEADERS)
        self._watch = watch
        self._story = story
        self._present = present
        self._key_id = key_id

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends all of it."""
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        if scope["method"] == "HEAD":
            await send({"type": "http.response.body", "body": b""})
            return
        telling = asyncio.create_task(self._told(send))
        leaving = asyncio.create_task(_left(receive))
        try:
            await asyncio.wait({telling, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            telling.cancel()
            leaving.cancel()
            await asyncio.wait({telling, leaving})
        if not telling.cancelled():
            telling.result()

    async def _told(self, send: Send) -> None:
        until = time.monotonic() + LONGEST_S
        with self._watch.listening(self._present, self._key_id) as listener:
            await _sent(send, RETRY + self._story.told(listener.now()))
            while not (self._story.is_over or self._watch.is_closed or time.monotonic() > until):
                is_new = await listener.is_woken(self._watch.heartbeat_s)
                await _sent(send, self._story.told(listener.now()) if is_new else HEARTBEAT)
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _sent(send: Send, events: bytes) -> None:
    if events != b"":
        await send({"type": "http.response.body", "body": events, "more_body": True})


async def _left(receive: Receive) -> None:
    """Returns once the client is gone."""
    while (await receive())["type"] != "http.disconnect":
        pass
