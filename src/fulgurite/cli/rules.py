"""`fulgurite rules`: the rules in force, their faults, and stored reports matched with them anew."""

import os
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from fulgurite.cli.exits import Exit
from fulgurite.cli.options import Data, Json, Place
from fulgurite.cli.terminal import note, safe
from fulgurite.model.signature import Signature
from fulgurite.rules import Rule, of_others
from fulgurite.rules.cases import failures
from fulgurite.service import rematch, rulebook

app = typer.Typer(no_args_is_help=True, help="Rules: list them, check them, match stored reports with them anew.")

_CORES = len(os.sched_getaffinity(0))


@app.command("list")
def list_(data: Data = None, *, json: Json = False) -> None:
    """List the rules in force: those that come with Fulgurite, and those in the operator's folders."""
    found = rulebook.load(_folders(Place(data)))
    listed: tuple[Rule | Signature, ...] = (*found.rules.rules, *of_others(found.rules))
    for rule in listed:
        typer.echo(msgspec.json.encode(_row(rule)) if json else _line(rule))
    for fault in found.faults:
        note(f"left out: {fault}")
    note(f"{found.rules.count} rules, digest {found.rules.digest}")


@app.command()
def check(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH", help="Rule files, and folders of them.")],
) -> None:
    """Check rule files: their form, and that they do what their own cases say. They may refer to built-in rules.

    Every fault is a line, FILE:LINE: REASON. Exit status 1 when there is one.
    """
    found = rulebook.checked(paths)
    own = [rule for rule in found.rules.rules if rule.file in found.files]
    faults = [*found.faults, *(fault for rule in own for fault in failures(rule, found.rules.rules))]
    for fault in faults:
        typer.echo(safe(fault))
    of_bytes, of_capa = found.rules.yara.rule_count, found.rules.capa.rule_count
    note(f"{len(own) + of_bytes + of_capa} rules whole, {len(faults)} faults")
    raise typer.Exit(Exit.OK if not faults else Exit.ERROR)


@app.command()
def apply(
    data: Data = None,
    jobs: Annotated[int, typer.Option("--jobs", min=1, max=256, metavar="N", help="Processes that match.")] = _CORES,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say how many reports that would be.")] = False,
) -> None:
    """Match stored reports anew with the rules in force, also beside a running server. Nothing is run again.

    Reports that these very rules matched are left alone: broken off, it goes on where it was. Exit status 1 when a
    report could not be read.
    """
    place = Place(data)
    folders = _folders(place)
    found = rulebook.load(folders)
    for fault in found.faults:
        note(f"left out: {fault}")
    with place.store(must_exist=True) as store:
        total = rematch.waiting(store, found.rules)
        note(f"{total} reports to match with {found.rules.count} rules, digest {found.rules.digest}")
        if dry_run or total == 0:
            return
        applied = rematch.apply(
            store, folders, found.rules, jobs=min(jobs, total), progress=lambda done: note(f"{done} of {total}")
        )
    for reason in applied.skipped:
        note(f"left as it is: {reason}")
    note(f"{applied.done} reports matched anew")
    raise typer.Exit(Exit.OK if not applied.skipped else Exit.ERROR)


def _folders(place: Place) -> list[Path]:
    return [Path(folder) for folder in place.rule_folders]


def _row(rule: Rule | Signature) -> dict[str, Any]:
    return {
        "label": rule.label,
        "name": rule.name,
        "file": rule.file if isinstance(rule, Rule) else None,
        "score": rule.score,
        "confidence": rule.confidence,
        "ttps": rule.ttps,
        "tags": rule.tags,
        "family": rule.family,
        "os": rule.os if isinstance(rule, Rule) else (),
    }


def _line(rule: Rule | Signature) -> str:
    label, confidence = rule.label or "", rule.confidence or "high"
    score = "-" if rule.score is None else str(rule.score)
    return safe(f"{label:40} {score:>2} {confidence:6} {','.join(rule.ttps):20} {rule.name}")
