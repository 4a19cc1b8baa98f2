"""What would be said at each request while something lasts is said once a minute."""

import logging
import time
from collections.abc import Callable
from typing import Final

PAUSE_S: Final = 60.0


class Seldom:
    """Says errors in the log, one in a minute at most. Threads may share it: at worst it says two."""

    def __init__(self, log: logging.Logger, *, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` gives seconds that never go back."""
        self._log = log
        self._clock = clock
        self._next = clock()

    def error(self, message: str, *args: object) -> None:
        """Says this, or nothing."""
        now = self._clock()
        if now >= self._next:
            self._next = now + PAUSE_S
            self._log.error(message, *args)
