"""`/sandbox/:id`: the report; its progress while it is made; why there is none."""

import asyncio
from http import HTTPStatus
from typing import ClassVar

import msgspec
from starlette.responses import Response

from fulgurite.exports.html.links import Links
from fulgurite.exports.html.views.report import ReportView, report_view
from fulgurite.exports.html.views.strings import Strings, strings, wanted
from fulgurite.model.activity import LeftOut, Overview
from fulgurite.model.base import Model
from fulgurite.model.digest import Digest
from fulgurite.model.listing import Analyses, AnalysisEntry
from fulgurite.model.report import Report
from fulgurite.model.task import TaskState
from fulgurite.web.bridge import path_of
from fulgurite.web.explorer import Explorer, explorer_of
from fulgurite.web.pages import Page
from fulgurite.web.visit import Visit, sent, shown

MAX_OTHERS = 50
"""Other analyses of the file that the picker names."""


class _Head(Model, frozen=True, kw_only=True):
    """What the interface says of an analysis: a `ReportHead`, read whole."""

    entry: AnalysisEntry
    report: Report | None = None
    events: Overview | None = None
    digest: Digest | None = None
    left_out: dict[str, LeftOut] = msgspec.field(default_factory=dict)


class ReportPage(Page, frozen=True, kw_only=True):
    """A report."""

    template: ClassVar[str] = "report.html"
    section: ClassVar[str] = "home"
    entry: AnalysisEntry
    view: ReportView
    links: Links
    events: Overview
    others: tuple[AnalysisEntry, ...] = ()
    """Other analyses of the same file, newest first."""
    has_more_others: bool = False
    explorer: Explorer
    strings: tuple[Strings, ...] = ()


class ProgressPage(Page, frozen=True, kw_only=True):
    """How far an analysis is."""

    template: ClassVar[str] = "progress.html"
    section: ClassVar[str] = "home"
    entry: AnalysisEntry


class UnreportedPage(Page, frozen=True, kw_only=True):
    """Why an analysis has no report."""

    template: ClassVar[str] = "unreported.html"
    section: ClassVar[str] = "home"
    entry: AnalysisEntry
    has_log: bool
    """Whether the run left a log, which can be looked at."""


async def report(visit: Visit) -> Response:
    """GET /sandbox/:id."""
    sandbox_id = visit.request.path_params["sandbox_id"]
    answer = await visit.bridge.get(visit.visitor, path_of("sandbox", sandbox_id, "report"))
    head = answer.read_as(_Head)
    entry = head.entry
    told = visit.common(entry.file_name or entry.sha256 or sandbox_id)
    if head.report is None:
        if entry.state not in {TaskState.FAILED, TaskState.REPORTED}:
            return shown(ProgressPage(**told, entry=entry))
        log = await visit.bridge.ask(visit.visitor, "GET", path_of("sandbox", sandbox_id, "original"))
        return shown(UnreportedPage(**told, entry=entry, has_log=log.is_ok))
    others = await _others(visit, entry)
    totals = {name: one.total for name, one in head.left_out.items()}
    # A large report takes a tenth of a second, in which other requests are answered.
    view = await asyncio.to_thread(report_view, head.report, head.digest or Digest(), totals)
    page = ReportPage(
        **told,
        entry=entry,
        view=view,
        links=Links(sandbox_id=sandbox_id),
        events=head.events or Overview(),
        others=tuple(one for one in others.analyses if one.sandbox_id != sandbox_id),
        has_more_others=others.next is not None,
        explorer=await explorer_of(visit, sandbox_id, answer),
        strings=await _strings(visit, sandbox_id, head.report),
    )
    return sent(page)


async def _others(visit: Visit, entry: AnalysisEntry) -> Analyses:
    """All analyses of the file, as far as the picker shows them."""
    digest = entry.sha256 or entry.sha1 or entry.md5
    if digest is None:
        return Analyses()
    answer = await visit.bridge.ask(
        visit.visitor, "GET", path_of("hash", digest, "analyses"), query={"limit": MAX_OTHERS + 1}
    )
    return answer.read_as(Analyses) if answer.status == HTTPStatus.OK else Analyses()


async def _strings(visit: Visit, sandbox_id: str, native: Report) -> tuple[Strings, ...]:
    """Texts found in memory, of the few artifacts that a page takes them from."""
    found = []
    for artifact in wanted(native):
        path = path_of("sandbox", sandbox_id, "artifacts", artifact.name)
        answer = await visit.bridge.ask(visit.visitor, "GET", path, query={"form": "raw"})
        if answer.is_ok:
            found.append(strings(native, artifact, answer.body))
    return tuple(found)
