"""Local servers that answer as told: what fetches and webhooks meet outside."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple


class Call(NamedTuple):
    """A request that came in."""

    line: str
    headers: dict[str, str]
    """Names in lower case."""
    body: bytes


class Receiver(NamedTuple):
    """A server on a port of its own."""

    port: int
    calls: list[Call]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


Script = Callable[[socket.socket, int], None]
"""Answers one connection whose request was read; the number counts the connections from 1."""


def answer(body: bytes = b"", status: str = "200 OK", *headers: str) -> bytes:
    """A whole answer."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def says(*answers: bytes) -> Script:
    """Answers with each of `answers` in turn, then with the last again and again."""
    return lambda connection, number: connection.sendall(answers[min(number, len(answers)) - 1])


def dribbles(connection: socket.socket, _number: int) -> None:
    """Sends a byte now and then, and never comes to an end."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    while True:
        connection.sendall(b".")
        time.sleep(0.05)


def silent(connection: socket.socket, _number: int) -> None:
    """Never answers."""
    while connection.recv(100) != b"":
        pass


def closes(_connection: socket.socket, _number: int) -> None:
    """Closes without a word."""


def breaks_off(connection: socket.socket, _number: int) -> None:
    """Closes in the middle of its answer."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf")


@contextmanager
def receiver(script: Script) -> Iterator[Receiver]:
    """A server on 127.0.0.1 that answers by `script`, for the length of the block."""
    listener = socket.create_server(("127.0.0.1", 0))
    found = Receiver(listener.getsockname()[1], [])

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=_served, args=[connection, found.calls, script], daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield found
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def _served(connection: socket.socket, calls: list[Call], script: Script) -> None:
    with connection:
        try:
            calls.append(_request(connection))
            script(connection, len(calls))
        except OSError:
            return


def _request(connection: socket.socket) -> Call:
    said = b""
    while b"\r\n\r\n" not in said:
        said += _piece(connection)
    head, _, body = said.partition(b"\r\n\r\n")
    line, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value for name, value in (text.split(": ", 1) for text in lines)}
    while len(body) < int(headers.get("content-length", "0")):
        body += _piece(connection)
    return Call(line, headers, body)


def _piece(connection: socket.socket) -> bytes:
    piece = connection.recv(1 << 16)
    if piece == b"":
        raise ConnectionResetError
    return piece
