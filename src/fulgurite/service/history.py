"""What is known of many files at once, and of one file's submissions: `POST /v4/hash` and `/scanhistory`."""

from collections.abc import Sequence
from typing import Any

import msgspec

from fulgurite.errors import InvalidHash
from fulgurite.model import hashes
from fulgurite.model.times import utc_ms
from fulgurite.model.viewer import Viewer
from fulgurite.service.files import NOT_SCANNED
from fulgurite.store import Store
from fulgurite.store.histories import Entry, newest_of, of_file
from fulgurite.store.reports import Subject

Fields = dict[str, Any]

MAX_HASHES = 1_000
"""Of one call."""
_ECHO = 128
_NO_RESULT = 5
"""The vendor's code for a file of which nothing is known."""
_IN_PROGRESS = 255
_INVALID = {"code": 400064, "messages": ["The hash value is not valid"]}
_UNKNOWN = {"code": 404003, "messages": ["The hash was not found"]}

_encoder = msgspec.json.Encoder()


def scan_history(store: Store, digest: bytes, limit: int, offset: int, viewer: Viewer) -> bytes | None:
    """The submissions and imported reports of a file, newest first: `limit` after the first `offset`.

    None for an unknown file. Raises StoreError.
    """
    text = digest.hex()
    if not store.is_known(text, viewer):
        return None
    known = store.digests(text, viewer)
    told = {} if known is None else known._asdict()
    named = {kind: told.get(kind, text if len(text) == size else "") for kind, size in _KINDS.items()}
    subject = Subject(**{kind: name or None for kind, name in named.items()})
    entries = of_file(store.database, subject, limit, offset, viewer)
    body = {kind: name.upper() for kind, name in named.items()}
    return _encoder.encode({**body, "scan_result_history": [_past(entry) for entry in entries]})


_KINDS = {"md5": 32, "sha1": 40, "sha256": 64}


def bulk(store: Store, texts: Sequence[object], viewer: Viewer) -> bytes:
    """The latest submission of each file, in the order of `texts`. Raises StoreError.

    There are no scan engines here: no details, and nothing detected by any.
    """
    digests = [_digest(text) for text in texts]
    named = [None if digest is None else store.named(digest) for digest in digests]
    names = ["" if name is None else name.hex() for name in named]
    found = newest_of(store.database, {name for name in names if name != ""}, viewer)
    items = [_item(text, digest, found.get(name)) for text, digest, name in zip(texts, digests, names, strict=True)]
    return _encoder.encode({"data": items})


def _past(entry: Entry) -> Fields:
    return {
        "data_id": entry.data_id,
        "scan_all_result_i": _result(entry),
        "start_time": utc_ms(entry.requested_at),
        "total_time": "0",
        "total_avs": 0,
        "total_detected_avs": 0,
    }


def _item(text: object, digest: bytes | None, entry: Entry | None) -> Fields:
    told: Fields = {
        "data_id": "" if entry is None else entry.data_id,
        "scan_result_i": _NO_RESULT if entry is None else _result(entry),
        "hash": text[:_ECHO] if isinstance(text, str) else "",
        "scan_details": {},
        "total_detected_avs": 0,
    }
    if digest is None:
        return {**told, "error": _INVALID}
    return {**told, "error": _UNKNOWN} if entry is None else told


def _result(entry: Entry) -> int:
    return _IN_PROGRESS if entry.is_running else NOT_SCANNED[0]


def _digest(text: object) -> bytes | None:
    if not isinstance(text, str):
        return None
    try:
        return hashes.parse_any(text)
    except InvalidHash:
        return None
