"""JSON that comes in as a request's body, and lists in it."""

import asyncio
import contextlib
import json
from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec
from starlette.requests import Request

from fulgurite.api.problems import Problem
from fulgurite.api.upload import ClientGone

MAX_BYTES = 4 * 1024 * 1024
"""Of any JSON body that is taken."""
PATIENCE_S = 60.0
"""How long it may take to come."""


class Faults(NamedTuple):
    """The codes that tell what is wrong with a list."""

    missing: int
    no_list: int
    empty: int
    too_many: int


async def json_object(request: Request) -> dict[str, Any]:
    """The JSON object that the request carries.

    Raises Problem: 406000 what is no JSON by its type or its text, 406001 nothing, 400021 too large, 400022 other JSON
    than an object, 408000 too slow. Raises ClientGone.
    """
    body = await _received(request)
    if body.strip() == b"":
        raise Problem(406001)
    if not _says_json(request.headers.get("content-type", "")):
        raise Problem(406000)
    value = _decoded(body)
    if not isinstance(value, dict):
        raise Problem(400022, "expected an object")
    return value


def listed(fields: dict[str, Any], name: str, most: int, faults: Faults) -> Sequence[object]:
    """The list that `fields` has under `name`; what is no Unicode in its texts becomes `?`.

    Raises Problem by `faults` unless it has 1 to `most` items.
    """
    if name not in fields:
        raise Problem(faults.missing)
    value = fields[name]
    if not isinstance(value, list):
        raise Problem(faults.no_list)
    if not value:
        raise Problem(faults.empty)
    if len(value) > most:
        raise Problem(faults.too_many, f"at most {most}")
    return [_as_unicode(item) if isinstance(item, str) and not item.isascii() else item for item in value]


def _as_unicode(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")


def _decoded(body: bytes) -> Any:
    with contextlib.suppress(msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return msgspec.json.decode(body)
    # Text may have half a surrogate pair, which is JSON though no Unicode: then one bad item must not spoil the rest.
    try:
        return json.loads(body, parse_constant=_refused)
    except (ValueError, RecursionError) as error:
        raise Problem(406000) from error


def _refused(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


def _says_json(content_type: str) -> bool:
    word = content_type.partition(";")[0].strip().lower()
    return word in {"application/json", "text/json"} or (word.startswith("application/") and word.endswith("+json"))


async def _received(request: Request) -> bytes:
    body = bytearray()
    try:
        async with asyncio.timeout(PATIENCE_S):
            while True:
                message = await request.receive()
                if message["type"] == "http.disconnect":
                    raise ClientGone
                body += message.get("body", b"")
                if len(body) > MAX_BYTES:
                    raise Problem(400021, f"more than {MAX_BYTES} bytes")
                if not message.get("more_body", False):
                    return bytes(body)
    except TimeoutError as error:
        raise Problem(408000) from error
