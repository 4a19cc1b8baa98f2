"""What the server is made of: store and settings become use cases, and these the interface and the pages over it."""

import logging
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import NamedTuple

from starlette.types import ASGIApp, Receive, Scope, Send

from fulgurite import config, engines
from fulgurite.api.accesslog import AccessLog
from fulgurite.api.administration import AdminUses
from fulgurite.api.again import AgainUses
from fulgurite.api.app import Access, App, Service, Uses, create_app
from fulgurite.api.bulk import BulkUses
from fulgurite.api.evidence import EvidenceUses
from fulgurite.api.hashes import HashUses
from fulgurite.api.health import HealthUses
from fulgurite.api.hooks import HookUses
from fulgurite.api.hot import Fast, HotProtocol
from fulgurite.api.imports import ImportUses
from fulgurite.api.listing import ListingUses
from fulgurite.api.options import Allowed
from fulgurite.api.routes import Files
from fulgurite.api.submissions import SubmissionUses, Uploads
from fulgurite.api.upload import Limits
from fulgurite.api.wire import Choices
from fulgurite.config import Settings
from fulgurite.engines.base import Engine
from fulgurite.engines.survey import survey
from fulgurite.errors import EngineError
from fulgurite.model.administration import Retention
from fulgurite.model.task import RunOptions
from fulgurite.model.usage import Quotas
from fulgurite.service import (
    accounts,
    again,
    bulk,
    comparing,
    evidence,
    export,
    files,
    health,
    history,
    keyring,
    keys,
    listing,
    queue,
    reputation,
    retention,
    static,
    storage,
    visits,
    webhooks,
)
from fulgurite.service.activity import Activity
from fulgurite.service.addresses import networks, port_ranges
from fulgurite.service.archives import Caps
from fulgurite.service.fetch import Guard
from fulgurite.service.importing import Bounds, Importing, Readers, Writer
from fulgurite.service.intake import Intake
from fulgurite.service.lookup import Lookup
from fulgurite.service.progress import Watched
from fulgurite.service.quota import Accounts
from fulgurite.service.retention import Keeping
from fulgurite.service.steps import chosen
from fulgurite.service.tally import Tally
from fulgurite.store import Store
from fulgurite.supervision import is_worker_alive
from fulgurite.web.site import Site

_log = logging.getLogger(__name__)
_SECONDS_AT_ONCE = 10
"""What all reports that come in one request may take, in times of what one may."""
_OF_INTERFACE = re.compile(r"/+(?:v4|metrics|health|ready)(?:/|$)")
"""Paths that are not the pages'; the interface takes a slash more or less for the same."""


class Watching(NamedTuple):
    """What looks on while requests are answered."""

    tally: Tally
    access_log: AccessLog | None
    needs_worker: bool
    """Whether the server is not ready without a worker."""


def now() -> datetime:
    """The time, aware, in UTC."""
    return datetime.now(UTC)


def refusal(data: bytes, options: RunOptions, available: Sequence[Engine] | None = None) -> str | None:
    """Why none of the `available` engines (of this machine, when None) runs `data`, or None when one does."""
    try:
        chosen(engines.available() if available is None else available, data, options)
    except EngineError as error:
        return str(error)
    return None


def accounts_of(store: Store, settings: Settings) -> Accounts:
    """What the keys of `store` may use; to be entered while requests are answered."""
    return Accounts(store, _quotas(settings), now=now)


def _quotas(settings: Settings) -> Quotas:
    return Quotas(
        sandbox_api=settings.daily_sandbox,
        prevention_api=settings.daily_prevention,
        reputation_api=settings.daily_reputation,
        per_minute=settings.per_minute,
    )


def keeping_of(settings: Settings) -> Keeping:
    """How long analyses and files are kept."""
    return Keeping(settings.keep_analyses_days, settings.keep_files_days)


