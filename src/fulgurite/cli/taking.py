"""Who takes reports in: the data directory, with readers of its own, or a server."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Annotated, NamedTuple, Protocol

import typer

from fulgurite import server
from fulgurite.cli.exits import Exit, Failure
from fulgurite.cli.importing import name_of
from fulgurite.cli.options import Place
from fulgurite.cli.remote import connected, imported
from fulgurite.client import Brought, Client
from fulgurite.errors import InputError
from fulgurite.service.importing import Imported, NoLedger, Readers, Rehearsal, StoreLedger, Unit, opened

CORES = len(os.sched_getaffinity(0))
Jobs = Annotated[
    int, typer.Option("--jobs", min=1, max=256, metavar="N", help="How many files are read at once; else one a core.")
]
Password = Annotated[
    str | None, typer.Option("--password", metavar="TEXT", help="Of encrypted archives; `infected` is tried anyway.")
]
_SENT_BYTES = 1 << 30
"""Of what is sent to a server, which has a limit of its own."""


class Told(NamedTuple):
    """What is told with all that is brought."""

    sha256: str | None = None
    password: str | None = None


class Taking(NamedTuple):
    """Takes in one unit after the other; what it gives never raises for what is wrong with the unit."""

    take: Callable[[Unit], tuple[Imported, ...]]
    pool: ThreadPoolExecutor
    at_once: int
    """So many units under way keep all readers busy."""


class _Takes(Protocol):
    def take(
        self, file: IO[bytes], *, name: str | None, sha256: str | None = None, passwords: tuple[str, ...] = ()
    ) -> tuple[Imported, ...]: ...


@contextmanager
def taking(data: Path | None, at: str | None, told: Told, jobs: int, *, is_rehearsal: bool = False) -> Iterator[Taking]:
    """Takes into the data directory `data`, or to the server `at`, with `jobs` readers."""
    if at is not None and is_rehearsal:
        raise Failure("--server and --dry-run: give one of them", Exit.USAGE)
    readers = None
    with ExitStack() as held:
        if at is not None:
            take = _remote(held.enter_context(connected(at, data)), Brought(**told._asdict()))
        else:
            place = Place(data)
            readers = Readers(jobs, place.bounds)
            takes = _rehearsing(place, readers, held) if is_rehearsal else _importing(place, readers, held)
            take = _local(takes, place.settings.max_upload_bytes, told)
        # While one thread waits for its reports to be durable, another has the reader.
        pool = held.enter_context(ThreadPoolExecutor(2 * jobs, thread_name_prefix="import"))
        if readers is not None:
            # Ended first, so that nobody waits for what is read when the command is broken off.
            held.enter_context(readers)
        held.callback(pool.shutdown, wait=False, cancel_futures=True)
        yield Taking(lambda unit: _outcomes(take, unit), pool, 8 * jobs)


def _importing(place: Place, readers: Readers, held: ExitStack) -> _Takes:
    return held.enter_context(server.importing(held.enter_context(place.store()), readers))


def _rehearsing(place: Place, readers: Readers, held: ExitStack) -> _Takes:
    """Over the books of the store, where there is one: it is not made for that."""
    if not place.directory.exists():
        return Rehearsal(NoLedger(), readers, now=server.now)
    return Rehearsal(StoreLedger(held.enter_context(place.store())), readers, now=server.now)


def _local(takes: _Takes, limit_bytes: int, told: Told) -> Callable[[Unit], tuple[Imported, ...]]:
    passwords = () if told.password is None else (told.password,)

    def take(unit: Unit) -> tuple[Imported, ...]:
        with opened(unit, limit_bytes) as file:
            return takes.take(file, name=name_of(unit), sha256=told.sha256, passwords=passwords)

    return take


def _remote(client: Client, brought: Brought) -> Callable[[Unit], tuple[Imported, ...]]:
    def take(unit: Unit) -> tuple[Imported, ...]:
        with opened(unit, _SENT_BYTES) as file:
            content = file.read() if unit.parts else unit.path
            return imported(client, content, brought._replace(name=name_of(unit)))

    return take


def _outcomes(take: Callable[[Unit], tuple[Imported, ...]], unit: Unit) -> tuple[Imported, ...]:
    try:
        return take(unit)
    except InputError as error:
        return (Imported(outcome="refused", reason=str(error)),)
    except OSError as error:
        return (Imported(outcome="refused", reason=error.strerror or str(error)),)
