"""What keys use: charged exactly where it is dear, counted in memory where it is cheap.

Submissions are charged in the very transaction that keeps them, so however many come at once, over however many
processes, none is kept beyond the quota. Throttled calls are charged in a transaction of their own.

Lookups are counted in memory and written down in one go every FLUSH_S. So a process that is killed loses what it
counted in the last FLUSH_S, a machine that crashes what SQLite had not yet put on disk; an orderly end loses nothing.
A process never lets more pass than the quota has left by its own count and by what the others had written down: with
several processes on one data folder a quota may be overdrawn by what the others answered within FLUSH_S.
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
from fulgurite.store.usage import Used, length_of, over_limit, seconds_left

FLUSH_S = 1.0
"""How long a lookup may be counted in memory only."""
IDLE_FLUSHES = 60
"""A meter that nobody asked for while so many flushes went by is put away."""

_log = logging.getLogger(__name__)


class Meter:
    """The lookups of one key in its present window, as this process knows of them.

    `counted` is written by one thread only, the one that answers, and `stored` and `elsewhere` by the one that flushes.
    """

    __slots__ = ("counted", "elsewhere", "idle", "key_id", "limit", "started_at", "stored")

    def __init__(self, key_id: int, limit: int, used: Used) -> None:
        self.key_id = key_id
        self.limit = limit
        self.counted = 0
        """By this process."""
        self.stored = 0
        """What the database has of `counted`."""
        self.elsewhere = used.amount
        """By other processes, and before this one began to count."""
        self.started_at = used.started_at
        self.idle = 0
        """Flushes since somebody wanted it."""

    @property
    def used(self) -> int:
        """All lookups of the window."""
        return self.elsewhere + self.counted

    def count(self, lookups: int = 1) -> int:
        """Counts `lookups`; returns how many there are now. Raises OverLimit, which is without a time."""
        used = self.elsewhere + self.counted + lookups
        if used > self.limit:
            raise OverLimit(Kind.REPUTATION, self.limit, 0)
        self.counted += lookups
        return used


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
        meter = self._meters.get(key.id)
        if what == Kind.REPUTATION and meter is not None and meter.started_at + DAY > now:
            return _standing(quotas.reputation_api, Used(meter.used, meter.started_at), what, now)
        limit = quotas.per_minute if what == THROTTLE else quotas.of(Kind(what))
        return _standing(limit, self._store.usage.used(key.id, what, now), what, now)

    def meter(self, key: Key) -> Meter:
        """What counts the lookups of `key`: to be asked for anew every second. Raises StoreError."""
        now = self._now()
        with self._guard:
            meter = self._meters.get(key.id)
            if meter is None or meter.started_at + DAY <= now:
                used = self._store.usage.used(key.id, Kind.REPUTATION, now)
                meter = self._meters[key.id] = Meter(key.id, self.quotas(key).reputation_api, used)
            meter.started_at = now if meter.used == 0 else min(now, meter.started_at)
            meter.idle = 0
        return meter

    def flush(self) -> None:
        """Writes down what was counted, and learns what others counted. Blocks. Raises StoreError."""
        with self._flushing:
            now = self._now()
            meters = [meter for meter in list(self._meters.values()) if meter.started_at + DAY > now]
            counted = {meter: meter.counted for meter in meters if meter.counted > meter.stored}
            if counted:
                told = self._store.usage.add([_unstored(meter, count, now) for meter, count in counted.items()])
                for (meter, count), used in zip(counted.items(), told, strict=True):
                    meter.stored = count
                    meter.elsewhere = used.amount - count
            for meter in meters:
                if meter not in counted:
                    self._look_after(meter, now)

    def _look_after(self, meter: Meter, now: datetime) -> None:
        with self._guard:
            meter.idle += 1
            if meter.idle > IDLE_FLUSHES:
                self._meters.pop(meter.key_id, None)
                return
        meter.elsewhere = self._store.usage.used(meter.key_id, Kind.REPUTATION, now).amount - meter.stored

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
        except StoreError:
            _log.exception("lookups could not be written down; it will be tried again")


def _unstored(meter: Meter, counted: int, now: datetime) -> Claim:
    return Claim(
        key_id=meter.key_id,
        what=Kind.REPUTATION,
        count=counted - meter.stored,
        limit=meter.limit,
        at=min(now, meter.started_at),
    )


def _standing(limit: int, used: Used, what: str, now: datetime) -> Standing:
    length = length_of(what)
    left = length if used.amount == 0 else min(length, used.started_at + length - now)
    return Standing(limit=limit, used=used.amount, reset_in_s=seconds_left(left))
