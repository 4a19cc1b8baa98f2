"""Worker and server processes: started, watched, started anew, ended; and how one learns that it shall end."""

import fcntl
import io
import logging
import os
import resource
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType, TracebackType
from typing import Self

from fulgurite.errors import FulguriteError

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
        end_with_parent()


def allow_many_files() -> None:
    """Lets this process have as many open files as it may: two for each pack of the store, one for each connection."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    # A limit that the kernel does not give is not worth to end for.
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def end_with_parent() -> None:
    """Makes the end of standard input, of the process that started this one, the same as SIGTERM."""
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


READY = b"ready\n"
"""What a server process says on its standard output once it answers."""
READY_S = 60.0
"""What a new server process has to say so, before another is tried."""
LONGEST_SERVER_PAUSE_S = 5.0
"""As LONGEST_PAUSE_S, for a server process: who connects to where it listened waits for the next one."""


@contextmanager
def listening(
    host: str, port: int, *, is_shared: bool = False, inherited: int | None = None
) -> Iterator[socket.socket]:
    """A socket at this address; others may be at the same one when it `is_shared`. Or the `inherited` one.

    Raises FulguriteError when that cannot be.
    """
    where = f"{host} port {port}"
    try:
        address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        listener = socket.socket(address[0], socket.SOCK_STREAM, fileno=inherited)
    except OSError as error:
        raise FulguriteError(f"cannot listen on {where}: {error.strerror}; choose another --host") from error
    with listener:
        if inherited is not None:
            yield listener
            return
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if is_shared:
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            listener.bind(address[4])
            listener.listen(2048)
        except OSError as error:
            raise FulguriteError(f"cannot listen on {where}: {error.strerror}; choose another --port") from error
        yield listener


def url_of(listener: socket.socket) -> str:
    """The base URL by which the machine itself reaches what listens there."""
    host, port = listener.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - the URL to reach oneself by
    return f"http://[{host}]:{port}/v4" if ":" in host else f"http://{host}:{port}/v4"


class _Member:
    """One server process. Ends when its standard input closes."""

    def __init__(self, command: Sequence[str], listener: socket.socket) -> None:
        self._began = time.monotonic()
        # In a session of its own Ctrl-C reaches the first process only, which then ends the others.
        self._process = subprocess.Popen(
            [*command, "--socket", str(listener.fileno())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pass_fds=[listener.fileno()],
            start_new_session=True,
        )

    def is_ready(self, within_s: float) -> bool | None:
        """Whether it came to answer; None: not within so long, but it still may."""
        out = self._process.stdout
        if not isinstance(out, io.BufferedReader):
            return False
        if select.select([out], [], [], within_s)[0]:
            return out.readline() == READY
        return None if self.age_s < READY_S else False

    @property
    def status(self) -> int | None:
        """How it ended; None while it runs."""
        return self._process.poll()

    @property
    def age_s(self) -> float:
        """How long ago it was started."""
        return time.monotonic() - self._began

    def ask_to_end(self) -> None:
        """Lets it finish what it is answering, and end."""
        self._process.terminate()

    def ended(self, within_s: float) -> None:
        """Waits for its end; after so long it is killed."""
        with self._process:
            try:
                self._process.wait(within_s)
            except subprocess.TimeoutExpired:
                self._process.kill()


class Fleet:
    """Server processes, one on each of `listeners`, until SIGTERM or SIGINT; SIGHUP replaces them one by one.

    The listeners stay open here, so a connection that comes while a process is replaced waits for the next one; none is
    refused. To be run in the main thread.
    """

    def __init__(self, command: Sequence[str], listeners: Sequence[socket.socket], *, grace_s: float) -> None:
        """`command` is started with `--socket FD`, says READY, and has `grace_s` to end once it is asked to."""
        self._command = command
        self._listeners = listeners
        self._grace_s = grace_s
        self._members: list[_Member] = []
        self._to_replace: list[int] = []
        """Places of members that others are still to be started for."""
        self._fresh: tuple[int, _Member] | None = None
        """The one that is being started, and for which place."""
        self._starting_again_at = 0.0
        self._pause_s = FIRST_PAUSE_S

    def run(self, on_ready: Callable[[], None]) -> None:
        """Runs them. `on_ready` is called once all answer. Raises FulguriteError when one does not come to that."""
        numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
        reading, writing = os.pipe()
        os.set_blocking(writing, False)
        woken_before = signal.set_wakeup_fd(writing)
        before = {number: signal.signal(number, lambda *_: None) for number in numbers}
        try:
            self._members = [_Member(self._command, listener) for listener in self._listeners]
            if not all(member.is_ready(READY_S) for member in self._members):
                raise FulguriteError("a server process did not start; what it said stands above")
            on_ready()
            self._watch(reading)
        finally:
            self._end()
            for number, handler in before.items():
                signal.signal(number, handler)
            signal.set_wakeup_fd(woken_before)
            os.close(reading)
            os.close(writing)

    def _watch(self, reading: int) -> None:
        while True:
            if select.select([reading], [], [], 0.1)[0]:
                told = os.read(reading, 64)
                if signal.SIGTERM in told or signal.SIGINT in told:
                    return
                if signal.SIGHUP in told:
                    self._to_replace = list(range(len(self._listeners)))
            self._replace()
            self._start_again()

    def _replace(self) -> None:
        """A step of what SIGHUP asked for. It never waits, so that meanwhile deaths are seen, and the wish to end."""
        if self._fresh is None:
            if self._to_replace:
                place = self._to_replace.pop(0)
                started = self._started(place)
                self._fresh = None if started is None else (place, started)
            return
        place, fresh = self._fresh
        is_ready = fresh.is_ready(0)
        if is_ready is None:
            return
        self._fresh = None
        if is_ready:
            fresh, self._members[place] = self._members[place], fresh
        else:
            _log.error("a new server process did not start; those that run go on as they are")
            self._to_replace.clear()
        fresh.ask_to_end()
        threading.Thread(target=fresh.ended, args=[self._grace_s], name="drain").start()

    def _start_again(self) -> None:
        now = time.monotonic()
        for place, member in enumerate(self._members):
            if member.status is None or now < self._starting_again_at:
                continue
            _log.warning("a server process ended with status %s; another is started", member.status)
            member.ended(0)
            is_sound = member.age_s > SOUND_S
            self._pause_s = FIRST_PAUSE_S if is_sound else min(self._pause_s * 2, LONGEST_SERVER_PAUSE_S)
            self._starting_again_at = now + self._pause_s
            self._members[place] = self._started(place) or member

    def _started(self, place: int) -> _Member | None:
        """A new process for this place; None where the system gives none, which is told."""
        try:
            return _Member(self._command, self._listeners[place])
        except OSError as error:
            _log.error("a server process could not be started: %s", error.strerror)
            return None

    def _end(self) -> None:
        for listener in self._listeners:
            listener.close()
        all_of_them = self._members if self._fresh is None else [*self._members, self._fresh[1]]
        for member in all_of_them:
            member.ask_to_end()
        for member in all_of_them:
            member.ended(self._grace_s)
