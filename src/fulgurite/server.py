"""The composition root: data directory and settings become a store, a service, an application, processes.

The only place where rooms below meet; what it makes is handed to the faces.
"""

import logging
import signal
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import NamedTuple

import uvicorn

from fulgurite import config, engines
from fulgurite.api.accesslog import AccessLog, opened
from fulgurite.api.again import AgainUses
from fulgurite.api.app import Access, App, Service, Uses, create_app
from fulgurite.api.bulk import BulkUses
from fulgurite.api.evidence import EvidenceUses
from fulgurite.api.hashes import HashUses
from fulgurite.api.health import HealthUses
from fulgurite.api.hooks import HookUses
from fulgurite.api.hot import protocol_of
from fulgurite.api.imports import ImportUses
from fulgurite.api.options import Allowed
from fulgurite.api.protocol import Bounds as ConnectionBounds
from fulgurite.api.routes import Files
from fulgurite.api.submissions import SubmissionUses, Uploads
from fulgurite.api.upload import Limits
from fulgurite.api.wire import Choices
from fulgurite.config import Settings
from fulgurite.engines.base import Engine
from fulgurite.errors import EngineError
from fulgurite.model.task import RunOptions
from fulgurite.model.usage import Quotas
from fulgurite.service import (
    accounts,
    again,
    bulk,
    evidence,
    files,
    health,
    history,
    keys,
    reputation,
    static,
    visits,
    webhooks,
)
from fulgurite.service.addresses import networks, port_ranges
from fulgurite.service.archives import Caps
from fulgurite.service.errands import Errands
from fulgurite.service.fetch import Guard
from fulgurite.service.importing import Bounds, Importing, Readers, Writer
from fulgurite.service.intake import Intake
from fulgurite.service.lookup import Lookup
from fulgurite.service.progress import Watched
from fulgurite.service.quota import Accounts
from fulgurite.service.rulebook import RuleBook
from fulgurite.service.steps import chosen
from fulgurite.service.tally import Tally
from fulgurite.service.webhooks import Patience
from fulgurite.service.worker import Worker
from fulgurite.store import Store
from fulgurite.store.counters import Counters
from fulgurite.supervision import Fleet, Workers, is_worker_alive, leave_on_signals, listening, present, url_of

__all__ = ["Store", "application", "now", "refusal", "serve", "serve_together", "work"]

_SECONDS_AT_ONCE = 10
"""What all reports that come in one request may take, in times of what one may."""
STOP_GRACE_S = 4.0
"""What a server process has to end in, once its open requests have ended."""

_log = logging.getLogger(__name__)


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
    quotas = Quotas(
        sandbox_api=settings.daily_sandbox,
        prevention_api=settings.daily_prevention,
        reputation_api=settings.daily_reputation,
        per_minute=settings.per_minute,
    )
    return Accounts(store, quotas, now=now)


@contextmanager
def importing(store: Store, readers: Readers) -> Iterator[Importing]:
    """Imports into `store`, for as long as the block lasts; what is on its way then is still kept."""
    with Writer(store) as writer:
        yield Importing(store, readers, writer, now=now)


def application(store: Store, settings: Settings, counting: Accounts, imports: Importing, watching: Watching) -> App:
    """The v4 interface over `store`; `counting` counts what keys use, `imports` takes in reports."""
    lookup = Lookup(store, now=now)
    service = Service(
        check_key=lambda raw: keys.check(store, raw, now()),
        by_hash=lookup.by_hash,
        by_sandbox_id=lookup.by_sandbox_id,
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


def _errands(store: Store, settings: Settings, available: Sequence[Engine]) -> Errands:
    """What is done beside the analyses: URLs are fetched, webhooks called, as many as were taken while that was on."""
    fetching = guard_of(settings, settings.fetch_seconds)
    calling = guard_of(settings, settings.callback_seconds)
    patience = Patience(
        attempts=settings.callback_attempts, first_pause=timedelta(seconds=settings.callback_pause_seconds)
    )
    refuses = partial(refusal, available=available)
    visit = partial(visits.make_next, store, fetching, refuses, max_bytes=settings.max_upload_bytes, now=now)
    call = partial(webhooks.deliver_next, store, calling, patience, now=now)

    def upkeep() -> bool:
        store.webhooks.forget(now())
        return False

    def break_off() -> None:
        fetching.close()
        calling.close()

    return Errands((visit, call, upkeep), break_off=break_off)


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
        evidence=EvidenceUses(
            original=partial(evidence.original_and_format, store),
            artifact=partial(evidence.artifact, store),
            neutered_artifact=partial(evidence.neutered_artifact, store),
            behind=partial(evidence.behind, store),
        ),
        imports=ImportUses(
            take=lambda file, name, sha256, passwords: imports.take(
                file, name=name, sha256=sha256, passwords=passwords
            ),
            at_once=settings.import_readers,
        ),
        health=HealthUses(
            readiness=lambda: health.readiness(store, partial(is_worker_alive, store.data_dir)),
            needs_worker=watching.needs_worker,
            told=watching.tally.told,
            tasks=partial(health.tasks_by_state, store),
            analyses=partial(health.analyses, store),
            are_metrics_open=settings.open_metrics,
        ),
        webhooks=HookUses(
            status=lambda data_id, viewer: webhooks.status(store, data_id, viewer, now()),
            listed=lambda viewer: webhooks.listed(store, viewer, now()),
        ),
    )


