"""`fulgurite export`: one analysis as bytes."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from fulgurite import server
from fulgurite.cli.exits import Exit, Failure
from fulgurite.cli.options import Data, Place
from fulgurite.errors import InvalidHash, NotFound
from fulgurite.model import hashes
from fulgurite.model.viewer import EVERYTHING
from fulgurite.service import evidence
from fulgurite.service.export import exported
from fulgurite.service.ids import is_sandbox_id
from fulgurite.service.lookup import Lookup

_FOUND = 200


class Format(StrEnum):
    """What is written."""

    V4 = "v4"
    NATIVE = "native"
    ORIGINAL = "original"
    HTML = "html"


def export(
    analysis: Annotated[
        str, typer.Argument(metavar="ID|HASH", help="A sandbox_id, or a hash: of that file, the last analysis.")
    ],
    form: Annotated[
        Format,
        typer.Option(
            "--format",
            help="v4: the body that the server gives; native: our own form, whole; original: what it was read from;"
            " html: a page that stands alone.",
        ),
    ] = Format.V4,
    out: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Where to; else standard output.")
    ] = None,
    data: Data = None,
) -> None:
    """Write one finished analysis, byte for byte.

    What was exported as native or original can be imported again, and gives the same analysis; html opens in any
    browser, without a server or a network.
    """
    if out is None and form is Format.ORIGINAL and sys.stdout.isatty():
        raise Failure("an original is hostile, a terminal would act on it: name a file with -o, or a pipe", Exit.USAGE)
    with Place(data).store(must_exist=True) as store:
        content = _content(store, _sandbox_id(store, analysis), form)
    if out is not None:
        out.write_bytes(content)
    else:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()


def _sandbox_id(store: server.Store, text: str) -> str:
    """Raises Failure for what is neither an id nor a hash, NotFound for a hash without an analysis."""
    if is_sandbox_id(text.lower()):
        return text.lower()
    try:
        digest = hashes.parse_any(text)
    except InvalidHash as error:
        raise Failure(
            f"{text}: neither a sandbox_id (24 hex digits) nor a hash (32, 40, 64 or 128 hex digits)", Exit.USAGE
        ) from error
    name = store.named(digest)
    row = None if name is None else store.last_report(name.hex(), EVERYTHING)
    if row is None:
        raise NotFound(f"no analysis is known of {digest.hex()}")
    return row.sandbox_id


def _content(store: server.Store, sandbox_id: str, form: Format) -> bytes:
    match form:
        case Format.ORIGINAL:
            return evidence.original(store, sandbox_id, EVERYTHING)
        case Format.NATIVE:
            return exported(store, sandbox_id, "native", EVERYTHING)
        case Format.HTML:
            return exported(store, sandbox_id, "html", EVERYTHING)
        case Format.V4:
            answer = Lookup(store, now=server.now).by_sandbox_id(sandbox_id, viewer=EVERYTHING)
            if answer.status != _FOUND:
                raise NotFound(f"there is no analysis {sandbox_id}")
            return answer.content
