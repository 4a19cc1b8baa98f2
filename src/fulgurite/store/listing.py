"""The list of analyses: pages of it, newest first, chosen by what they are.

A page starts after a place in the list, so what comes meanwhile neither repeats nor hides anything. Each is read along
one index; what other filters leave out of it is looked through up to SCAN rows, then the page ends and says so. So no
page takes longer than that, however large the store is.
"""

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

import msgspec

from fulgurite.model.listing import AnalysisEntry, Standing, Told
from fulgurite.model.task import TaskState
from fulgurite.model.verdict import Verdict, verdict
from fulgurite.model.viewer import Viewer
from fulgurite.store.db import Database, micros, moment, moment_or_none
from fulgurite.store.visibility import SEEN, seen_by

SCAN: Final = 20_000
"""Rows that one page looks through at most: some ten milliseconds."""
MAX_WORDS = 10
MAX_COUNTED = 1_000
"""Analyses that are counted before another."""
PREFIX_CHARACTERS = 3
"""From how many characters on a word stands for all that begin so."""
RANKS: Final = {Verdict.UNKNOWN: 0, Verdict.BENIGN: 1, Verdict.SUSPICIOUS: 2, Verdict.MALICIOUS: 3}
_STATES: Final = {
    Standing.PENDING: (TaskState.PENDING,),
    Standing.RUNNING: (TaskState.RUNNING,),
    Standing.OPEN: (TaskState.PENDING, TaskState.RUNNING),
    Standing.FINISHED: (TaskState.REPORTED,),
    Standing.FAILED: (TaskState.FAILED,),
}
_families = msgspec.json.Decoder(tuple[str, ...])


class Wanted(NamedTuple):
    """Which analyses; a filter that is None leaves none out."""

    standing: Standing | None = None
    verdict: Verdict | None = None
    """Analyses under way have none."""
    system: str | None = None
    source: str | None = None
    text: str | None = None
    """Words of name, type and families, all of them wanted."""
    since: datetime | None = None
    until: datetime | None = None
    """When they came into the list: from `since` on, and before `until`."""
    subjects: tuple[str, ...] | None = None
    """Of this file: its digests in lower-case hex."""


class Row(NamedTuple):
    """One line of the list."""

    entry: AnalysisEntry
    place: int
    """In the list."""
    deadline_at: datetime | None
    """Of one under way: when its state has lasted too long."""


class Page(NamedTuple):
    """Lines of the list, newest first."""

    rows: tuple[Row, ...]
    after: int | None
    """The place after which to go on; None: this was the last page."""
    is_cut: bool
    """Whether it ends where it does because SCAN rows were looked through."""


class _Filter(NamedTuple):
    """A condition that an index answers, which then gives rows in the order of the list."""

    by: str
    """The index."""
    column: str
    values: tuple[str | int, ...]
    """One of these."""

    def scan(self) -> str:
        """The places, in a range, that it gives."""
        arm = f"SELECT seq FROM listed INDEXED BY {self.by} WHERE {self.column} = ? AND seq BETWEEN ? AND ?"  # noqa: S608 - fixed
        return " UNION ALL ".join([arm] * len(self.values)) + " ORDER BY seq DESC"

    def parameters(self, first: int, last: int) -> tuple[str | int, ...]:
        """What `scan` takes."""
        return tuple(part for value in self.values for part in (value, first, last))


class _Everything:
    """No condition at all."""

    def scan(self) -> str:
        return "SELECT seq FROM listed NOT INDEXED WHERE seq BETWEEN ? AND ? ORDER BY seq DESC"

    def parameters(self, first: int, last: int) -> tuple[str | int, ...]:
        return first, last


class _Words(NamedTuple):
    """Words, as FTS5 is asked for them."""

    match: str

    def scan(self) -> str:
        return (
            "SELECT rowid AS seq FROM listed_words WHERE listed_words MATCH ? AND rowid BETWEEN ? AND ?"
            " ORDER BY rowid DESC"
        )

    def parameters(self, first: int, last: int) -> tuple[str | int, ...]:
        return self.match, first, last


_Driver = _Filter | _Everything | _Words


