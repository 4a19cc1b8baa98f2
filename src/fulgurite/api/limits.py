"""What the caller of one request uses: throttle and quotas, the headers that tell of them, the errors that end it."""

import asyncio
import errno
import logging

from fulgurite.api.access import Caller
from fulgurite.api.headers import Header, of_account, of_usage, retry_after
from fulgurite.api.problems import MESSAGES, Problem
from fulgurite.api.seldom import Seldom
from fulgurite.errors import OverLimit, StoreFull
from fulgurite.model.key import Key
from fulgurite.model.usage import THROTTLE, Claim, Kind, Standing
from fulgurite.service.quota import Accounts

_log = logging.getLogger(__name__)
_say = Seldom(_log)


class Account:
    """The account behind one request. Every endpoint that uses up something of a quota says so here."""

    def __init__(self, caller: Caller, accounts: Accounts, kind: Kind = Kind.REPUTATION) -> None:
        self.kind = kind
        """Whose counts stand in the headers; the last kind that was charged or looked at."""
        self._caller = caller
        self._accounts = accounts
        self._standing: Standing | None = None

    @property
    def key(self) -> Key:
        """The key that the request has."""
        return self._caller.key

    async def throttle(self) -> None:
        """Counts a call that is throttled. Raises Problem 429001, StoreError."""
        try:
            await asyncio.to_thread(self._accounts.throttle, self.key)
        except OverLimit as error:
            raise limited(error) from error

    async def charge(self, kind: Kind, count: int = 1) -> None:
        """Counts `count` of a quota, all or nothing. Raises Problem 429000, StoreError.

        Exact over all processes for analyses and files; for lookups as `fulgurite.service.quota` says.
        """
        self.kind = kind
        if kind is Kind.REPUTATION:
            self.look_up(count)
            return
        try:
            await asyncio.to_thread(self._accounts.charge, self.key, kind, count)
        except OverLimit as error:
            raise limited(error) from error

    async def check(self, kind: Kind, count: int = 1) -> None:
        """Looks whether so much is left before work begins whose end charges `claim`. Raises Problem 429000."""
        self.kind = kind
        try:
            await asyncio.to_thread(self._accounts.check, self.key, kind, count)
        except OverLimit as error:
            raise limited(error) from error

    def claim(self, kind: Kind, count: int = 1) -> Claim:
        """For a use case that charges within its own transaction; it raises OverLimit, which is answered as 429000."""
        self.kind = kind
        return self._accounts.claim(self.key, kind, count)

    def look_up(self, count: int = 1) -> None:
        """Counts lookups in memory. Raises Problem 429000."""
        try:
            self._caller.meter.count(count)
        except OverLimit as error:
            standing = self._accounts.standing(self.key, Kind.REPUTATION)
            raise limited(OverLimit(error.what, error.limit, standing.reset_in_s)) from error

    async def settle(self) -> None:
        """Finds out how much is used now; before the answer is sent. Raises StoreError."""
        self._standing = await asyncio.to_thread(self._accounts.standing, self.key, self.kind)

    def headers(self) -> list[Header]:
        """What the answer says of the account."""
        standing = self._standing
        if standing is None:
            meter = self._caller.meter
            return [*self._caller.headers[:-1], *of_usage(meter.used, meter.limit)]
        return [*of_account(self.kind, standing), *of_usage(standing.used, standing.limit)]


def problem_of(error: Exception) -> Problem:
    """What a request is answered with that ended in `error`; logged, where its cause is here."""
    match error:
        case Problem():
            return error
        case OverLimit():
            return limited(error)
        case StoreFull():
            _log.error("no room left: %s", error)
            return Problem(503000, "no room left on the disk")
        case _ if _lacks_files(error):
            _say.error("no file descriptors are left, raise `ulimit -n`: %s", error)
            return Problem(503000, "too many open files", headers=[retry_after(1)])
        case _:
            _log.error("a request failed", exc_info=error)
            return Problem(500001)


def _lacks_files(error: BaseException) -> bool:
    """Whether a file could not be opened since too many are."""
    found = error if isinstance(error, OSError) else error.__cause__
    return isinstance(found, OSError) and found.errno in {errno.EMFILE, errno.ENFILE}


def limited(error: OverLimit) -> Problem:
    """The problem of a key that has used up what it may."""
    headers = [retry_after(error.retry_after_s)]
    if error.what == THROTTLE:
        return Problem(429001, message=f"Request throttled, maximum {error.limit} requests per minute", headers=headers)
    return Problem(429000, f"{error.what}: {error.limit} in 24 hours", message=MESSAGES[429000], headers=headers)
