"""The v4 interface as one ASGI callable."""

import asyncio
import re
from collections.abc import Callable
from http import HTTPStatus
from time import perf_counter
from typing import NamedTuple

from starlette.exceptions import HTTPException
from starlette.routing import Match, Route, Router
from starlette.types import Receive, Scope, Send

from fulgurite.api import offered
from fulgurite.api.access import Keyring
from fulgurite.api.accesslog import AccessLog
from fulgurite.api.activity import Activity, ActivityUses
from fulgurite.api.administration import Administration, AdminUses
from fulgurite.api.again import Again, AgainUses
from fulgurite.api.apikey import Apikeys
from fulgurite.api.bulk import Bulk, BulkUses
from fulgurite.api.comparing import Comparing
from fulgurite.api.docs import Docs
from fulgurite.api.events import Events, EventUses
from fulgurite.api.evidence import Evidence, EvidenceUses
from fulgurite.api.exchange import EXCHANGE, Exchange
from fulgurite.api.guessing import Brake
from fulgurite.api.hashes import Hashes, HashUses
from fulgurite.api.headers import retry_after
from fulgurite.api.health import Health, HealthUses
from fulgurite.api.hooks import Hooks, HookUses
from fulgurite.api.hot import send_answer
from fulgurite.api.imports import Imports, ImportUses
from fulgurite.api.limits import problem_of
from fulgurite.api.listing import Listing, ListingUses
from fulgurite.api.lookups import Lookups
from fulgurite.api.problems import Problem
from fulgurite.api.protocol import MAX_HEADERS
from fulgurite.api.reputation import Ask, Values
from fulgurite.api.routes import Areas, Endpoints, Files, routes, rows
from fulgurite.api.submissions import Submissions, SubmissionUses, Uploads
from fulgurite.api.upload import ClientGone, Spool
from fulgurite.api.watch import Watch
from fulgurite.model.key import Key
from fulgurite.model.viewer import Viewer
from fulgurite.service.accounts import Bounds
from fulgurite.service.bodies import Takes
from fulgurite.service.lookup import Answer
from fulgurite.service.progress import Watched
from fulgurite.service.quota import Accounts
from fulgurite.service.tally import OTHER

_SLASHES = re.compile("/{2,}")
_NAMED = re.compile("/(artifacts|signatures)/")
"""What follows is a name that a sandbox gave, in which every slash counts."""


class Uses(NamedTuple):
    """The use cases of the endpoints that have a module of their own."""

    hashes: HashUses
    bulk: BulkUses
    reputation: Ask
    again: AgainUses
    submissions: SubmissionUses
    webhooks: HookUses
    watched: Watched
    evidence: EvidenceUses
    activity: ActivityUses
    imports: ImportUses
    listing: ListingUses
    admin: AdminUses
    compare: Callable[[str, str, Viewer, int], bytes]
    """Two analyses, as JSON: so many of each kind and side."""
    health: HealthUses

    def areas(self, uploads: Uploads, watch: Watch) -> Areas:
        """The endpoints over them."""
        return Areas(
            hashes=Hashes(self.hashes),
            bulk=Bulk(self.bulk),
            ips=Values("ip", self.reputation),
            domains=Values("domain", self.reputation),
            urls=Values("url", self.reputation),
            again=Again(self.again, uploads.choices),
            submissions=Submissions(self.submissions, uploads),
            webhooks=Hooks(self.webhooks),
            events=Events(EventUses(self.watched.one, self.watched.of_submission), watch),
            evidence=Evidence(self.evidence),
            activity=Activity(self.activity),
            imports=Imports(self.imports, uploads.limits, uploads.allowed, lambda: Spool(uploads.spool_folder)),
            listing=Listing(self.listing),
            admin=Administration(self.admin),
            comparing=Comparing(self.compare),
            docs=Docs(rows()),
            health=Health(self.health),
        )


class Service(NamedTuple):
    """The use cases that the interface offers."""

    check_key: Callable[[str], Key | None]
    """The key that a raw text is; called from the event loop."""
    by_hash: Callable[[str, Takes, Viewer], Answer]
    """The answer, for a viewer, to a lookup by the text of a hash; called from the event loop."""
    by_sandbox_id: Callable[[str, Takes, Viewer], Answer]
    files: Files
    uses: Uses
    accounts: Accounts
    """What keys may use and have used."""
    scan_history: Callable[[Key, int, int], bytes]
    """What a key submitted: so many, after so many. Called from threads."""
    named: Callable[[bytes], bytes | None] = lambda digest: digest
    """The raw digest under which a file is kept; None for a SHA-512 that is not known. Called from the event loop."""
    seen: Callable[[int, int, int], None] = lambda _kind, _status, _took_us: None
    """Told of each answer: its kind (see `fulgurite.service.tally`), status, microseconds; from the event loop."""


