"""What a key is told of itself: the bodies of `GET /v4/apikey` and of what lies below it.

Whole numbers are whole numbers in all of them: the official SDK refuses `10.0` and `"10"`.
"""

from typing import Any, NamedTuple

import msgspec

from fulgurite.model.key import Key
from fulgurite.model.sample import Sample
from fulgurite.model.task import Submission
from fulgurite.model.times import utc_ms
from fulgurite.model.usage import THROTTLE, Kind
from fulgurite.service.files import NOT_SCANNED, file_info
from fulgurite.service.keys import SECRET_CHARACTERS
from fulgurite.service.quota import Accounts
from fulgurite.store import Store

_MEGABYTE = 1024 * 1024
_SCAN_WITH = "fulgurite"
_NOT_OFFERED = {"feed_api": 0, "download_file": 0, "analysis_api": 0}
"""Counted by the vendor, and not offered here."""

_encoder = msgspec.json.Encoder()


class Bounds(NamedTuple):
    """What any key may send; 0 stands for what is not offered."""

    upload_bytes: int
    archive_depth: int = 0
    archive_bytes: int = 0
    archive_files: int = 0


def account(accounts: Accounts, key: Key, bounds: Bounds) -> bytes:
    """The body of `GET /v4/apikey` for `key`."""
    quotas = accounts.quotas(key)
    told = {
        "portal_api_key": masked(key),
        "nickname": key.name,
        "created_at": utc_ms(key.created_at),
        "updated_at": utc_ms(key.created_at),
        "time_interval": "Daily",
        "limit_prevention": quotas.prevention_api,
        "limit_reputation": quotas.reputation_api,
        "limit_sandbox": quotas.sandbox_api,
        "limit_analysis": 0,
        "limit_feed": 0,
        "throttling_limit": quotas.per_minute,
        "max_upload_file_size": _megabytes(bounds.upload_bytes),
        "max_file_download": 0,
        "max_archive_file_depth": bounds.archive_depth,
        "max_archive_file_size": _megabytes(bounds.archive_bytes),
        "max_archive_file_number": bounds.archive_files,
        "qos_scan": "normal",
        "sandbox_qos_scan": "normal",
        "scan_with": _SCAN_WITH,
        "paid_user": 0,
        "enforce_private_scan": False,
        "is_enterprise": False,
        "mtls_only": False,
        "role": key.role.value,
    }
    if key.expires_at is not None:
        told["expiration_date"] = utc_ms(key.expires_at)
    return _encoder.encode(told)


def used(accounts: Accounts, key: Key) -> bytes:
    """The body of `GET /v4/apikey/limits`: what is used. Blocks. Raises StoreError."""
    return _encoder.encode({**{kind: accounts.standing(key, kind).used for kind in Kind}, **_NOT_OFFERED})


def remaining(accounts: Accounts, key: Key) -> bytes:
    """The body of `GET /v4/apikey/limits/status`: what is left. Blocks. Raises StoreError."""
    left = {kind: accounts.standing(key, kind).remaining for kind in Kind}
    throttled = accounts.standing(key, THROTTLE).remaining
    return _encoder.encode({**left, **_NOT_OFFERED, "throttling_limit": throttled})


def scan_history(store: Store, key: Key, limit: int, offset: int) -> bytes:
    """The body of `GET /v4/apikey/scan-history`: what the key submitted, newest first. Blocks. Raises StoreError."""
    rows = [_row(store, submission) for submission in store.submissions_of_key(key.id, limit, offset)]
    return _encoder.encode({"data": rows})


def masked(key: Key) -> str:
    """The key as it may be shown: its first characters, and stars for the rest."""
    return key.prefix.ljust(SECRET_CHARACTERS, "*")


def _row(store: Store, submission: Submission) -> dict[str, Any]:
    sample = store.sample(submission.sha256) or Sample(sha256=submission.sha256)
    return {
        "data_id": submission.data_id,
        "file_info": file_info(sample, submission.file_name, submission.requested_at),
        "scan_results": {
            "scan_all_result_i": NOT_SCANNED[0],
            "start_time": utc_ms(submission.requested_at),
            "total_avs": 0,
            "total_detected_avs": 0,
        },
        "scan_with": _SCAN_WITH,
    }


def _megabytes(size_bytes: int) -> int:
    return -(-size_bytes // _MEGABYTE)
