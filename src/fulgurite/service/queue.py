"""What is to be done and who does it: the queue, with the reason for which each task waits, and the workers.

A worker says of itself, in a file of its temporary folder, what it is. Whether it lives, the folder's lock tells.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import msgspec

from fulgurite.engines.base import Engine
from fulgurite.model.administration import Queue, QueuedTask, WorkerEntry
from fulgurite.model.base import Model
from fulgurite.model.task import TaskRow, TaskState
from fulgurite.store import Store, tasks
from fulgurite.store.faults import told
from fulgurite.store.tasks import Queued

_FILE = "worker.json"
_MAX_BYTES = 65_536
NO_WORKER = "no worker runs: start one with `fulgurite worker`, or the server with workers"


class _Announced(Model, frozen=True, kw_only=True):
    pid: int | None = None
    started_at: datetime | None = None
    engines: tuple[str, ...] = ()


def announce(store: Store, pid: int, engines: Sequence[Engine], now: datetime) -> None:
    """Says that this process works on the tasks of `store`, for as long as it has it open. Raises StoreError."""
    said = _Announced(pid=pid, started_at=now, engines=tuple(f"{one.name} {one.version}" for one in engines))
    with told("announcing the worker"):
        (store.scratch.folder / _FILE).write_bytes(msgspec.json.encode(said))


def is_worked_off(store: Store) -> bool:
    """Whether a worker lives that takes up tasks."""
    return any(True for _ in store.scratch.having(_FILE))


def queue(store: Store, limit: int) -> Queue:
    """What runs and what waits, `limit` of them listed, and the living workers. Raises StoreError."""
    pending, running_count = tasks.open_counts(store.database)
    found = tasks.queued(store.database, limit + 1)
    running = {one.worker: one for one in found if one.worker is not None}
    workers = tuple(_worker(name, path, running.get(name)) for name, path in store.scratch.having(_FILE))
    waiting = [one for one in found if one.task.state is TaskState.PENDING]
    places = {one.task.sandbox_id: place for place, one in enumerate(waiting)}
    return Queue(
        pending=pending,
        running=running_count,
        fetching=store.visits.open_count(),
        reason=NO_WORKER if pending > 0 and not workers else None,
        tasks=tuple(_task(one, _reason(places.get(one.task.sandbox_id), one.task, workers)) for one in found[:limit]),
        is_cut=len(found) > limit,
        workers=workers,
    )


def _reason(place: int | None, task: TaskRow, workers: Sequence[WorkerEntry]) -> str | None:
    """Why the task waits; None for one that runs. `place`: how many wait before it."""
    if place is None:
        return None
    times = "once" if task.attempts == 1 else f"{task.attempts} times"
    again = f"; it was taken up {times} before, and the worker died" if task.attempts > 0 else ""
    if not workers:
        return NO_WORKER + again
    busy = sum(worker.sandbox_id is not None for worker in workers)
    of_all = "the only worker is" if len(workers) == 1 else f"all {len(workers)} workers are"
    if place == 0:
        return (f"{of_all} busy, it is the next" if busy == len(workers) else "a worker takes it up now") + again
    before = f"{place:,} {'waits' if place == 1 else 'wait'} before it"
    return (f"{of_all} busy, and {before}" if busy == len(workers) else before) + again


def _worker(name: str, path: Path, does: Queued | None) -> WorkerEntry:
    said = _Announced()
    # It may end, or be at writing, just now.
    with suppress(OSError, msgspec.DecodeError), path.open("rb") as file:
        said = msgspec.json.decode(file.read(_MAX_BYTES), type=_Announced)
    return WorkerEntry(
        name=name,
        pid=said.pid,
        started_at=said.started_at,
        engines=said.engines,
        sandbox_id=None if does is None else does.task.sandbox_id,
        file_name=None if does is None else does.file_name,
        progress=None if does is None else does.task.progress,
    )


def _task(one: Queued, reason: str | None) -> QueuedTask:
    task = one.task
    return QueuedTask(
        sandbox_id=task.sandbox_id,
        data_id=task.data_id,
        sha256=task.sha256,
        file_name=one.file_name,
        system=task.options.system,
        state=task.state,
        progress=task.progress,
        attempts=task.attempts,
        requested_at=task.requested_at,
        key_id=one.key_id,
        worker=one.worker,
        reason=reason,
    )
