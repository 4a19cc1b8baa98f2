"""URLs: asked for, fetched through the guard, what came analysed as any file; and what is told of one.

What came is a submission of its own, as private as the visit. Of the visit is told in the shape that the v4 interface
has for URLs: without digests, with the verdict once there is one.
"""

import zlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import msgspec

from fulgurite.errors import FulguriteError, StoreError
from fulgurite.exports.v4.states import sandbox_error
from fulgurite.model.task import FOLLOWS, RunOptions, TaskState
from fulgurite.model.usage import Claim
from fulgurite.model.viewer import Viewer
from fulgurite.model.visit import Fetched, Visit
from fulgurite.service.fetch import MAX_REDIRECTS, Guard
from fulgurite.service.ids import new_sandbox_id
from fulgurite.service.intake import Refusal
from fulgurite.service.names import display_name
from fulgurite.service.submit import submit
from fulgurite.store import Store

Fields = dict[str, Any]

MAX_ATTEMPTS = 3
"""How often a visit is begun; only a process that died begins one in vain."""
_GRACE = timedelta(seconds=30)
_UNSUPPORTED = (404010, "Unsupported file type")
_NOTHING = {"verdict": "UNKNOWN", "threatLevel": 0, "confidence": 0}
_FETCHED_PERCENT = 10
_OF_A_FILE = ("md5", "sha1", "sha256", "private_processing", "data_id", "rescan_available")
"""By the first four clients know the answer for a file."""
_GZIP_FORMAT = 31

_encoder = msgspec.json.Encoder()


def ask(
    store: Store, url: str, options: RunOptions, *, key_id: int, is_private: bool, now: datetime, claim: Claim | None
) -> tuple[str, int]:
    """Keeps a visit to be made, durable when this returns; its sandbox_id, and how many wait before it.

    Raises OverLimit, StoreError.
    """
    before = store.visits.open_count()
    visit = Visit(
        sandbox_id=new_sandbox_id(now),
        url=url,
        options=options,
        requested_at=now,
        key_id=key_id,
        private_to=key_id if is_private else None,
    )
    store.visits.add(visit, claim)
    return visit.sandbox_id, before


def make_next(store: Store, guard: Guard, refusal: Refusal, *, max_bytes: int, now: Callable[[], datetime]) -> bool:
    """Makes the next visit; False when there is none. Raises StoreError."""
    visit = store.visits.begin(now(), timedelta(seconds=guard.timeout_s * (MAX_REDIRECTS + 1)) + _GRACE)
    if visit is None:
        return False
    if visit.attempts > MAX_ATTEMPTS:
        store.visits.failed(visit.sandbox_id, f"the process that fetched it died, {MAX_ATTEMPTS} times")
        return True
    try:
        fetched = _made(store, visit, guard, refusal, max_bytes, now)
    except StoreError:
        raise
    except FulguriteError as error:
        if guard.is_closed:
            # Broken off by the end of this process: another takes it up when the lease is over.
            return False
        store.visits.failed(visit.sandbox_id, str(error))
    else:
        store.visits.fetched(visit.sandbox_id, fetched)
    return True


def _made(
    store: Store, visit: Visit, guard: Guard, refusal: Refusal, max_bytes: int, now: Callable[[], datetime]
) -> Fetched:
    got = guard.fetched(visit.url, max_bytes=max_bytes, redirects=MAX_REDIRECTS)
    name = display_name(urlsplit(got.url).path.encode())
    options = msgspec.structs.replace(visit.options, file_name=name)
    why_not = "nothing came: the answer is empty" if got.body == b"" else refusal(got.body, options)
    submitted = submit(
        store,
        got.body,
        options=options if why_not is None else None,
        file_name=name,
        key_id=visit.key_id,
        private_to=visit.private_to,
        now=now(),
    )
    return Fetched(
        final_url=got.url,
        http_status=got.status,
        content_type=got.headers.get("content-type"),
        data_id=submitted.data_id,
        analysis_id=submitted.sandbox_id,
        refusal=why_not,
    )


def result(store: Store, sandbox_id: str, viewer: Viewer) -> bytes | None:
    """The body for the visit of this id; None when `viewer` sees none. Raises StoreError."""
    visit = store.visits.find(sandbox_id, viewer)
    if visit is None:
        return None
    shown: Fields = {"sandbox_id": visit.sandbox_id, "url": visit.url, "flow_id": None, "store_at": None}
    if visit.reason is not None:
        return _encoder.encode({**shown, **_over(sandbox_error([visit.reason]))})
    if visit.fetched is None:
        return _encoder.encode({**shown, **_waiting(visit, 1)})
    shown["fetched"] = _told(visit.fetched)
    if visit.fetched.analysis_id is None:
        code, message = _UNSUPPORTED
        return _encoder.encode({**shown, **_over({"code": code, "messages": [message, visit.fetched.refusal]})})
    return _encoder.encode({**shown, **_of_analysis(store, visit, visit.fetched.analysis_id, viewer)})


def _of_analysis(store: Store, visit: Visit, analysis_id: str, viewer: Viewer) -> Fields:
    task = store.task(analysis_id, viewer)
    row = store.report(analysis_id, viewer)
    if task is not None and task.state is TaskState.FAILED:
        return _over(sandbox_error(() if task.reason is None else (task.reason,)))
    if row is None or (task is not None and FOLLOWS[task.state]):
        return _waiting(visit, _FETCHED_PERCENT if task is None else max(_FETCHED_PERCENT, task.progress))
    body: Fields = msgspec.json.decode(zlib.decompress(store.body(row).gzipped, _GZIP_FORMAT))
    kept = {name: value for name, value in body.items() if name not in _OF_A_FILE}
    return {**kept, "sandbox_id": visit.sandbox_id, "_id": visit.sandbox_id}


def _waiting(visit: Visit, progress: int) -> Fields:
    return {
        "scan_in_progress": visit.sandbox_id,
        "scan_results": {"progress_percentage": max(1, min(99, progress))},
    }


def _over(error: Fields) -> Fields:
    """A visit that says nothing of its URL, and why."""
    return {
        "final_verdict": _NOTHING,
        "scan_results": {"progress_percentage": 100},
        "sandbox_error": error,
        "analysis": {"infection_score": None},
    }


def _told(fetched: Fetched) -> Fields:
    shown = {
        "url": fetched.final_url,
        "http_status": fetched.http_status,
        "content_type": fetched.content_type,
        "data_id": fetched.data_id,
        "sandbox_id": fetched.analysis_id,
    }
    return {name: value for name, value in shown.items() if value is not None}
