"""What keys use: charged exactly where it is dear, counted in shared memory where it is cheap.

Submissions are charged in the very transaction that keeps them, so however many come at once, over however many
processes, none is kept beyond the quota. Throttled calls are charged in a transaction of their own.

Lookups are counted in memory that all server processes of a data folder share (`fulgurite.store.counters`), without a
write for each: every process sees at once what all have counted, none lets pass more than the quota has, and a process
that is killed loses nothing. Every FLUSH_S they are written down, so a crash of the machine loses what was counted in
the last FLUSH_S, and what SQLite had not yet put on disk.
"""

import logging
import threading
from collections.abc import Callable
from datetime import datetime
from types import TracebackType
from typing import Self

from fulgurite.errors import OverLimit, StoreError
from fulgurite.model.key import Key
from fulgurite.model.usage import DAY, THROTTLE, Claim, Kind, Quotas, Standing
from fulgurite.store import Store
from fulgurite.store.counters import COLUMNS, FREE, Counters
from fulgurite.store.db import micros, moment
from fulgurite.store.usage import Used, length_of, over_limit, seconds_left

FLUSH_S = 1.0
"""How long a lookup may be counted in memory only, which a crash of the machine would empty."""
IDLE_FLUSHES = 60
"""A meter that nobody asked for while so many flushes went by is put away."""

_log = logging.getLogger(__name__)


FLOOR, _STARTED_US, TOP = 0, 1, 0
"""In the row of a key: the sum that its window began with, and when. In row 0: how many columns are or were in use."""
CAREFUL = COLUMNS
"""So near to the limit lookups are counted under the lock: each process may be counting one just now."""


class Meter:
    """The lookups of one key in its present window, of all processes. Counted by one thread only.

    Its row is that of the key's id.
    """

    __slots__ = ("_counters", "flushed", "idle", "key_id", "limit", "own", "row", "top")

    def __init__(self, counters: Counters, key_id: int, limit: int) -> None:
        self._counters = counters
        self.row = counters.row(key_id)
        self.own = counters.own
        self.top = counters.row(0)
        self.key_id = key_id
        self.limit = limit
        self.flushed = -1
        """What was last written down."""
        self.idle = 0
        """Flushes since somebody wanted it."""

    @property
    def used(self) -> int:
        """All lookups of the window."""
        return sum(self.row[FREE : FREE + self.top[TOP]]) - self.row[FLOOR]

    @property
    def started_at(self) -> datetime:
        """When the window began."""
        return moment(self.row[_STARTED_US])

    def count(self, lookups: int = 1) -> int:
        """Counts `lookups`; returns how many there are now. Raises OverLimit, which is without a time."""
        row = self.row
        columns = self.top[TOP]
        # Most servers are one process, and a sum over one column costs three times the number in it.
        total = row[FREE] if columns == 1 else sum(row[FREE : FREE + columns])
        used = total - row[FLOOR] + lookups
        if lookups == 1 and used < self.limit - CAREFUL:
            row[self.own] += 1
            return used
        with self._counters.lock():
            used = self.used + lookups
            if used > self.limit:
                raise OverLimit(Kind.REPUTATION, self.limit, 0)
            row[self.own] += lookups
            return used

    def look_at_clock(self, now: datetime) -> None:
        """Begins a new window where the present one is over, or where nothing was counted in it."""
        row = self.row
        with self._counters.lock():
            self.top[TOP] = max(self.top[TOP], self.own - FREE + 1)
            if self.used == 0 or self.started_at + DAY <= now:
                row[FLOOR] += self.used
                row[_STARTED_US] = micros(now)
            row[_STARTED_US] = min(row[_STARTED_US], micros(now))

    def begin(self, known: Used, now: datetime) -> None:
        """Goes on from what was written down, where that is more than the memory has: after a crash of the machine."""
        row = self.row
        with self._counters.lock():
            self.top[TOP] = max(self.top[TOP], self.own - FREE + 1)
            is_over = self.started_at + DAY <= now
            if known.amount > 0 and (is_over or known.amount > self.used):
                row[FLOOR] += self.used - known.amount
                row[_STARTED_US] = micros(known.started_at)


