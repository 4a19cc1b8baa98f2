"""One writer for all: reports that are ready wait in line, and all that wait are kept in one transaction."""

import queue
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from types import TracebackType
from typing import Self

from fulgurite.errors import StoreError
from fulgurite.store import Store
from fulgurite.store.arrivals import Added, Arrival

_MOST_AT_ONCE = 200


class Writer:
    """Keeps reports, in a thread of its own while it is entered. Threads share it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._line: queue.Queue[tuple[Arrival, Future[Added]] | None] = queue.Queue(_MOST_AT_ONCE)
        self._thread = threading.Thread(target=self._write, name="import-writer", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """What is in line is still kept."""
        self._line.put(None)
        self._thread.join()

    def put(self, arrival: Arrival) -> "Future[Added]":
        """Puts a report in line. The result is there once it is durable; it raises StoreFull, StoreError.

        Raises StoreError when nobody writes any more.
        """
        if not self._thread.is_alive():
            raise StoreError("nobody keeps imported reports any more")
        done: Future[Added] = Future()
        self._line.put((arrival, done))
        return done

    def _write(self) -> None:
        while (first := self._line.get()) is not None:
            waiting, is_last = [first], False
            while len(waiting) < _MOST_AT_ONCE:
                try:
                    further = self._line.get_nowait()
                except queue.Empty:
                    break
                if further is None:
                    is_last = True
                    break
                waiting.append(further)
            self._keep(waiting)
            if is_last:
                return

    def _keep(self, waiting: Sequence[tuple[Arrival, "Future[Added]"]]) -> None:
        try:
            added = self._store.add_imports([arrival for arrival, _ in waiting])
        except StoreError as error:
            for _, done in waiting:
                done.set_exception(error)
        else:
            for (_, done), one in zip(waiting, added, strict=True):
                done.set_result(one)
        finally:
            # Whatever went wrong with it: nobody shall wait for ever.
            for _, done in waiting:
                if not done.done():
                    done.set_exception(StoreError("a report could not be kept: the log has the reason"))
