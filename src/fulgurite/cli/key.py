"""`fulgurite key`: API keys, made, listed, revoked."""

from typing import Annotated

import msgspec
import typer

from fulgurite import server
from fulgurite.cli.options import Data, Json, Place
from fulgurite.cli.terminal import note, safe
from fulgurite.model.key import Role
from fulgurite.service import keys

app = typer.Typer(no_args_is_help=True, help="Make, list and revoke API keys.")


@app.command()
def create(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What to call it; keys in force have different names.")],
    data: Data = None,
    role: Annotated[
        Role, typer.Option("--role", help="read: look up. submit: look up and submit. admin: everything.")
    ] = Role.SUBMIT,
) -> None:
    """Make a key and print it, alone on the last line; only a digest is stored, so it is not shown again."""
    with Place(data).store() as store:
        key = keys.create(store, name, role, server.now())
    note(f"key {name!r} may {role.value}; it is not shown again")
    typer.echo(key)


@app.command("list")
def list_(data: Data = None, *, json: Json = False) -> None:
    """List the keys, without their secrets."""
    with Place(data).store(must_exist=True) as store:
        listed = keys.listed(store)
    for key in listed:
        if json:
            typer.echo(msgspec.json.encode(msgspec.to_builtins(key)))
        else:
            state = "in force" if key.revoked_at is None else f"revoked {key.revoked_at:%Y-%m-%d}"
            typer.echo(
                f"{key.id:>4}  {key.prefix}…  {key.role.value:<6}  {key.created_at:%Y-%m-%d}  {state}  {safe(key.name)}"
            )


@app.command()
def revoke(
    key: Annotated[str, typer.Argument(metavar="KEY", help="Its number or its name.")],
    data: Data = None,
) -> None:
    """Make a key invalid; a running server follows within a second."""
    with Place(data).store(must_exist=True) as store:
        keys.revoke(store, key, server.now())
    note(f"key {key!r} is revoked")
