"""The endpoints off the hot way, and the table of all of them."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import NamedTuple

import msgspec
from starlette.convertors import PathConvertor, register_url_convertor
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from fulgurite.api import definitions
from fulgurite.api.access import Keyring, allow
from fulgurite.api.activity import Activity
from fulgurite.api.administration import ROWS as ADMIN_ROWS
from fulgurite.api.administration import Administration, Handler
from fulgurite.api.again import Again
from fulgurite.api.apikey import Apikeys
from fulgurite.api.bulk import Bulk
from fulgurite.api.comparing import Comparing
from fulgurite.api.docs import Docs
from fulgurite.api.etag import unless_known
from fulgurite.api.events import Events
from fulgurite.api.evidence import Evidence
from fulgurite.api.exchange import EXCHANGE, json_of, viewer_in
from fulgurite.api.hashes import Hashes, digest_of, flag
from fulgurite.api.headers import headers_in
from fulgurite.api.health import Health
from fulgurite.api.hooks import Hooks
from fulgurite.api.imports import Imports
from fulgurite.api.limits import Account
from fulgurite.api.listing import Listing
from fulgurite.api.lookups import Lookups
from fulgurite.api.problems import Problem
from fulgurite.api.reference.document import Row
from fulgurite.api.reputation import Values
from fulgurite.api.submissions import Submissions
from fulgurite.model.key import Role
from fulgurite.model.usage import Kind
from fulgurite.model.viewer import Viewer
from fulgurite.service.bodies import pieces_of
from fulgurite.service.quota import Accounts

API_VERSION = "4.0"


class _Rest(PathConvertor):
    """The rest of a path, whatever stands in it; Starlette's own `path` ends at a line break."""

    regex = "(?s:.*)"


register_url_convertor("path", _Rest())


class Files(NamedTuple):
    """The use cases behind the endpoints here. All of them may block: they are called from threads."""

    file_result: Callable[[str, Viewer], bytes | None]
    """The body for a data_id; None when there is no such submission that the viewer sees."""
    hash_result: Callable[[bytes, Viewer], bytes | None]
    """The body for a raw digest; None when no such file is known to the viewer."""


class Endpoint(NamedTuple):
    """One row of the table."""

    method: str
    path: str
    role: Role | None
    """The role that a key needs; None: no key is asked for."""
    run: Callable[["Endpoints", Request], Awaitable[Response]]
    kind: Kind = Kind.REPUTATION
    """Whose counts stand in the headers of its answers."""
    is_counted: bool = False
    """Whether each call is one of that kind; where that is not known before, `run` says what it uses to its Account."""
    is_throttled: bool = False
    """Whether only so many calls a minute are answered."""
    is_poll: bool = False
    """Whether it needs no key where analyses may be read by their id without one."""


class Areas(NamedTuple):
    """Endpoints that have a module of their own."""

    hashes: Hashes
    bulk: Bulk
    ips: Values
    domains: Values
    urls: Values
    again: Again
    events: Events
    evidence: Evidence
    activity: Activity
    imports: Imports
    listing: Listing
    comparing: Comparing
    admin: Administration
    docs: Docs
    submissions: Submissions
    webhooks: Hooks
    health: Health


