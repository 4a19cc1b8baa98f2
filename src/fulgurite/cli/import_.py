"""`fulgurite import`: reports of other sandboxes, taken into the store."""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from fulgurite.cli.exits import Exit
from fulgurite.cli.importing import Counts, lines_of, progress, text_of
from fulgurite.cli.options import Data, Json
from fulgurite.cli.remote import Server
from fulgurite.cli.taking import CORES, Jobs, Password, Taking, Told, taking
from fulgurite.cli.terminal import note
from fulgurite.service.importing import Imported, Unit, below

Sha256 = Annotated[
    str | None, typer.Option("--sha256", metavar="HEX", help="The sample's SHA-256, for reports that do not name it.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would happen, and store nothing.")]


def import_(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH", help="Files, and folders with everything below them.")],
    data: Data = None,
    at: Server = None,
    sha256: Sha256 = None,
    password: Password = None,
    jobs: Jobs = CORES,
    *,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Take in reports of other sandboxes, packed ones too, also beside a running server.

    Exit status 1 when at least one report was refused; the others are in. What is in is not read again: start anew what
    was broken off.
    """
    counts = Counts()
    with taking(data, at, Told(sha256, password), jobs, is_rehearsal=dry_run) as takes:
        units = [unit for path in paths for unit in below(path)]
        with progress(len(units)) as advance:
            for unit, outcomes in _taken(units, takes):
                for line in lines_of(unit, outcomes):
                    counts.add(line)
                    typer.echo(msgspec.json.encode(line) if json else text_of(line))
                advance()
    for told in counts.table(sum(unit.left for unit in units), is_rehearsal=dry_run):
        note(told)
    raise typer.Exit(Exit.OK if counts.refused == 0 else Exit.ERROR)


def _taken(units: Iterable[Unit], takes: Taking) -> Iterator[tuple[Unit, tuple[Imported, ...]]]:
    """Each unit with what became of it, in their order."""
    waiting: deque[tuple[Unit, Future[tuple[Imported, ...]]]] = deque()
    for unit in units:
        waiting.append((unit, takes.pool.submit(takes.take, unit)))
        if len(waiting) > takes.at_once:
            first, done = waiting.popleft()
            yield first, done.result()
    while waiting:
        first, done = waiting.popleft()
        yield first, done.result()
