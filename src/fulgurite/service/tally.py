"""What server processes count of their requests: by kind and status, and how long they took.

Counted in shared memory, a column a process (`fulgurite.store.counters`): so any process can tell of all of them, and
those that have ended are not forgotten.
"""

from bisect import bisect_right
from collections.abc import Iterator
from typing import Final, NamedTuple

from fulgurite.store.counters import FREE, Counters

KINDS: Final = ("hash_lookup", "sandbox_lookup", "other")
HASH_LOOKUP, SANDBOX_LOOKUP, OTHER = range(len(KINDS))
STATUSES: Final = (200, 304, 400, 401, 403, 404, 405, 406, 408, 429, 500, 503)
"""Every other status is counted as 0."""
BUCKETS_US: Final = (100, 250, 500, 1_000, 5_000, 25_000, 100_000, 500_000, 2_500_000)
"""Upper bounds, exclusive; what took longer stands in one more bucket."""
_AT: Final = {status: place for place, status in enumerate(STATUSES)}
_NO_STATUS: Final = len(STATUSES)
_FIRST_BUCKET: Final = _NO_STATUS + 1
_SUM: Final = _FIRST_BUCKET + len(BUCKETS_US) + 1
_WIDTH: Final = _SUM + 1
_ROUNDS: Final = len(KINDS) * _WIDTH
_MENDED: Final = _ROUNDS + 1


class Told(NamedTuple):
    """What was counted of one kind of requests, by all processes."""

    kind: str
    by_status: dict[int, int]
    buckets: tuple[int, ...]
    """How many took less than each bound of BUCKETS_US, and more than the one before; then the rest."""
    sum_us: int
    """What all took together."""


class Upkeep(NamedTuple):
    """What was counted of the rounds over the index, by all processes."""

    rounds: int
    """How often all of it was looked through."""
    mended: int
    """Entries that were wrong or missing, and made again."""


class Tally:
    """Counts requests, and what the rounds over the index find. To be closed at the end.

    Requests are counted by one thread, the rounds by one, which may be another.
    """

    def __init__(self, counters: Counters) -> None:
        """Raises StoreError."""
        self._counters = counters
        self.own = counters.own
        """Where in a row this process counts."""
        self._rows = [counters.row(number) for number in range(len(KINDS) * _WIDTH)]
        firsts = range(0, len(self._rows), _WIDTH)
        self._by_status = [{status: self._rows[first + place] for status, place in _AT.items()} for first in firsts]

    def seen(self, kind: int, status: int, took_us: int) -> None:
        """Counts one request."""
        rows, own, first = self._rows, self.own, kind * _WIDTH
        self._by_status[kind].get(status, rows[first + _NO_STATUS])[own] += 1
        # Nearly all lookups fall into the first bucket.
        bucket = 0 if took_us < BUCKETS_US[0] else bisect_right(BUCKETS_US, took_us)
        rows[first + _FIRST_BUCKET + bucket][own] += 1
        rows[first + _SUM][own] += took_us

    def rows_of(self, kind: int) -> tuple[dict[int, memoryview], list[memoryview], memoryview]:
        """What requests of this kind are counted in, at `own`: by status, by bucket of time, and their time in us."""
        first = kind * _WIDTH
        return self._by_status[kind], self._rows[first + _FIRST_BUCKET : first + _SUM], self._rows[first + _SUM]

    def told(self) -> Iterator[Told]:
        """What all processes have counted."""
        for place, kind in enumerate(KINDS):
            sums = [sum(row[FREE:]) for row in self._rows[place * _WIDTH : (place + 1) * _WIDTH]]
            by_status = dict(zip((*STATUSES, 0), sums[:_FIRST_BUCKET], strict=True))
            yield Told(kind, by_status, tuple(sums[_FIRST_BUCKET:_SUM]), sums[_SUM])

    def looked_through(self) -> None:
        """Counts a round over the index."""
        self._counters.row(_ROUNDS)[self._counters.own] += 1

    def mended(self) -> None:
        """Counts an entry of the index that was made again."""
        self._counters.row(_MENDED)[self._counters.own] += 1

    def upkeep(self) -> Upkeep:
        """What all processes have counted of the rounds."""
        return Upkeep(*(sum(self._counters.row(number)[FREE:]) for number in (_ROUNDS, _MENDED)))

    def close(self) -> None:
        """Gives up the column; what was counted stays."""
        self._rows = []
        self._counters.close()
