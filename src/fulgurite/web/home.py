"""The first page: analyses as they came, and the search field's answers."""

import re
from http import HTTPStatus
from urllib.parse import quote, urlencode

from starlette.responses import RedirectResponse, Response

from fulgurite.model.listing import Analyses
from fulgurite.web.bridge import path_of
from fulgurite.web.pages import HomePage
from fulgurite.web.visit import Visit, shown

PAGE_SIZE = 50
_FILTERS = ("state", "verdict", "system", "source", "text")
_HASH = re.compile(r"(?:[0-9a-fA-F]{32}|[0-9a-fA-F]{40}|[0-9a-fA-F]{64}|[0-9a-fA-F]{128})")
_SANDBOX_ID = re.compile("[0-9a-f]{24}")


async def analyses(visit: Visit) -> Response:
    """GET /: filters stand in the address."""
    chosen = {name: visit.asked(name) for name in _FILTERS}
    query: dict[str, str | int] = {name: value for name, value in chosen.items() if value}
    after = visit.asked("after")
    if after:
        query["after"] = after
    answer = await visit.bridge.get(visit.visitor, path_of("sandbox"), {**query, "limit": PAGE_SIZE})
    found = answer.read_as(Analyses)
    following = None if found.next is None else urlencode({**query, "after": found.next})
    told = {**visit.common("Analyses"), **chosen}
    return shown(HomePage(**told, analyses=found.analyses, next_query=following))


async def find(visit: Visit) -> Response:
    """GET /find?q=: to the file of a hash, an analysis of an id; anything else filters the list."""
    text = visit.asked("q", 20_000)
    words = text.split()
    if len(words) == 1 and _HASH.fullmatch(text) is not None:
        return RedirectResponse(f"/hash/{text.lower()}", HTTPStatus.SEE_OTHER)
    if len(words) == 1 and _SANDBOX_ID.fullmatch(text) is not None:
        return RedirectResponse(f"/sandbox/{text}", HTTPStatus.SEE_OTHER)
    if len(words) > 1 and all(_HASH.fullmatch(word) for word in words):
        return RedirectResponse(f"/hashes?q={quote(' '.join(words))}", HTTPStatus.SEE_OTHER)
    return RedirectResponse(f"/?{urlencode({'text': text})}" if text else "/", HTTPStatus.SEE_OTHER)
