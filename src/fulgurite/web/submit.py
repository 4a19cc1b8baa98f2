"""Sending in: files and URLs to be analysed, reports of other sandboxes, files that are here to be analysed anew.

What a form says becomes the headers of an upload, so everything is refused, charged and kept as the interface does it.
"""

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import msgspec
from starlette.datastructures import UploadFile
from starlette.responses import HTMLResponse, RedirectResponse, Response

from fulgurite.web.bridge import Answer, Refused, path_of
from fulgurite.web.forms import BadForm, Form, pieces, received
from fulgurite.web.offers import offers_to
from fulgurite.web.pages import Offers, Sent, SentPage, SubmitPage
from fulgurite.web.render import html
from fulgurite.web.visit import Visit, shown

_JSON = "application/json"
_KEEP_ONLY = "none"
"""The choice of a system that asks for no run."""
_HEADERS = {
    "system": b"sandbox",
    "timeout": b"sandbox_timeout",
    "browser": b"sandbox_browser",
    "shellcode": b"sandbox_shellcode",
    "private": b"privateprocessing",
    "password": b"archivepwd",
    "callback": b"callbackurl",
}
"""Field of the form -> header of an upload."""
_IMPORT_HEADERS = {"password": b"archivepwd", "sha256": b"sha256"}
_QUOTED = frozenset({"password", "callback"})
"""Fields whose text may have characters that a header cannot carry."""


class _Fault(msgspec.Struct):
    messages: tuple[str, ...] = ()


class _Reply(msgspec.Struct):
    """What the interface says of an upload, and of each file in one."""

    sandbox_id: str | None = None
    sha256: str | None = None
    name: str = ""
    sandbox_error: _Fault | None = None
    extracted_files: "tuple[_Reply, ...]" = ()
    unarchive_error: _Fault | None = None
    unarchive_warnings: tuple[str, ...] = ()


class _Imported(msgspec.Struct):
    outcome: str
    reason: str | None = None
    member: str | None = None
    format: str | None = None
    sha256: str | None = None
    sandbox_id: str | None = None


class _AllImported(msgspec.Struct):
    data: tuple[_Imported, ...]


async def form(visit: Visit) -> Response:
    """GET /submit: the form; ?url= fills in a URL."""
    return _form(visit, await _offers(visit), url=visit.asked("url", 4_000))


async def send(visit: Visit) -> Response:
    """POST /submit: on to the one analysis that it led to, else what became of each file."""
    offers = await _offers(visit)
    try:
        async with received(visit.request, offers.max_upload_bytes) as sent:
            headers = _headers(sent, _HEADERS)
            done = [one for file in sent.files for one in await _file(visit, file, headers)]
            url = sent.fields.get("url", "")
            if url:
                done.append(await _url(visit, url, headers))
    except BadForm as error:
        return _refused(visit, offers, str(error))
    return _done(visit, offers, done, "No file was chosen, and no URL given.")


async def take_in(visit: Visit) -> Response:
    """POST /import: takes in reports of other sandboxes, by the same rules."""
    offers = await _offers(visit)
    try:
        async with received(visit.request, offers.max_upload_bytes) as sent:
            headers = _headers(sent, _IMPORT_HEADERS)
            done = [one for file in sent.files for one in await _imported(visit, file, headers)]
    except BadForm as error:
        return _refused(visit, offers, str(error))
    return _done(visit, offers, done, "No report was chosen.")


async def again(visit: Visit) -> Response:
    """POST /again: one more analysis of a file that is here, by the `data_id` of a submission."""
    offers = await _offers(visit)
    try:
        async with received(visit.request, 0) as sent:
            fields = sent.fields
            headers = _headers(sent, _HEADERS)
    except BadForm as error:
        return _refused(visit, offers, str(error))
    path = path_of("sandbox", fields.get("data_id", ""), "scan")
    answer = await visit.bridge.ask(visit.visitor, "POST", path, headers=dict(headers))
    if not answer.is_ok:
        raise Refused(answer)
    return _on_to(f"/sandbox/{answer.read_as(_Reply).sandbox_id}")


async def _offers(visit: Visit) -> Offers:
    offers = await offers_to(visit)
    assert offers is not None, "the page is for those who may submit"  # noqa: S101 - the table of pages says so
    return offers


def _headers(sent: Form, known: Mapping[str, bytes]) -> list[tuple[bytes, bytes]]:
    """What the fields of a form ask for, as headers; what is left empty asks for nothing."""
    headers = []
    for field, header in known.items():
        value = sent.fields.get(field, "")
        if value and not (field == "system" and value == _KEEP_ONLY):
            text = quote(value, safe="") if field in _QUOTED else value
            headers.append((header, text.encode("latin-1", "replace").replace(b"\r", b"").replace(b"\n", b"")))
    if "unpack" in sent.fields:
        headers.append((b"rule", b"unarchive"))
    return headers


