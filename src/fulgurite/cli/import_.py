"""`fulgurite import`: reports of other sandboxes, taken into the store."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from fulgurite import server
from fulgurite.cli.exits import Exit, Failure
from fulgurite.cli.files import below, content
from fulgurite.cli.options import Data, Json, Place
from fulgurite.cli.terminal import note, safe, unicode_of
from fulgurite.service.importing import import_report

Sha256 = Annotated[
    str | None, typer.Option("--sha256", metavar="HEX", help="The sample's SHA-256, for reports that do not name it.")
]


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """What --json prints for each file."""

    path: str
    outcome: str
    """`imported`, `duplicate` or `refused`."""
    reason: str | None = None
    """Why it was refused."""
    format: str | None = None
    sha256: str | None = None
    sandbox_id: str | None = None


def import_(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH", help="Files, and folders with everything below them.")],
    data: Data = None,
    sha256: Sha256 = None,
    *,
    json: Json = False,
) -> None:
    """Take in reports of other sandboxes, also beside a running server.

    Exit status 1 when at least one file was refused; the others are in.
    """
    place = Place(data)
    counts = {"imported": 0, "duplicate": 0, "refused": 0}
    with place.store() as store:
        for path in below(paths):
            line = _imported(store, path, sha256, place.settings.max_upload_bytes)
            counts[line.outcome] += 1
            typer.echo(msgspec.json.encode(line) if json else _text(line))
    note(", ".join(f"{count} {outcome}" for outcome, count in counts.items()))
    raise typer.Exit(Exit.OK if counts["refused"] == 0 else Exit.ERROR)


def _imported(store: server.Store, path: Path, sha256: str | None, limit_bytes: int) -> Line:
    try:
        data = content(path, limit_bytes)
    except Failure as failure:
        return Line(path=unicode_of(str(path)), outcome="refused", reason=unicode_of(str(failure)))
    done = import_report(store, data, name=unicode_of(path.name), sha256=sha256, now=server.now())
    return Line(
        path=unicode_of(str(path)),
        outcome=done.outcome,
        reason=done.reason,
        format=done.format,
        sha256=done.sha256,
        sandbox_id=done.sandbox_id,
    )


def _text(line: Line) -> str:
    told = line.reason if line.reason is not None else f"{line.format} {line.sha256}"
    return f"{line.outcome:<9}  {safe(line.path)}  {safe(told)}"
