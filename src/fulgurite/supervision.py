"""Worker processes: started, watched, started anew, ended; and how a worker learns that it shall end."""

import fcntl
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType, TracebackType
from typing import Self

PRESENCE = "worker.lock"
"""File in the data directory that every worker holds a shared lock on while it lives."""
FIRST_PAUSE_S = 0.5
"""Pause before a worker that died is started anew; doubles with each death that follows soon."""
LONGEST_PAUSE_S = 60.0
SOUND_S = 60.0
"""A worker that lived this long was sound: the next pause is the first again."""
STOP_GRACE_S = 4.0
"""What a worker has to end by itself."""

_log = logging.getLogger(__name__)


def leave_on_signals(*, is_tied: bool) -> None:
    """Makes SIGTERM and SIGINT raise SystemExit in the main thread, from which this must be called.

    With `is_tied` so does the end of standard input: the end of the process that started this one.
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _leave)
    if is_tied:
        threading.Thread(target=_leave_with_parent, name="life-line", daemon=True).start()


def _leave(_number: int, _frame: FrameType | None) -> None:
    # A second signal must not disturb what the first one set going: the task is given back on the way out.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    raise SystemExit(0)


def _leave_with_parent() -> None:
    # Not sys.stdin: its lock, held by this thread, would break the end of the interpreter.
    while os.read(sys.stdin.fileno(), 1) != b"":
        pass
    signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGTERM)


@contextmanager
def present(directory: Path) -> Iterator[None]:
    """Lets other processes see that a worker runs on the data in `directory`."""
    with (directory / PRESENCE).open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        yield


def is_worker_alive(directory: Path) -> bool:
    """Whether at least one worker runs on the data in `directory`."""
    try:
        with (directory / PRESENCE).open("ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except FileNotFoundError:
        return False
    return False


class Workers:
    """Keeps `count` worker processes running while it is entered: starts anew those that die, ends all at its end."""

    def __init__(self, directory: Path, count: int, *, command: Sequence[str] | None = None) -> None:
        """`command` is what a worker is started by; by default this Python's `fulgurite worker`."""
        own = [sys.executable, "-m", "fulgurite", "worker", "--tied", "--data", str(directory)]
        self._command = own if command is None else command
        self._stopping = threading.Event()
        self._keepers = [threading.Thread(target=self._keep, name=f"worker-{n}") for n in range(1, count + 1)]

    def __enter__(self) -> Self:
        for keeper in self._keepers:
            keeper.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping.set()
        for keeper in self._keepers:
            keeper.join()

    def _keep(self) -> None:
        pause_s = FIRST_PAUSE_S
        while not self._stopping.is_set():
            began = time.monotonic()
            ended = self._lived()
            if self._stopping.is_set():
                return
            if time.monotonic() - began >= SOUND_S:
                pause_s = FIRST_PAUSE_S
            _log.warning("a worker %s; another is started in %.1f s", ended, pause_s)
            self._stopping.wait(pause_s)
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)

    def _lived(self) -> str:
        """Runs one worker to its end; says how it ended."""
        try:
            # In a session of its own Ctrl-C reaches the server only, which then ends its workers.
            process = subprocess.Popen(self._command, stdin=subprocess.PIPE, start_new_session=True)
        except OSError as error:
            return f"could not be started: {error.strerror}"
        with process:
            while process.poll() is None and not self._stopping.wait(0.1):
                pass
            process.terminate()
            try:
                status = process.wait(STOP_GRACE_S)
            except subprocess.TimeoutExpired:
                process.kill()
                status = process.wait()
        return f"ended with status {status}"