def page(database: Database, wanted: Wanted, viewer: Viewer, *, after: int | None, limit: int) -> Page:
    """The first `limit` analyses that are `wanted` and that `viewer` sees, after the place `after` in the list."""
    first, last = _bounds(database, wanted, after)
    driver, rest = _planned(database, wanted, first, last)
    found = _places(database, driver, rest, viewer, (first, last), limit + 1)
    if len(found) > limit:
        return Page(rows(database, found[:limit]), found[limit - 1], is_cut=False)
    edge = database.value(f"{driver.scan()} LIMIT 1 OFFSET ?", (*driver.parameters(first, last), SCAN - 1))
    if edge is None:
        return Page(rows(database, found), None, is_cut=False)
    # Once more, up to what is told as its end: an analysis may have gone in between.
    found = _places(database, driver, rest, viewer, (edge, last), limit)
    return Page(rows(database, found), found[-1] if len(found) == limit else edge, is_cut=len(found) < limit)


def entry(database: Database, sandbox_id: str, viewer: Viewer) -> Row | None:
    """The line of this analysis, if `viewer` sees it."""
    place = database.value(
        f"SELECT seq FROM listed WHERE sandbox_id = ? AND {SEEN}",  # noqa: S608 - fixed
        (sandbox_id, *seen_by(viewer)),
    )
    found = () if place is None else rows(database, (place,))
    return found[0] if found else None


def tell(connection: sqlite3.Connection, sandbox_id: str, told: Told) -> None:
    """Writes into the list what a report tells. What it does not tell stays as the submission told it."""
    connection.execute(
        "UPDATE listed SET file_name = coalesce(nullif(?, ''), file_name),"
        " file_type = coalesce(nullif(?, ''), file_type),"
        " system = coalesce(?, system), families = ?, reason = ?, is_told = 1 WHERE sandbox_id = ?",
        (
            told.file_name,
            told.file_type,
            told.system,
            msgspec.json.encode(told.families).decode("utf-8"),
            told.reason,
            sandbox_id,
        ),
    )


def untold(database: Database, limit: int) -> list[str]:
    """The sandbox_ids of some reports whose words are not in the list yet."""
    sql = "SELECT sandbox_id FROM listed INDEXED BY listed_untold WHERE is_told = 0 ORDER BY seq DESC LIMIT ?"
    return [str(row["sandbox_id"]) for row in database.rows(sql, (limit,))]


def ask(connection: sqlite3.Connection, sandbox_id: str, system: str) -> None:
    """Writes into the list what was asked for with a task."""
    connection.execute("UPDATE listed SET system = ? WHERE sandbox_id = ?", (system, sandbox_id))


_ROWS = (
    "SELECT listed.seq, listed.*, tasks.progress, tasks.deadline_at, reports.outcome, reports.score, reports.stored_at,"
    " coalesce(reports.data_id, tasks.data_id) AS data_id,"
    " coalesce(reports.requested_at, tasks.requested_at) AS requested_at,"
    " coalesce(reports.sha256, samples.sha256) AS sha256, coalesce(reports.sha1, samples.sha1) AS sha1,"
    " coalesce(reports.md5, samples.md5) AS md5"
    " FROM listed LEFT JOIN tasks USING (sandbox_id) LEFT JOIN reports ON reports.sandbox_id = listed.sandbox_id"
    " LEFT JOIN samples ON samples.sha256 = listed.subject"
    " WHERE listed.seq IN ({}) ORDER BY listed.seq DESC"
)


def rows(database: Database, places: Sequence[int]) -> tuple[Row, ...]:
    """The lines at these places; what is gone is left out."""
    if not places:
        return ()
    found = database.rows(_ROWS.format(", ".join("?" * len(places))), places)
    return tuple(_row(row) for row in found)


def _row(row: sqlite3.Row) -> Row:
    state = TaskState(row["state"])
    is_open = state in _STATES[Standing.OPEN]
    return Row(
        AnalysisEntry(
            sandbox_id=row["sandbox_id"],
            data_id=row["data_id"],
            sha256=row["sha256"],
            sha1=row["sha1"],
            md5=row["md5"],
            file_name=row["file_name"] or None,
            file_type=row["file_type"] or None,
            system=row["system"],
            source=row["source"],
            is_imported=bool(row["is_imported"]),
            is_private=row["private_to"] is not None,
            state=state,
            progress=row["progress"] if is_open else 100,
            outcome=None if is_open else row["outcome"] or "failed",
            reason=row["reason"],
            score=row["score"],
            verdict=verdict(row["score"]),
            families=_families.decode(row["families"]),
            requested_at=moment(row["requested_at"]),
            added_at=moment(row["seq"]),
            stored_at=moment_or_none(row["stored_at"]),
        ),
        row["seq"],
        moment_or_none(row["deadline_at"]),
    )