class Access(NamedTuple):
    """Who is let in, and where that is noted."""

    keyless_poll: bool = False
    """Whether an analysis may be read by its id without a key."""
    bad_keys: int = 20
    """How many bad keys an address may send within `ban_s`, before it is banned for `ban_s`."""
    ban_s: float = 3600.0
    log: AccessLog | None = None
    """Where requests are noted."""


def _plain(path: str) -> str:
    """`path` without slashes that are too many."""
    named = _NAMED.search(path)
    if named is None:
        return _SLASHES.sub("/", path).rstrip("/")
    rest = path[named.end() :]
    # After the name of a signature there comes a word of ours, so slashes at the end belong to no name.
    rest = rest.rstrip("/") if named[1] == "signatures" else rest.removesuffix("/")
    return _SLASHES.sub("/", path[: named.end()]) + rest


def create_app(service: Service, uploads: Uploads, access: Access = Access()) -> "App":  # noqa: B008 - immutable
    """The interface over `service`."""
    return App(service, uploads, access)


class App:
    """An ASGI application."""

    def __init__(self, service: Service, uploads: Uploads, access: Access) -> None:
        accounts = service.accounts
        keyring = Keyring(service.check_key, accounts, Brake(access.bad_keys, access.ban_s))
        self._service = service
        self.access_log = access.log
        self.lookups = Lookups(
            service.by_hash,
            service.by_sandbox_id,
            keyring,
            accounts,
            keyless_poll=access.keyless_poll,
            seen=service.seen,
        )
        apikeys = Apikeys(accounts, service.check_key, service.scan_history, Bounds(uploads.limits.max_bytes))
        offers = offered.body(uploads.choices, uploads.allowed, uploads.limits.max_bytes)
        self._watch = Watch(service.uses.watched.all)
        endpoints = Endpoints(service.files, apikeys, service.uses.areas(uploads, self._watch), offers)
        table = routes(endpoints, self.lookups, keyring, accounts, keyless_poll=access.keyless_poll)
        self._router = Router(table, redirect_slashes=False)

    def close_streams(self) -> None:
        """Ends what would go on by itself: the server is about to stop."""
        self._watch.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._router(scope, receive, send)
            return
        exchange: Exchange | None = None
        began = perf_counter()
        try:
            if len(scope["headers"]) <= MAX_HEADERS and Lookups.takes(scope):
                answer = self.lookups.answer_at(scope["path"], scope["headers"], scope.get("client"))
                self._note(scope, answer.status, began)
                await send_answer(answer, scope, send, self.lookups.turn)
            else:
                exchange = Exchange(scope, receive, send, self._observe)
                scope["state"] = {"named": self._service.named}
                await self._route(scope, exchange)
        except ClientGone:
            return
        except asyncio.CancelledError:
            # The server ends, and has no more time for this.
            if exchange is not None and not exchange.is_begun:
                problem = Problem(503000, "the server is ending", headers=[retry_after(1)])
                await exchange.refuse(problem, lingers=False)
        except Exception as error:  # noqa: BLE001 - the server's last handler: everything gets an answer
            await (exchange or Exchange(scope, receive, send, self._observe)).refuse(_problem_of(error))

    def _observe(self, exchange: Exchange, status: int) -> None:
        if not exchange.is_lookup:
            self._service.seen(OTHER, status, int((perf_counter() - exchange.began) * 1_000_000))
        self._note(exchange.scope, status, exchange.began)

    def _note(self, scope: Scope, status: int, began: float) -> None:
        if self.access_log is not None:
            took_us = int((perf_counter() - began) * 1_000_000)
            self.access_log.note(scope.get("client"), scope["method"], scope["path"], status, took_us)

    async def _route(self, scope: Scope, exchange: Exchange) -> None:
        if len(scope["headers"]) > MAX_HEADERS:
            raise Problem(400023, f"more than {MAX_HEADERS} header lines")
        found = {**scope, "app": self, "path": _plain(scope["path"]), EXCHANGE: exchange}
        try:
            await self._router(found, exchange.receive, exchange.send)
        except HTTPException as error:
            if error.status_code != HTTPStatus.METHOD_NOT_ALLOWED:
                raise
            raise Problem(405000, headers=[(b"allow", self._methods(found))]) from error

    def _methods(self, scope: Scope) -> bytes:
        """The methods that the path of `scope` takes: several rows of the table may have the same path."""
        rows = [
            row for row in self._router.routes if isinstance(row, Route) and row.matches(scope)[0] is not Match.NONE
        ]
        return ", ".join(sorted({method for row in rows for method in row.methods or ()})).encode()


def _problem_of(error: Exception) -> Problem:
    return Problem(404000) if isinstance(error, HTTPException) else problem_of(error)
