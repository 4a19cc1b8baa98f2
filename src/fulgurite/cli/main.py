"""The command's verbs, and what becomes of their errors."""

import sys
from typing import Annotated, NoReturn

import typer

from fulgurite import __version__
from fulgurite.cli import key, logs, rules, store
from fulgurite.cli.demo import demo
from fulgurite.cli.exits import Exit, Failure
from fulgurite.cli.export import export
from fulgurite.cli.import_ import import_
from fulgurite.cli.lookup import lookup
from fulgurite.cli.serve import serve, worker
from fulgurite.cli.submit import submit
from fulgurite.cli.terminal import note
from fulgurite.cli.watch import watch
from fulgurite.errors import FulguriteError, InputError, NotFound

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Dynamic analysis of files, and the last analysis looked up by any hash.",
)
for verb in (serve, worker, submit, lookup, export, watch, demo):
    app.command()(verb)
app.command("import")(import_)
app.add_typer(key.app, name="key")
app.add_typer(store.app, name="store")
app.add_typer(rules.app, name="rules")


def _show_version(*, wanted: bool) -> None:
    if wanted:
        typer.echo(f"fulgurite {__version__}")
        raise typer.Exit


@app.callback()
def main(
    *,
    _version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Dynamic analysis of files, and the last analysis looked up by any hash."""
    logs.start()


def run() -> NoReturn:
    """The command as a process: an error of the caller's is a line on standard error, never a traceback."""
    try:
        app(prog_name="fulgurite")
    except Failure as failure:
        _end(str(failure), failure.code)
    except FulguriteError as error:
        _end(str(error), _code(error))
    except OSError as error:
        where = "" if error.filename is None else f"{error.filename}: "
        _end(f"{where}{error.strerror or error}", Exit.ERROR)
    sys.exit(Exit.OK)


def _code(error: FulguriteError) -> Exit:
    match error:
        case NotFound():
            return Exit.NOT_FOUND
        case InputError():
            return Exit.USAGE
        case _:
            return Exit.ERROR


def _end(message: str, code: Exit) -> NoReturn:
    note(f"fulgurite: {message}")
    sys.exit(code)
