"""The log of requests: a line of JSON each, written in one go every now and then.

    {"at":"2026-01-02T03:04:05Z","client":"192.0.2.1","method":"GET","path":"/v4/status","status":200,"us":120}

The path is without query, since that may hold what is nobody's business; neither are keys told. What waits to be
written when a process is killed is lost: that of the last second, at most.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock, Timer
from typing import Final

import msgspec

from fulgurite.api.access import Client
from fulgurite.errors import FulguriteError

_WAIT_S: Final = 1.0
_FULL: Final = 500
"""Lines that are not kept waiting."""
_LINE: Final = b'{"at":"%b","client":%b,"method":%b,"path":%b,"status":%d,"us":%d}\n'
_json: Final = msgspec.json.Encoder().encode


class AccessLog:
    """Writes the lines to a descriptor, which it never closes. Threads may share it."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._lines: list[bytes] = []
        self._guard = Lock()
        self._second = 0
        self._at = b""
        self._timer: Timer | None = None

    def note(self, client: Client, method: str, path: str, status: int, took_us: int) -> None:
        """One request was answered."""
        now = int(time.time())
        if now != self._second:
            self._second = now
            self._at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now)).encode()
        host = _json(None if client is None else client[0])
        shown = _json(path.encode("utf-8", "replace").decode())
        self._lines.append(_LINE % (self._at, host, _json(method), shown, status, took_us))
        if len(self._lines) >= _FULL:
            self.flush()
        elif self._timer is None:
            self._timer = Timer(_WAIT_S, self.flush)
            self._timer.daemon = True
            self._timer.start()

    def flush(self) -> None:
        """Writes what waits. A log that cannot be written delays nobody: its lines are lost."""
        with self._guard:
            lines, self._lines, self._timer = self._lines, [], None
            data = b"".join(lines)
            try:
                while data:
                    data = data[os.write(self._descriptor, data) :]
            except OSError:
                return


@contextmanager
def opened(path: str) -> Iterator[AccessLog | None]:
    """The log in the file `path`, on standard error (`-`), or none (empty). Raises FulguriteError."""
    if path == "":
        yield None
        return
    try:
        descriptor = 2 if path == "-" else os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o640)
    except OSError as error:
        raise FulguriteError(f"cannot write the access log {path}: {error.strerror}") from error
    log = AccessLog(descriptor)
    try:
        yield log
    finally:
        log.flush()
        if path != "-":
            os.close(descriptor)
