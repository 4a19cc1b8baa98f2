"""Who may do what: the key in the `apikey` header and the role that an endpoint asks for."""

import re
import time
from collections.abc import Callable
from typing import Final

from fulgurite.api.problems import Problem
from fulgurite.model.key import Key, Role

REMEMBERED_S: Final = 1.0
"""How long a key found good is not looked up again: the longest that a revoked key still works."""
_MAX_REMEMBERED = 4096
_MAY = {
    Role.READ: frozenset({Role.READ, Role.SUBMIT, Role.ADMIN}),
    Role.SUBMIT: frozenset({Role.SUBMIT, Role.ADMIN}),
    Role.ADMIN: frozenset({Role.ADMIN}),
}
"""The role that an endpoint asks for -> the roles of keys that it lets in."""
_KEY = re.compile(rb"[a-z0-9]{32}")


class Keyring:
    """Asks the store for keys, and remembers good ones for a second. Used from the event loop only."""

    def __init__(self, check: Callable[[str], Key | None], *, clock: Callable[[], float] = time.monotonic) -> None:
        """`check` gives the key that a raw text is, or None; `clock` gives seconds that never go back."""
        self._check = check
        self._clock = clock
        self._remembered: dict[bytes, tuple[float, Key]] = {}

    def permitted(self, raw: bytes | None, role: Role) -> Key:
        """The key that `raw` is. Raises Problem 401006 for none or a bad one, 403003 when it lacks `role`."""
        key = self._key(raw)
        if key is None:
            raise Problem(401006)
        if key.role not in _MAY[role]:
            raise Problem(403003)
        return key

    def _key(self, raw: bytes | None) -> Key | None:
        if raw is None:
            return None
        remembered = self._remembered.get(raw)
        now = self._clock()
        if remembered is not None and now < remembered[0]:
            return remembered[1]
        key = self._check(raw.decode("ascii")) if _KEY.fullmatch(raw) is not None else None
        if key is None:
            self._remembered.pop(raw, None)
        else:
            if len(self._remembered) >= _MAX_REMEMBERED:
                self._remembered.clear()
            self._remembered[raw] = (now + REMEMBERED_S, key)
        return key
