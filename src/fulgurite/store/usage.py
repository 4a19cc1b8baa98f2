"""The table of usage: how much of what a key has used in its window of time.

A window begins with the first use and lasts a day, or a minute for what is throttled. When the clock goes back the
window begins anew at that moment, with what was used: so none ever lasts longer than its length from now.
"""

import sqlite3
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from fulgurite.errors import OverLimit
from fulgurite.model.usage import DAY, MINUTE, THROTTLE, Claim
from fulgurite.store.db import Database, micros, moment


class Used(NamedTuple):
    """What is used in a window."""

    amount: int
    started_at: datetime
    """The present when nothing is used."""


def length_of(what: str) -> timedelta:
    """How long a window for `what`, a Kind or THROTTLE, lasts."""
    return MINUTE if what == THROTTLE else DAY


def charge(connection: sqlite3.Connection, claim: Claim) -> Used:
    """Counts `claim` within the open transaction: exactly, whoever else counts. Raises OverLimit."""
    before = _in(connection, claim)
    if before.amount + claim.count > claim.limit:
        raise over_limit(claim, before)
    return _put(connection, claim, before)


def over_limit(claim: Claim, used: Used) -> OverLimit:
    """The error that says that `claim` is more than is left."""
    return OverLimit(claim.what, claim.limit, seconds_left(used.started_at + length_of(claim.what) - claim.at))


def seconds_left(duration: timedelta) -> int:
    """`duration` in whole seconds, rounded up, at least 1."""
    return max(1, -(-duration // timedelta(seconds=1)))


class Usage:
    """Usage outside of other transactions. Threads may share it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def charge(self, claim: Claim, *, durable: bool = True) -> Used:
        """Counts `claim`, exactly, over all processes. Raises OverLimit, StoreError; then nothing is counted."""
        with self._database.write("counting what a key uses", durable=durable) as connection:
            return charge(connection, claim)

    def keep(self, what: str, used: Iterable[tuple[int, Used]]) -> None:
        """Writes down how much each key has used, as `used` says once nobody else writes. Raises StoreError.

        A crash of the machine, not of the process, may lose it.
        """
        with self._database.write("writing down what keys used", durable=False) as connection:
            for key_id, told in used:
                _set(connection, key_id, what, told)

    def used(self, key_id: int, what: str, now: datetime) -> Used:
        """What is used in the present window. Raises StoreError."""
        row = self._database.row("SELECT started_at, used FROM usage WHERE key_id = ? AND what = ?", (key_id, what))
        return _present(row, what, now)

    def all_used(self, now: datetime) -> dict[int, dict[str, int]]:
        """What every key has used of what it used anything of, in the present windows. Raises StoreError."""
        found: dict[int, dict[str, int]] = {}
        for row in self._database.rows("SELECT key_id, what, started_at, used FROM usage"):
            found.setdefault(row["key_id"], {})[row["what"]] = _present(row, row["what"], now).amount
        return found


def _in(connection: sqlite3.Connection, claim: Claim) -> Used:
    row = connection.execute(
        "SELECT started_at, used FROM usage WHERE key_id = ? AND what = ?", (claim.key_id, claim.what)
    ).fetchone()
    return _present(row, claim.what, claim.at)


def _present(row: sqlite3.Row | None, what: str, now: datetime) -> Used:
    if row is None or moment(row["started_at"]) + length_of(what) <= now:
        return Used(0, now)
    return Used(row["used"], min(now, moment(row["started_at"])))


def _put(connection: sqlite3.Connection, claim: Claim, before: Used) -> Used:
    after = Used(before.amount + claim.count, before.started_at)
    _set(connection, claim.key_id, claim.what, after)
    return after


def _set(connection: sqlite3.Connection, key_id: int, what: str, used: Used) -> None:
    connection.execute(
        "INSERT INTO usage (key_id, what, started_at, used) VALUES (?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET started_at = excluded.started_at, used = excluded.used",
        (key_id, what, micros(used.started_at), used.amount),
    )
