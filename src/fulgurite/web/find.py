"""The search field's answers: what was typed or pasted leads to a page."""

import re
from http import HTTPStatus
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlencode

import msgspec
from starlette.responses import RedirectResponse, Response

from fulgurite.model.listing import Analyses
from fulgurite.web.bridge import Refused, path_of
from fulgurite.web.forms import received
from fulgurite.web.offers import offers_to
from fulgurite.web.pages import HashesPage, HashPage, KnownHash, KnownPage, Seen
from fulgurite.web.visit import Visit, shown

MOST_HASHES = 500
"""That one page shows; the interface takes more."""
MOST_CHARACTERS = 64_000
"""Of what stands in the search field: the head of a request holds no more."""
_LONGEST_PLACE = 16_000
"""Of an address that is led to; with a longer text, the page is the answer itself."""
_LONGEST_WORDS = 200
"""That the list is filtered by."""
_HASH = re.compile(r"(?:[0-9a-fA-F]{32}|[0-9a-fA-F]{40}|[0-9a-fA-F]{64}|[0-9a-fA-F]{128})")
_SANDBOX_ID = re.compile("[0-9a-f]{24}")
_BETWEEN = re.compile(r"[\s,;|\"']+")
_URL = re.compile(r"[a-z][a-z0-9+.-]{1,20}://\S+", re.IGNORECASE)
_DOMAIN = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,62})?\.)+[a-z][a-z0-9-]{1,62}", re.IGNORECASE)
_DEFANGED = ((re.compile(r"^h(?:xx|\*\*|tt)p", re.IGNORECASE), "http"), (re.compile(r"[\[({]\.[\])}]|\[dot\]"), "."))
_FIELDS = {"ip": "address", "domain": "fqdn", "url": "url"}
"""Kind of a value -> how the interface calls a list of them."""
_COLON = re.compile(r"\[:\](?=//)|\[://\]")
_FILE_NAMES = frozenset(
    {"exe", "dll", "sys", "scr", "doc", "docx", "xls", "xlsm", "pdf", "zip", "js", "vbs", "bat", "ps1"}
)
"""Endings that are more often a file's than a domain's."""


async def find(visit: Visit) -> Response:
    """GET /find?q=: to the file of a hash, an analysis by its id, an address; anything else filters the list."""
    text = visit.asked("q", MOST_CHARACTERS)
    return RedirectResponse(_place_of(text), HTTPStatus.SEE_OTHER)


async def find_sent(visit: Visit) -> Response:
    """POST /find: the same for a text that may be too long for an address."""
    async with received(visit.request, 0) as sent:
        text = sent.fields.get("q", "")
    place = _place_of(text)
    if len(place) <= _LONGEST_PLACE:
        return RedirectResponse(place, HTTPStatus.SEE_OTHER)
    return await _many(visit, text)


def _place_of(text: str) -> str:
    words = [word for word in _BETWEEN.split(text) if word]
    hashes = [word for word in words if _HASH.fullmatch(word) is not None]
    if len(words) == 1:
        return _place_of_word(words[0])
    if hashes and len(hashes) == len(words):
        return f"/hashes?{urlencode({'q': ' '.join(hashes)})}"
    return f"/?{urlencode({'text': text[:_LONGEST_WORDS]})}" if text else "/"


def _place_of_word(word: str) -> str:
    if _HASH.fullmatch(word) is not None:
        return f"/hash/{word.lower()}"
    if _SANDBOX_ID.fullmatch(word) is not None:
        return f"/sandbox/{word}"
    value = refanged(word)
    kind = kind_of(value)
    return (
        f"/?{urlencode({'text': word[:_LONGEST_WORDS]})}"
        if kind is None
        else f"/known?{urlencode({'kind': kind, 'value': value})}"
    )


def refanged(text: str) -> str:
    """A URL, domain or address as programs take it, of one that was written so that none does: `hxxp://a[.]example`."""
    text = _COLON.sub(lambda found: "://" if found[0] == "[://]" else ":", text)
    for pattern, instead in _DEFANGED:
        text = pattern.sub(instead, text)
    return text


