"""The endpoints off the hot way, and the table of all of them."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import NamedTuple, Protocol

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fulgurite.api.access import Keyring
from fulgurite.api.exchange import Exchange
from fulgurite.api.lookups import JSON, Lookups
from fulgurite.api.problems import MESSAGES, Problem
from fulgurite.api.upload import Limits, Spool, receive_file
from fulgurite.api.wire import Choices, display_name, wanted
from fulgurite.errors import InvalidHash
from fulgurite.model import hashes
from fulgurite.model.key import Key, Role
from fulgurite.model.task import RunOptions
from fulgurite.service.submit import Submitted

API_VERSION = "4.0"
MAX_STORING = 2
"""Uploads whose bytes may lie in memory at once, to be hashed and stored; further ones wait on disk."""

EXCHANGE = "fulgurite.exchange"
"""Where the scope of a request has its Exchange."""


class Submit(Protocol):
    """Keeps a file and, with options, asks for its analysis. Called from threads."""

    def __call__(
        self, data: bytes, *, options: RunOptions | None, file_name: str | None, key_id: int | None
    ) -> Submitted:
        """See fulgurite.service.submit."""
        ...


class Files(NamedTuple):
    """The use cases behind the endpoints here. All of them may block: they are called from threads."""

    submit: Submit
    refusal: Callable[[bytes, RunOptions], str | None]
    """Why no engine can run these bytes so (one plain sentence); None when one can."""
    file_result: Callable[[str], bytes | None]
    """The body for a data_id; None when there is no such submission."""
    hash_result: Callable[[bytes], bytes | None]
    """The body for a raw digest; None when no such file is known."""


class Uploads(NamedTuple):
    """How uploads are taken."""

    spool_folder: Path
    """Takes the bytes of long uploads while they come in."""
    limits: Limits
    choices: Choices = Choices()


class Endpoint(NamedTuple):
    """One row of the table."""

    method: str
    path: str
    role: Role | None
    """The role that a key needs; None: no key is asked for."""
    run: Callable[["Endpoints", Request], Awaitable[Response]]


class Endpoints:
    """What each endpoint does."""

    def __init__(self, files: Files, uploads: Uploads) -> None:
        self._files = files
        self._uploads = uploads
        self._storing = asyncio.Semaphore(MAX_STORING)

    async def submit_file(self, request: Request) -> Response:
        """POST /v4/file: keeps the body as a sample, and asks for its analysis when the headers do."""
        headers = request.headers.raw
        asked = wanted(headers, self._uploads.choices)
        with Spool(self._uploads.spool_folder) as spool:
            form_name = await receive_file(headers, request.receive, spool, self._uploads.limits)
            name = asked.file_name
            if name is None and form_name is not None:
                name = display_name(form_name)
            options = None if asked.options is None else msgspec.structs.replace(asked.options, file_name=name)
            key = _exchange(request).key
            async with self._storing:
                body = await asyncio.to_thread(self._submitted, spool, options, name, key)
        return _json(body)

    def _submitted(self, spool: Spool, options: RunOptions | None, name: str | None, key: Key | None) -> bytes:
        data = spool.content()
        refusal = None if options is None else self._files.refusal(data, options)
        submitted = self._files.submit(
            data,
            options=options if refusal is None else None,
            file_name=name,
            key_id=None if key is None else key.id,
        )
        return _upload_reply(submitted, refusal)

    async def file_result(self, request: Request) -> Response:
        """GET /v4/file/:data_id: what is known of one submission."""
        body = await asyncio.to_thread(self._files.file_result, request.path_params["data_id"])
        if body is None:
            raise Problem(404004)
        return _json(body)

    async def hash_result(self, request: Request) -> Response:
        """GET /v4/hash/:hash: what is known of a file."""
        try:
            digest = hashes.parse(request.path_params["hash"])
        except InvalidHash as error:
            raise Problem(400064) from error
        body = await asyncio.to_thread(self._files.hash_result, digest)
        if body is None:
            raise Problem(404003)
        return _json(body)

    async def status(self, _: Request) -> Response:
        """GET /v4/status: 200 as soon as requests are served."""
        return _json(b'{"status":"ok"}')

    async def version(self, _: Request) -> Response:
        """GET /v4/status/version: the version of this interface."""
        return _json(msgspec.json.encode({"version": API_VERSION}))


ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("POST", "/v4/file", Role.SUBMIT, Endpoints.submit_file),
    Endpoint("GET", "/v4/file/{data_id}", Role.READ, Endpoints.file_result),
    Endpoint("GET", "/v4/hash/{hash}", Role.READ, Endpoints.hash_result),
    Endpoint("GET", "/v4/status", None, Endpoints.status),
    Endpoint("GET", "/v4/status/version", None, Endpoints.version),
)
LOOKUP_PATHS = ("/v4/hash/{hash}/sandbox", "/v4/sandbox/{sandbox_id}")
"""The hot lookups. They guard themselves."""


def routes(endpoints: Endpoints, lookups: Lookups, keyring: Keyring) -> list[Route]:
    """The whole table as Starlette's routes; the lookups for spellings of their paths that are not the plain one."""
    return [
        *(Route(row.path, _guarded(row, endpoints, keyring), methods=[row.method]) for row in ENDPOINTS),
        *(Route(path, _looked_up(lookups), methods=["GET"]) for path in LOOKUP_PATHS),
    ]


def _guarded(row: Endpoint, endpoints: Endpoints, keyring: Keyring) -> Callable[[Request], Awaitable[Response]]:
    async def run(request: Request) -> Response:
        if row.role is not None:
            raw = next((value for name, value in request.headers.raw if name == b"apikey"), None)
            _exchange(request).key = keyring.permitted(raw, row.role)
        return await row.run(endpoints, request)

    return run


def _looked_up(lookups: Lookups) -> Callable[[Request], Awaitable[Response]]:
    async def run(request: Request) -> Response:
        status, headers, body = lookups.answer(request.scope["path"], request.headers.raw)
        response = Response(status_code=status)
        response.body, response.raw_headers = body, headers
        return response

    return run


def _exchange(request: Request) -> Exchange:
    exchange: Exchange = request.scope[EXCHANGE]
    return exchange


def _json(body: bytes) -> Response:
    return Response(body, headers={JSON[0].decode(): JSON[1].decode()})


def _upload_reply(submitted: Submitted, refusal: str | None) -> bytes:
    reply: dict[str, object] = {
        "data_id": submitted.data_id,
        "status": "inqueue",
        "in_queue": 0 if submitted.sandbox_id is None else 1,
        "queue_priority": "normal",
        "sha1": submitted.digests.sha1.upper(),
        "sha256": submitted.digests.sha256.upper(),
        "md5": submitted.digests.md5.upper(),
    }
    if submitted.sandbox_id is not None:
        reply["sandbox_id"] = submitted.sandbox_id
    if refusal is not None:
        reply["sandbox_error"] = {"code": 404010, "messages": [MESSAGES[404010], refusal]}
    return msgspec.json.encode(reply)
