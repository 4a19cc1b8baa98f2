"""`fulgurite key`: API keys, made, listed, revoked."""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated

import msgspec
import typer

from fulgurite import server
from fulgurite.cli.options import Data, Json, Place
from fulgurite.cli.terminal import note, safe
from fulgurite.errors import InputError, NotFound
from fulgurite.model.key import Key, Role
from fulgurite.model.usage import Allowance, Kind
from fulgurite.service import keys
from fulgurite.service.webhooks import secret_of

app = typer.Typer(no_args_is_help=True, help="Make, list and revoke API keys.")


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="What to call it; keys in force have different names.")],
    data: Data = None,
    role: Annotated[
        Role, typer.Option("--role", help="read: look up. submit: look up and submit. admin: everything.")
    ] = Role.SUBMIT,
    expires: Annotated[
        str | None, typer.Option(metavar="WHEN", help="90d, 12h, 30m, or a day such as 2027-01-31 (UTC).")
    ] = None,
    daily: Annotated[
        list[str] | None,
        typer.Option(
            metavar="N|KIND=N",
            help="What it may use in a day: N of each kind, or of sandbox_api, prevention_api, reputation_api.",
        ),
    ] = None,
    per_minute: Annotated[
        int | None, typer.Option("--per-minute", metavar="N", help="Submissions and bulk lookups in a minute.")
    ] = None,
) -> None:
    """Make a key and print it, alone on the last line; only a digest is stored, so it is not shown again."""
    now = server.now()
    allowance = msgspec.structs.replace(_allowance(daily or []), per_minute=per_minute)
    expires_at = None if expires is None else _moment(expires, now)
    with Place(data).store() as store:
        key = keys.create(store, name, role, now, expires_at=expires_at, allowance=allowance)
    until = "" if expires_at is None else f" until {expires_at:%Y-%m-%d %H:%M} UTC"
    note(f"key {name!r} may {role.value}{until}; it is not shown again")
    typer.echo(key)


@app.command("list")
def list_(data: Data = None, *, json: Json = False) -> None:
    """List the keys, without their secrets."""
    with Place(data).store(must_exist=True) as store:
        listed = keys.listed(store)
    now = server.now()
    for key in listed:
        if json:
            typer.echo(msgspec.json.encode(msgspec.to_builtins(key)))
        else:
            typer.echo(
                f"{key.id:>4}  {key.prefix}…  {key.role.value:<6}  {key.created_at:%Y-%m-%d}"
                f"  {_state(key, now)}{_own(key)}  {safe(key.name)}"
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


@app.command("webhook-secret")
def webhook_secret(
    key: Annotated[str, typer.Argument(metavar="KEY", help="Its number or its name.")],
    data: Data = None,
) -> None:
    """Print what signs the webhooks that a key asked for; nothing else on standard output."""
    with Place(data).store(must_exist=True) as store:
        found = [one for one in keys.listed(store) if key in {str(one.id), one.name} and one.revoked_at is None]
        if not found:
            raise NotFound(f"no key in force has the id or name {key!r}")
        typer.echo(secret_of(store, found[0].id))


_DURATION = re.compile(r"([0-9]{1,9})([mhdw])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def _moment(text: str, now: datetime) -> datetime:
    """The time that `text`, a duration from `now` or a day, stands for."""
    found = _DURATION.fullmatch(text)
    try:
        if found is not None:
            return now + timedelta(**{_UNITS[found[2]]: int(found[1])})
        at = datetime.fromisoformat(text)
    except (ValueError, OverflowError) as error:
        raise InputError(
            f"expected 90d, 12h, 30m or a day such as 2027-01-31, not {text!r}", where="--expires"
        ) from error
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _allowance(daily: list[str]) -> Allowance:
    quotas: dict[str, int] = {}
    for text in daily:
        kind, _, number = text.rpartition("=")
        if not (number.isascii() and number.isdecimal()) or (kind != "" and kind not in set(Kind)):
            raise InputError(f"expected N or KIND=N with a kind of {', '.join(Kind)}, not {text!r}", where="--daily")
        quotas |= {each: int(number[:20]) for each in ([kind] if kind != "" else Kind)}
    return Allowance(**quotas)


def _state(key: Key, now: datetime) -> str:
    if key.revoked_at is not None:
        return f"revoked {key.revoked_at:%Y-%m-%d}"
    if key.expires_at is None:
        return "in force"
    return f"{'expired' if key.is_expired(now) else 'until'} {key.expires_at:%Y-%m-%d}"


def _own(key: Key) -> str:
    """The quotas that are the key's own."""
    own = {name: value for name, value in msgspec.structs.asdict(key.allowance).items() if value is not None}
    return "".join(f"  {name}={value}" for name, value in own.items())
