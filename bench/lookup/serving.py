"""The two servers that are compared, each in a process of its own: `python -m bench.lookup.serving KIND DATA ARGUMENT`.

KIND `full` is the product, as `fulgurite serve` starts it, without workers. KIND `memory` is the same HTTP server with
an application that knows one answer by heart; ARGUMENT is the file with that answer. Both print their base URL.
"""

import os
import socket
import sys
from pathlib import Path

import msgspec
import uvicorn
from starlette.types import Receive, Scope, Send

from fulgurite import server
from fulgurite.api.protocol import BoundedProtocol
from fulgurite.config import Settings

CORE = min(os.sched_getaffinity(0))
"""The core that the servers run on; the load comes from another where there is one."""


class Kept(msgspec.Struct):
    """One answer of the product."""

    headers: list[tuple[str, str]]
    body: bytes


class Memory:
    """Gives the same answer to everything."""

    def __init__(self, kept: Kept) -> None:
        headers = [(name.encode(), value.encode()) for name, value in kept.headers]
        self._start = {"type": "http.response.start", "status": 200, "headers": headers}
        self._body = {"type": "http.response.body", "body": kept.body}

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        """Answers."""
        await send(self._start)
        await send(self._body)


def _tell(url: str) -> None:
    sys.stdout.write(f"{url}\n")
    sys.stdout.flush()


def _serve_memory(path: Path) -> None:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", 0))
    listener.listen(2048)
    _tell(f"http://127.0.0.1:{listener.getsockname()[1]}/v4")
    kept = msgspec.msgpack.decode(path.read_bytes(), type=Kept)
    # As server.serve has it.
    config = uvicorn.Config(
        Memory(kept),
        loop="uvloop",
        http=BoundedProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
    )
    uvicorn.Server(config).run(sockets=[listener])


def _main() -> None:
    kind, data, argument = sys.argv[1:]
    os.sched_setaffinity(0, {CORE})
    if kind == "full":
        server.serve(Path(data), Settings(port=0), with_workers=False, on_ready=_tell)
    else:
        _serve_memory(Path(argument))


if __name__ == "__main__":
    _main()