class Accounts:
    """What the keys of one store have used and may use. Threads may share it; meters belong to one of them.

    Enter it to have the lookups written down as time goes by, and at its end.
    """

    def __init__(self, store: Store, defaults: Quotas, *, now: Callable[[], datetime]) -> None:
        """`defaults` are for keys that have no quotas of their own."""
        self._store = store
        self._defaults = defaults
        self._now = now
        self._meters: dict[int, Meter] = {}
        self._is_behind = False
        """Whether lookups could not be written down when it was tried last."""
        self._ending = threading.Event()
        self._flushing = threading.Lock()
        self._guard = threading.Lock()
        self._writer = threading.Thread(target=self._keep_flushing, name="usage", daemon=True)

    def __enter__(self) -> Self:
        self._writer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ending.set()
        self._writer.join()
        self._flush_calmly()

    def quotas(self, key: Key) -> Quotas:
        """What `key` may use."""
        return key.allowance.over(self._defaults)

    def claim(self, key: Key, kind: Kind, count: int = 1) -> Claim:
        """What has to be charged for `count` calls of this kind, for transactions that charge it themselves."""
        return Claim(key_id=key.id, what=kind, count=count, limit=self.quotas(key).of(kind), at=self._now())

    def charge(self, key: Key, kind: Kind, count: int = 1) -> None:
        """Counts calls, exactly and durably. Blocks. Not for lookups. Raises OverLimit, StoreError."""
        claim = self.claim(key, kind, count)
        # Asked first, so that who has nothing left cannot make the server write.
        self._check(claim)
        self._store.usage.charge(claim)

    def check(self, key: Key, kind: Kind, count: int = 1) -> None:
        """Looks whether so much is left, without counting it. Blocks. Raises OverLimit, StoreError."""
        self._check(self.claim(key, kind, count))

    def throttle(self, key: Key) -> None:
        """Counts a throttled call. Blocks. Raises OverLimit, and StoreError when the store cannot be read.

        On a full disk it cannot be counted, and goes on: what it wants kept will fail with the better reason.
        """
        claim = Claim(key_id=key.id, what=THROTTLE, count=1, limit=self.quotas(key).per_minute, at=self._now())
        self._check(claim)
        try:
            self._store.usage.charge(claim, durable=False)
        except StoreError as error:
            _log.warning("a throttled call could not be counted: %s", error)

    def standing(self, key: Key, what: str) -> Standing:
        """How much of a quota of the day, or of THROTTLE, is used. Blocks. Raises StoreError."""
        now = self._now()
        quotas = self.quotas(key)
        if what == Kind.REPUTATION:
            meter = self.meter(key)
            return _standing(meter.limit, Used(meter.used, meter.started_at), what, now)
        limit = quotas.per_minute if what == THROTTLE else quotas.of(Kind(what))
        return _standing(limit, self._store.usage.used(key.id, what, now), what, now)

    def meter(self, key: Key) -> Meter:
        """What counts the lookups of `key`: to be asked for anew every second. Raises StoreError."""
        now = self._now()
        with self._guard:
            meter = self._meters.get(key.id)
            if meter is None:
                meter = self._meters[key.id] = Meter(self._store.counters, key.id, 0)
                meter.begin(self._store.usage.used(key.id, Kind.REPUTATION, now), now)
            meter.limit = self.quotas(key).reputation_api
            meter.look_at_clock(now)
            meter.idle = 0
        return meter

    def flush(self) -> None:
        """Writes down what was counted. Blocks. Raises StoreError."""
        with self._flushing:
            meters = list(self._meters.values())
            counted = [meter for meter in meters if meter.used != meter.flushed]
            if counted:
                self._store.usage.keep(Kind.REPUTATION, (_told(meter) for meter in counted))
            with self._guard:
                for meter in meters:
                    meter.idle += 1
                    if meter.idle > IDLE_FLUSHES:
                        self._meters.pop(meter.key_id, None)

    def _check(self, claim: Claim) -> None:
        used = self._store.usage.used(claim.key_id, claim.what, claim.at)
        if used.amount + claim.count > claim.limit:
            raise over_limit(claim, used)

    def _keep_flushing(self) -> None:
        while not self._ending.wait(FLUSH_S):
            self._flush_calmly()

    def _flush_calmly(self) -> None:
        try:
            self.flush()
        except StoreError as error:
            # Said once: a full disk would be told of each second, and has little room for that.
            if not self._is_behind:
                _log.error("lookups could not be written down; it is tried again: %s", error)
            self._is_behind = True
        else:
            self._is_behind = False


def _told(meter: Meter) -> tuple[int, Used]:
    meter.flushed = meter.used
    return meter.key_id, Used(meter.flushed, meter.started_at)


def _standing(limit: int, used: Used, what: str, now: datetime) -> Standing:
    length = length_of(what)
    left = length if used.amount == 0 else min(length, used.started_at + length - now)
    return Standing(limit=limit, used=used.amount, reset_in_s=seconds_left(left))
