"""The body of an upload: read as it streams in, refused as soon as it is too large, kept on disk when it is long."""

import asyncio
import errno
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryFile
from types import TracebackType
from typing import IO, NamedTuple, Self

from starlette.types import Receive

from fulgurite.api.form import FormFile, boundary_of
from fulgurite.api.problems import Problem, too_large
from fulgurite.api.wire import Headers
from fulgurite.errors import StoreError, StoreFull

MAX_IN_MEMORY_BYTES = 1024 * 1024
"""What lies in memory of one upload while it streams; the rest is on disk."""
FORM_EXTRA_BYTES = 64 * 1024
"""What the frame of a form may add to its file."""
SLOWEST_BYTES_PER_S = 8 * 1024
"""A sender that is slower than this, beyond its patience, is given up."""

_MAX_DIGITS = 18
"""Of a declared length; more digits say no more than `too large`."""

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class Limits(NamedTuple):
    """What one upload may cost."""

    max_bytes: int
    """The largest file taken."""
    patience_s: float = 60.0
    """How long an upload may take, plus a second for every SLOWEST_BYTES_PER_S of it that have come."""


class ClientGone(Exception):
    """The sender closed the connection; there is nobody left to answer."""


class Spool:
    """Bytes of one upload: the first in memory, then in an unnamed file that the system removes with the process."""

    def __init__(self, folder: Path) -> None:
        """`folder` takes the file, should one be needed."""
        self.size_bytes = 0
        self._folder = folder
        self._held = bytearray()
        self._file: IO[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.clear()

    async def write(self, data: bytes) -> None:
        """Appends `data`; a full buffer is written to disk by a thread. Raises StoreError, StoreFull."""
        self._held += data
        self.size_bytes += len(data)
        if len(self._held) > MAX_IN_MEMORY_BYTES:
            try:
                await asyncio.to_thread(self._flush)
            except OSError as error:
                kind = StoreFull if error.errno in _FULL else StoreError
                raise kind(f"{error.strerror} while an upload came in") from error

    def content(self) -> bytes:
        """All bytes written so far. Reads the disk: not for the event loop."""
        if self._file is None:
            return bytes(self._held)
        self._flush()
        self._file.seek(0)
        return self._file.read()

    def file(self) -> IO[bytes]:
        """The same as a file, valid until this is cleared. Writes to the disk: not for the event loop."""
        if self._file is None:
            return BytesIO(self._held)
        self._flush()
        return self._file

    def clear(self) -> None:
        """Forgets all bytes and removes the file."""
        self._held = bytearray()
        self.size_bytes = 0
        if self._file is not None:
            self._file.close()
            self._file = None

    def _flush(self) -> None:
        if self._file is None:
            self._file = TemporaryFile(dir=self._folder, buffering=0)  # noqa: SIM115 - clear() closes it
        held, self._held = self._held, bytearray()
        written = 0
        while written < len(held):
            written += self._file.write(memoryview(held)[written:])


async def receive_file(headers: Headers, receive: Receive, spool: Spool, limits: Limits) -> bytes | None:
    """Puts the file that a request carries into `spool`; the name that a form gives it, as it came, or None.

    Raises Problem: 400144 too large, 400145 empty, 400140 not to be read, 408000 too slow. Raises ClientGone.
    """
    fields = dict(headers)
    boundary = boundary_of(fields.get(b"content-type", b""))
    wire_limit = limits.max_bytes + (0 if boundary is None else FORM_EXTRA_BYTES)
    if _declared_bytes(fields) > wire_limit:
        raise too_large(limits.max_bytes)
    name = None
    async with aclosing(_chunks(receive, wire_limit, limits)) as chunks:
        if boundary is None:
            async for chunk in chunks:
                await spool.write(chunk)
        else:
            name = await _receive_form(FormFile(boundary), chunks, spool, limits.max_bytes)
    if spool.size_bytes == 0:
        raise Problem(400145)
    return name


def _declared_bytes(fields: dict[bytes, bytes]) -> int:
    digits = fields.get(b"content-length", b"0").lstrip(b"0")[:_MAX_DIGITS]
    return int(digits) if digits.isdigit() else 0


async def _receive_form(form: FormFile, chunks: AsyncIterator[bytes], spool: Spool, max_bytes: int) -> bytes | None:
    empty = True
    async for chunk in chunks:
        empty = False
        restarts, found = form.feed(chunk)
        if restarts:
            spool.clear()
        if spool.size_bytes + len(found) > max_bytes:
            raise too_large(max_bytes)
        await spool.write(found)
    if not empty:
        form.finish()
    return form.name


async def _chunks(receive: Receive, wire_limit: int, limits: Limits) -> AsyncGenerator[bytes]:
    """The body's pieces. Raises Problem 400144 over `wire_limit` bytes, 408000 when too slow, and ClientGone."""
    began = time.monotonic()
    total = 0
    while True:
        left_s = began + limits.patience_s + total / SLOWEST_BYTES_PER_S - time.monotonic()
        try:
            async with asyncio.timeout(left_s):
                message = await receive()
        except TimeoutError as error:
            raise Problem(408000) from error
        if message["type"] == "http.disconnect":
            raise ClientGone
        chunk: bytes = message.get("body", b"")
        total += len(chunk)
        if total > wire_limit:
            raise too_large(limits.max_bytes)
        if chunk != b"":
            yield chunk
        if not message.get("more_body", False):
            return
