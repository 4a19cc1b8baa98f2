"""`fulgurite serve` and `fulgurite worker`: the processes that stay."""

import os
import sys
from typing import Annotated

import typer

from fulgurite import server
from fulgurite.cli import logs, terminal
from fulgurite.cli.options import Data, Place
from fulgurite.supervision import READY, end_with_parent

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
    workers: Annotated[
        int | None,
        typer.Option("--workers", min=1, max=32, help="How many server processes answer requests.  [default: 1]"),
    ] = None,
    no_worker: Annotated[bool, typer.Option("--no-worker", help="Only answer; run no samples.")] = False,
    descriptor: Annotated[int | None, typer.Option("--socket", hidden=True, help="Listen on this socket.")] = None,
) -> None:
    """Answer requests, and run samples in a worker process beside it.

    Ready when GET /v4/status answers 200. SIGTERM and SIGINT end it: what is being answered is answered, nothing new is
    taken, its worker ends too. SIGHUP reads the settings anew: with --workers the server processes are replaced one by
    one; a single one ends what it is answering and begins anew, and who connects meanwhile waits.
    """
    place = Place(data, host=host, port=port, processes=workers)
    logs.use(place.settings.log_format)

    def tell(url: str) -> None:
        terminal.note(f"fulgurite: {url} answers, pages at {page_of(url)}; data in {place.directory}; Ctrl-C ends it")

    if descriptor is not None:
        end_with_parent()
        server.serve(
            place.directory,
            place.settings,
            with_workers=False,
            on_ready=_ready,
            inherited=descriptor,
            needs_worker=not no_worker,
        )
    elif workers is None and place.settings.processes == 1:
        server.serve(
            place.directory,
            place.settings,
            with_workers=not no_worker,
            on_ready=tell,
            anew=lambda: Place(data, host=host, port=port).settings,
        )
    else:
        command = [sys.executable, "-m", "fulgurite", "serve", "--data", str(place.directory)]
        command += ["--no-worker"] if no_worker else []
        server.serve_together(place.directory, place.settings, command, with_workers=not no_worker, on_ready=tell)


def page_of(url: str) -> str:
    """Where the pages begin of a server whose interface is at `url`."""
    return url.removesuffix("v4")


def _ready(_url: str) -> None:
    os.write(sys.stdout.fileno(), READY)


def worker(
    data: Data = None,
    *,
    tied: Annotated[bool, typer.Option("--tied", hidden=True, help="End when standard input closes.")] = False,
) -> None:
    """Run waiting samples, one at a time, until SIGTERM or SIGINT.

    `serve` starts one by itself; more can be started on the same data.
    """
    place = Place(data)
    logs.use(place.settings.log_format)
    server.work(place.directory, place.settings, is_tied=tied)
