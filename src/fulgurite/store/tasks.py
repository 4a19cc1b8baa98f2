"""The table of tasks, and the one place where a task goes from state to state."""

import sqlite3
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec

from fulgurite.model.task import FOLLOWS, RunOptions, TaskRow, TaskState
from fulgurite.model.viewer import Viewer
from fulgurite.store import listing
from fulgurite.store.db import Database, micros, moment, moment_or_none
from fulgurite.store.visibility import SEEN, seen_by

_MAY_PRECEDE = {to: tuple(state.value for state in FOLLOWS if to in FOLLOWS[state]) for to in TaskState}
_OVERDUE_OR_RUNNING = (
    "SELECT * FROM tasks WHERE state = 'running'"
    " UNION ALL SELECT * FROM tasks WHERE state = 'pending' AND deadline_at <= ?"
)
_PENDING = (
    "SELECT sandbox_id FROM tasks WHERE state IN ('pending', 'running') AND state = 'pending' AND requested_at %s ?"
    " ORDER BY requested_at, seq LIMIT 1"
)
"""Both states are named since those are what `tasks_open` holds: so it is one row of the index, however many wait."""
_NEXT = f"SELECT * FROM ({_PENDING % '>'}) UNION ALL SELECT * FROM ({_PENDING % '<='}) LIMIT 1"  # noqa: S608 - fixed
"""What was asked for later than now was asked for before the clock was set back: so it waits longest."""
_AT_ONCE = 500
"""Analyses in one query; SQLite takes some thousand parameters."""
_options = msgspec.json.Decoder(RunOptions)


class Ended(NamedTuple):
    """A task that came to its end."""

    sandbox_id: str
    sha256: str


class Queued(NamedTuple):
    """A task that waits or runs, and what the queue tells beside it."""

    task: TaskRow
    file_name: str | None
    """Hostile text."""
    key_id: int | None
    """Who asked for it."""
    worker: str | None
    """Who runs it."""


class Limits(NamedTuple):
    """How long a task may stay in a state, and how often it may be tried."""

    pending: timedelta = timedelta(days=7)
    """Without a worker that takes it up, a task fails after this."""
    running: timedelta = timedelta(hours=1)
    """Far above the engines' own limits: this ends tasks whose worker hangs."""
    attempts: int = 3


def insert(connection: sqlite3.Connection, task: TaskRow) -> None:
    """Adds a task; its state must be pending."""
    connection.execute(
        "INSERT INTO tasks"
        " (sandbox_id, data_id, sha256, options, requested_at, state, progress, deadline_at, private_to)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            task.sandbox_id,
            task.data_id,
            task.sha256,
            msgspec.json.encode(task.options).decode("utf-8"),
            micros(task.requested_at),
            TaskState.PENDING.value,
            task.progress,
            None if task.deadline_at is None else micros(task.deadline_at),
            task.private_to,
        ),
    )
    listing.ask(connection, task.sandbox_id, task.options.system)


def find(database: Database, sandbox_id: str, viewer: Viewer) -> TaskRow | None:
    row = database.row(f"SELECT * FROM tasks WHERE sandbox_id = ? AND {SEEN}", (sandbox_id, *seen_by(viewer)))  # noqa: S608 - fixed
    return None if row is None else _task(row)


def of_submission(database: Database, data_id: str) -> tuple[TaskRow, ...]:
    """The tasks of a submission, oldest first."""
    return tuple(_task(row) for row in database.rows("SELECT * FROM tasks WHERE data_id = ? ORDER BY seq", (data_id,)))


def newest_open(database: Database, digest: str, viewer: Viewer) -> str | None:
    """The sandbox_id of the newest analysis in progress of the file that `digest` names, as far as `viewer` sees."""
    column = {32: "md5", 40: "sha1", 64: "sha256"}[len(digest)]
    found = database.value(
        "SELECT tasks.sandbox_id FROM samples JOIN tasks USING (sha256)"  # noqa: S608 - fixed names
        f" WHERE samples.{column} = ? AND tasks.state IN ('pending', 'running') AND {SEEN}"
        " ORDER BY tasks.requested_at DESC, tasks.seq DESC LIMIT 1",
        (digest, *seen_by(viewer)),
    )
    return None if found is None else str(found)


