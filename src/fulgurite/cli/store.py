"""`fulgurite store`: what is kept is checked, compacted, copied, deleted; while a server runs, too."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from fulgurite import server
from fulgurite.cli.exits import Exit
from fulgurite.cli.options import Data, Json, Place
from fulgurite.cli.terminal import note, safe
from fulgurite.service import upkeep

app = typer.Typer(no_args_is_help=True, help="Check, compact, back up and delete what is kept.")


@app.command()
def check(
    data: Data = None,
    *,
    repair: Annotated[bool, typer.Option("--repair", help="Make the index again where it is wrong.")] = False,
    json: Json = False,
) -> None:
    """Verify every stored byte against its digest and the index against the database; name what is wrong.

    The status is 1 when something is wrong that was not repaired.
    """
    place = Place(data)
    place.assert_exists()
    wrong = repaired = 0
    for finding, is_repaired in upkeep.check(place.directory, repair=repair):
        wrong += not is_repaired
        repaired += is_repaired
        if json:
            typer.echo(msgspec.json.encode({**finding._asdict(), "repaired": is_repaired}))
        else:
            typer.echo(f"{finding.kind} {safe(finding.name)}: {safe(finding.problem)}{' (repaired)' * is_repaired}")
    note(f"{wrong} wrong, {repaired} repaired" if wrong + repaired > 0 else "all is sound")
    if wrong > 0:
        raise typer.Exit(Exit.ERROR)


@app.command()
def compact(data: Data = None) -> None:
    """Give back the room of deleted analyses and of what crashes left behind."""
    with Place(data).store(must_exist=True) as store:
        done = upkeep.compact(store, server.now())
    for reason in done.skipped:
        note(f"not compacted: {reason}")
    note(f"{done.packs} packs written anew, {done.orphans} files removed, {done.freed_bytes:,} bytes given back")


@app.command()
def backup(
    target: Annotated[Path, typer.Argument(metavar="DIR", help="A new folder, or one with an earlier copy.")],
    data: Data = None,
) -> None:
    """Copy everything to DIR, which is a data directory of its own then; to restore, use it, or copy it back."""
    with Place(data).store(must_exist=True) as store:
        done = upkeep.back_up(store, target)
    note(f"{target} is a whole copy: {done.files} files were new, {done.size_bytes:,} bytes with the database")


@app.command()
def delete(
    name: Annotated[str, typer.Argument(metavar="ID|HASH", help="A sandbox_id, or a hash of a file.")],
    data: Data = None,
) -> None:
    """Delete one analysis, or a file with all analyses of it; `compact` gives the room back."""
    with Place(data).store(must_exist=True) as store:
        count = upkeep.delete(store, name)
    note(f"{count} {'analysis' if count == 1 else 'analyses'} deleted")