def serve_together(
    directory: Path,
    settings: Settings,
    command: Sequence[str],
    *,
    with_workers: bool,
    on_ready: Callable[[str], None] = lambda _: None,
) -> None:
    """Serves as `serve` does, by `settings.processes` processes, each of them started by `command`.

    SIGHUP replaces them one by one; each reads its settings anew.
    """
    with listening(settings.host, settings.port) as alone:
        # Nobody else is at that address, who would share it without knowing.
        port = alone.getsockname()[1]
    with ExitStack() as stack:
        each = range(settings.processes)
        listeners = [stack.enter_context(listening(settings.host, port, is_shared=True)) for _ in each]
        stack.enter_context(Workers(directory, settings.workers if with_workers else 0))
        fleet = Fleet(command, listeners, grace_s=settings.drain_seconds + STOP_GRACE_S)
        fleet.run(partial(on_ready, url_of(listeners[0])))


def serve(
    directory: Path,
    settings: Settings,
    *,
    with_workers: bool,
    on_ready: Callable[[str], None] = lambda _: None,
    inherited: int | None = None,
    needs_worker: bool | None = None,
) -> None:
    """Serves the data in `directory` until SIGTERM or SIGINT; then ends open requests and the workers, and returns.

    `on_ready` is called once requests are answered, in a thread of its own, with the base URL; `inherited` is the
    descriptor of a socket to listen on instead of the settings' address; with `needs_worker` it is not ready while no
    worker runs, by default when it starts some. Raises FulguriteError when the address cannot be listened on,
    StoreError when the store cannot be opened.
    """
    with (
        listening(settings.host, settings.port, inherited=inherited) as listener,
        _open_store(directory, settings) as store,
        accounts_of(store, settings) as counting,
        _readers(settings, directory) as readers,
        importing(store, readers) as imports,
        closing(Tally(Counters(directory / "metrics"))) as tally,
        opened(settings.access_log) as access_log,
    ):
        watching = Watching(tally, access_log, with_workers if needs_worker is None else needs_worker)
        app = application(store, settings, counting, imports, watching)

        def stop() -> None:
            app.close_streams()
            # What is still read then is given up a little before its request is cut off, so that it can be told.
            giving_up = threading.Timer(settings.drain_seconds - 1, readers.close)
            giving_up.daemon = True
            giving_up.start()

        server = _Server(
            _configured(app, settings, access_log),
            on_ready=partial(on_ready, url_of(listener)),
            on_stop=stop,
        )
        # uvicorn raises a signal again once it has stopped. With its own handler in place from the start, none is lost
        # before it listens to them, and the one raised again does nothing more.
        before = {number: signal.signal(number, server.handle_exit) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            with Workers(directory, settings.workers if with_workers else 0):
                server.run(sockets=[listener])
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def _configured(app: App, settings: Settings, access_log: AccessLog | None) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        loop="uvloop",
        http=protocol_of(
            app.lookups if settings.hot_path else None,
            ConnectionBounds(settings.max_connections, settings.max_unsent_bytes),
            access_log,
        ),
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        # A caller is known by its own address: whoever is near could write any other into a header.
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=settings.drain_seconds,
    )


def _readers(settings: Settings, directory: Path) -> Readers:
    """What reads reports that come in over the interface."""
    seconds = settings.import_seconds
    folders = config.rule_folders(settings, directory)
    bounds = Bounds(settings.import_memory_bytes, seconds, _SECONDS_AT_ONCE * seconds, folders)
    return Readers(settings.import_readers, bounds)


class _Server(uvicorn.Server):
    """uvicorn's server, which says when it is ready and when it is about to stop."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None], on_stop: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_ready = on_ready
        self._on_stop = on_stop

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Starts to answer, then calls `on_ready`."""
        await super().startup(sockets)
        threading.Thread(target=self._on_ready, name="on-ready", daemon=True).start()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Calls `on_stop`, then waits for what is being answered."""
        self._on_stop()
        await super().shutdown(sockets)


def work(directory: Path, settings: Settings, *, is_tied: bool) -> None:
    """Runs a worker on the data in `directory` until SIGTERM or SIGINT.

    With `is_tied` it also ends when standard input closes: so it ends with the process that started it, however that
    one ends. A task that is cut off is taken up again by the next worker.
    """
    leave_on_signals(is_tied=is_tied)
    available = engines.available()
    with _open_store(directory, settings) as store, present(directory), _errands(store, settings, available):
        Worker(
            store,
            available,
            RuleBook([Path(folder) for folder in config.rule_folders(settings, directory)]).current,
            now=now,
            extractors=[Path(folder) for folder in config.extractor_folders(settings, directory)],
        ).run_forever()


def _open_store(directory: Path, settings: Settings) -> Store:
    """The store, with the folders beside it that rules and extractors can be put into. Raises StoreError."""
    store = Store.open(directory)
    config.make_usual_folders(settings, directory)
    return store