class Endpoints:
    """What each endpoint does."""

    def __init__(self, files: Files, apikeys: Apikeys, areas: Areas, offered: bytes) -> None:
        """`offered`: what submissions may ask for, as `fulgurite.api.offered` says it."""
        self._files = files
        self.apikeys = apikeys
        self.of = areas
        self._offered = offered

    async def file_result(self, request: Request) -> Response:
        """GET /v4/file/:data_id: what is known of one submission. `x-file-metadata`, `first`, `size` change nothing."""
        flag(request, "x-file-metadata", 400066)
        body = await asyncio.to_thread(self._files.file_result, request.path_params["data_id"], viewer_in(request))
        if body is None:
            raise Problem(404004)
        return json_of(body)

    async def hash_result(self, request: Request) -> Response:
        """GET /v4/hash/:hash: what is known of a file."""
        digest = digest_of(request)
        body = await asyncio.to_thread(self._files.hash_result, digest, viewer_in(request))
        if body is None:
            raise Problem(404003)
        return json_of(body)

    async def status(self, _: Request) -> Response:
        """GET /v4/status: 200 as soon as requests are served."""
        return json_of(b'{"status":"ok"}')

    async def definitions(self, _: Request) -> Response:
        """GET /v4/status/enginedef: the definitions of scan engines; each is empty, since there are no such engines."""
        return json_of(definitions.BODY)

    async def options(self, _: Request) -> Response:
        """GET /v4/status/options: what a submission may ask for."""
        return json_of(self._offered)

    async def version(self, _: Request) -> Response:
        """GET /v4/status/version: the version of this interface."""
        return json_of(msgspec.json.encode({"version": API_VERSION}))


