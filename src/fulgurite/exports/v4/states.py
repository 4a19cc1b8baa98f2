"""The v4 bodies of an analysis that is not finished, and of one that failed."""

from collections.abc import Iterable
from typing import Any

import msgspec

from fulgurite.model.hashes import Digests

Fields = dict[str, Any]

FAILED_CODE = 500000
FAILED_MESSAGE = "Scan request has failed permanently"

_encoder = msgspec.json.Encoder()


def in_progress(digests: Digests, *, data_id: str, sandbox_id: str, progress: int, is_private: bool = False) -> bytes:
    """The body while the analysis is queued or runs; `progress` is brought into 1-99.

    It carries no `final_verdict`, and `scan_in_progress` with the results: clients of each era take one of the two
    for the sign that there is more to come.
    """
    shown = {
        **_identity(digests, data_id),
        "private_processing": int(is_private),
        "sandbox_id": sandbox_id,
        "scan_in_progress": sandbox_id,
        "scan_results": {"progress_percentage": max(1, min(99, progress))},
    }
    return _encoder.encode(shown)


def failed(
    digests: Digests, *, data_id: str, sandbox_id: str, reasons: Iterable[str] = (), is_private: bool = False
) -> bytes:
    """The body of an analysis that failed: finished, without any statement on the sample, and why."""
    shown = {
        **_identity(digests, data_id),
        "private_processing": int(is_private),
        "sandbox_id": sandbox_id,
        "scan_results": {"progress_percentage": 100},
        "final_verdict": {"verdict": "UNKNOWN", "threatLevel": 0, "confidence": 0},
        "sandbox_error": sandbox_error(reasons),
        "analysis": {"infection_score": None},
    }
    return _encoder.encode(shown)


def sandbox_error(reasons: Iterable[str]) -> Fields:
    """`sandbox_error` of a failed analysis: the code that clients know, its message, then our own reasons."""
    return {"code": FAILED_CODE, "messages": [FAILED_MESSAGE, *reasons]}


def _identity(digests: Digests, data_id: str) -> Fields:
    return {
        "md5": digests.md5.upper(),
        "sha1": digests.sha1.upper(),
        "sha256": digests.sha256.upper(),
        "data_id": data_id,
    }