async def _upload(visit: Visit, path: str, file: UploadFile, headers: Iterable[tuple[bytes, bytes]]) -> Answer:
    own = {
        b"content-type": b"application/octet-stream",
        b"content-length": b"%d" % (file.size or 0),
        b"filename": quote(file.filename or "", safe="").encode(),
    }
    return await visit.bridge.ask(visit.visitor, "POST", path, headers={**dict(headers), **own}, body=pieces(file))


async def _file(visit: Visit, file: UploadFile, headers: Iterable[tuple[bytes, bytes]]) -> list[Sent]:
    answer = await _upload(visit, path_of("file"), file, headers)
    name = file.filename or "file"
    if not answer.is_ok:
        return [_fault(name, answer)]
    reply = answer.read_as(_Reply)
    return [_told(name, reply), *(_told(f"{name} / {member.name}", member) for member in reply.extracted_files)]


def _told(name: str, reply: _Reply) -> Sent:
    faults = [*_messages(reply.sandbox_error), *_messages(reply.unarchive_error), *reply.unarchive_warnings]
    sha256 = None if reply.sha256 is None else reply.sha256.lower()
    kept = "to be analysed" if reply.sandbox_id is not None else "kept, not run"
    said = f"{kept}: {'; '.join(faults)}" if faults else kept
    is_refused = reply.sandbox_error is not None and not reply.extracted_files
    return Sent(name=name, sandbox_id=reply.sandbox_id, sha256=sha256, said=said, is_refused=is_refused)


def _messages(fault: _Fault | None) -> tuple[str, ...]:
    return () if fault is None else fault.messages


async def _url(visit: Visit, url: str, headers: Iterable[tuple[bytes, bytes]]) -> Sent:
    told = {**dict(headers), b"content-type": b"application/json"}
    body = msgspec.json.encode({"url": url})
    answer = await visit.bridge.ask(visit.visitor, "POST", path_of("sandbox"), headers=told, body=body)
    if not answer.is_ok:
        return _fault(url, answer)
    return Sent(name=url, sandbox_id=answer.read_as(_Reply).sandbox_id, said="to be fetched and analysed")


async def _imported(visit: Visit, file: UploadFile, headers: Iterable[tuple[bytes, bytes]]) -> list[Sent]:
    answer = await _upload(visit, path_of("import"), file, headers)
    name = file.filename or "report"
    if not answer.is_ok:
        return [_fault(name, answer)]
    return [_report(name, one) for one in answer.read_as(_AllImported).data]


def _report(name: str, one: _Imported) -> Sent:
    said = {"imported": "imported", "duplicate": "was here already"}.get(one.outcome, "not taken")
    return Sent(
        name=name if one.member is None else f"{name} / {one.member}",
        sandbox_id=one.sandbox_id,
        said=f"{said}: {one.reason}" if one.reason else f"{said} ({one.format})",
        is_refused=one.outcome == "refused",
    )


def _fault(name: str, answer: Answer) -> Sent:
    return Sent(name=name, said="; ".join(Refused(answer).messages), is_refused=True)


def _done(visit: Visit, offers: Offers, done: list[Sent], nothing: str) -> Response:
    if not done:
        return _refused(visit, offers, nothing)
    if _wants_json(visit):
        told: list[dict[str, Any]] = [{**msgspec.to_builtins(one), "href": one.href} for one in done]
        return Response(msgspec.json.encode({"sent": told}), media_type=_JSON)
    if len(done) == 1 and done[0].sandbox_id is not None:
        return _on_to(f"/sandbox/{done[0].sandbox_id}")
    if all(one.is_refused for one in done) and len(done) == 1:
        return _refused(visit, offers, f"{done[0].name}: {done[0].said}")
    return shown(SentPage(**visit.common("Sent in"), sent=tuple(done)))


def _refused(visit: Visit, offers: Offers, fault: str) -> Response:
    if _wants_json(visit):
        body = msgspec.json.encode({"sent": [], "fault": fault})
        return Response(body, HTTPStatus.BAD_REQUEST, media_type=_JSON)
    return _form(visit, offers, fault=fault)


def _form(visit: Visit, offers: Offers, url: str = "", fault: str | None = None) -> Response:
    page = SubmitPage(**visit.common("Submit"), offers=offers, url=url, fault=fault)
    return HTMLResponse(html(page), HTTPStatus.OK if fault is None else HTTPStatus.BAD_REQUEST)


def _wants_json(visit: Visit) -> bool:
    return visit.request.headers.get("accept", "").startswith(_JSON)


def _on_to(path: str) -> Response:
    return RedirectResponse(path, HTTPStatus.SEE_OTHER)
