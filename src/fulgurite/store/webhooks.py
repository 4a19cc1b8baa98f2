"""The table of webhooks.

An attempt is counted, durably, before it is made: so a crash loses no call, and one that is made again after a crash
says that it is not the first.
"""

import sqlite3
from datetime import datetime, timedelta

from fulgurite.model.viewer import Viewer
from fulgurite.model.webhook import CallState, Webhook
from fulgurite.store.db import Database, micros, moment, moment_or_none

KEPT = timedelta(hours=12)
"""How long an ended call is told of."""
LONGEST_PAUSE = timedelta(hours=1)
"""How far off the next attempt is at most."""
_MAX_LISTED = 1000

_NEXT = (
    "SELECT * FROM webhooks WHERE state = 'open' AND due_at %s AND NOT EXISTS ("
    " SELECT 1 FROM tasks JOIN submissions USING (data_id)"
    " WHERE (submissions.data_id = webhooks.data_id OR submissions.parent_id = webhooks.data_id)"
    " AND tasks.state IN ('pending', 'running'))"
    " ORDER BY due_at, seq LIMIT 1"
)
"""A submission is done when its task, and those of all members of it, are."""
_DUE = f"SELECT * FROM ({_NEXT % '<= ?'}) UNION ALL SELECT * FROM ({_NEXT % '> ?'}) LIMIT 1"  # noqa: S608 - fixed
"""What is due; or else what is further off than it may be: it was noted before the clock was set back."""
_OWN = "(key_id = ? OR ?)"


def insert(connection: sqlite3.Connection, webhook: Webhook) -> None:
    connection.execute(
        "INSERT INTO webhooks (data_id, url, key_id, state, created_at, due_at) VALUES (?, ?, ?, ?, ?, ?)",
        (
            webhook.data_id,
            webhook.url,
            webhook.key_id,
            webhook.state.value,
            micros(webhook.created_at),
            micros(webhook.due_at),
        ),
    )


class Webhooks:
    """The webhooks of one store. Threads and processes may share them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, now: datetime, lease: timedelta) -> Webhook | None:
        """A call whose submission is done, with its attempt counted; None when there is none.

        No two ask for the same: until `lease` is over, others do not get it. Raises StoreError.
        """
        times = micros(now), micros(now + max(2 * lease, LONGEST_PAUSE))
        if self._database.row(_DUE, times) is None:
            return None
        with self._database.write("beginning a webhook") as connection:
            row = connection.execute(_DUE, times).fetchone()
            if row is None:
                return None
            connection.execute(
                "UPDATE webhooks SET attempts = attempts + 1, due_at = ?, requested_at = ? WHERE seq = ?",
                (micros(now + lease), micros(now), row["seq"]),
            )
            found = connection.execute("SELECT * FROM webhooks WHERE seq = ?", (row["seq"],)).fetchone()
        return _webhook(found)

    def end(
        self, webhook: Webhook, state: CallState, *, now: datetime, status_code: int | None, error: str | None
    ) -> None:
        """Notes how the attempt `webhook` ended, and that it was the last. Raises StoreError."""
        with self._database.write("ending a webhook") as connection:
            connection.execute(
                "UPDATE webhooks SET state = ?, ended_at = ?, status_code = ?, error = ?"
                " WHERE data_id = ? AND attempts = ? AND state = 'open'",
                (state.value, micros(now), status_code, error, webhook.data_id, webhook.attempts),
            )

    def put_off(self, webhook: Webhook, due_at: datetime, *, status_code: int | None, error: str | None) -> None:
        """Notes how the attempt `webhook` failed, and when the next may begin. Raises StoreError."""
        with self._database.write("putting off a webhook") as connection:
            connection.execute(
                "UPDATE webhooks SET due_at = ?, status_code = ?, error = ?"
                " WHERE data_id = ? AND attempts = ? AND state = 'open'",
                (micros(due_at), status_code, error, webhook.data_id, webhook.attempts),
            )

    def forget(self, now: datetime) -> int:
        """Removes what ended more than KEPT ago; returns how many that were. Raises StoreError."""
        if self._database.row("SELECT 1 FROM webhooks WHERE ended_at <= ? LIMIT 1", (micros(now - KEPT),)) is None:
            return 0
        with self._database.write("forgetting webhooks", durable=False) as connection:
            return connection.execute("DELETE FROM webhooks WHERE ended_at <= ?", (micros(now - KEPT),)).rowcount

    def find(self, data_id: str, viewer: Viewer, now: datetime) -> Webhook | None:
        """The call for this submission, if it is the viewer's own and ended no longer than KEPT ago."""
        row = self._database.row(
            f"SELECT * FROM webhooks WHERE data_id = ? AND {_OWN} AND coalesce(ended_at > ?, 1)",  # noqa: S608 - fixed
            (data_id, viewer.key_id, int(viewer.sees_all), micros(now - KEPT)),
        )
        return None if row is None else _webhook(row)

    def listed(self, viewer: Viewer, now: datetime) -> tuple[Webhook, ...]:
        """The viewer's own calls, newest first, at most 1000: those not ended, and those ended within KEPT."""
        rows = self._database.rows(
            f"SELECT * FROM webhooks WHERE {_OWN} AND coalesce(ended_at > ?, 1)"  # noqa: S608 - fixed
            " ORDER BY seq DESC LIMIT ?",
            (viewer.key_id, int(viewer.sees_all), micros(now - KEPT), _MAX_LISTED),
        )
        return tuple(_webhook(row) for row in rows)


def _webhook(row: sqlite3.Row) -> Webhook:
    return Webhook(
        data_id=row["data_id"],
        url=row["url"],
        key_id=row["key_id"],
        created_at=moment(row["created_at"]),
        state=CallState(row["state"]),
        attempts=row["attempts"],
        due_at=moment(row["due_at"]),
        requested_at=moment_or_none(row["requested_at"]),
        ended_at=moment_or_none(row["ended_at"]),
        status_code=row["status_code"],
        error=row["error"],
    )
