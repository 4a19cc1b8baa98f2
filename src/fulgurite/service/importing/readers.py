"""Processes that read reports, seen from outside: started as they are needed, watched, started anew when one dies.

What a reader says is checked for its shape only: it may have been taken over by what it read, but then it could only
tell lies about that.
"""

import fcntl
import hashlib
import logging
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from tempfile import TemporaryFile
from types import TracebackType
from typing import IO, NamedTuple, Self

import msgspec

from fulgurite.engines.isolation import BARE_ENVIRONMENT
from fulgurite.errors import FulguriteError, InputError
from fulgurite.service.importing import child
from fulgurite.service.importing.messages import (
    MAX_LINE_BYTES,
    Answered,
    Began,
    End,
    Found,
    Go,
    Head,
    Known,
    Order,
    Refused,
    Rendered,
    Said,
    line,
    said_decoder,
)
from fulgurite.service.importing.reading import TOO_MUCH, Wanting
from fulgurite.store.arrivals import Contents

_MAX_DEATHS = 8
"""Documents of one input over which a reader may die; what comes after is left."""
_START_S = 120.0
"""For a reader to come up."""
_MAX_PART_BYTES = 2 << 30
_PIECE_BYTES = 1 << 20
_TAIL_BYTES = 4096
_STOPPING = "no more reports are read: the program stops"

_log = logging.getLogger(__name__)


class Bounds(NamedTuple):
    """What reading may cost."""

    memory_bytes: int = 4 << 30
    """Address space of one reader."""
    seconds: int = 300
    """For one document."""
    total_seconds: float | None = None
    """For all that was given at once; None: as long as it takes."""
    rule_folders: tuple[str, ...] = ()
    """The operator's folders of rules; read when a reader is started."""


class Closed(FulguriteError):
    """The readers are ended: whoever they work for is about to stop."""


class _Died(Exception):
    """A reader is no more; the text says why."""