def going(database: Database, sandbox_ids: Sequence[str], now: datetime) -> dict[str, tuple[TaskState, int]]:
    """Of those analyses the ones that are in progress, and not over their deadline: state and percent of each."""
    found = {}
    for first in range(0, len(sandbox_ids), _AT_ONCE):
        some = sandbox_ids[first : first + _AT_ONCE]
        for row in database.rows(
            "SELECT sandbox_id, state, progress FROM tasks WHERE state IN ('pending', 'running')"  # noqa: S608 - only question marks
            f" AND (deadline_at IS NULL OR deadline_at > ?) AND sandbox_id IN ({', '.join('?' * len(some))})",
            (micros(now), *some),
        ):
            found[row["sandbox_id"]] = (TaskState(row["state"]), int(row["progress"]))
    return found


def open_counts(database: Database) -> tuple[int, int]:
    """How many tasks wait, and how many run; read off the index of those alone."""
    pending, running = (
        database.value(f"SELECT count(*) FROM tasks WHERE state = '{state.value}'")  # noqa: S608 - fixed
        for state in (TaskState.PENDING, TaskState.RUNNING)
    )
    return pending, running


def queued(database: Database, limit: int) -> list[Queued]:
    """Up to `limit` tasks: those that run, then those that wait in the order in which they are taken up."""
    found: list[Queued] = []
    for state in (TaskState.RUNNING, TaskState.PENDING):
        sql = (
            "SELECT tasks.*, submissions.file_name, submissions.key_id FROM tasks JOIN submissions USING (data_id)"  # noqa: S608 - fixed
            f" WHERE state = '{state.value}' ORDER BY tasks.requested_at, tasks.seq LIMIT ?"
        )
        rows = database.rows(sql, (limit - len(found),))
        found += [Queued(_task(row), row["file_name"], row["key_id"], row["worker"]) for row in rows]
    return found


def has_pending(database: Database) -> bool:
    return database.row("SELECT 1 FROM tasks WHERE state = 'pending' LIMIT 1") is not None


def counts(database: Database) -> dict[TaskState, int]:
    """How many tasks stand in each state."""
    rows = database.rows("SELECT state, count(*) FROM tasks GROUP BY state")
    return dict.fromkeys(TaskState, 0) | {TaskState(row[0]): row[1] for row in rows}


def claim(connection: sqlite3.Connection, worker: str, now: datetime, limits: Limits) -> TaskRow | None:
    """The oldest pending task, now running by `worker`; None when nothing is pending."""
    row = connection.execute(_NEXT, (micros(now), micros(now))).fetchone()
    if row is None:
        return None
    _move(connection, row["sandbox_id"], TaskState.RUNNING, deadline_at=now + limits.running)
    connection.execute(
        "UPDATE tasks SET worker = ?, attempts = attempts + 1 WHERE sandbox_id = ?", (worker, row["sandbox_id"])
    )
    return _task(connection.execute("SELECT * FROM tasks WHERE sandbox_id = ?", (row["sandbox_id"],)).fetchone())


def set_progress(connection: sqlite3.Connection, sandbox_id: str, worker: str, percent: int) -> None:
    """Notes how far a running task is, 1-99. It never falls, and stays when the task is not this worker's."""
    connection.execute(
        "UPDATE tasks SET progress = max(progress, ?) WHERE sandbox_id = ? AND state = 'running' AND worker = ?",
        (max(1, min(99, percent)), sandbox_id, worker),
    )


def is_run_by(connection: sqlite3.Connection, sandbox_id: str, worker: str) -> bool:
    """Whether the task is running by `worker` still."""
    row = connection.execute(
        "SELECT 1 FROM tasks WHERE sandbox_id = ? AND state = 'running' AND worker = ?", (sandbox_id, worker)
    ).fetchone()
    return row is not None


