"""Errands: requests to the outside that are made beside the analyses, and never hold them up."""

import logging
import threading
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

from fulgurite.errors import StoreError

THREADS = 4
"""So many receivers may dawdle at once before others have to wait."""
POLL_S = 0.25
TROUBLE_PAUSE_S = 2.0
_END_S = 5.0

_log = logging.getLogger(__name__)

Errand = Callable[[], bool]
"""Does one piece of work; False when there is none. Raises StoreError."""


class Errands:
    """Does errands in threads of its own while it is entered."""

    def __init__(
        self,
        errands: Sequence[Errand],
        *,
        break_off: Callable[[], None] = lambda: None,
        threads: int = THREADS,
        poll_s: float = POLL_S,
    ) -> None:
        """`break_off` is called at the end, to wake threads that wait for somebody."""
        self._errands = errands
        self._break_off = break_off
        self._poll_s = poll_s
        self._ending = threading.Event()
        self._threads = [
            threading.Thread(target=self._run, name=f"errands-{number}", daemon=True) for number in range(threads)
        ]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ending.set()
        self._break_off()
        for thread in self._threads:
            thread.join(_END_S)

    def _run(self) -> None:
        while not self._ending.is_set():
            try:
                # All are asked, so that much of one kind does not keep another waiting.
                worked = [errand() for errand in self._errands if not self._ending.is_set()]
            except StoreError:
                if self._ending.is_set():
                    return
                _log.exception("the store is in trouble")
                self._ending.wait(TROUBLE_PAUSE_S)
            else:
                if not any(worked):
                    self._ending.wait(self._poll_s)
