"""Bodies of analyses that are not finished, and of those that failed."""

import json

import pytest

from fulgurite.exports import v4
from fulgurite.model.hashes import digests_of

DIGESTS = digests_of(b"MZ")
DATA_ID = "bzIyMDEwMmFi"
SANDBOX_ID = "ab" * 12


def test_in_progress() -> None:
    body = v4.in_progress(DIGESTS, data_id=DATA_ID, sandbox_id=SANDBOX_ID, progress=10)
    assert json.loads(body) == {
        "md5": DIGESTS.md5.upper(),
        "sha1": DIGESTS.sha1.upper(),
        "sha256": DIGESTS.sha256.upper(),
        "data_id": DATA_ID,
        "private_processing": 0,
        "sandbox_id": SANDBOX_ID,
        "scan_in_progress": SANDBOX_ID,
        "scan_results": {"progress_percentage": 10},
    }


@pytest.mark.parametrize(("progress", "shown"), [(-1, 1), (0, 1), (1, 1), (99, 99), (100, 99)])
def test_what_runs_is_never_at_its_end(progress: int, shown: int) -> None:
    body = json.loads(v4.in_progress(DIGESTS, data_id=DATA_ID, sandbox_id=SANDBOX_ID, progress=progress))
    assert body["scan_results"] == {"progress_percentage": shown}


def test_failed() -> None:
    body = json.loads(v4.failed(DIGESTS, data_id=DATA_ID, sandbox_id=SANDBOX_ID, reasons=["The engine crashed."]))
    assert body["scan_results"] == {"progress_percentage": 100}
    assert body["final_verdict"] == {"verdict": "UNKNOWN", "threatLevel": 0, "confidence": 0}
    assert body["sandbox_error"] == {
        "code": 500000,
        "messages": ["Scan request has failed permanently", "The engine crashed."],
    }
    assert body["analysis"] == {"infection_score": None}
    assert "scan_in_progress" not in body
