"""A server in place of the data directory, reached through the client library."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from fulgurite.cli.exits import Exit, Failure
from fulgurite.client import AnswerError, Brought, Client, ClientError, LimitReached, Options, Unauthorized
from fulgurite.config import KEY_VARIABLE
from fulgurite.service.importing import Imported, Outcome
from fulgurite.service.lookup import Answer

Server = Annotated[
    str | None,
    typer.Option(
        "--server",
        metavar="URL",
        help=f"Ask this server instead of the data directory; the API key is taken from ${KEY_VARIABLE}.",
    ),
]
_OK = 200
_BAD_REQUEST = 400
_OUTCOMES: dict[str, Outcome] = {"imported": "imported", "duplicate": "duplicate"}
_ANSWERS = (400, 404)
"""Statuses that say something of the hash, not of the call."""


@contextmanager
def connected(url: str, data: Path | None) -> Iterator[Client]:
    """A client of the server at `url`; its errors end the command with the code of their kind.

    The key comes from the environment, never from the command line, where every user of the machine could read it.
    """
    if data is not None:
        raise Failure("--server and --data: give one of them", Exit.USAGE)
    if not url.startswith(("http://", "https://")):
        raise Failure(f"--server {url}: not a URL; give http://HOST:PORT", Exit.USAGE)
    try:
        with Client(url, os.environ.get(KEY_VARIABLE)) as client:
            yield client
    except ClientError as error:
        raise Failure(f"{url}: {_told(error)}", _code(error)) from error


def answered(client: Client, text: str) -> Answer:
    """What the server says of the hash `text`: the body of its lookup, or that of its error."""
    try:
        body, status = client.last_analysis(text).body, _OK
    except AnswerError as error:
        if error.code is None or error.status not in _ANSWERS:
            raise
        body, status = {"error": {"code": error.code, "messages": list(error.messages)}}, error.status
    return Answer(status, b"", msgspec.json.encode(body))


def sent(client: Client, path: Path, options: Options) -> str:
    """The sandbox_id that the server gives to the file at `path`. Raises Failure when it is not taken."""
    try:
        submitted = client.submit(path, options)
    except OSError as error:
        raise Failure(f"{path}: {error.strerror}") from error
    if submitted.sandbox_id is None:
        messages = (submitted.sandbox_error or {}).get("messages", [])
        raise Failure(f"{path}: {'; '.join(map(str, messages)) or 'the server makes no analysis of it'}")
    return submitted.sandbox_id


def imported(client: Client, content: bytes | Path, brought: Brought) -> tuple[Imported, ...]:
    """What the server makes of each report in `content`. What is wrong with that alone is an outcome."""
    try:
        done = client.import_report(content, brought)
    except AnswerError as error:
        if error.status != _BAD_REQUEST:
            raise
        return (Imported(outcome="refused", reason=str(error)),)
    return tuple(
        Imported(
            outcome=_OUTCOMES.get(one.outcome, "refused"),
            reason=one.reason,
            member=one.member,
            format=one.format,
            sha256=one.sha256,
            sandbox_id=one.sandbox_id,
        )
        for one in done
    )


def _code(error: ClientError) -> Exit:
    match error:
        case Unauthorized():
            return Exit.AUTHENTICATION
        case LimitReached():
            return Exit.QUOTA
        case _:
            return Exit.ERROR


def _told(error: ClientError) -> str:
    if isinstance(error, Unauthorized):
        return f"{error}; set {KEY_VARIABLE} to a key of that server"
    if isinstance(error, LimitReached) and error.retry_after_s is not None:
        return f"{error}; come again in {error.retry_after_s:.0f} s"
    return str(error)