@contextmanager
def importing(store: Store, readers: Readers) -> Iterator[Importing]:
    """Imports into `store`, for as long as the block lasts; what is on its way then is still kept."""
    with Writer(store) as writer:
        yield Importing(store, readers, writer, now=now)


def application(store: Store, settings: Settings, counting: Accounts, imports: Importing, watching: Watching) -> App:
    """The v4 interface over `store`; `counting` counts what keys use, `imports` takes in reports."""
    lookup = Lookup(store, now=now, cache_bytes=settings.cached_bytes)
    service = Service(
        check_key=lambda raw: keys.check(store, raw, now()),
        by_hash=lookup.by_hash,
        by_sandbox_id=lookup.by_sandbox_id,
        named=store.named,
        files=Files(
            file_result=partial(files.file_result, store),
            hash_result=partial(files.hash_result, store),
        ),
        uses=_uses(store, settings, Watched(store, lookup, now=now), imports, watching),
        seen=watching.tally.seen,
        accounts=counting,
        scan_history=partial(accounts.scan_history, store),
    )
    uploads = Uploads(
        spool_folder=store.data_dir / "tmp",
        limits=Limits(max_bytes=settings.max_upload_bytes),
        choices=Choices(system=settings.systems, timeout=settings.timeouts, browser=settings.browsers),
        allowed=_allowed(settings),
    )
    access = Access(settings.keyless_poll, settings.bad_keys, float(settings.ban_seconds), watching.access_log)
    return create_app(service, uploads, access)


def faster(store: Store, settings: Settings, watching: Watching) -> Callable[[HotProtocol], Fast] | None:
    """What answers the plainest lookups in compiled code; None where there is none. Raises StoreError."""
    if not (settings.hot_path and settings.compiled):
        return None
    try:
        from fulgurite.native.fastpath import FastPath  # noqa: PLC0415 - not everywhere there
    except ImportError as error:
        _log.warning("lookups are answered without compiled code, which costs half of their speed: %s", error)
        return None
    log = watching.access_log
    return FastPath(store.index, store.packs, watching.tally, None if log is None else log.note).connection


def pages(store: Store, settings: Settings, app: App) -> Site:
    """The pages over the interface `app`."""
    secret = keys.for_open_pages(store, now()) if settings.open_read else None
    return Site(app, None if secret is None else secret.encode())


class Faces:
    """Interface and pages as one ASGI application: told apart by the path."""

    def __init__(self, app: ASGIApp, site: ASGIApp) -> None:
        self._app = app
        self._site = site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_of_app = scope["type"] != "http" or _OF_INTERFACE.match(scope["path"]) is not None
        await (self._app if is_of_app else self._site)(scope, receive, send)


def _allowed(settings: Settings) -> Allowed:
    def check(url: str) -> None:
        guard_of(settings).checked(url)

    return Allowed(
        rules=settings.rules,
        private_processing=settings.private_processing,
        check_fetch=check if settings.fetch_urls else None,
        check_callback=check if settings.callbacks else None,
    )


def guard_of(settings: Settings, timeout_s: float = 30.0) -> Guard:
    """What makes requests to addresses that others name. Raises InputError for bad networks or ports in `settings`."""
    permitted = networks(settings.fetch_networks)
    return Guard(permitted=permitted, ports=port_ranges(settings.fetch_ports), timeout_s=timeout_s)


def _caps(settings: Settings) -> Caps:
    return Caps(
        entries=settings.archive_entries,
        total_bytes=settings.archive_total_bytes,
        file_bytes=settings.archive_file_bytes,
        ratio=settings.archive_ratio,
        depth=settings.archive_depth,
        seconds=settings.archive_seconds,
    )


def readers_of(settings: Settings, directory: Path) -> Readers:
    """What reads reports that come in over the interface."""
    seconds = settings.import_seconds
    folders = config.rule_folders(settings, directory)
    bounds = Bounds(settings.import_memory_bytes, seconds, _SECONDS_AT_ONCE * seconds, folders)
    return Readers(settings.import_readers, bounds)


