"""The worker: takes up tasks and brings each to its end."""

import logging
import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from fulgurite.engines.base import Engine
from fulgurite.errors import FulguriteError, StoreError
from fulgurite.model.task import TaskRow
from fulgurite.rules import RuleSet
from fulgurite.service.steps import STEPS, Step, Tools, Work
from fulgurite.store import Store
from fulgurite.store.scratch import remove_tree
from fulgurite.store.tasks import Limits

POLL_S = 0.05
"""Pause between looks for a task; one look costs some 20 microseconds."""
UPKEEP_EVERY = timedelta(seconds=5)
TROUBLE_PAUSE_S = 2.0
"""Pause when the store is in trouble, such as a full disk."""

_log = logging.getLogger(__name__)


class Worker:
    """Runs the tasks of one store, one at a time; start several processes to run several at once."""

    def __init__(
        self,
        store: Store,
        engines: Sequence[Engine],
        rules: Callable[[], RuleSet],
        *,
        now: Callable[[], datetime],
        limits: Limits = Limits(),  # noqa: B008 - an immutable value
        steps: Sequence[Step] = STEPS,
        poll_s: float = POLL_S,
        extractors: Sequence[Path] = (),
    ) -> None:
        """`extractors`: folders of extractors of settings."""
        self._store = store
        self._tools = Tools(store, engines, rules, now, tuple(extractors))
        self._now = now
        self._limits = limits
        self._steps = steps
        self._poll_s = poll_s
        self._kept_up_at: datetime | None = None
        self._held: str | None = None
        """A task that could not be given back, as the disk was full, say."""

    def run_forever(self, stop: threading.Event | None = None) -> None:
        """Runs tasks until `stop` is set; a task that runs then is brought to its end.

        To end at once, raise SystemExit (or KeyboardInterrupt) in the thread that runs this, as from a signal handler:
        the task goes back to pending.
        """
        stopping = threading.Event() if stop is None else stop
        while not stopping.is_set():
            try:
                self.upkeep()
                worked = self.run_once()
            except StoreError:
                _log.exception("the store is in trouble")
                stopping.wait(TROUBLE_PAUSE_S)
            else:
                if not worked:
                    stopping.wait(self._poll_s)

    def run_once(self) -> bool:
        """Brings the oldest pending task to its end; False when there is none. Raises StoreError."""
        if self._held is not None:
            self._give_back(self._held)
        task = self._store.claim(self._now(), self._limits)
        if task is None:
            return False
        self._run(task)
        return True

    def upkeep(self) -> None:
        """Every few seconds: tasks of dead workers, deadlines, the index, leftovers of crashed runs.

        Raises StoreError.
        """
        now = self._now()
        if self._kept_up_at is not None and timedelta(0) <= now - self._kept_up_at < UPKEEP_EVERY:
            return
        self._kept_up_at = now
        self._store.recover(now, self._limits)
        self._store.reconcile()
        self._store.scratch.remove_leftovers()

    def _run(self, task: TaskRow) -> None:
        folder = self._store.scratch.folder / f"run-{task.sandbox_id}"
        work = Work(task=task, folder=folder)
        is_over = False
        try:
            folder.mkdir(mode=0o700)
            for step in self._steps:
                work = step.do(self._tools, work)
                self._store.set_progress(task.sandbox_id, step.percent)
            is_over = True
        except Exception as error:  # noqa: BLE001 - one task's fault must not end the worker; it is logged whole
            _log.exception("the analysis %s failed", task.sandbox_id)
            self._store.fail(task.sandbox_id, _reason(error), log=work.log)
            is_over = True
        finally:
            try:
                if not is_over:
                    self._give_back(task.sandbox_id)
            finally:
                remove_tree(folder)

    def _give_back(self, sandbox_id: str) -> None:
        self._held = sandbox_id
        self._store.give_back(sandbox_id, self._now(), self._limits)
        self._held = None


def _reason(error: Exception) -> str:
    """What the submitter is told: errors of ours say what is the matter, others need their class too."""
    told = str(error)
    if isinstance(error, FulguriteError):
        return told
    return f"internal error: {type(error).__name__}" + (f": {told}" if told != "" else "")