_SUBMISSIONS: tuple[Endpoint, ...] = (
    Endpoint(
        "POST",
        "/v4/file",
        Role.SUBMIT,
        lambda its, request: its.of.submissions.file(request),
        kind=Kind.PREVENTION,
        is_throttled=True,
    ),
    Endpoint(
        "POST",
        "/v4/sandbox",
        Role.SUBMIT,
        lambda its, request: its.of.submissions.url(request),
        kind=Kind.SANDBOX,
        is_throttled=True,
    ),
    Endpoint(
        "POST",
        "/v4/import",
        Role.SUBMIT,
        lambda its, request: its.of.imports.taken(request),
        kind=Kind.PREVENTION,
        is_throttled=True,
    ),
    Endpoint("GET", "/v4/file/webhooks", Role.READ, lambda its, request: its.of.webhooks.listed(request)),
    Endpoint("GET", "/v4/file/webhooks/{data_id}", Role.READ, lambda its, request: its.of.webhooks.status(request)),
)
_AGAIN: tuple[Endpoint, ...] = (
    Endpoint(
        "GET",
        "/v4/file/{file_id}/rescan",
        Role.SUBMIT,
        lambda its, request: its.of.again.rescan(request),
        kind=Kind.SANDBOX,
        is_throttled=True,
    ),
    Endpoint(
        "POST",
        "/v4/file/rescan",
        Role.SUBMIT,
        lambda its, request: its.of.again.rescan_many(request),
        kind=Kind.SANDBOX,
        is_throttled=True,
    ),
    Endpoint(
        "POST",
        "/v4/sandbox/{data_id}/scan",
        Role.SUBMIT,
        lambda its, request: its.of.again.detonate(request),
        kind=Kind.SANDBOX,
        is_throttled=True,
    ),
)
_EVENTS: tuple[Endpoint, ...] = (
    Endpoint(
        "GET",
        "/v4/sandbox/{sandbox_id}/events",
        Role.READ,
        lambda its, request: its.of.events.of_analysis(request),
        is_poll=True,
    ),
    Endpoint("GET", "/v4/file/{data_id}/events", Role.READ, lambda its, request: its.of.events.of_submission(request)),
)
_EVIDENCE: tuple[Endpoint, ...] = (
    Endpoint("GET", "/v4/sandbox/{sandbox_id}/export", Role.READ, lambda its, request: its.of.evidence.export(request)),
    Endpoint(
        "GET", "/v4/sandbox/{sandbox_id}/original", Role.READ, lambda its, request: its.of.evidence.original(request)
    ),
    Endpoint(
        "GET",
        "/v4/sandbox/{sandbox_id}/artifacts/{name:path}",
        Role.READ,
        lambda its, request: its.of.evidence.artifact(request),
    ),
    Endpoint(
        "GET",
        "/v4/sandbox/{sandbox_id}/signatures/{label:path}/events",
        Role.READ,
        lambda its, request: its.of.evidence.behind(request),
    ),
)
_LISTING: tuple[Endpoint, ...] = (
    Endpoint("GET", "/v4/sandbox", Role.READ, lambda its, request: its.of.listing.all(request)),
    Endpoint("GET", "/v4/hash/{hash}/analyses", Role.READ, lambda its, request: its.of.listing.of_file(request)),
    Endpoint(
        "GET", "/v4/sandbox/{sandbox_id}/compare/{other}", Role.READ, lambda its, request: its.of.comparing.two(request)
    ),
)
_ACTIVITY: tuple[Endpoint, ...] = (
    Endpoint("GET", "/v4/sandbox/{sandbox_id}/report", Role.READ, lambda its, request: its.of.activity.report(request)),
    Endpoint(
        "GET",
        "/v4/sandbox/{sandbox_id}/report/{list}",
        Role.READ,
        lambda its, request: its.of.activity.listed(request),
    ),
    Endpoint(
        "GET", "/v4/sandbox/{sandbox_id}/activity", Role.READ, lambda its, request: its.of.activity.activity(request)
    ),
    Endpoint(
        "GET",
        "/v4/sandbox/{sandbox_id}/activity/histogram",
        Role.READ,
        lambda its, request: its.of.activity.histogram(request),
    ),
)
_HASHES: tuple[Endpoint, ...] = (
    Endpoint("POST", "/v4/hash", Role.READ, lambda its, request: its.of.hashes.bulk(request), is_throttled=True),
    Endpoint("POST", "/v4/hash/sandbox", Role.READ, lambda its, request: its.of.bulk.sandbox(request)),
    Endpoint(
        "GET", "/v4/hash/prefix/{hex}", Role.READ, lambda its, request: its.of.bulk.by_prefix(request), is_counted=True
    ),
    Endpoint(
        "GET",
        "/v4/hash/{hash}/scanhistory",
        Role.READ,
        lambda its, request: its.of.hashes.history(request),
        is_counted=True,
    ),
    Endpoint(
        "GET", "/v4/hash/{hash}/badge", Role.READ, lambda its, request: its.of.hashes.badge(request), is_counted=True
    ),
    Endpoint(
        "GET", "/v4/hash/{hash}/peinfo", Role.READ, lambda its, request: its.of.hashes.pe_info(request), is_counted=True
    ),
    *(
        Endpoint(
            "GET",
            f"/v4/hash/{{hash}}/{facts}",
            Role.READ,
            lambda its, request: its.of.hashes.nothing(request),
            is_counted=True,
        )
        for facts in ("exif", "apk-manifest")
    ),
)
_REPUTATION: tuple[Endpoint, ...] = (
    Endpoint("GET", "/v4/ip/{value}", Role.READ, lambda its, request: its.of.ips.one(request), is_counted=True),
    Endpoint("POST", "/v4/ip", Role.READ, lambda its, request: its.of.ips.many(request)),
    Endpoint("GET", "/v4/domain/{value}", Role.READ, lambda its, request: its.of.domains.one(request), is_counted=True),
    Endpoint("POST", "/v4/domain", Role.READ, lambda its, request: its.of.domains.many(request)),
    Endpoint("GET", "/v4/url/{value:path}", Role.READ, lambda its, request: its.of.urls.one(request), is_counted=True),
    Endpoint("POST", "/v4/url", Role.READ, lambda its, request: its.of.urls.many(request)),
)


def _of_admin(run: Handler) -> Callable[[Endpoints, Request], Awaitable[Response]]:
    return lambda its, request: run(its.of.admin, request)