class _Reader:
    """One process."""

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._errors = TemporaryFile()  # noqa: SIM115 - end() closes it
        command = [sys.executable, "-I", "-B", "-m", child.__name__, str(bounds.memory_bytes), *bounds.rule_folders]
        # Ctrl-C is for us alone.
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            env=BARE_ENVIRONMENT,
            start_new_session=True,
            bufsize=0,
        )
        assert self._process.stdin is not None  # noqa: S101 - as asked for above
        assert self._process.stdout is not None  # noqa: S101 - as asked for above
        self._into = self._process.stdin
        self._out = self._process.stdout.fileno()
        self._held = bytearray()
        self._deadline = 0.0
        self._is_started = False
        self.is_spent = False
        """Whether it takes no more orders."""
        with suppress(OSError):
            fcntl.fcntl(self._out, fcntl.F_SETPIPE_SZ, _PIECE_BYTES)

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def kill(self) -> None:
        """Ends it at once, from any thread."""
        self._process.kill()

    def end(self) -> None:
        """Ends it and waits for that."""
        self.kill()
        with suppress(OSError):
            self._into.close()
        self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._errors.close()

    def send(self, order: Order, file: IO[bytes]) -> str:
        """Gives it an order, with the bytes of `file`; returns their SHA-256. Raises _Died."""
        if not self._is_started:
            # Its first word; the time for what is read does not run before that.
            self._next(time.monotonic() + _START_S)
            self._is_started = True
        file.seek(0)
        digest = hashlib.sha256()
        left = order.size_bytes
        self._deadline = time.monotonic() + self._bounds.seconds
        self.answer(order)
        try:
            while left > 0:
                piece = file.read(min(left, _PIECE_BYTES))
                if piece == b"":
                    raise _Died("it became shorter while it was read")
                digest.update(piece)
                left -= self._written(piece)
        except BrokenPipeError as error:
            raise _Died(self._end_told()) from error
        return digest.hexdigest()

    def _written(self, piece: bytes) -> int:
        """Writes all of `piece`; returns its length."""
        written = 0
        while written < len(piece):
            written += self._into.write(memoryview(piece)[written:]) or 0
        return len(piece)

    def answer(self, message: Answered) -> None:
        """Says something to it. Raises _Died."""
        try:
            self._written(line(message))
        except BrokenPipeError as error:
            raise _Died(self._end_told()) from error

    def said(self, deadline: float | None) -> Said:
        """What it says next. Raises _Died, also after having ended it for being too slow."""
        own = time.monotonic() + self._bounds.seconds + 1
        return self._next(own if deadline is None else min(own, deadline))

    def _next(self, deadline: float) -> Said:
        if time.monotonic() >= deadline:
            # Also when what it says lies there already: a time that is over is over for the quick, too.
            self._process.kill()
            raise _Died(self._slow())
        self._deadline = deadline
        while (end := self._held.find(b"\n")) < 0:
            if len(self._held) > MAX_LINE_BYTES:
                raise _Died("its reader went wrong over it")
            self._held += self._received()
        text = bytes(self._held[:end])
        del self._held[: end + 1]
        try:
            said: Said = said_decoder.decode(text)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise _Died("its reader went wrong over it") from error
        return said

    def part(self, size: int) -> bytes:
        """The next `size` bytes that it sends. Raises _Died."""
        if not 0 <= size <= _MAX_PART_BYTES:
            raise _Died("its reader went wrong over it")
        while len(self._held) < size:
            self._held += self._received()
        part = bytes(memoryview(self._held)[:size])
        del self._held[:size]
        return part

    def _received(self) -> bytes:
        left_ms = max(0, int((self._deadline - time.monotonic()) * 1000))
        poll = select.poll()
        poll.register(self._out, select.POLLIN)
        if not poll.poll(left_ms):
            self._process.kill()
            raise _Died(self._slow())
        piece = os.read(self._out, _PIECE_BYTES)
        if piece == b"":
            raise _Died(self._end_told())
        return piece

    def _slow(self) -> str:
        return f"reading it takes longer than {self._bounds.seconds} s (setting import_seconds)"

    def _end_told(self) -> str:
        """Why the process is no more."""
        status = self._process.wait()
        if status == -signal.SIGALRM:
            return self._slow()
        if status < 0:
            return f"its reader died over it ({signal.Signals(-status).name})"
        self._errors.seek(0, os.SEEK_END)
        self._errors.seek(max(0, self._errors.tell() - _TAIL_BYTES))
        tail = self._errors.read().decode("utf-8", "replace").strip()
        if tail.endswith("MemoryError"):
            return TOO_MUCH
        _log.error("a reader of reports went wrong: %s", tail)
        return f"its reader went wrong over it ({tail.rpartition(chr(10))[2][:200]}); please report this"


