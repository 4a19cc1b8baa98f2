"""`POST /v4/import`: reports of other sandboxes. A path of our own."""

import asyncio
from collections.abc import Callable
from typing import IO, NamedTuple
from urllib.parse import unquote_to_bytes

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from fulgurite.api.exchange import account_of, json_of
from fulgurite.api.options import Allowed, options
from fulgurite.api.problems import Problem
from fulgurite.api.upload import Limits, Spool, receive_file
from fulgurite.api.wire import Headers, normal
from fulgurite.errors import InputError
from fulgurite.model import hashes
from fulgurite.model.base import Model
from fulgurite.model.usage import Kind
from fulgurite.service.importing import Closed, Imported
from fulgurite.service.names import member_path

_MOST_REASONS = 100
"""That are told where nothing was taken."""

Take = Callable[[IO[bytes], str | None, str | None, tuple[str, ...]], tuple[Imported, ...]]
"""Takes in what is in a file, by its name, the SHA-256 of its sample, passwords to try. Called from threads."""


class Taken(Model, frozen=True, kw_only=True, omit_defaults=False):
    """The body of an answer."""

    imported: int
    duplicate: int
    refused: int
    data: tuple[Imported, ...]


class ImportUses(NamedTuple):
    """The use cases behind the endpoint here."""

    take: Take
    at_once: int
    """How many are read at once; further ones wait."""


class Imports:
    """What the endpoint does."""

    def __init__(self, uses: ImportUses, limits: Limits, allowed: Allowed, spool: Callable[[], Spool]) -> None:
        """`spool` makes what takes the bytes of one upload."""
        self._uses = uses
        self._limits = limits
        self._allowed = allowed
        self._spool = spool
        self._reading = asyncio.Semaphore(uses.at_once)

    async def taken(self, request: Request) -> Response:
        """POST /v4/import: takes in the reports in the body, those in an archive too, and says what became of each."""
        headers = request.headers.raw
        name, sha256 = _told(headers)
        more = options(headers, self._allowed)
        if more.is_private:
            raise Problem(400143, "privateprocessing: what is imported is for everybody")
        account = account_of(request)
        await account.check(Kind.PREVENTION)
        with self._spool() as spool:
            given = await receive_file(headers, request.receive, spool, self._limits)
            if name is None and given is not None:
                name = _path(given)
            await account.charge(Kind.PREVENTION)
            passwords = () if more.password is None else (more.password,)
            async with self._reading:
                file = await asyncio.to_thread(spool.file)
                try:
                    done = await asyncio.to_thread(self._uses.take, file, name, sha256, passwords)
                except Closed as error:
                    raise Problem(503000, str(error)) from error
        return json_of(_body(done))


def _told(headers: Headers) -> tuple[str | None, str | None]:
    """The name and the SHA-256 that `headers` tell. Raises Problem 400020 for what is no SHA-256."""
    name = sha256 = None
    for header, value in headers:
        word = normal(header.decode("latin-1")).removeprefix("x")
        if word == "filename" and name is None:
            name = _path(unquote_to_bytes(value))
        elif word == "sha256":
            try:
                digest = hashes.sha256(value.decode("latin-1").strip())
            except InputError as error:
                raise Problem(400020, "sha256: expected 64 hex digits") from error
            if sha256 not in (None, digest):
                raise Problem(400020, "sha256: given twice with different values")
            sha256 = digest
    return name, sha256


def _path(raw: bytes) -> str | None:
    return member_path(raw.decode("utf-8", "replace")) or None


def _body(done: tuple[Imported, ...]) -> bytes:
    """Raises Problem 400022 when all was refused."""
    refused = [one for one in done if one.outcome == "refused"]
    if len(refused) == len(done):
        reasons = [one.reason or "" if one.member is None else f"{one.member}: {one.reason}" for one in refused]
        raise Problem(400022, *reasons[:_MOST_REASONS])
    imported = sum(one.outcome == "imported" for one in done)
    duplicate = len(done) - len(refused) - imported
    return msgspec.json.encode(Taken(imported=imported, duplicate=duplicate, refused=len(refused), data=done))