ENDPOINTS: tuple[Endpoint, ...] = (
    *_SUBMISSIONS,
    Endpoint("GET", "/v4/file/{data_id}", Role.READ, Endpoints.file_result, kind=Kind.PREVENTION),
    Endpoint("GET", "/v4/hash/{hash}", Role.READ, Endpoints.hash_result, is_counted=True),
    Endpoint("GET", "/v4/apikey", Role.READ, lambda its, request: its.apikeys.own(request)),
    Endpoint("GET", "/v4/apikey/limits", Role.READ, lambda its, request: its.apikeys.used(request)),
    Endpoint("GET", "/v4/apikey/limits/status", Role.READ, lambda its, request: its.apikeys.remaining(request)),
    Endpoint("GET", "/v4/apikey/scan-history", Role.READ, lambda its, request: its.apikeys.scan_history(request)),
    Endpoint("GET", "/v4/apikey/{key}", Role.READ, lambda its, request: its.apikeys.named(request)),
    *_AGAIN,
    *_EVENTS,
    *_EVIDENCE,
    *_ACTIVITY,
    *_LISTING,
    *(Endpoint(method, path, Role.ADMIN, _of_admin(run)) for method, path, run in ADMIN_ROWS),
    *_HASHES,
    *_REPUTATION,
    Endpoint("GET", "/health", None, lambda its, request: its.of.health.health(request)),
    Endpoint("GET", "/metrics", None, lambda its, request: its.of.health.metrics(request)),
    Endpoint("GET", "/ready", None, lambda its, request: its.of.health.ready(request)),
    Endpoint("GET", "/v4/status", None, Endpoints.status),
    Endpoint("GET", "/v4/status/enginedef", None, Endpoints.definitions),
    Endpoint("GET", "/v4/status/options", Role.READ, Endpoints.options),
    Endpoint("GET", "/v4/status/version", None, Endpoints.version),
    Endpoint("GET", "/v4/openapi.json", None, lambda its, request: its.of.docs.openapi(request)),
    Endpoint("GET", "/v4/docs", None, lambda its, request: its.of.docs.shown(request)),
    Endpoint("GET", "/v4/docs/style.css", None, lambda its, request: its.of.docs.style(request)),
)
LOOKUP_PATHS = ("/v4/hash/{hash}/sandbox", "/v4/sandbox/{sandbox_id}")
"""The hot lookups. They guard themselves."""


def rows() -> list[Row]:
    """All endpoints, the lookups too, as the interface's own document is told of them."""
    by_hash, by_id = LOOKUP_PATHS
    return [
        *(Row(one.method, one.path, one.role, one.is_counted, one.is_throttled, one.is_poll) for one in ENDPOINTS),
        Row("GET", by_hash, Role.READ, is_counted=True),
        Row("GET", by_id, Role.READ, is_poll=True),
    ]


def routes(
    endpoints: Endpoints, lookups: Lookups, keyring: Keyring, accounts: Accounts, *, keyless_poll: bool
) -> list[Route]:
    """The whole table as Starlette's routes; the lookups for spellings of their paths that are not the plain one."""
    return [
        *(
            Route(row.path, _guarded(row, endpoints, keyring, accounts, keyless_poll), methods=[row.method])
            for row in ENDPOINTS
        ),
        *(Route(path, _looked_up(lookups), methods=["GET"]) for path in LOOKUP_PATHS),
    ]


def _guarded(
    row: Endpoint, endpoints: Endpoints, keyring: Keyring, accounts: Accounts, keyless_poll: bool
) -> Callable[[Request], Awaitable[Response]]:
    async def run(request: Request) -> Response:
        if row.role is None:
            return await row.run(endpoints, request)
        raw = next((value for name, value in request.headers.raw if name == b"apikey"), None)
        if raw is None and row.is_poll and keyless_poll:
            return await row.run(endpoints, request)
        caller = keyring.caller(raw, request.scope.get("client"))
        account = request.scope[EXCHANGE].account = Account(caller, accounts, row.kind)
        try:
            allow(caller.key, row.role)
            if row.is_throttled:
                await account.throttle()
            if row.is_counted:
                await account.charge(row.kind)
            return await unless_known(await row.run(endpoints, request), request)
        finally:
            await account.settle()

    return run


def _looked_up(lookups: Lookups) -> Callable[[Request], Awaitable[Response]]:
    async def run(request: Request) -> Response:
        scope = request.scope
        scope[EXCHANGE].is_lookup = True
        answer = lookups.answer_at(scope["path"], request.headers.raw, scope.get("client"))
        response = StreamingResponse(pieces_of(answer.body), answer.status)
        response.raw_headers = headers_in(answer.head)
        return response

    return run
