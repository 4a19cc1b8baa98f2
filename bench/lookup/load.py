"""A load tool that never sleeps: many connections, one request at a time on each, for so many seconds.

A tool that waits for answers has to be woken up for each, and the sender, here the server under measurement, pays for
that: the faster server, which keeps the tool busy, would be charged less for the same work.

Run as `python -m bench.lookup.load HOST PORT CONNECTIONS SECONDS FILE`: FILE has one whole request a line, as JSON
strings. Prints one JSON object: `requests` answered 200, `failures`, `seconds`.
"""

import json
import random
import selectors
import socket
import sys
import time
from pathlib import Path

_READ_BYTES = 1 << 20
_END_OF_HEAD = b"\r\n\r\n"


class Connection:
    """One connection and the answer that comes in on it."""

    def __init__(self, address: tuple[str, int]) -> None:
        self.socket = socket.create_connection(address)
        self._left: int | None = None
        self._head = b""

    def ask(self, request: bytes) -> None:
        """Sends the next request."""
        self._left, self._head = None, b""
        self.socket.sendall(request)

    def answered(self) -> bool | None:
        """Whether the answer that is now complete is a 200; None while it is not. Raises OSError at the end."""
        data = self.socket.recv(_READ_BYTES)
        if data == b"":
            raise ConnectionResetError
        if self._left is None:
            self._head += data
            end = self._head.find(_END_OF_HEAD)
            if end < 0:
                return None
            start = self._head.index(b"content-length: ") + 16
            length = int(self._head[start : self._head.index(b"\r", start)])
            self._left = length - (len(self._head) - end - len(_END_OF_HEAD))
        else:
            self._left -= len(data)
        return self._head.startswith(b"HTTP/1.1 200") if self._left <= 0 else None


def load(address: tuple[str, int], connections: int, seconds: float, requests: list[bytes]) -> dict[str, float]:
    """Asks for `seconds` on `connections` at once, each time for one of `requests` at random."""
    selector = selectors.DefaultSelector()
    for _ in range(connections):
        connection = Connection(address)
        selector.register(connection.socket, selectors.EVENT_READ, connection)
        connection.ask(random.choice(requests))  # noqa: S311 - an order, no secret
    answers = failures = 0
    began = time.perf_counter()
    while time.perf_counter() - began < seconds:
        for key, _ in selector.select(timeout=0):
            outcome = key.data.answered()
            if outcome is not None:
                answers, failures = (answers + 1, failures) if outcome else (answers, failures + 1)
                key.data.ask(random.choice(requests))  # noqa: S311 - an order, no secret
    took = time.perf_counter() - began
    for key in list(selector.get_map().values()):
        key.data.socket.close()
    return {"requests": answers, "failures": failures, "seconds": took}


def _main() -> None:
    host, port, connections, seconds, path = sys.argv[1:]
    lines = Path(path).read_text().splitlines()
    result = load((host, int(port)), int(connections), float(seconds), [json.loads(line).encode() for line in lines])
    sys.stdout.write(json.dumps(result) + "\n")


if __name__ == "__main__":
    _main()
