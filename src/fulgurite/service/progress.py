"""How far analyses are, as polling them would tell: for those who are told of it instead."""

from collections.abc import Callable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

import msgspec

from fulgurite.model.task import TaskState
from fulgurite.model.viewer import EVERYTHING, Viewer
from fulgurite.service.files import members_of
from fulgurite.service.ids import is_data_id
from fulgurite.service.lookup import Lookup
from fulgurite.store import Store, tasks

_HTTP_OK = 200


class State(StrEnum):
    """Where an analysis stands, in the words of the interface."""

    PENDING = "pending"
    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"


_OPEN = {TaskState.PENDING: State.PENDING, TaskState.RUNNING: State.RUNNING}


class Progress(NamedTuple):
    """One analysis at one moment."""

    sandbox_id: str
    state: State
    percent: int
    """1-100; 100 only at the end."""
    verdict: str | None = None
    """Of a finished one."""
    score: int | None = None
    """1-10, of a finished one; None when it makes no statement on its sample."""
    reasons: tuple[str, ...] = ()
    """Why it failed, in words."""

    @property
    def is_over(self) -> bool:
        """Whether it stays as it is."""
        return self.state in {State.FINISHED, State.FAILED}


class _Results(msgspec.Struct):
    progress_percentage: int = 1
    infection_score: int | None = None


class _Verdict(msgspec.Struct):
    verdict: str


class _Error(msgspec.Struct):
    messages: tuple[str, ...] = ()


class _Told(msgspec.Struct):
    """What of an answer to a poll says how far the analysis is."""

    final_verdict: _Verdict | None = None
    scan_results: _Results | None = None
    sandbox_error: _Error | None = None


_told = msgspec.json.Decoder(_Told)


class Watched:
    """Analyses as they can be watched. Threads may share it; all of it blocks."""

    def __init__(self, store: Store, lookup: Lookup, *, now: Callable[[], datetime]) -> None:
        self._store = store
        self._lookup = lookup
        self._now = now

    def one(self, sandbox_id: str, viewer: Viewer) -> Progress | None:
        """How far this analysis is; None when `viewer` sees none of this id. Raises StoreError."""
        task = self._store.task(sandbox_id, viewer)
        if task is not None and task.state in _OPEN and (task.deadline_at is None or task.deadline_at > self._now()):
            return Progress(sandbox_id, _OPEN[task.state], task.progress)
        return self._polled(sandbox_id, viewer)

    def of_submission(self, data_id: str, viewer: Viewer) -> list[Progress] | None:
        """How far its analyses are, those of an archive's members too; None when `viewer` sees no such submission.

        Raises StoreError.
        """
        if not is_data_id(data_id):
            return None
        if self._store.submission(data_id, viewer) is None:
            report = self._store.report_of_data_id(data_id, viewer)
            return None if report is None else self.all([report.sandbox_id])
        own = self._store.tasks_of(data_id)
        inside = [task for member in members_of(self._store, data_id) for task in member.tasks]
        return self.all([task.sandbox_id for task in (*own, *inside)])

    def all(self, sandbox_ids: Sequence[str]) -> list[Progress]:
        """How far these analyses are, as far as there are such. One question to the store for all that go on.

        For who may see them all. Raises StoreError.
        """
        going = tasks.going(self._store.database, sandbox_ids, self._now())
        found = []
        for sandbox_id in sandbox_ids:
            state, percent = going.get(sandbox_id, (None, 0))
            one = self._polled(sandbox_id, EVERYTHING) if state is None else Progress(sandbox_id, _OPEN[state], percent)
            if one is not None:
                found.append(one)
        return found

    def _polled(self, sandbox_id: str, viewer: Viewer) -> Progress | None:
        answer = self._lookup.by_sandbox_id(sandbox_id, viewer=viewer)
        return read(sandbox_id, answer.content) if answer.status == _HTTP_OK else None


def read(sandbox_id: str, body: bytes) -> Progress:
    """What the `body` of an answer to a poll says."""
    told = _told.decode(body)
    results = told.scan_results or _Results()
    if told.final_verdict is None:
        return Progress(sandbox_id, State.RUNNING, max(1, min(99, results.progress_percentage)))
    if told.sandbox_error is not None:
        return Progress(sandbox_id, State.FAILED, 100, reasons=told.sandbox_error.messages)
    return Progress(sandbox_id, State.FINISHED, 100, told.final_verdict.verdict, results.infection_score)
