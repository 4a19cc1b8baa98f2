"""A real HTTP server that answers by a script, and remembers what it was asked."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

import msgspec


class Answer(NamedTuple):
    """One answer of the script."""

    status: int = 200
    body: bytes = b"{}"
    headers: tuple[tuple[str, str], ...] = (("content-type", "application/json"),)
    breaks: bool = False
    """Whether the connection is closed instead."""


class Asked(NamedTuple):
    """One request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


def json(tree: object, status: int = 200, **headers: str) -> Answer:
    """An answer with a JSON body."""
    names = (("content-type", "application/json"), *((k.replace("_", "-"), v) for k, v in headers.items()))
    return Answer(status, msgspec.json.encode(tree), names)


def refusal(status: int, code: int, message: str, **headers: str) -> Answer:
    """An error as the v4 interface tells it."""
    return json({"error": {"code": code, "messages": [message]}}, status, **headers)


class Scripted:
    """The server. `script` maps `METHOD /path` to its answers; the last one is repeated."""

    def __init__(self, script: dict[str, list[Answer]]) -> None:
        self.script = script
        self.asked: list[Asked] = []
        owner = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _answer(self) -> None:
                owner._answer(self)

            do_GET = do_POST = _answer  # noqa: N815 - the names that http.server looks for

            def log_message(self, *_: object) -> None:
                """Says nothing."""

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._http.server_port}"

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        body = _body(handler)
        path = handler.path.split("?")[0]
        self.asked.append(
            Asked(handler.command, handler.path, {k.lower(): v for k, v in handler.headers.items()}, body)
        )
        answers = self.script.get(f"{handler.command} {path}", [refusal(404, 404000, "Endpoint was not found")])
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if answer.breaks:
            handler.close_connection = True
            handler.connection.close()
            return
        handler.send_response(answer.status)
        for name, value in answer.headers:
            handler.send_header(name, value)
        handler.send_header("content-length", str(len(answer.body)))
        handler.end_headers()
        handler.wfile.write(answer.body)

    @contextmanager
    def running(self) -> Iterator["Scripted"]:
        thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield self
        finally:
            self._http.shutdown()
            thread.join()
            self._http.server_close()


def _body(handler: BaseHTTPRequestHandler) -> bytes:
    if handler.headers.get("transfer-encoding", "") != "chunked":
        return handler.rfile.read(int(handler.headers.get("content-length", 0)))
    parts = []
    while size := int(handler.rfile.readline(), 16):
        parts.append(handler.rfile.read(size))
        handler.rfile.readline()
    handler.rfile.readline()
    return b"".join(parts)
