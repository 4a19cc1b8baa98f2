"""The table of visits: URLs to be fetched."""

import sqlite3
from datetime import datetime, timedelta

import msgspec

from fulgurite.model.task import RunOptions
from fulgurite.model.usage import Claim
from fulgurite.model.viewer import Viewer
from fulgurite.model.visit import Fetched, Visit, VisitState
from fulgurite.store import usage
from fulgurite.store.db import Database, micros, moment
from fulgurite.store.visibility import SEEN, seen_by

_NEXT = "SELECT * FROM visits WHERE state IN ('pending', 'running') AND due_at %s ORDER BY due_at, seq LIMIT 1"
_DUE = f"SELECT * FROM ({_NEXT % '<= ?'}) UNION ALL SELECT * FROM ({_NEXT % '> ?'}) LIMIT 1"  # noqa: S608 - fixed
"""What is due; or else what is further off than a lease, twice: it was noted before the clock was set back."""
_options = msgspec.json.Decoder(RunOptions)


class Visits:
    """The visits of one store. Threads and processes may share them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, visit: Visit, claim: Claim | None = None) -> None:
        """Keeps a visit to be made; `claim` is counted in the same transaction. Raises OverLimit, StoreError."""
        with self._database.write("keeping a URL") as connection:
            if claim is not None:
                usage.charge(connection, claim)
            connection.execute(
                "INSERT INTO visits (sandbox_id, url, options, key_id, private_to, requested_at, state, due_at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    visit.sandbox_id,
                    visit.url,
                    msgspec.json.encode(visit.options).decode("utf-8"),
                    visit.key_id,
                    visit.private_to,
                    micros(visit.requested_at),
                    visit.state.value,
                    micros(visit.requested_at),
                ),
            )

    def find(self, sandbox_id: str, viewer: Viewer) -> Visit | None:
        """The visit of this id, if `viewer` sees it."""
        sql = f"SELECT * FROM visits WHERE sandbox_id = ? AND {SEEN}"  # noqa: S608 - fixed
        row = self._database.row(sql, (sandbox_id, *seen_by(viewer)))
        return None if row is None else _visit(row)

    def open_count(self) -> int:
        """How many visits are not made yet."""
        return int(self._database.value("SELECT count(*) FROM visits WHERE state IN ('pending', 'running')"))

    def begin(self, now: datetime, lease: timedelta) -> Visit | None:
        """A visit to be made, with its attempt counted; None when there is none.

        No two ask for the same: until `lease` is over, others do not get it. Raises StoreError.
        """
        times = micros(now), micros(now + 2 * lease)
        if self._database.row(_DUE, times) is None:
            return None
        with self._database.write("taking up a URL") as connection:
            row = connection.execute(_DUE, times).fetchone()
            if row is None:
                return None
            connection.execute(
                "UPDATE visits SET state = 'running', attempts = attempts + 1, due_at = ? WHERE seq = ?",
                (micros(now + lease), row["seq"]),
            )
            found = connection.execute("SELECT * FROM visits WHERE seq = ?", (row["seq"],)).fetchone()
        return _visit(found)

    def fetched(self, sandbox_id: str, fetched: Fetched) -> None:
        """Notes what came. Raises StoreError."""
        with self._database.write("ending a visit") as connection:
            connection.execute(
                "UPDATE visits SET state = 'fetched', final_url = ?, http_status = ?, content_type = ?,"
                " data_id = ?, analysis_id = ?, refusal = ? WHERE sandbox_id = ? AND state = 'running'",
                (
                    fetched.final_url,
                    fetched.http_status,
                    fetched.content_type,
                    fetched.data_id,
                    fetched.analysis_id,
                    fetched.refusal,
                    sandbox_id,
                ),
            )

    def failed(self, sandbox_id: str, reason: str) -> None:
        """Notes why nothing came. Raises StoreError."""
        with self._database.write("ending a visit") as connection:
            connection.execute(
                "UPDATE visits SET state = 'failed', reason = ? WHERE sandbox_id = ? AND state = 'running'",
                (reason, sandbox_id),
            )


def _visit(row: sqlite3.Row) -> Visit:
    state = VisitState(row["state"])
    fetched = None
    if state is VisitState.FETCHED:
        fetched = Fetched(
            final_url=row["final_url"],
            http_status=row["http_status"],
            content_type=row["content_type"],
            data_id=row["data_id"],
            analysis_id=row["analysis_id"],
            refusal=row["refusal"],
        )
    return Visit(
        sandbox_id=row["sandbox_id"],
        url=row["url"],
        options=_options.decode(row["options"]),
        requested_at=moment(row["requested_at"]),
        key_id=row["key_id"],
        private_to=row["private_to"],
        state=state,
        attempts=row["attempts"],
        reason=row["reason"],
        fetched=fetched,
    )
