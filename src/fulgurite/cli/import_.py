"""`fulgurite import`: reports of other sandboxes, taken into the store."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Annotated, Protocol

import msgspec
import typer

from fulgurite import server
from fulgurite.cli.exits import Exit, Failure
from fulgurite.cli.importing import Counts, lines_of, name_of, progress, text_of
from fulgurite.cli.options import Data, Json, Place
from fulgurite.cli.remote import Server, connected, imported
from fulgurite.cli.terminal import note
from fulgurite.client import Brought, Client
from fulgurite.errors import InputError
from fulgurite.service.importing import Imported, NoLedger, Readers, Rehearsal, StoreLedger, Unit, below, opened

Sha256 = Annotated[
    str | None, typer.Option("--sha256", metavar="HEX", help="The sample's SHA-256, for reports that do not name it.")
]
Jobs = Annotated[
    int, typer.Option("--jobs", min=1, max=256, metavar="N", help="How many files are read at once; else one a core.")
]
Password = Annotated[
    str | None, typer.Option("--password", metavar="TEXT", help="Of encrypted archives; `infected` is tried anyway.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would happen, and store nothing.")]

_CORES = len(os.sched_getaffinity(0))
_LIMIT_BYTES = 1 << 30
"""Of what is sent to a server, which has a limit of its own."""
Take = Callable[[Unit], tuple[Imported, ...]]


class _Takes(Protocol):
    def take(
        self, file: IO[bytes], *, name: str | None, sha256: str | None = None, passwords: tuple[str, ...] = ()
    ) -> tuple[Imported, ...]: ...


def import_(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH", help="Files, and folders with everything below them.")],
    data: Data = None,
    at: Server = None,
    sha256: Sha256 = None,
    jobs: Jobs = _CORES,
    password: Password = None,
    *,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Take in reports of other sandboxes, packed ones too, also beside a running server.

    Exit status 1 when at least one report was refused; the others are in. What is in is not read again: start anew what
    was broken off.
    """
    passwords = () if password is None else (password,)
    units = [unit for path in paths for unit in below(path)]
    counts = Counts()
    with ExitStack() as held:
        if at is not None:
            if dry_run:
                raise Failure("--server and --dry-run: give one of them", Exit.USAGE)
            client = held.enter_context(connected(at, data))
            take, readers = _remote(client, Brought(sha256=sha256, password=password)), None
        else:
            place = Place(data)
            readers = Readers(jobs, place.bounds)
            takes = _rehearsing(place, readers, held) if dry_run else _importing(place, readers, held)
            take = _local(takes, place.settings.max_upload_bytes, sha256, passwords)
        # While one thread waits for its reports to be durable, another has the reader.
        pool = held.enter_context(ThreadPoolExecutor(2 * jobs, thread_name_prefix="import"))
        if readers is not None:
            # Ended first, so that nobody waits for what is read when the command is broken off.
            held.enter_context(readers)
        shown = held.enter_context(progress(len(units)))
        for unit, outcomes in _taken(units, take, pool, 8 * jobs):
            for line in lines_of(unit, outcomes):
                counts.add(line)
                typer.echo(msgspec.json.encode(line) if json else text_of(line))
            shown()
    for told in counts.table(sum(unit.left for unit in units), is_rehearsal=dry_run):
        note(told)
    raise typer.Exit(Exit.OK if counts.refused == 0 else Exit.ERROR)


def _importing(place: Place, readers: Readers, held: ExitStack) -> _Takes:
    return held.enter_context(server.importing(held.enter_context(place.store()), readers))


def _rehearsing(place: Place, readers: Readers, held: ExitStack) -> _Takes:
    """Over the books of the store, where there is one: it is not made for that."""
    if not place.directory.exists():
        return Rehearsal(NoLedger(), readers, now=server.now)
    return Rehearsal(StoreLedger(held.enter_context(place.store())), readers, now=server.now)


def _local(takes: _Takes, limit_bytes: int, sha256: str | None, passwords: tuple[str, ...]) -> Take:
    def take(unit: Unit) -> tuple[Imported, ...]:
        with opened(unit, limit_bytes) as file:
            return takes.take(file, name=name_of(unit), sha256=sha256, passwords=passwords)

    return take


def _remote(client: Client, brought: Brought) -> Take:
    def take(unit: Unit) -> tuple[Imported, ...]:
        told = brought._replace(name=name_of(unit))
        with opened(unit, _LIMIT_BYTES) as file:
            return imported(client, file.read() if unit.parts else unit.path, told)

    return take


def _taken(
    units: Iterable[Unit], take: Take, pool: ThreadPoolExecutor, ahead: int
) -> Iterator[tuple[Unit, tuple[Imported, ...]]]:
    """Each unit with what became of it, in their order; at most `ahead` are begun before the first is done."""
    waiting: deque[tuple[Unit, Future[tuple[Imported, ...]]]] = deque()
    try:
        for unit in units:
            waiting.append((unit, pool.submit(_outcomes, take, unit)))
            if len(waiting) > ahead:
                first, done = waiting.popleft()
                yield first, done.result()
        while waiting:
            first, done = waiting.popleft()
            yield first, done.result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _outcomes(take: Take, unit: Unit) -> tuple[Imported, ...]:
    try:
        return take(unit)
    except InputError as error:
        return (Imported(outcome="refused", reason=str(error)),)
    except OSError as error:
        return (Imported(outcome="refused", reason=error.strerror or str(error)),)
