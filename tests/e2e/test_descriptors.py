"""A server that has used up its file descriptors: those connected are served, it says so once, and recovers."""

import http.client
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.api.running import replies_in
from tests.e2e.running import Running, key_of, until

pytestmark = pytest.mark.e2e
FILES = 128
LOOKUP = f"/v4/hash/{'f' * 64}/sandbox"


@contextmanager
def _many(address: tuple[str, int]) -> Iterator[list[socket.socket]]:
    """More connections than the server may have files."""
    with ExitStack() as ending:
        yield [ending.enter_context(socket.create_connection(address, timeout=60)) for _ in range(FILES + 50)]


def _asked(connection: socket.socket, key: str) -> bytes:
    """What comes for one request; nothing where the connection is closed at once."""
    try:
        connection.sendall(f"GET {LOOKUP} HTTP/1.1\r\nhost: x\r\napikey: {key}\r\n\r\n".encode())
        return connection.recv(10_000)
    except (ConnectionResetError, BrokenPipeError):
        return b""


def test_those_connected_are_served_and_others_again_when_there_are_files(tmp_path: Path) -> None:
    key = key_of(tmp_path, "submit")
    with Running(
        *("serve", "--data", tmp_path, "--port", 0, "--no-worker"),
        before=["sh", "-c", f'ulimit -n {FILES}; exec "$@"', "sh"],
    ) as running:
        parts = urlsplit(running.url)
        address = parts.hostname or "", parts.port or 0
        first = http.client.HTTPConnection(*address, timeout=60)
        first.connect()
        own = first.sock
        for _ in range(3):
            with _many(address) as many:
                said = [_asked(connection, key) for connection in many]
                # The last ones find none left, those before them one that is kept to say so.
                assert said[-1] == b""
                replies = [reply for one in said if one != b"" for reply in replies_in(one)]
                assert {reply.code for reply in replies} == {404003, 429002}
                assert all(reply.headers["retry-after"] == "1" for reply in replies if reply.status == 429)
                # What needs a file finds one.
                for method, path, body, status in (
                    *(("GET", LOOKUP, None, 404), ("GET", "/ready", None, 200), ("GET", "/metrics", None, 200)),
                    ("POST", "/v4/file", os.urandom(9_000_000), 200),
                ):
                    first.request(method, path, body, headers={"apikey": key})
                    answer = first.getresponse()
                    assert (answer.status, len(answer.read()) > 0) == (status, True)
            assert first.sock is own
            until(lambda: _is_answered(address, key), "an answer to a new connection")
        first.close()
        os.kill(running.pid, signal.SIGTERM)
        assert running.ended() == 0
    said_of_it = [line for line in running.err if not line.startswith("fulgurite: ")]
    assert len(said_of_it) == 1
    assert f"nearly all of {FILES} file descriptors are in use" in said_of_it[0]


def _is_answered(address: tuple[str, int], key: str) -> bool:
    with socket.create_connection(address, timeout=60) as connection:
        return _asked(connection, key).startswith(b"HTTP/1.1 404")
