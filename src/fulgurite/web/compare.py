"""`/sandbox/:id/compare/:other`: two analyses side by side; without the other one, what there is to choose from."""

import re
from http import HTTPStatus
from typing import ClassVar

from starlette.responses import RedirectResponse, Response

from fulgurite.model import attack
from fulgurite.model.base import Model
from fulgurite.model.comparison import Compared, Comparison, Difference
from fulgurite.model.listing import Analyses, AnalysisEntry
from fulgurite.web.bridge import Refused, path_of
from fulgurite.web.pages import Page
from fulgurite.web.visit import Visit, shown

ROWS = 100
"""Lines of a kind and side, where no more are asked for."""
MOST_ROWS = 1_000
"""As many as the interface gives."""
OFFERED = 25
"""Analyses of each list that the other one is chosen from."""
_HASH = re.compile(r"(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}|[0-9a-f]{128})")
_SANDBOX_ID = re.compile("[0-9a-f]{24}")

TITLES = {
    "signatures": "Signatures",
    "techniques": "ATT&CK techniques",
    "families": "Families",
    "processes": "Processes",
    "injections": "Injections",
    "files": "Files changed",
    "files_read": "Files read",
    "registry": "Registry changed",
    "registry_read": "Registry read",
    "mutexes": "Mutexes",
    "objects": "Other named objects",
    "services": "Services",
    "tasks": "Scheduled tasks",
    "modules": "Modules loaded",
    "hosts": "Hosts",
    "names": "Names asked for",
    "urls": "URLs",
    "artifacts": "Files and dumps left",
}
"""How each kind is headed; one that is not here is headed by its own word."""
ADDRESSES = frozenset({"hosts", "names", "urls"})
"""Kinds whose values are written so that no program takes them for addresses."""


class ComparePage(Page, frozen=True, kw_only=True):
    """Two analyses side by side."""

    template: ClassVar[str] = "compare.html"
    section: ClassVar[str] = "home"
    first: AnalysisEntry
    second: AnalysisEntry
    differing: tuple[Compared, ...]
    """Kinds of which one did something that the other did not."""
    same: tuple[Compared, ...]
    """Kinds of which both did the same, and something."""
    limit: int
    titles: ClassVar[dict[str, str]] = TITLES
    addresses: ClassVar[frozenset[str]] = ADDRESSES
    most_rows: ClassVar[int] = MOST_ROWS

    @staticmethod
    def noted(kind: str, line: Difference) -> str | None:
        """What is said of a line: of a technique its name. Hostile text."""
        known = attack.technique(line.value) if kind == "techniques" else None
        return line.note if known is None else known.name

    @property
    def is_cut(self) -> bool:
        """Whether a list is longer than what is shown of it."""
        return any(one.first_total > len(one.first) or one.second_total > len(one.second) for one in self.differing)


class ComparisonPickerPage(Page, frozen=True, kw_only=True):
    """Asks which analysis to compare with."""

    template: ClassVar[str] = "compare_with.html"
    section: ClassVar[str] = "home"
    entry: AnalysisEntry
    others: tuple[AnalysisEntry, ...] = ()
    """Of the same file, newest first."""
    recent: tuple[AnalysisEntry, ...] = ()
    """Of other files."""
    asked: str = ""
    fault: str | None = None
    """Why what was asked for is not taken."""


class _Head(Model, frozen=True, kw_only=True):
    entry: AnalysisEntry


async def two(visit: Visit) -> Response:
    """GET /sandbox/:id/compare/:other?limit=."""
    first, second = visit.request.path_params["sandbox_id"], visit.request.path_params["other"]
    limit = _limit(visit.asked("limit"))
    answer = await visit.bridge.get(visit.visitor, path_of("sandbox", first, "compare", second), {"limit": limit})
    told = answer.read_as(Comparison)
    page = ComparePage(
        **visit.common("Comparison"),
        first=told.first,
        second=told.second,
        differing=tuple(one for one in told.kinds if one.first_total or one.second_total),
        same=tuple(one for one in told.kinds if one.both_total and not one.first_total and not one.second_total),
        limit=limit,
    )
    return shown(page)


async def with_which(visit: Visit) -> Response:
    """GET /sandbox/:id/compare?other=: to the comparison with an id or a hash; without one, what can be chosen."""
    sandbox_id, asked = visit.request.path_params["sandbox_id"], visit.asked("other").lower()
    other = await _other(visit, asked)
    if other is not None and other != sandbox_id:
        return RedirectResponse(f"/sandbox/{sandbox_id}/compare/{other}", HTTPStatus.SEE_OTHER)
    entry = (await visit.bridge.get(visit.visitor, path_of("sandbox", sandbox_id, "report"))).read_as(_Head).entry
    digest = _digest(entry)
    others = await _finished(visit, path_of("hash", digest, "analyses"), sandbox_id) if digest else ()
    recent = await _finished(visit, path_of("sandbox"), sandbox_id)
    page = ComparisonPickerPage(
        **visit.common("Compare"),
        entry=entry,
        others=others,
        recent=tuple(one for one in recent if not digest or _digest(one) != digest),
        asked=asked,
        fault=_fault(asked, other),
    )
    return shown(page)


def _fault(asked: str, other: str | None) -> str | None:
    if asked == "":
        return None
    if other is not None:
        return "That is this analysis itself."
    if _HASH.fullmatch(asked) is None:
        return "That is neither the id of an analysis (24 hex digits) nor a hash."
    return "No finished analysis is known of that file."


def _limit(text: str) -> int:
    return (
        min(max(int(text), 1), MOST_ROWS) if text.isascii() and text.isdecimal() and len(text) < len("10000") else ROWS
    )


def _digest(entry: AnalysisEntry) -> str:
    return entry.sha256 or entry.sha1 or entry.md5 or ""


async def _other(visit: Visit, asked: str) -> str | None:
    """The analysis that is asked for: itself by its id, or the last of a file; None where there is none."""
    if _SANDBOX_ID.fullmatch(asked) is not None:
        return asked
    if _HASH.fullmatch(asked) is None:
        return None
    found = await _finished(visit, path_of("hash", asked, "analyses"), "")
    return found[0].sandbox_id if found else None


async def _finished(visit: Visit, path: str, but: str) -> tuple[AnalysisEntry, ...]:
    """The first analyses of a list that have a report, without one of them; none where the list is not there."""
    try:
        answer = await visit.bridge.get(visit.visitor, path, {"limit": OFFERED + 1})
    except Refused as refused:
        if refused.status in (HTTPStatus.NOT_FOUND, HTTPStatus.BAD_REQUEST):
            return ()
        raise
    found = answer.read_as(Analyses).analyses
    return tuple(one for one in found if one.stored_at is not None and one.sandbox_id != but)[:OFFERED]
