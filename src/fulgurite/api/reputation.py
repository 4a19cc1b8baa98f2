"""`/v4/ip`, `/v4/domain`, `/v4/url`: what our own analyses say of an address, a domain, a URL, or of many."""

import asyncio
import base64
import binascii
import re
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple
from urllib.parse import unquote

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from fulgurite.api.exchange import account_of, json_of, viewer_in
from fulgurite.api.payload import Faults, json_object, listed
from fulgurite.api.problems import MESSAGES, Problem
from fulgurite.model.observed import Kind
from fulgurite.model.viewer import Viewer
from fulgurite.service.reputation import MAX_ADDRESSES

Fields = dict[str, Any]
Ask = Callable[[Kind, str, Viewer], Fields | None]
"""What is told of a value; None when it is none of its kind. Called from threads."""

FAULTS = Faults(missing=400180, no_list=400181, empty=400182, too_many=400183)
_FIELDS: dict[Kind, str] = {"ip": "address", "domain": "fqdn", "url": "url"}
"""Kind -> the field of a list of them in a request."""
_INVALID: dict[Kind, int] = {"ip": 400184, "domain": 400185, "url": 400186}
_ECHO = 2_048
"""Characters of a bad value that are said back."""
_BEFORE_URL = re.compile(rb"/+v4/+url/+")
_SCHEME = re.compile(r"[a-zA-Z]{2,8}://")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{8,}={0,2}")


class Values(NamedTuple):
    """The endpoints of one kind of value."""

    kind: Kind
    ask: Ask

    async def one(self, request: Request) -> Response:
        """GET /v4/{ip,domain,url}/:value."""
        text = _url_in(request) if self.kind == "url" else request.path_params["value"]
        told = await asyncio.to_thread(self.ask, self.kind, text, viewer_in(request))
        if told is None:
            raise Problem(_INVALID[self.kind])
        return json_of(msgspec.json.encode(told))

    async def many(self, request: Request) -> Response:
        """POST /v4/{ip,domain,url}: up to 1000 values, each told by itself. Each counts as a lookup."""
        texts = listed(await json_object(request), _FIELDS[self.kind], MAX_ADDRESSES, FAULTS)
        account_of(request).look_up(len(texts))
        return json_of(await asyncio.to_thread(self._told, texts, viewer_in(request)))

    def _told(self, texts: Sequence[object], viewer: Viewer) -> bytes:
        return msgspec.json.encode({"data": [self._item(text, viewer) for text in texts]})

    def _item(self, text: object, viewer: Viewer) -> Fields:
        told = self.ask(self.kind, text, viewer) if isinstance(text, str) else None
        if told is not None:
            return told
        code = _INVALID[self.kind]
        error = {"code": code, "messages": [MESSAGES[code]]}
        return {**self._nothing(text[:_ECHO] if isinstance(text, str) else "", viewer), "error": error}

    def _nothing(self, text: str, viewer: Viewer) -> Fields:
        """The shape of an answer about a value that is none."""
        return {**(self.ask(self.kind, _EXAMPLES[self.kind], viewer) or {}), "address": text}


_EXAMPLES: dict[Kind, str] = {"ip": "0.0.0.0", "domain": "invalid.invalid", "url": "http://invalid.invalid/"}  # noqa: S104
"""Values that are never kept."""


def url_text(text: str) -> str:
    """The URL that `text` stands for: itself, or what it is the Base64 of, in either alphabet."""
    if _SCHEME.match(text) is None and _BASE64.fullmatch(text) is not None:
        try:
            raw = base64.b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), altchars=_altchars(text))
            told = raw.decode("utf-8")
        except (binascii.Error, UnicodeDecodeError):
            return text
        if _SCHEME.match(told) is not None:
            return told
    return text


def _altchars(text: str) -> bytes:
    return b"-_" if "-" in text or "_" in text else b"+/"


def _url_in(request: Request) -> str:
    """The URL in the path as it was sent: the path that routes are found by has lost its doubled slashes.

    What a client left unquoted of a URL's query came as the query of the request.
    """
    raw: bytes = request.scope.get("raw_path") or request.scope["path"].encode()
    text = unquote(_BEFORE_URL.sub(b"", raw, count=1).decode("latin-1"))
    query: bytes = request.scope["query_string"]
    return url_text(f"{text}?{query.decode('latin-1')}" if query != b"" else text)
