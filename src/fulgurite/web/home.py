"""The first page: the search field, what can be sent in, and the analyses as they came."""

from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from fulgurite.model.listing import Analyses
from fulgurite.web.bridge import path_of
from fulgurite.web.offers import offers_to
from fulgurite.web.pages import HomePage
from fulgurite.web.visit import Visit, shown

PAGE_SIZE = 50
_FILTERS = {
    "state": "state",
    "verdict": "verdict",
    "system": "system",
    "source": "source",
    "text": "text",
    "since": "from",
    "until": "to",
}
"""Filter, as the page calls it -> parameter of the interface and of the address."""


async def analyses(visit: Visit) -> Response:
    """GET /: filters stand in the address."""
    chosen: dict[str, Any] = {name: visit.asked(parameter) for name, parameter in _FILTERS.items()}
    query: dict[str, str | int] = {_FILTERS[name]: value for name, value in chosen.items() if value}
    after = visit.asked("after")
    asked = {**query, "after": after} if after else query
    answer = await visit.bridge.get(visit.visitor, path_of("sandbox"), {**asked, "limit": PAGE_SIZE})
    found = answer.read_as(Analyses)
    page = HomePage(
        **visit.common("Analyses"),
        **chosen,
        analyses=found.analyses,
        next_query=None if found.next is None else urlencode({**query, "after": found.next}),
        is_cut=found.is_cut,
        is_first=not after,
        offers=await offers_to(visit),
    )
    return shown(page)