def report(connection: sqlite3.Connection, sandbox_id: str) -> bool:
    """Ends a running task with its report. False when the task is in no state that allows it."""
    return _move(connection, sandbox_id, TaskState.REPORTED)


def fail(connection: sqlite3.Connection, sandbox_id: str, reason: str, *, log_sha256: str | None = None) -> bool:
    """Ends a task without a report. False when the task is in no state that allows it."""
    if not _move(connection, sandbox_id, TaskState.FAILED, reason=reason):
        return False
    connection.execute("UPDATE tasks SET log_sha256 = ? WHERE sandbox_id = ?", (log_sha256, sandbox_id))
    return True


def give_back(connection: sqlite3.Connection, sandbox_id: str, now: datetime, limits: Limits) -> bool:
    """Makes a running task pending again; the attempt does not count. False when it was not running."""
    if not _move(connection, sandbox_id, TaskState.PENDING, deadline_at=now + limits.pending):
        return False
    connection.execute("UPDATE tasks SET attempts = attempts - 1 WHERE sandbox_id = ?", (sandbox_id,))
    return True


def recover(
    connection: sqlite3.Connection, now: datetime, limits: Limits, is_alive: Callable[[str], bool]
) -> tuple[Ended, ...]:
    """Takes tasks away from dead workers and ends those that are over a deadline; returns the ended ones.

    A task whose worker died is pending again, or failed when it has had all its attempts.
    """
    ended = []
    for row in connection.execute(_OVERDUE_OR_RUNNING, (micros(now),)).fetchall():
        reason = _overdue(row, now, limits)
        if reason is None and row["state"] == TaskState.RUNNING and not is_alive(row["worker"]):
            if row["attempts"] < limits.attempts:
                _move(connection, row["sandbox_id"], TaskState.PENDING, deadline_at=now + limits.pending)
            else:
                reason = f"the worker died while it ran this, {row['attempts']} times"
        if reason is not None and fail(connection, row["sandbox_id"], reason):
            ended.append(Ended(row["sandbox_id"], row["sha256"]))
    return tuple(ended)


def _overdue(row: sqlite3.Row, now: datetime, limits: Limits) -> str | None:
    if row["deadline_at"] is None or row["deadline_at"] > micros(now):
        return None
    if row["state"] == TaskState.PENDING:
        waited = moment(row["deadline_at"]) - moment(row["requested_at"])
        return f"no worker took it up within {_words(waited)}"
    return f"the run did not end within {_words(limits.running)}"


def _words(duration: timedelta) -> str:
    seconds = round(duration.total_seconds())
    for unit, size in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if seconds >= 2 * size and seconds % size == 0:
            return f"{seconds // size} {unit}"
    return f"{seconds} seconds"


def _move(
    connection: sqlite3.Connection,
    sandbox_id: str,
    to: TaskState,
    *,
    deadline_at: datetime | None = None,
    reason: str | None = None,
) -> bool:
    """Puts a task into state `to` if that may follow its present state (model.task.FOLLOWS); else returns False."""
    before = _MAY_PRECEDE[to]
    cursor = connection.execute(
        "UPDATE tasks SET state = ?, deadline_at = ?, reason = ?, worker = NULL,"  # noqa: S608 - only question marks
        " progress = CASE WHEN ? THEN 100 ELSE progress END"
        f" WHERE sandbox_id = ? AND state IN ({', '.join('?' * len(before))})",
        (
            to.value,
            None if deadline_at is None else micros(deadline_at),
            reason,
            len(FOLLOWS[to]) == 0,
            sandbox_id,
            *before,
        ),
    )
    return cursor.rowcount == 1


def _task(row: sqlite3.Row) -> TaskRow:
    return TaskRow(
        sandbox_id=row["sandbox_id"],
        data_id=row["data_id"],
        sha256=row["sha256"],
        options=_options.decode(row["options"]),
        requested_at=moment(row["requested_at"]),
        state=TaskState(row["state"]),
        progress=row["progress"],
        attempts=row["attempts"],
        deadline_at=moment_or_none(row["deadline_at"]),
        reason=row["reason"],
        private_to=row["private_to"],
    )
