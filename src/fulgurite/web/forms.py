"""Forms that browsers send, with files in them: read with limits, files to disk beyond the first of their bytes."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import NamedTuple

from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException
from starlette.requests import Request
from starlette.types import Message

MOST_FILES = 50
_MOST_FIELDS = 30
_FRAME_BYTES = 256 * 1024
"""What the frame of a form and its fields may add to its files."""
_SLOWEST_BYTES_PER_S = 8 * 1024
_PIECE_BYTES = 256 * 1024


class BadForm(Exception):
    """A form that is not taken; the text says why."""


class Form(NamedTuple):
    """What was filled in."""

    fields: Mapping[str, str]
    """The last of each name, trimmed."""
    files: tuple[UploadFile, ...]
    """Those that were chosen."""


@asynccontextmanager
async def received(request: Request, most_bytes: int, patience_s: float = 60.0) -> AsyncIterator[Form]:
    """The form in `request`, for as long as the block lasts. All of its files together have at most `most_bytes`.

    It may take `patience_s` to come, and a second more for every _SLOWEST_BYTES_PER_S that have come.
    Raises BadForm.
    """
    total, began = 0, time.monotonic()

    async def receive() -> Message:
        nonlocal total
        left_s = began + patience_s + total / _SLOWEST_BYTES_PER_S - time.monotonic()
        try:
            async with asyncio.timeout(left_s):
                message = await request.receive()
        except TimeoutError as error:
            raise BadForm("The form came too slowly.") from error
        total += len(message.get("body", b""))
        if total > most_bytes + _FRAME_BYTES:
            raise BadForm(f"More than {most_bytes:,} bytes were sent.")
        return message

    try:
        data = await Request(request.scope, receive).form(max_files=MOST_FILES, max_fields=_MOST_FIELDS)
    except MultiPartException as error:
        raise BadForm(str(error)) from error
    try:
        yield _form(data)
    finally:
        await data.close()


def _form(data: FormData) -> Form:
    fields = {name: value.strip() for name, value in data.multi_items() if isinstance(value, str)}
    files = [value for _, value in data.multi_items() if isinstance(value, UploadFile)]
    return Form(fields, tuple(file for file in files if file.filename or file.size))


async def pieces(file: UploadFile) -> AsyncIterator[bytes]:
    """The bytes of `file`."""
    await file.seek(0)
    while (piece := await file.read(_PIECE_BYTES)) != b"":
        yield piece