class Readers:
    """Up to `count` readers. Threads share it, each call of `read` has a reader for itself."""

    def __init__(self, count: int, bounds: Bounds = Bounds()) -> None:  # noqa: B008 - an immutable value
        self._bounds = bounds
        self._free = threading.BoundedSemaphore(count)
        self._guard = threading.Lock()
        self._idle: list[_Reader] = []
        self._all: set[_Reader] = set()
        self._is_closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends all readers; calls of `read` that go on raise Closed."""
        with self._guard:
            self._is_closed = True
            idle, self._idle = self._idle, []
            for reader in self._all:
                reader.kill()
        for reader in idle:
            reader.end()

    def read(self, file: IO[bytes], order: Order, wanting: Wanting) -> str:
        """Has the bytes of `file`, from its start, read as `order` says; `wanting` is told of all there is.

        A document over which a reader dies, or takes too long, is refused; the rest is read by another. Returns the
        SHA-256 of the bytes that were read. Raises Closed, and what `wanting` raises.
        """
        total = self._bounds.total_seconds
        deadline = None if total is None else time.monotonic() + total
        order = msgspec.structs.replace(order, size_bytes=file.seek(0, os.SEEK_END), seconds=self._bounds.seconds)
        watched = _Watched(wanting)
        for attempt in range(_MAX_DEATHS):
            watched.start()
            fault = self._attempt(file, order, watched, deadline)
            if fault is None:
                return watched.digest
            is_over = deadline is not None and time.monotonic() >= deadline
            if not watched.has_begun and attempt == 0 and not is_over:
                # It ended by itself, in the moment in which it was asked.
                continue
            if watched.current is None or is_over:
                wanting.refuse(Refused(reason=fault, is_apart=True))
                return watched.digest
            wanting.refuse(Refused(reason=fault, member=watched.current.member))
            order = msgspec.structs.replace(order, after=watched.current.number + 1)
        wanting.refuse(Refused(reason=f"its readers died {_MAX_DEATHS} times over it; the rest is left", is_apart=True))
        return watched.digest

    def _attempt(self, file: IO[bytes], order: Order, watched: "_Watched", deadline: float | None) -> str | None:
        """One reader's work on the order; why it could not come to its end, or None."""
        try:
            with self._taken() as reader:
                watched.digest = reader.send(order, file)
                _conversed(reader, watched, deadline)
                return None
        except _Died as died:
            with self._guard:
                if self._is_closed:
                    raise Closed(_STOPPING) from died
            return str(died)

    @contextmanager
    def _taken(self) -> Iterator[_Reader]:
        """A reader for one order; it goes on to the next one unless something went wrong with it."""
        with self._free:
            reader = self._next()
            is_good = False
            try:
                yield reader
                is_good = True
            finally:
                self._left(reader, is_good=is_good)

    def _next(self) -> _Reader:
        with self._guard:
            if self._is_closed:
                raise Closed(_STOPPING)
            while self._idle:
                reader = self._idle.pop()
                if reader.is_alive():
                    return reader
                self._all.discard(reader)
                reader.end()
            reader = _Reader(self._bounds)
            self._all.add(reader)
            return reader

    def _left(self, reader: _Reader, *, is_good: bool) -> None:
        with self._guard:
            if is_good and not reader.is_spent and not self._is_closed:
                self._idle.append(reader)
                return
            self._all.discard(reader)
        reader.end()


class _Watched:
    """Hands on what a reader says, and remembers where it is."""

    def __init__(self, wanting: Wanting) -> None:
        self.wanting = wanting
        self.current: Found | None = None
        """The document that is being read; None: one is being taken out."""
        self.has_begun = False
        self.digest = ""
        """SHA-256 of what was sent."""

    def start(self) -> None:
        """Another reader is asked."""
        self.current = None


def _conversed(reader: _Reader, watched: _Watched, deadline: float | None) -> None:
    """Listens to the reader until it has read all. Raises _Died."""
    wanting = watched.wanting
    while True:
        match reader.said(deadline):
            case Began():
                watched.current, watched.has_begun = None, True
            case Found() as found:
                watched.current = found
                reader.answer(Go(is_wanted=wanting.found(found)))
            case Head() as head:
                reader.answer(_answer(wanting.head, head))
            case Rendered() as rendered:
                wanting.take(rendered, _contents(reader, rendered))
            case Refused() as refused:
                wanting.refuse(refused)
            case End(is_leaving=is_leaving):
                reader.is_spent = is_leaving
                return


def _answer(ask: Callable[[Head], Answered | None], head: Head) -> Answered:
    try:
        return ask(head) or Known()
    except InputError as error:
        return Refused(reason=str(error))


def _contents(reader: _Reader, rendered: Rendered) -> Contents:
    original = None if rendered.original_bytes is None else reader.part(rendered.original_bytes)
    return Contents(original, reader.part(rendered.native_bytes), reader.part(rendered.body_bytes))
