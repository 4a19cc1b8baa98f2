"""The two servers of ours that are compared: `python -m bench.lookup.serving KIND DATA ARGUMENT`.

KIND `full` is the product, as `fulgurite serve` starts it, without workers; `application` is the same with lookups
answered by the application. KIND `memory` is the same protocol with one answer that it knows by heart; ARGUMENT is the
file with that answer. All print their base URL.
"""

import os
import socket
import sys
from pathlib import Path

import msgspec
import uvicorn
from starlette.types import Receive, Scope, Send

from fulgurite import server
from fulgurite.api.access import Client
from fulgurite.api.hot import HotProtocol
from fulgurite.api.lookups import Asked, Lookups
from fulgurite.config import Settings
from fulgurite.service.lookup import Answer

CORE = min(os.sched_getaffinity(0))
"""The core that the servers run on; the load comes from another where there is one."""


class Kept(msgspec.Struct):
    """One answer of the product."""

    status: int
    head: bytes
    body: bytes


class Memory(Lookups):
    """Gives the same answer to everything."""

    def __init__(self, kept: Kept) -> None:
        self._answer = Answer(kept.status, kept.head, kept.body)

    def answer(self, _text: str, _asked: Asked, _client: Client, *, is_by_hash: bool) -> Answer:  # noqa: ARG002
        """Answers."""
        return self._answer


async def _nothing(_scope: Scope, _receive: Receive, _send: Send) -> None:
    raise NotImplementedError


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
        _nothing,
        loop="uvloop",
        http=type("MemoryProtocol", (HotProtocol,), {"lookups": Memory(kept)}),
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
    if kind == "memory":
        _serve_memory(Path(argument))
    else:
        settings = Settings(port=0, hot_path=kind == "full")
        server.serve(Path(data), settings, with_workers=False, on_ready=_tell)


if __name__ == "__main__":
    _main()
