"""The composition root: data directory and settings become a store, a service, an application, processes.

The only place where rooms below meet; what it makes is handed to the faces.
"""

import logging
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, Self

import uvicorn

from fulgurite import config, engines
from fulgurite.api.accesslog import opened
from fulgurite.api.hot import protocol_of
from fulgurite.api.protocol import BoundedProtocol
from fulgurite.api.protocol import Bounds as ConnectionBounds
from fulgurite.config import Settings
from fulgurite.engines.base import Engine
from fulgurite.errors import FulguriteError
from fulgurite.service import (
    listing,
    queue,
    upkeep,
    visits,
    webhooks,
)
from fulgurite.service.errands import Errands
from fulgurite.service.retention import Sweeper
from fulgurite.service.rulebook import RuleBook
from fulgurite.service.tally import Tally
from fulgurite.service.webhooks import Patience
from fulgurite.service.worker import Worker
from fulgurite.store import Store
from fulgurite.store.counters import Counters
from fulgurite.supervision import Fleet, Workers, allow_many_files, leave_on_signals, listening, present, url_of
from fulgurite.wiring import (
    Faces,
    Watching,
    accounts_of,
    application,
    faster,
    guard_of,
    importing,
    keeping_of,
    now,
    pages,
    readers_of,
    refusal,
)

__all__ = ["Store", "application", "importing", "now", "refusal", "serve", "serve_together", "work"]

TEND_EVERY_S = 5.0
"""How often a server looks after the index."""
STOP_GRACE_S = 4.0
"""What a server process has to end in, once its open requests have ended."""

_log = logging.getLogger(__name__)


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

    sweeper = Sweeper(store, keeping_of(settings), now=now)
    errands = (visit, call, upkeep, sweeper.sweep, partial(listing.work_off, store))
    return Errands(errands, break_off=break_off)


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
    anew: Callable[[], Settings] | None = None,
) -> None:
    """Serves the data in `directory` until SIGTERM or SIGINT; then ends open requests and the workers, and returns.

    `on_ready` is called once requests are answered, in a thread of its own, with the base URL; `inherited` is the
    descriptor of a socket to listen on instead of the settings' address; with `needs_worker` it is not ready while no
    worker runs, by default when it starts some. On SIGHUP it ends open requests and begins anew with the settings of
    `anew`; who connects meanwhile waits. Raises FulguriteError when the address cannot be listened on, StoreError when
    the store cannot be opened.
    """
    allow_many_files()
    needs_worker = with_workers if needs_worker is None else needs_worker
    with listening(settings.host, settings.port, inherited=inherited) as listener, ExitStack() as workers:
        tell: Callable[[], None] = partial(on_ready, url_of(listener))
        with _Asked(anew) as asked:
            wished: Settings | None = settings

            def stop() -> None:
                # Nobody shall wait for a server that will not be there; for one that begins anew they may.
                if asked.is_end:
                    listener.close()

            while wished is not None:
                with _server_of(directory, wished, needs_worker=needs_worker, on_ready=tell, on_stop=stop) as server:
                    if wished is settings:
                        workers.enter_context(Workers(directory, settings.workers if with_workers else 0))
                    with listener.dup() as own:
                        wished = asked.while_running(server, own)
                tell = _tell_nobody


def _tell_nobody() -> None:
    """It was said before that requests are answered."""


@contextmanager
def _server_of(
    directory: Path,
    settings: Settings,
    *,
    needs_worker: bool,
    on_ready: Callable[[], None],
    on_stop: Callable[[], None],
) -> Iterator["_Server"]:
    """A server that is ready to run, with all that it needs. `on_stop` is called when it is about to stop."""
    with (
        _open_store(directory, settings) as store,
        accounts_of(store, settings) as counting,
        readers_of(settings, directory) as readers,
        importing(store, readers) as imports,
        closing(Tally(Counters(directory / "metrics"))) as tally,
        opened(settings.access_log) as access_log,
        closing(upkeep.Scrubber(store, tally)) as scrubber,
        Errands([partial(upkeep.tend, store), scrubber.look], threads=1, poll_s=TEND_EVERY_S),
    ):
        watching = Watching(tally, access_log, needs_worker)
        app = application(store, settings, counting, imports, watching)

        def stop() -> None:
            on_stop()
            app.close_streams()
            # What is still read then is given up a little before its request is cut off, so that it can be told.
            giving_up = threading.Timer(settings.drain_seconds - 1, readers.close)
            giving_up.daemon = True
            giving_up.start()

        faces = Faces(app, pages(store, settings, app))
        protocol = protocol_of(
            app.lookups if settings.hot_path else None,
            ConnectionBounds(settings.max_connections, settings.max_unsent_bytes),
            access_log,
            faster(store, settings, watching),
        )
        yield _Server(_configured(faces, protocol, settings), on_ready=on_ready, on_stop=stop)


class _Asked:
    """What signals ask for while it is entered: by SIGTERM or SIGINT, to end; by SIGHUP, to begin anew."""

    def __init__(self, anew: Callable[[], Settings] | None) -> None:
        """`anew` reads the settings to begin anew with; without it, SIGHUP is let be."""
        self._anew = anew
        self._server: _Server | None = None
        self._is_over = False
        self._wished: Settings | None = None
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        # uvicorn raises a signal again once it has stopped. With these in place from the start, none is lost before it
        # listens to them, and the one raised again does nothing more.
        handlers = {signal.SIGTERM: self._end, signal.SIGINT: self._end, signal.SIGHUP: self._begin_anew}
        self._before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    @property
    def is_end(self) -> bool:
        """Whether a server that stops now is not to begin anew."""
        return self._is_over or self._wished is None

    def while_running(self, server: "_Server", listener: socket.socket) -> Settings | None:
        """Runs `server`; returns the settings to begin anew with, or None at the end."""
        self._server = server
        if not self._is_over:
            server.run(sockets=[listener])
        self._server = None
        wished, self._wished = self._wished, None
        return None if self._is_over else wished

    def _end(self, number: int, frame: FrameType | None) -> None:
        self._is_over = True
        if self._server is not None:
            self._server.handle_exit(number, frame)

    def _begin_anew(self, _number: int, _frame: FrameType | None) -> None:
        if self._anew is None:
            _log.warning("SIGHUP means nothing here")
            return
        try:
            self._wished = self._anew()
        except FulguriteError as error:
            _log.error("it goes on with the settings of before: %s", error)
            return
        _log.warning("asked to begin anew: open requests are ended, then the settings of now hold")
        if self._server is not None:
            self._server.should_exit = True


def _configured(faces: Faces, protocol: type[BoundedProtocol], settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        faces,
        loop="uvloop",
        http=protocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        # A caller is known by its own address: whoever is near could write any other into a header.
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=settings.drain_seconds,
    )


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
    allow_many_files()
    available = engines.available()
    with _open_store(directory, settings) as store, present(directory), _errands(store, settings, available):
        queue.announce(store, os.getpid(), available, now())
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
