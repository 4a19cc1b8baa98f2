"""Lookups as fast as they are answered, on many connections that stay open, and exactly what became of each of them."""

import re
import selectors
import socket
import threading
import time
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

_LENGTH = re.compile(rb"\r\ncontent-length: (\d+)\r\n", re.IGNORECASE)
_CLOSE = re.compile(rb"\r\nconnection: close\r\n", re.IGNORECASE)
_READ_BYTES = 1 << 18


class Cut(NamedTuple):
    """A request whose connection ended before its answer was whole."""

    answered: int
    """Requests that were answered on that connection before."""
    got: bytes
    """What came of the answer."""
    reason: str


class _Connection:
    """One connection, which carries one request at a time."""

    def __init__(self, address: tuple[str, int]) -> None:
        self.socket = socket.create_connection(address, timeout=30)
        self.answered = 0
        self.got = bytearray()
        self.wanted = 0
        """Bytes of the answer; 0 while its head is not whole."""
        self.is_last = False
        self.status = 0
        self.asked_at = 0.0

    def ask(self, request: bytes) -> None:
        """Sends the next request."""
        self.got.clear()
        self.wanted = 0
        self.asked_at = time.monotonic()
        self.socket.sendall(request)

    def is_answered(self) -> bool:
        """Whether the answer is whole, with what has come now. Raises OSError when no more will come."""
        data = self.socket.recv(_READ_BYTES)
        if data == b"":
            raise ConnectionResetError("closed")
        self.got += data
        if self.wanted == 0:
            end = self.got.find(b"\r\n\r\n")
            length = _LENGTH.search(self.got, 0, end + 2) if end >= 0 else None
            if length is None:
                return False
            self.status = int(self.got[9:12])
            self.is_last = _CLOSE.search(self.got, 0, end + 2) is not None
            self.wanted = end + 4 + int(length[1])
        return len(self.got) >= self.wanted


class Load(threading.Thread):
    """Asks `requests` one after the other on `count` connections, until `end`."""

    def __init__(self, url: str, requests: Sequence[bytes], count: int) -> None:
        super().__init__(daemon=True)
        parts = urlsplit(url)
        self._address = (parts.hostname or "", parts.port or 0)
        self._requests = requests
        self._count = count
        self._ending = threading.Event()
        self._sent = 0
        self.statuses: Counter[int] = Counter()
        """Of all whole answers."""
        self.farewells = 0
        """Answers that said that their connection ends, as it then did."""
        self.cut: list[Cut] = []
        self.refused: list[OSError] = []
        """Connections that could not be made."""
        self.took_s: list[float] = []
        """From each request to its whole answer."""

    def run(self) -> None:
        """Until `end`; then what is under way is waited for."""
        with selectors.DefaultSelector() as watched:
            for _ in range(self._count):
                self._begin(watched)
            while watched.get_map():
                for key, _ in watched.select(1):
                    self._go_on(watched, key.data)

    def end(self) -> None:
        """No more requests."""
        self._ending.set()
        self.join()

    def _begin(self, watched: selectors.BaseSelector) -> None:
        while not self._ending.is_set():
            try:
                connection = _Connection(self._address)
            except OSError as error:
                self.refused.append(error)
                time.sleep(0.01)
                continue
            watched.register(connection.socket, selectors.EVENT_READ, connection)
            self._ask(watched, connection)
            return

    def _ask(self, watched: selectors.BaseSelector, connection: _Connection) -> None:
        self._sent += 1
        try:
            connection.ask(self._requests[self._sent % len(self._requests)])
        except OSError as error:
            self._lose(watched, connection, error)

    def _go_on(self, watched: selectors.BaseSelector, connection: _Connection) -> None:
        try:
            if not connection.is_answered():
                return
        except OSError as error:
            self._lose(watched, connection, error)
            return
        self.statuses[connection.status] += 1
        self.took_s.append(time.monotonic() - connection.asked_at)
        connection.answered += 1
        if connection.is_last or self._ending.is_set():
            self.farewells += connection.is_last
            self._drop(watched, connection)
            self._begin(watched)
        else:
            self._ask(watched, connection)

    def _lose(self, watched: selectors.BaseSelector, connection: _Connection, error: OSError) -> None:
        self.cut.append(Cut(connection.answered, bytes(connection.got), f"{type(error).__name__}: {error}"))
        self._drop(watched, connection)
        self._begin(watched)

    def _drop(self, watched: selectors.BaseSelector, connection: _Connection) -> None:
        watched.unregister(connection.socket)
        connection.socket.close()
