"""What the reader may send in: nothing, or what the server offers."""

from fulgurite.web.bridge import path_of
from fulgurite.web.pages import Offers
from fulgurite.web.visit import Visit

_MAY_SUBMIT = frozenset({"submit", "admin"})


async def offers_to(visit: Visit) -> Offers | None:
    """The choices of a submission; None for a reader whose key may not submit. Raises Refused."""
    if visit.visitor.role not in _MAY_SUBMIT:
        return None
    answer = await visit.bridge.get(visit.visitor, path_of("status", "options"))
    return answer.read_as(Offers)