def _places(
    database: Database,
    driver: _Driver,
    rest: Sequence[_Filter],
    viewer: Viewer,
    between: tuple[int, int],
    limit: int,
) -> list[int]:
    """The places of the first `limit` among the first SCAN that the driver gives."""
    conditions = "".join(f" AND {one.column} IN ({', '.join('?' * len(one.values))})" for one in rest)
    values = [value for one in rest for value in one.values]
    found = database.rows(
        f"SELECT seq FROM (SELECT seq FROM ({driver.scan()} LIMIT ?)) CROSS JOIN listed USING (seq)"  # noqa: S608 - fixed
        f" WHERE {SEEN}{conditions} LIMIT ?",
        (*driver.parameters(*between), SCAN, *seen_by(viewer), *values, limit),
    )
    return [row["seq"] for row in found]


def _bounds(database: Database, wanted: Wanted, after: int | None) -> tuple[int, int]:
    """The first and the last place of the list that can be meant."""
    newest = database.value("SELECT max(seq) FROM listed") or 0
    last = newest if after is None else min(newest, after - 1)
    if wanted.until is not None:
        last = min(last, micros(wanted.until) - 1)
    return 0 if wanted.since is None else micros(wanted.since), last


def _planned(database: Database, wanted: Wanted, first: int, last: int) -> tuple[_Driver, list[_Filter]]:
    """What the list is read along, and what else has to hold."""
    filters = _filters(wanted)
    if wanted.text is not None:
        return _Words(match_of(wanted.text)), filters
    if not filters:
        return _Everything(), []
    sizes = [_size(database, one, first, last) for one in filters] if len(filters) > 1 else [0]
    driver = filters.pop(sizes.index(min(sizes)))
    return driver, filters


def _size(database: Database, one: _Filter, first: int, last: int) -> int:
    """How many it gives, as far as that can matter."""
    sql = f"SELECT count(*) FROM ({one.scan()} LIMIT ?)"  # noqa: S608 - fixed
    return int(database.value(sql, (*one.parameters(first, last), SCAN + 1)))


def _filters(wanted: Wanted) -> list[_Filter]:
    filters = []
    if wanted.subjects is not None:
        filters.append(_Filter("listed_subject", "subject", wanted.subjects))
    if wanted.standing is Standing.IMPORTED:
        filters.append(_Filter("listed_imported", "is_imported", (1,)))
    elif wanted.standing is not None:
        filters.append(_Filter("listed_state", "state", _STATES[wanted.standing]))
    if wanted.verdict is not None:
        filters.append(_Filter("listed_verdict", "verdict", (RANKS[wanted.verdict],)))
    if wanted.system is not None:
        filters.append(_Filter("listed_system", "system", (wanted.system,)))
    if wanted.source is not None:
        filters.append(_Filter("listed_source", "source", (wanted.source,)))
    return filters


def match_of(text: str) -> str:
    """`text` as FTS5 is asked for it: each word quoted, all of them wanted.

    A word of PREFIX_CHARACTERS and more stands for all that begin so. Words beyond MAX_WORDS do not matter.
    """
    words = [word for word in text.replace("\0", " ").split() if any(letter.isalnum() for letter in word)]
    quoted = ('"{}"{}'.format(word.replace('"', '""'), "*" * _is_prefix(word)) for word in words[:MAX_WORDS])
    return " ".join(quoted) or '""'


def _is_prefix(word: str) -> bool:
    last = next(length for length in range(len(word) + 1) if length == len(word) or not word[-1 - length].isalnum())
    return last >= PREFIX_CHARACTERS


def before(database: Database, sandbox_id: str) -> int:
    """How many pending analyses are taken up before this one; MAX_COUNTED + 1: more than MAX_COUNTED."""
    return int(
        database.value(
            "SELECT count(*) FROM (SELECT 1 FROM tasks AS other JOIN tasks AS this ON this.sandbox_id = ?"
            " WHERE other.state = 'pending' AND (other.requested_at, other.seq) < (this.requested_at, this.seq)"
            " LIMIT ?)",
            (sandbox_id, MAX_COUNTED + 1),
        )
    )
