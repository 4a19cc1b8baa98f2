"""Files as they come in: what is written about them in one transaction."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from fulgurite.model.hashes import Digests
from fulgurite.model.task import Submission, TaskRow
from fulgurite.store import samples, sha512, submissions, tasks
from fulgurite.store.indexing import Note, noted


class Incoming(NamedTuple):
    """A file that is submitted. Its bytes are in the blob store already, as hostile ones."""

    digests: Digests
    size_bytes: int
    submission: Submission
    task: TaskRow | None
    """Its analysis; None: it is kept only."""
    file_type: str
    sha512: bytes = b""
    """Raw; empty: it is computed later."""


def insert(connection: sqlite3.Connection, incoming: Sequence[Incoming], now: datetime) -> list[Note]:
    """Adds samples, submissions and tasks; returns the notes for the index, left in the same transaction."""
    for one in incoming:
        samples.insert(connection, one.digests, size_bytes=one.size_bytes, file_type=one.file_type, now=now)
        submissions.insert(connection, one.submission)
        if one.task is not None:
            tasks.insert(connection, one.task)
    notes = [noted(connection, "sample", one.digests.sha256) for one in incoming]
    for one in incoming:
        if one.sha512:
            notes += sha512.compute(connection, one.sha512, one.digests.sha256)
    return notes
