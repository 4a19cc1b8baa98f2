"""A real server in a process of its own, and the plainest of clients.

The tests open the same data folder as the server does: what it lacks, an analysis say, they put there.
Run as a program it is the server: `python -m tests.api.running DATA SETTINGS STALL_S`.
"""

import http.client
import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import msgspec

from fulgurite import server
from fulgurite.api import protocol
from fulgurite.config import Settings
from fulgurite.model.key import Role
from fulgurite.service import keys
from fulgurite.store import Store

_ROOT = Path(__file__).resolve().parents[2]
_PATIENCE_S = 60.0
"""How long a test waits for the server before it counts as hung."""


class Reply(NamedTuple):
    """What the server said."""

    status: int
    headers: dict[str, str]
    """Names in lower case."""
    body: bytes

    @property
    def json(self) -> Any:
        """The body, read as JSON."""
        return json.loads(self.body)

    @property
    def code(self) -> int:
        """The code in an error's body."""
        code: int = self.json["error"]["code"]
        return code


class Running(NamedTuple):
    """A running server."""

    process: subprocess.Popen[str]
    store: Store
    """The store that it serves, opened a second time."""
    host: str
    port: int
    key: str
    """An administrator's key."""

    def ask(self, method: str, path: str, body: Any = None, *, key: str | None = "", **headers: str | bytes) -> Reply:
        """Sends one request. `key` None sends none; `_` in the names of `headers` is sent as `-`."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.ask_with(method, path, given, body, key=key)

    def ask_with(
        self, method: str, path: str, headers: dict[str, Any], body: Any = None, *, key: str | None = ""
    ) -> Reply:
        """Sends one request with `headers` as they are."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=_PATIENCE_S)
        authorised = {} if key is None else {"apikey": self.key if key == "" else key}
        connection.request(method, path, body, {**authorised, **headers}, encode_chunked="Transfer-Encoding" in headers)
        reply = connection.getresponse()
        content = reply.read()
        connection.close()
        return Reply(reply.status, {name.lower(): value for name, value in reply.getheaders()}, content)

    @contextmanager
    def connected(self) -> Iterator[socket.socket]:
        """A bare connection."""
        with socket.create_connection((self.host, self.port), timeout=_PATIENCE_S) as connection:
            yield connection

    def said_to(self, *pieces: bytes) -> bytes:
        """All that the server says until it closes a connection on which `pieces` were sent one by one."""
        with self.connected() as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for piece in pieces:
                connection.sendall(piece)
            return all_of(connection)

    def head(self, method: str = "GET", path: str = "/v4/status", *more: bytes, key: str | None = "") -> bytes:
        """The head of a request that closes its connection, as bytes."""
        lines = [f"{method} {path} HTTP/1.1".encode(), b"host: x", b"connection: close"]
        if key is not None:
            lines.append(b"apikey: " + (self.key if key == "" else key).encode())
        return b"\r\n".join([*lines, *more, b"", b""])

    def new_key(self, role: Role, name: str) -> str:
        return keys.create(self.store, name, role, datetime.now(UTC))

    def anonymous_bytes(self) -> int:
        """The memory that it shares with nobody, mapped files apart."""
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("RssAnon")) * 1024

    def is_well(self) -> bool:
        """Whether it still runs and answers."""
        return self.process.poll() is None and self.ask("GET", "/v4/status", key=None).status == 200


def all_of(connection: socket.socket) -> bytes:
    """What comes over `connection` until its end."""
    said = []
    try:
        while (piece := connection.recv(1 << 20)) != b"":
            said.append(piece)
    except ConnectionResetError:
        pass
    return b"".join(said)


def replies_in(said: bytes) -> list[Reply]:
    """The replies in the bytes of a connection; every reply must have its length."""
    replies = []
    while said != b"":
        head, _, said = said.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in lines)
        length = int(headers.get("content-length", "0"))
        replies.append(Reply(int(first.split()[1]), headers, said[:length]))
        said = said[length:]
    return replies


@contextmanager
def running(data: Path, *, stall_s: float = protocol.STALL_S, **settings: Any) -> Iterator[Running]:
    """A server on the data in `data`, for as long as the block lasts; `stall_s` stands in for `protocol.STALL_S`."""
    told = json.dumps({"port": 0, **settings})
    command = [sys.executable, "-m", "tests.api.running", str(data), told, str(stall_s)]
    with (
        Store.open(data) as store,
        subprocess.Popen(command, cwd=_ROOT, stdout=subprocess.PIPE, text=True) as process,
    ):
        assert process.stdout is not None
        try:
            url = urlsplit(process.stdout.readline().strip())
            assert url.hostname is not None, "the server did not start"
            assert url.port is not None
            key = keys.create(store, f"tests {process.pid}", Role.ADMIN, datetime.now(UTC))
            yield Running(process, store, url.hostname, url.port, key)
        finally:
            process.terminate()


def _main() -> None:
    data, settings, stall_s = sys.argv[1:]
    protocol.STALL_S = float(stall_s)

    def tell(url: str) -> None:
        sys.stdout.write(f"{url}\n")
        sys.stdout.flush()

    server.serve(Path(data), msgspec.json.decode(settings, type=Settings), with_workers=False, on_ready=tell)


if __name__ == "__main__":
    _main()