def _lists(store: Store) -> ListingUses:
    return ListingUses(
        listed=lambda wanted, viewer, after, limit: listing.listed(
            store, wanted, viewer, now(), after=after, limit=limit
        ),
        of_file=lambda digest, viewer, after, limit: listing.of_file(
            store, digest, viewer, now(), after=after, limit=limit
        ),
    )


def _administration(store: Store, settings: Settings, tally: Tally) -> AdminUses:
    quotas, keeping = _quotas(settings), keeping_of(settings)

    def retained(analyses_days: int | None, files_days: int | None) -> Retention:
        asked = Keeping(
            keeping.analyses_days if analyses_days is None else analyses_days,
            keeping.files_days if files_days is None else files_days,
        )
        return retention.told(store, keeping, asked, now())

    return AdminUses(
        queue=partial(queue.queue, store),
        engines=survey,
        storage=lambda: storage.storage(store, tally.upkeep()),
        retention=retained,
        keys=lambda: keyring.listed(store, quotas, now()),
        create=lambda wish: keyring.create(store, wish, now()),
        change=lambda key_id, terms: keyring.change(store, key_id, terms, quotas, now()),
        revoke=lambda key_id: keyring.revoke(store, key_id, now()),
    )


def _uses(store: Store, settings: Settings, watched: Watched, imports: Importing, watching: Watching) -> Uses:
    available = engines.available()
    guard = guard_of(settings, settings.fetch_seconds)
    intake = Intake(store, partial(refusal, available=available), _caps(settings), now=now)
    return Uses(
        watched=watched,
        hashes=HashUses(
            result=partial(files.hash_result, store),
            bulk=partial(history.bulk, store),
            history=partial(history.scan_history, store),
            verdict=partial(bulk.verdict_of, store),
            pe_info=partial(static.pe_info, store),
        ),
        bulk=BulkUses(items=partial(bulk.items, store), by_prefix=partial(bulk.by_prefix, store)),
        reputation=lambda kind, text, viewer: reputation.reputation(store, kind, text, viewer, now()),
        again=AgainUses(
            kept=partial(again.kept, store),
            rescan=lambda file, **rest: again.rescan(store, file, now=now(), **rest),
            detonate=lambda file, options, **rest: again.detonate(store, file, options, now=now(), **rest),
            refusal=lambda file, options: refusal(store.sample_bytes(file.digests.sha256), options, available),
        ),
        submissions=SubmissionUses(
            take=intake.take,
            fetch=partial(guard.fetched, max_bytes=settings.max_upload_bytes),
            visit=lambda url, options, **rest: visits.ask(store, url, options, now=now(), **rest),
        ),
        activity=Activity(store, now=now),
        evidence=EvidenceUses(
            original=partial(evidence.original_and_format, store),
            artifact=partial(evidence.artifact, store),
            neutered_artifact=partial(evidence.neutered_artifact, store),
            behind=partial(evidence.behind, store),
            exported=partial(export.exported, store),
        ),
        imports=ImportUses(
            take=lambda file, name, sha256, passwords: imports.take(
                file, name=name, sha256=sha256, passwords=passwords
            ),
            at_once=settings.import_readers,
        ),
        listing=_lists(store),
        admin=_administration(store, settings, watching.tally),
        compare=lambda first, second, viewer, limit: comparing.comparison(
            store, first, second, viewer, now(), limit=limit
        ),
        health=HealthUses(
            readiness=lambda: health.readiness(store, partial(is_worker_alive, store.data_dir)),
            needs_worker=watching.needs_worker,
            told=watching.tally.told,
            tasks=partial(health.tasks_by_state, store),
            analyses=partial(health.analyses, store),
            upkeep=watching.tally.upkeep,
            are_metrics_open=settings.open_metrics,
        ),
        webhooks=HookUses(
            status=lambda data_id, viewer: webhooks.status(store, data_id, viewer, now()),
            listed=lambda viewer: webhooks.listed(store, viewer, now()),
        ),
    )
