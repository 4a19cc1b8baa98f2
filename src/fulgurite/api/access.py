"""Who may do what: the key in the `apikey` header and the role that an endpoint asks for."""

import re
import time
from collections.abc import Callable
from typing import Final, NamedTuple

from fulgurite.api.guessing import Brake
from fulgurite.api.headers import NO_SNIFF, Header, lines, of_account, retry_after
from fulgurite.api.problems import Problem
from fulgurite.model.key import Key, Role
from fulgurite.model.usage import Kind
from fulgurite.model.viewer import Viewer, viewer_of
from fulgurite.service.quota import Accounts, Meter

REMEMBERED_S: Final = 1.0
"""How long a key found good is not looked up again: the longest that a revoked or expired key still works."""
_MAX_REMEMBERED = 4096
_MAY = {
    Role.READ: frozenset({Role.READ, Role.SUBMIT, Role.ADMIN}),
    Role.SUBMIT: frozenset({Role.SUBMIT, Role.ADMIN}),
    Role.ADMIN: frozenset({Role.ADMIN}),
}
"""The role that an endpoint asks for -> the roles of keys that it lets in."""
_KEY = re.compile(rb"[a-z0-9]{32}")

Client = tuple[str, int] | None
"""The other end of a connection as the server names it; None for one without an address."""


class Caller(NamedTuple):
    """A good key, and what is at hand for it, for as long as it is remembered."""

    key: Key
    meter: Meter
    """Counts its lookups."""
    headers: list[Header]
    """What every answer to a lookup says of its account, but for the counts."""
    lines: bytes
    """The same as it goes over the wire."""
    viewer: Viewer
    """What of the private it sees."""


class Keyring:
    """Asks the store for keys, and remembers good ones for a second. Used from the event loop only.

    What is remembered is found by Python's own hash of the whole text, keyed anew in each process; bytes are compared
    only where all 64 bits of it agree. So how long that takes tells a guesser nothing, as `fulgurite.store.keys` tells
    of the store.
    """

    def __init__(
        self,
        check: Callable[[str], Key | None],
        accounts: Accounts,
        brake: Brake,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`check` gives the key that a raw text is, or None; `clock` gives seconds that never go back."""
        self._check = check
        self._accounts = accounts
        self._brake = brake
        self._clock = clock
        self._remembered: dict[bytes, tuple[float, Caller]] = {}

    def caller(self, raw: bytes | None, client: Client) -> Caller:
        """Who has the key `raw`. Raises Problem 401006 for none or a bad one, 403002 after too many bad ones."""
        if raw is None:
            raise Problem(401006)
        remembered = self._remembered.get(raw)
        now = self._clock()
        if remembered is not None and now < remembered[0]:
            return remembered[1]
        key = self._check(raw.decode("ascii")) if _KEY.fullmatch(raw) is not None else None
        if key is None:
            self._remembered.pop(raw, None)
            raise self._refusal(client)
        if len(self._remembered) >= _MAX_REMEMBERED:
            self._remembered.clear()
        caller = self._caller(key)
        self._remembered[raw] = (now + REMEMBERED_S, caller)
        return caller

    def remembered(self, raw: bytes | None) -> tuple[float, Caller] | None:
        """Who has the key `raw`, where that is known without a look, and until when, in seconds of `clock`."""
        return None if raw is None else self._remembered.get(raw)

    def _caller(self, key: Key) -> Caller:
        meter = self._accounts.meter(key)
        standing = self._accounts.standing(key, Kind.REPUTATION)
        headers = [*of_account(Kind.REPUTATION, standing), NO_SNIFF]
        return Caller(key, meter, headers, lines(headers), viewer_of(key))

    def _refusal(self, client: Client) -> Problem:
        ban_s = self._brake.ban_of("" if client is None else client[0])
        return Problem(401006) if ban_s is None else Problem(403002, headers=[retry_after(ban_s)])


def allow(key: Key, role: Role) -> None:
    """Raises Problem 403003 when `key` may not what needs `role`."""
    if key.role not in _MAY[role]:
        raise Problem(403003)
