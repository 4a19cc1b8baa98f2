"""`fulgurite watch`: reports taken in as they are written into folders, by a sandbox or by hand."""

import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from fulgurite.cli.exits import Exit, Failure
from fulgurite.cli.importing import lines_of, text_of
from fulgurite.cli.options import Data, Json, Place
from fulgurite.cli.remote import Server
from fulgurite.cli.taking import CORES, Jobs, Password, Taking, Told, taking
from fulgurite.cli.terminal import note
from fulgurite.client import LimitReached, ServerUnreachable
from fulgurite.errors import StoreFull
from fulgurite.service.importing import Imported, Remembrance, Signature, Unit, Watch
from fulgurite.supervision import leave_on_signals

STATE = "watched.jsonl"
"""In the data directory: what is dealt with."""
_SHARE = 10
"""Looking takes at most one part in so many of the time."""

_Job = tuple[Unit, Signature]


def watch(  # noqa: PLR0913, PLR0917 - the options of the command
    folders: Annotated[
        list[Path], typer.Argument(metavar="FOLDER", help="Folders that reports are written into, at any depth.")
    ],
    data: Data = None,
    at: Server = None,
    password: Password = None,
    jobs: Jobs = CORES,
    settle: Annotated[
        float, typer.Option("--settle", min=0, metavar="SECONDS", help="How long a file has to be unchanged.")
    ] = 5.0,
    every: Annotated[
        float, typer.Option("--every", min=0.05, metavar="SECONDS", help="Pause between two looks at the folders.")
    ] = 2.0,
    state: Annotated[
        Path | None,
        typer.Option("--state", metavar="FILE", help="What is dealt with; else kept in the data directory."),
    ] = None,
    *,
    json: Json = False,
) -> None:
    """Take in reports as they appear in folders, until it is ended by SIGTERM or Ctrl-C.

    What was there before is taken in too, what was taken in before is not. A file that changes is looked at again.
    """
    watched_folders = [_absolute(folder) for folder in folders]
    leave_on_signals(is_tied=False)
    if at is None and state is None:
        state = Place(data).directory / STATE
    with taking(data, at, Told(None, password), jobs) as takes:
        watched = Watch(watched_folders, Remembrance(state), settle)
        missing: set[Path] = set()
        while True:
            began = time.monotonic()
            ready = deque(watched.ready())
            looked_s = time.monotonic() - began
            missing = _told_missing(missing, watched.missing)
            for unit, signature, outcomes in _taken(ready, takes):
                for line in lines_of(unit, outcomes):
                    typer.echo(msgspec.json.encode(line) if json else text_of(line))
                watched.dealt(unit, signature, is_refused=any(one.outcome == "refused" for one in outcomes))
            time.sleep(max(every, _SHARE * looked_s))


def _absolute(folder: Path) -> Path:
    if folder.exists() and not folder.is_dir():
        raise Failure(f"{folder}: not a folder; `fulgurite import` takes files", Exit.USAGE)
    return folder.absolute()


def _told_missing(before: set[Path], missing: set[Path]) -> set[Path]:
    for folder in sorted(missing - before):
        note(f"{folder}: not there, waiting for it")
    for folder in sorted(before - missing):
        note(f"{folder}: there again")
    return set(missing)


def _taken(ready: deque[_Job], takes: Taking) -> Iterator[tuple[Unit, Signature, tuple[Imported, ...]]]:
    """Each unit with what became of it, as they are done; of those that cannot be taken now, nothing."""
    told = ""
    running: dict[Future[tuple[Imported, ...]], _Job] = {}
    while ready or running:
        while ready and len(running) < takes.at_once:
            unit, signature = ready.popleft()
            running[takes.pool.submit(takes.take, unit)] = unit, signature
        done, _ = wait(running, return_when=FIRST_COMPLETED)
        for future in done:
            unit, signature = running.pop(future)
            try:
                yield unit, signature, future.result()
            except (StoreFull, ServerUnreachable, LimitReached) as error:
                # Nothing is the matter with the report: it is ready at the next look, too.
                if str(error) != told:
                    told = str(error)
                    note(f"{unit.path}: not taken yet, it will be tried again: {told}")
                ready.clear()
