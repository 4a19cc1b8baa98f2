"""The page of an analysis' events: the explorer alone."""

from typing import ClassVar

import msgspec
from starlette.responses import Response

from fulgurite.model.listing import AnalysisEntry
from fulgurite.web.bridge import path_of
from fulgurite.web.explorer import Explorer, explorer_of
from fulgurite.web.pages import Page
from fulgurite.web.visit import Visit, shown


class EventsPage(Page, frozen=True, kw_only=True):
    """All events of an analysis, to be filtered."""

    template: ClassVar[str] = "activity.html"
    entry: AnalysisEntry
    explorer: Explorer


class _Head(msgspec.Struct):
    entry: AnalysisEntry


async def activity(visit: Visit) -> Response:
    """GET /sandbox/:id/activity: filters, order, place and the event that is open stand in the address."""
    sandbox_id = str(visit.request.path_params["sandbox_id"])
    head = await visit.bridge.get(visit.visitor, path_of("sandbox", sandbox_id, "report"))
    entry = head.read_as(_Head).entry
    explorer = await explorer_of(visit, sandbox_id, head)
    title = f"Events of {entry.file_name or entry.sha256 or sandbox_id}"
    return shown(EventsPage(**visit.common(title), entry=entry, explorer=explorer))
