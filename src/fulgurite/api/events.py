"""`/v4/sandbox/:sandbox_id/events` and `/v4/file/:data_id/events`: told as it happens how far an analysis is.

Paths of our own. Each event is named `progress`, `finished` or `failed`, its data one JSON object; after the last of
an analysis the stream ends. A stream that ended without one is to be opened again.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from fulgurite.api.exchange import EXCHANGE, Exchange
from fulgurite.api.problems import Problem
from fulgurite.api.watch import EventStream, Watch
from fulgurite.model.viewer import PUBLIC, Viewer, viewer_of
from fulgurite.service.progress import Progress, State

Fields = dict[str, Any]


class EventUses(NamedTuple):
    """The use cases behind the endpoints here; called from threads."""

    one: Callable[[str, Viewer], Progress | None]
    of_submission: Callable[[str, Viewer], list[Progress] | None]


class Events:
    """What each of these endpoints does. None of them counts."""

    def __init__(self, uses: EventUses, watch: Watch) -> None:
        self._uses = uses
        self._watch = watch

    async def of_analysis(self, request: Request) -> Response:
        """GET /v4/sandbox/:sandbox_id/events: the present state at once, then each change, to the end."""
        viewer, key_id = _asking(request)
        present = await asyncio.to_thread(self._uses.one, request.path_params["sandbox_id"], viewer)
        if present is None:
            raise Problem(404001)
        return EventStream(self._watch, OfAnalysis(), [present], key_id)

    async def of_submission(self, request: Request) -> Response:
        """GET /v4/file/:data_id/events: the same for all analyses of a submission together."""
        viewer, key_id = _asking(request)
        data_id = request.path_params["data_id"]
        present = await asyncio.to_thread(self._uses.of_submission, data_id, viewer)
        if present is None:
            raise Problem(404004)
        return EventStream(self._watch, OfSubmission(data_id), present, key_id)


def _asking(request: Request) -> tuple[Viewer, int | None]:
    """Who asks. There is nobody in particular where an analysis may be read without a key."""
    exchange: Exchange = request.scope[EXCHANGE]
    key = None if exchange.account is None else exchange.account.key
    return (PUBLIC, None) if key is None else (viewer_of(key), key.id)


class OfAnalysis:
    """What is told of one analysis."""

    is_over = False

    def __init__(self) -> None:
        self._last: Progress | None = None

    def told(self, now: Sequence[Progress]) -> bytes:
        """The event that is new in `now`; empty when nothing is."""
        (one,) = now
        if one == self._last or self.is_over:
            return b""
        self._last = one
        self.is_over = one.is_over
        return _event(_NAMES.get(one.state, "progress"), _shown(one))


class OfSubmission:
    """What is told of all analyses of one submission: finished, unless none of them is and one failed."""

    is_over = False

    def __init__(self, data_id: str) -> None:
        self._data_id = data_id
        self._last: Fields | None = None

    def told(self, now: Sequence[Progress]) -> bytes:
        """The event that is new in `now`; empty when nothing is."""
        if self.is_over:
            return b""
        shown: Fields = {
            "data_id": self._data_id,
            "state": _together(now),
            "progress_percentage": min((one.percent for one in now), default=100),
            "analyses_count": len(now),
            "ended_count": sum(one.is_over for one in now),
        }
        if shown == self._last:
            return b""
        self._last = shown
        self.is_over = shown["ended_count"] == len(now)
        if not self.is_over:
            return _event("progress", shown)
        return _event(_NAMES[shown["state"]], {**shown, "analyses": [_shown(one) for one in now]})


_NAMES = {State.FINISHED: "finished", State.FAILED: "failed"}


def _together(now: Sequence[Progress]) -> State:
    states = {one.state for one in now}
    if State.RUNNING in states or (State.PENDING in states and len(states) > 1):
        return State.RUNNING
    return State.FINISHED if not states or State.FINISHED in states else states.pop()


def _shown(one: Progress) -> Fields:
    shown: Fields = {"sandbox_id": one.sandbox_id, "state": one.state, "progress_percentage": one.percent}
    if one.state is State.FINISHED:
        return {**shown, "verdict": one.verdict, "infection_score": one.score}
    return {**shown, "reasons": one.reasons} if one.state is State.FAILED else shown


def _event(name: str, data: Fields) -> bytes:
    # JSON has no line break of its own, so the data is one line whatever a sample put into it.
    return b"event: %b\ndata: %b\n\n" % (name.encode("ascii"), msgspec.json.encode(data))
