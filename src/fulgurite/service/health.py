"""How the service is: whether it can answer, and what it has to do."""

from collections.abc import Callable
from typing import NamedTuple

from fulgurite.errors import StoreError
from fulgurite.store import Store


class Readiness(NamedTuple):
    """What it takes to be of use."""

    store: bool
    """Whether the database and the index can be read."""
    worker: bool
    """Whether a worker runs samples."""


def readiness(store: Store, is_worker_alive: Callable[[], bool]) -> Readiness:
    """Whether requests can be answered and samples run. Blocks."""
    try:
        store.database.row("SELECT 1")
        is_readable = store.index.store_id() == store.store_id
    except StoreError:
        is_readable = False
    return Readiness(is_readable, is_worker_alive())


def tasks_by_state(store: Store) -> dict[str, int]:
    """How many tasks are in each state. Blocks. Raises StoreError."""
    rows = store.database.rows("SELECT state, COUNT(*) AS number FROM tasks GROUP BY state")
    return {str(row["state"]): int(row["number"]) for row in rows}


def analyses(store: Store) -> int:
    """How many finished analyses are kept, about: the number of the last. Blocks. Raises StoreError."""
    row = store.database.row("SELECT MAX(seq) AS number FROM reports")
    return 0 if row is None else int(row["number"] or 0)