def kind_of(text: str) -> str | None:
    """`url`, `ip` or `domain`; None for what is none of them."""
    if _URL.fullmatch(text) is not None:
        return "url"
    try:
        ip_address(text.strip("[]"))
    except ValueError:
        is_domain = _DOMAIN.fullmatch(text) is not None and text.rpartition(".")[2].lower() not in _FILE_NAMES
        return "domain" if is_domain else None
    return "ip"


async def one(visit: Visit) -> Response:
    """GET /hash/:hash: on to the last analysis of the file; without any, what is known of it and what can be done."""
    text = visit.request.path_params["hash"].lower()
    try:
        answer = await visit.bridge.get(visit.visitor, path_of("hash", text, "analyses"))
        found = answer.read_as(Analyses).analyses
    except Refused as refused:
        if refused.status != HTTPStatus.NOT_FOUND:
            raise
        found = None
    if found:
        last = next((entry for entry in found if entry.state.value == "reported"), found[0])
        return RedirectResponse(f"/sandbox/{last.sandbox_id}", HTTPStatus.SEE_OTHER)
    page = HashPage(
        **{**visit.common("No analysis"), "query": text},
        hash=text,
        data_id=None if found is None else await _data_id(visit, text),
        offers=await offers_to(visit),
    )
    response = shown(page)
    response.status_code = HTTPStatus.NOT_FOUND
    return response


class _File(msgspec.Struct):
    data_id: str | None = None


async def _data_id(visit: Visit, text: str) -> str | None:
    """What the last submission of a file is called; None where the reader sees none."""
    answer = await visit.bridge.ask(visit.visitor, "GET", path_of("hash", text))
    return answer.read_as(_File).data_id if answer.is_ok else None


class _Many(msgspec.Struct):
    data: tuple[KnownHash, ...]


async def many(visit: Visit) -> Response:
    """GET /hashes?q=: what is known of several hashes."""
    return await _many(visit, visit.asked("q", MOST_CHARACTERS))


async def _many(visit: Visit, text: str) -> Response:
    words = list(dict.fromkeys(word.lower() for word in _BETWEEN.split(text) if word))
    if not words:
        return RedirectResponse("/", HTTPStatus.SEE_OTHER)
    body = msgspec.json.encode({"hash": words[:MOST_HASHES]})
    answer = await visit.bridge.post(visit.visitor, path_of("hash", "sandbox"), body)
    page = HashesPage(
        **{**visit.common("Several hashes"), "query": " ".join(words)[:_LONGEST_PLACE]},
        hashes=answer.read_as(_Many).data,
        left_out=max(0, len(words) - MOST_HASHES),
    )
    return shown(page)


class _Results(msgspec.Struct):
    detected_by: int
    sources: tuple[Seen, ...]


class _Known(msgspec.Struct):
    lookup_results: _Results
    analyses: dict[str, int]
    error: dict[str, Any] | None = None
    """Why the value is none of its kind."""


class _AllKnown(msgspec.Struct):
    data: tuple[_Known, ...]


async def known(visit: Visit) -> Response:
    """GET /known?kind=&value=: what is known of an address, a domain or a URL."""
    kind, value = visit.asked("kind"), visit.asked("value", MOST_CHARACTERS)
    if kind not in _FIELDS or not value:
        return RedirectResponse("/", HTTPStatus.SEE_OTHER)
    body = msgspec.json.encode({_FIELDS[kind]: [value]})
    (told,) = (await visit.bridge.post(visit.visitor, path_of(kind), body)).read_as(_AllKnown).data
    if told.error is not None:
        return RedirectResponse(f"/?{urlencode({'text': value[:_LONGEST_WORDS]})}", HTTPStatus.SEE_OTHER)
    offers = await offers_to(visit)
    page = KnownPage(
        **{**visit.common("Seen by analyses"), "query": value},
        kind=kind,
        value=value,
        detected_by=told.lookup_results.detected_by,
        analyses=told.analyses,
        seen=told.lookup_results.sources,
        is_fetching_on=offers is not None and offers.is_fetching_on,
    )
    return shown(page)
