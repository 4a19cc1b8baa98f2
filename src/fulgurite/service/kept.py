"""What was made lately and would be costly to make again, in bounded memory."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

_Value = TypeVar("_Value")


class Kept(Generic[_Value]):
    """Values by name, the ones asked for last. Threads may share it: what two make at once is made twice."""

    def __init__(self, most_bytes: int, size_of: Callable[[_Value], int]) -> None:
        self._most_bytes = most_bytes
        self._size_of = size_of
        self._values: OrderedDict[Hashable, tuple[_Value, int]] = OrderedDict()
        self._bytes = 0
        self._guard = threading.Lock()

    def of(self, name: Hashable, make: Callable[[], _Value]) -> _Value:
        """The value of that name; where there is none, what `make` gives, which is kept if there is room for it."""
        with self._guard:
            known = self._values.get(name)
            if known is not None:
                self._values.move_to_end(name)
                return known[0]
        value = make()
        size = self._size_of(value)
        if size <= self._most_bytes:
            self._put(name, value, size)
        return value

    def _put(self, name: Hashable, value: _Value, size: int) -> None:
        with self._guard:
            _, before = self._values.pop(name, (value, 0))
            self._bytes += size - before
            self._values[name] = (value, size)
            while self._bytes > self._most_bytes:
                _, (_, gone) = self._values.popitem(last=False)
                self._bytes -= gone
