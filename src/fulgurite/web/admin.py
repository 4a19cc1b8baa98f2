"""Administration: keys and quotas, queue and workers, engines, storage, what is kept how long."""

from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any, ClassVar

import msgspec
from starlette.responses import HTMLResponse, RedirectResponse, Response

from fulgurite.model.administration import Engines, KeyEntry, Keys, NewKey, Queue, Retention, Storage
from fulgurite.model.base import Model
from fulgurite.web.bridge import Refused, path_of
from fulgurite.web.forms import received
from fulgurite.web.pages import Page
from fulgurite.web.render import html
from fulgurite.web.visit import Visit, shown

QUOTAS = ("sandbox_api", "prevention_api", "reputation_api", "per_minute")
_MOST_DAYS = 366 * 100
_MOST_DIGITS = 15


class Tab(Model, frozen=True, kw_only=True):
    """One of the pages of administration."""

    path: str
    label: str


TABS = (
    Tab(path="/admin", label="Queue and workers"),
    Tab(path="/admin/keys", label="Keys and quotas"),
    Tab(path="/admin/engines", label="Engines"),
    Tab(path="/admin/storage", label="Storage and retention"),
)


class AdminPage(Page, frozen=True, kw_only=True):
    """What all of them have."""

    section: ClassVar[str] = "admin"
    tabs: tuple[Tab, ...] = TABS
    here: str
    """The path of the one that is shown."""


class QueuePage(AdminPage, frozen=True, kw_only=True):
    """What waits and why, what runs, and who works."""

    template: ClassVar[str] = "admin/queue.html"
    queue: Queue


class KeysPage(AdminPage, frozen=True, kw_only=True):
    """Keys, what they may use and have used; one can be made and any be revoked."""

    template: ClassVar[str] = "admin/keys.html"
    keys: tuple[KeyEntry, ...]
    made: NewKey | None = None
    """A key that was just made; its secret is shown this once."""
    fault: str | None = None
    """Why none was made."""
    given: dict[str, str] = msgspec.field(default_factory=dict)
    """What stands in the form after a fault."""

    @property
    def in_force(self) -> tuple[KeyEntry, ...]:
        return tuple(key for key in self.keys if key.is_in_force)

    @property
    def over(self) -> tuple[KeyEntry, ...]:
        return tuple(key for key in self.keys if not key.is_in_force)


class RevokePage(AdminPage, frozen=True, kw_only=True):
    """Asks whether a key is really to be revoked."""

    template: ClassVar[str] = "admin/revoke.html"
    key: KeyEntry
    is_own: bool
    """Whether the reader looks with it."""


class EnginesPage(AdminPage, frozen=True, kw_only=True):
    """What runs samples or looks at what runs left, and what to install for what was not found."""

    template: ClassVar[str] = "admin/engines.html"
    engines: Engines


class StoragePage(AdminPage, frozen=True, kw_only=True):
    """How much room is taken, and how long things are kept."""

    template: ClassVar[str] = "admin/storage.html"
    storage: Storage
    retention: Retention


async def queue(visit: Visit) -> Response:
    """GET /admin."""
    told = (await visit.bridge.get(visit.visitor, path_of("admin", "queue"))).read_as(Queue)
    return shown(QueuePage(**_common(visit, "Queue and workers"), queue=told))


async def keys(visit: Visit) -> Response:
    """GET /admin/keys."""
    return shown(KeysPage(**_common(visit, "Keys and quotas"), keys=await _keys(visit)))


async def make_key(visit: Visit) -> Response:
    """POST /admin/keys: makes a key and shows its secret, this once."""
    async with received(visit.request, 0) as sent:
        given = dict(sent.fields)
    made, fault = None, None
    try:
        body = msgspec.json.encode(_wish(given))
        made = (await visit.bridge.post(visit.visitor, path_of("admin", "keys"), body)).read_as(NewKey)
    except ValueError as error:
        fault = str(error)
    except Refused as refused:
        if refused.status not in {HTTPStatus.BAD_REQUEST, HTTPStatus.CONFLICT}:
            raise
        fault = "; ".join(refused.messages)
    page = KeysPage(
        **{**_common(visit, "Keys and quotas"), "here": "/admin/keys"},
        keys=await _keys(visit),
        made=made,
        fault=fault,
        given={} if fault is None else given,
    )
    return HTMLResponse(html(page), HTTPStatus.OK if fault is None else HTTPStatus.BAD_REQUEST)


async def ask_to_revoke(visit: Visit) -> Response:
    """GET /admin/keys/:id/revoke: says what that would mean."""
    number = visit.request.path_params["id"]
    found = next((key for key in await _keys(visit) if str(key.id) == number and key.is_in_force), None)
    if found is None:
        return RedirectResponse("/admin/keys", HTTPStatus.SEE_OTHER)
    told = {**_common(visit, "Revoke a key"), "here": "/admin/keys"}
    return shown(RevokePage(**told, key=found, is_own=found.name == visit.visitor.name))


async def revoke(visit: Visit) -> Response:
    """POST /admin/keys/:id/revoke."""
    path = path_of("admin", "keys", visit.request.path_params["id"])
    answer = await visit.bridge.ask(visit.visitor, "DELETE", path)
    if not answer.is_ok:
        raise Refused(answer)
    return RedirectResponse("/admin/keys", HTTPStatus.SEE_OTHER)


async def engines(visit: Visit) -> Response:
    """GET /admin/engines."""
    told = (await visit.bridge.get(visit.visitor, path_of("admin", "engines"))).read_as(Engines)
    return shown(EnginesPage(**_common(visit, "Engines"), engines=told))


async def storage(visit: Visit) -> Response:
    """GET /admin/storage."""
    stored = (await visit.bridge.get(visit.visitor, path_of("admin", "storage"))).read_as(Storage)
    kept = (await visit.bridge.get(visit.visitor, path_of("admin", "retention"))).read_as(Retention)
    return shown(StoragePage(**_common(visit, "Storage and retention"), storage=stored, retention=kept))


def _common(visit: Visit, title: str) -> dict[str, Any]:
    return {**visit.common(title), "here": visit.request.url.path}


async def _keys(visit: Visit) -> tuple[KeyEntry, ...]:
    return (await visit.bridge.get(visit.visitor, path_of("admin", "keys"))).read_as(Keys).keys


def _wish(given: dict[str, str]) -> dict[str, Any]:
    """What the form asks for, as the interface takes it. Raises ValueError for a figure that is none."""
    allowance = {name: _number(given, name) for name in QUOTAS if given.get(name)}
    wish: dict[str, Any] = {"name": given.get("name", ""), "role": given.get("role", ""), "allowance": allowance}
    if given.get("days"):
        days = _number(given, "days")
        if not 1 <= days <= _MOST_DAYS:
            raise ValueError(f"days: expected 1 to {_MOST_DAYS}")
        wish["expires_at"] = (datetime.now(UTC) + timedelta(days=days)).isoformat()
    return wish


def _number(given: dict[str, str], name: str) -> int:
    text = given[name]
    if not (text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS):
        raise ValueError(f"{name}: expected a whole number")
    return int(text)
