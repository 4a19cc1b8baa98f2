"""`fulgurite serve` and `fulgurite worker`: the processes that stay."""

from typing import Annotated

import typer

from fulgurite import server
from fulgurite.cli import terminal
from fulgurite.cli.options import Data, Place

Host = Annotated[str | None, typer.Option("--host", help="The address to listen on.  [default: 127.0.0.1]")]
Port = Annotated[
    int | None,
    typer.Option("--port", min=0, max=65535, help="The port to listen on; 0 takes a free one.  [default: 8000]"),
]


def serve(
    data: Data = None,
    host: Host = None,
    port: Port = None,
    *,
    no_worker: Annotated[bool, typer.Option("--no-worker", help="Only answer; run no samples.")] = False,
) -> None:
    """Answer requests, and run samples in a worker process beside it.

    Ready when GET /v4/status answers 200; ends cleanly, with its worker, on SIGTERM and SIGINT.
    """
    place = Place(data, host=host, port=port)
    server.serve(
        place.directory,
        place.settings,
        with_workers=not no_worker,
        on_ready=lambda url: terminal.note(f"fulgurite: {url} answers; data in {place.directory}; Ctrl-C ends it"),
    )


def worker(
    data: Data = None,
    *,
    tied: Annotated[bool, typer.Option("--tied", hidden=True, help="End when standard input closes.")] = False,
) -> None:
    """Run waiting samples, one at a time, until SIGTERM or SIGINT.

    `serve` starts one by itself; more can be started on the same data.
    """
    place = Place(data)
    server.work(place.directory, place.settings, is_tied=tied)
