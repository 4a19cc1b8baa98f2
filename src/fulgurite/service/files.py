"""What is known of a file beside its analyses: the bodies of `GET /v4/file/:data_id` and `GET /v4/hash/:hash`.

There are no scan engines here, and the bodies say so: `Not Scanned`, zero of zero. What a run showed is asked for by
the lookups; these bodies say only that there is one.
"""

from collections.abc import Sequence
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

import msgspec

from fulgurite.model import report as native
from fulgurite.model.sample import Sample
from fulgurite.model.task import FOLLOWS, Submission, TaskRow, TaskState
from fulgurite.model.times import utc_ms
from fulgurite.service.filetype import by_word
from fulgurite.service.ids import is_data_id
from fulgurite.store import Store
from fulgurite.store.reports import ReportRow

Fields = dict[str, Any]

_NOT_SCANNED = (10, "Not Scanned")
_IN_PROGRESS = (255, "In Progress")
_MAX_EXTENSION = 16

_encoder = msgspec.json.Encoder()


def file_result(store: Store, data_id: str) -> bytes | None:
    """The body for a submission (or an imported report) of this data_id; None when there is none. Raises StoreError."""
    if not is_data_id(data_id):
        return None
    submission = store.submission(data_id)
    if submission is None:
        report = store.report_of_data_id(data_id)
        return None if report is None else _encoder.encode(_of_report(store, report))
    tasks = store.tasks_of(data_id)
    if tasks and all(task.state is TaskState.PENDING for task in tasks):
        return _encoder.encode(_queued(submission, tasks))
    return _encoder.encode(_of_submission(store, submission, tasks))


def hash_result(store: Store, digest: bytes) -> bytes | None:
    """The body for the file with this raw MD5, SHA-1 or SHA-256; None for an unknown file. Raises StoreError."""
    found = store.index.found(digest)
    if found is None:
        return None
    digests = store.digests(digest.hex())
    submission = None if digests is None else store.newest_submission(digests.sha256)
    if submission is not None:
        return _encoder.encode(_of_submission(store, submission, store.tasks_of(submission.data_id)))
    report = store.last_report(digest.hex())
    return None if report is None else _encoder.encode(_of_report(store, report))


def _queued(submission: Submission, tasks: Sequence[TaskRow]) -> Fields:
    return {
        "data_id": submission.data_id,
        "status": "inqueue",
        "in_queue": len(tasks),
        "queue_priority": "normal",
        "last_updated": utc_ms(submission.requested_at),
        "sandbox_id": tasks[-1].sandbox_id,
    }


def _of_submission(store: Store, submission: Submission, tasks: Sequence[TaskRow]) -> Fields:
    sample = store.sample(submission.sha256) or Sample(sha256=submission.sha256)
    last = store.last_report(submission.sha256)
    progress = min((task.progress for task in tasks), default=100)
    is_running = any(FOLLOWS[task.state] for task in tasks)
    return {
        **_head(submission.data_id, store.submission_count(submission.sha256), last),
        "scan_results": _scan_results(submission, progress, is_running=is_running),
        "file_info": _file_info(sample, submission.file_name, submission.requested_at),
        # No `result`: what is allowed and what blocked is not for us to say.
        "process_info": {"progress_percentage": progress, "file_type_skipped_scan": True},
        "stored": True,
    }


def _of_report(store: Store, report: ReportRow) -> Fields:
    """For a file that only a foreign report tells of."""
    sample = native.decode(store.blobs.read(report.native_sha256)).sample
    shown = _head(report.data_id, 0, None if report.outcome == "failed" else report)
    # Clients insist on a SHA-1 in file_info.
    if sample.sha1 is not None:
        shown["file_info"] = _file_info(sample, sample.name, report.requested_at)
    return shown


def _head(data_id: str, history: int, last: ReportRow | None) -> Fields:
    shown = {
        "scan_result_history_length": history,
        "file_id": data_id,
        "data_id": data_id,
        "share_file": 0,
        "private_processing": 0,
        "rest_version": "4",
        "additional_info": [] if last is None else ["sandbox"],
        "votes": {"up": 0, "down": 0},
        "sandbox": last is not None,
        "appinfo": False,
    }
    return shown if last is None else {**shown, "sandbox_id": last.sandbox_id}


def _scan_results(submission: Submission, progress: int, *, is_running: bool) -> Fields:
    code, words = _IN_PROGRESS if is_running else _NOT_SCANNED
    return {
        "scan_details": {},
        "scan_all_result_i": code,
        "scan_all_result_a": words,
        "start_time": utc_ms(submission.requested_at),
        "total_time": 0,
        "total_avs": 0,
        "total_detected_avs": 0,
        "progress_percentage": progress if is_running else 100,
        "data_id": submission.data_id,
    }


def _file_info(sample: Sample, name: str | None, at: datetime) -> Fields:
    kind = by_word(sample.file_type)
    shown = {
        "md5": _upper(sample.md5),
        "sha1": _upper(sample.sha1),
        "sha256": _upper(sample.sha256),
        "display_name": name or sample.name or sample.sha256 or "",
        "file_type_extension": kind.extension or _extension(name),
        "file_size": sample.size_bytes,
        "file_type": None if sample.file_type is None else kind.mime,
        "file_type_description": None if sample.file_type is None else kind.description,
        "type_category": None if sample.file_type is None else [kind.category],
        "upload_timestamp": utc_ms(at),
    }
    return {key: value for key, value in shown.items() if value is not None}


def _extension(name: str | None) -> str:
    """The ending of a file name, where it looks like one."""
    ending = PurePosixPath((name or "").replace("\\", "/")).suffix.removeprefix(".").lower()
    return ending if ending.isascii() and ending.isalnum() and len(ending) <= _MAX_EXTENSION else ""


def _upper(digest: str | None) -> str | None:
    return None if digest is None else digest.upper()
