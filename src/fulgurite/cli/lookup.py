"""`fulgurite lookup`: the last analysis of each hash."""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from fulgurite import server
from fulgurite.cli.exits import Exit
from fulgurite.cli.options import Data, Json, Place
from fulgurite.cli.remote import Server, answered, connected
from fulgurite.cli.summary import lines, summary
from fulgurite.cli.terminal import is_coloured, note, unicode_of
from fulgurite.model.viewer import EVERYTHING
from fulgurite.service.lookup import Answer, Lookup

_FOUND = 200
_BAD = 400


def lookup(
    hashes: Annotated[
        list[str],
        typer.Argument(metavar="HASH", help="MD5, SHA-1, SHA-256 or SHA-512; - reads them from standard input."),
    ],
    data: Data = None,
    at: Server = None,
    *,
    json: Json = False,
) -> None:
    """Show the last analysis of the files with these hashes.

    With --json each line is the body that the server gives for GET /v4/hash/HASH/sandbox, or, where there is none,
    its error with the hash beside it.
    """
    worst = Exit.OK
    with _source(data, at) as lookup_of:
        for text in _all(hashes):
            answer = lookup_of(text)
            if json:
                typer.echo(_machine_line(text, answer))
            else:
                _show(text, answer)
            worst = max(worst, _exit(answer))
    raise typer.Exit(worst)


@contextmanager
def _source(data: Path | None, at: str | None) -> Iterator[Callable[[str], Answer]]:
    """What answers for a hash: the server `at`, or the data directory."""
    if at is not None:
        with connected(at, data) as client:
            yield partial(answered, client)
    else:
        with Place(data).store(must_exist=True) as store:
            found = Lookup(store, now=server.now)
            yield lambda text: found.by_hash(text, viewer=EVERYTHING)


def _all(hashes: Iterable[str]) -> Iterator[str]:
    for text in hashes:
        if text == "-":
            lines_read = (line.decode(errors="backslashreplace").strip() for line in sys.stdin.buffer)
            yield from (line for line in lines_read if line != "")
        else:
            yield text


def _exit(answer: Answer) -> Exit:
    if answer.status == _FOUND:
        return Exit.OK
    return Exit.USAGE if answer.status == _BAD else Exit.NOT_FOUND


def _machine_line(text: str, answer: Answer) -> bytes:
    if answer.status == _FOUND:
        return answer.content
    return msgspec.json.encode(
        {"hash": unicode_of(text), **msgspec.json.decode(answer.content, type=dict[str, msgspec.Raw])}
    )


def _show(text: str, answer: Answer) -> None:
    if answer.status == _FOUND:
        for line in lines(text, summary(answer.content), coloured=is_coloured(sys.stdout)):
            typer.echo(line)
    elif answer.status == _BAD:
        note(f"{text}: not a hash; give 32, 40, 64 or 128 hex digits (MD5, SHA-1, SHA-256 or SHA-512)")
    else:
        note(f"{text}: no analysis is known of it")
