"""Webhooks: signed calls that tell of submissions that are done, made until one is answered well.

A call is a POST of the body of `GET /v4/file/:data_id`, with

    X-Fulgurite-Timestamp   seconds since 1970 at which it was signed
    X-Fulgurite-Signature   `sha256=` and the hex HMAC-SHA256, by the key's secret, of timestamp, `.`, body
    X-Fulgurite-Delivery    the data_id: the same for all attempts
    X-Fulgurite-Attempt     1, 2, ...: above 1 it may have come before

An answer of 2xx ends it; every other one, redirects too, is an attempt that failed.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import msgspec

from fulgurite.errors import FulguriteError, StoreError
from fulgurite.model.base import Model
from fulgurite.model.times import utc_ms
from fulgurite.model.viewer import EVERYTHING, Viewer
from fulgurite.model.webhook import CallState, Webhook
from fulgurite.service import files
from fulgurite.service.fetch import Guard
from fulgurite.service.ids import is_data_id
from fulgurite.store import Store
from fulgurite.store.webhooks import LONGEST_PAUSE

USER_AGENT = "opswat metadefender cloud"
"""As the vendor's: receivers look for it."""
_MAX_ANSWER_BYTES = 64 * 1024
_GRACE = timedelta(seconds=30)
_GOOD = range(200, 300)
_SECRET = "webhook_secret"  # noqa: S105 - the name of the value, not the value


class Patience(Model, frozen=True, kw_only=True):
    """How often a call is tried."""

    attempts: int = 8
    first_pause: timedelta = timedelta(seconds=5)
    """Before the second attempt; doubles with every further one."""

    def pause(self, attempts: int) -> timedelta:
        """How long to wait after so many attempts."""
        return min(self.first_pause * (1 << min(attempts - 1, 30)), LONGEST_PAUSE)


def secret_of(store: Store, key_id: int | None) -> str:
    """What signs the calls for a key: hex digits, made of a secret of the store, that only the key's owner is told."""
    sql = "SELECT value FROM meta WHERE name = ?"
    root = store.database.value(sql, (_SECRET,))
    if root is None:
        with store.database.write("making the secret of webhooks") as connection:
            connection.execute("INSERT OR IGNORE INTO meta VALUES (?, ?)", (_SECRET, secrets.token_hex(32)))
        root = store.database.value(sql, (_SECRET,))
    return hmac.new(bytes.fromhex(root), f"key {key_id}".encode(), hashlib.sha256).hexdigest()


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """The value of X-Fulgurite-Signature."""
    digest = hmac.new(secret.encode("ascii"), b"%d." % timestamp + body, hashlib.sha256).hexdigest()
    return f"sha256={digest}"


def deliver_next(store: Store, guard: Guard, patience: Patience, *, now: Callable[[], datetime]) -> bool:
    """Makes the next call that is due; False when there is none. Raises StoreError."""
    webhook = store.webhooks.begin(now(), timedelta(seconds=guard.timeout_s) + _GRACE)
    if webhook is None:
        return False
    status, error = _called(store, webhook, guard, now())
    if status is not None and status in _GOOD:
        store.webhooks.end(webhook, CallState.DELIVERED, now=now(), status_code=status, error=None)
    elif webhook.attempts >= patience.attempts:
        store.webhooks.end(webhook, CallState.GIVEN_UP, now=now(), status_code=status, error=error)
    else:
        due_at = now() + patience.pause(webhook.attempts)
        store.webhooks.put_off(webhook, due_at, status_code=status, error=error)
    return True


def _called(store: Store, webhook: Webhook, guard: Guard, at: datetime) -> tuple[int | None, str | None]:
    """One attempt: the status it was answered with, and what went wrong. Raises StoreError."""
    submission = store.submission(webhook.data_id, EVERYTHING)
    if submission is None:
        return None, "the submission is gone"
    body = msgspec.json.encode(files.full_result(store, submission))
    timestamp = int(at.timestamp())
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": USER_AGENT,
        "X-Fulgurite-Timestamp": str(timestamp),
        "X-Fulgurite-Signature": signature(secret_of(store, webhook.key_id), timestamp, body),
        "X-Fulgurite-Delivery": webhook.data_id,
        "X-Fulgurite-Attempt": str(webhook.attempts),
    }
    try:
        got = guard.posted(webhook.url, body, headers, max_bytes=_MAX_ANSWER_BYTES)
    except StoreError:
        raise
    except FulguriteError as error:
        return None, str(error)
    return got.status, None if got.status in _GOOD else f"answered with {got.status}"


def status(store: Store, data_id: str, viewer: Viewer, now: datetime) -> bytes | None:
    """What is told of the call for a submission; None when the viewer has none, or it is over for 12 hours."""
    webhook = store.webhooks.find(data_id, viewer, now) if is_data_id(data_id) else None
    return None if webhook is None else msgspec.json.encode(_told(webhook))


def listed(store: Store, viewer: Viewer, now: datetime) -> bytes:
    """What is told of the viewer's calls, newest first, at most 1000."""
    return msgspec.json.encode({"data": [_told(webhook) for webhook in store.webhooks.listed(viewer, now)]})


def _told(webhook: Webhook) -> dict[str, Any]:
    last = webhook.requested_at
    ended = webhook.ended_at
    shown = {
        "url": webhook.url,
        "status_code": webhook.status_code,
        "data_id": webhook.data_id,
        "request_time": None if last is None else utc_ms(last),
        "state": webhook.state.value,
        "attempts": webhook.attempts,
        "next_attempt": utc_ms(webhook.due_at) if ended is None and webhook.error is not None else None,
        "error": webhook.error,
    }
    return {name: value for name, value in shown.items() if value is not None}
