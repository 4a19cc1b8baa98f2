"""What is known of a file beside its analyses: the bodies of `GET /v4/file/:data_id` and `GET /v4/hash/:hash`.

There are no scan engines here, and the bodies say so: `Not Scanned`, zero of zero. What a run showed is asked for by
the lookups; these bodies say only that there is one.
"""

from collections.abc import Sequence
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any, NamedTuple

import msgspec

from fulgurite.model import report as native
from fulgurite.model.sample import Sample
from fulgurite.model.task import FOLLOWS, Submission, TaskRow, TaskState
from fulgurite.model.times import utc_ms
from fulgurite.model.viewer import PUBLIC, Viewer
from fulgurite.service import static
from fulgurite.service.filetype import by_word
from fulgurite.service.ids import is_data_id
from fulgurite.store import Store, histories
from fulgurite.store.reports import ReportRow, Subject

Fields = dict[str, Any]

NOT_SCANNED = (10, "Not Scanned")
"""Code and words of a file that no scan engine looked at."""
_IN_PROGRESS = (255, "In Progress")
_MAX_EXTENSION = 16

_encoder = msgspec.json.Encoder()


def file_result(store: Store, data_id: str, viewer: Viewer = PUBLIC) -> bytes | None:
    """The body for a submission (or an imported report) of this data_id; None when `viewer` sees none.

    Raises StoreError.
    """
    if not is_data_id(data_id):
        return None
    submission = store.submission(data_id, viewer)
    if submission is None:
        report = store.report_of_data_id(data_id, viewer)
        return None if report is None else _encoder.encode(_of_report(store, report, viewer))
    own = store.tasks_of(data_id)
    members = members_of(store, data_id)
    tasks = (*own, *(task for member in members for task in member.tasks))
    if tasks and all(task.state is TaskState.PENDING for task in tasks):
        return _encoder.encode(_queued(submission, own, len(tasks)))
    return _encoder.encode(_of_submission(store, submission, own, members, viewer))


def hash_result(store: Store, digest: bytes, viewer: Viewer = PUBLIC) -> bytes | None:
    """The body for the file with this raw MD5, SHA-1 or SHA-256; None for one unknown to `viewer`.

    Raises StoreError.
    """
    if store.index.entry(digest) is None:
        return None
    digests = store.digests(digest.hex(), viewer)
    submission = None if digests is None else store.newest_submission(digests.sha256, viewer)
    if submission is not None:
        data_id = submission.data_id
        shown = _of_submission(store, submission, store.tasks_of(data_id), members_of(store, data_id), viewer)
        return _encoder.encode(shown)
    report = store.last_report(digest.hex(), viewer)
    return None if report is None else _encoder.encode(_of_report(store, report, viewer))


class Member(NamedTuple):
    """A file out of an archive."""

    submission: Submission
    tasks: tuple[TaskRow, ...]


def members_of(store: Store, data_id: str) -> tuple[Member, ...]:
    """What came out of the archive of this data_id, with its analyses."""
    return tuple(Member(one, store.tasks_of(one.data_id)) for one in store.members(data_id))


def full_result(store: Store, submission: Submission) -> Fields:
    """All there is to tell of a submission that is done, to whom it belongs; its sandbox_id in front."""
    own = store.tasks_of(submission.data_id)
    viewer = PUBLIC if submission.private_to is None else Viewer(key_id=submission.private_to)
    return _of_submission(store, submission, own, members_of(store, submission.data_id), viewer)


def _queued(submission: Submission, own: Sequence[TaskRow], count: int) -> Fields:
    shown = {
        "data_id": submission.data_id,
        "status": "inqueue",
        "in_queue": count,
        "queue_priority": "normal",
        "last_updated": utc_ms(submission.requested_at),
    }
    return {**shown, "sandbox_id": own[-1].sandbox_id} if own else shown


def _of_submission(
    store: Store, submission: Submission, own: Sequence[TaskRow], members: Sequence[Member], viewer: Viewer
) -> Fields:
    sample = store.sample(submission.sha256) or Sample(sha256=submission.sha256)
    last = store.last_report(submission.sha256, viewer)
    tasks = (*own, *(task for member in members for task in member.tasks))
    progress = min((task.progress for task in tasks), default=100)
    is_running = any(FOLLOWS[task.state] for task in tasks)
    history = histories.count(store.database, Subject(sample.sha256, sample.sha1, sample.md5), viewer)
    shown: Fields = {
        **_head(submission.data_id, history, last, is_private=submission.private_to is not None),
        "scan_results": _scan_results(submission, progress, is_running=is_running),
        "file_info": file_info(sample, submission.file_name, submission.requested_at),
        # No `result`: what is allowed and what blocked is not for us to say.
        "process_info": {"progress_percentage": progress, "file_type_skipped_scan": True},
        "stored": True,
    }
    shown["additional_info"] += static.listed(store, submission.sha256, sample.file_type)
    if own:
        shown["sandbox_id"] = own[-1].sandbox_id
    if submission.parent_id is not None:
        shown["parent_data_id"] = submission.parent_id
    if members:
        inside = [_of_member(store, member) for member in members]
        shown["extracted_files"] = {"files_extracted_count": len(inside), "files_in_archive": inside}
    return shown


def _of_member(store: Store, member: Member) -> Fields:
    """One file of an archive; the first seven fields are those that clients insist on."""
    submission, tasks = member
    sample = store.sample(submission.sha256) or Sample(sha256=submission.sha256)
    is_running = any(FOLLOWS[task.state] for task in tasks)
    shown = {
        "display_name": submission.file_name or submission.sha256,
        "data_id": submission.data_id,
        "scan_result_i": (_IN_PROGRESS if is_running else NOT_SCANNED)[0],
        "progress_percentage": min((task.progress for task in tasks), default=100),
        "file_size": sample.size_bytes or 0,
        "file_type": by_word(sample.file_type).mime,
        "detected_by": 0,
        "name": submission.member_path or submission.file_name or "",
        "sha256": submission.sha256.upper(),
    }
    return {**shown, "sandbox_id": tasks[-1].sandbox_id} if tasks else shown


def _of_report(store: Store, report: ReportRow, viewer: Viewer) -> Fields:
    """For a file that only a foreign report tells of."""
    sample = native.decode(store.native(report)).sample
    last = None if report.outcome == "failed" else report
    history = histories.count(store.database, report.subject, viewer)
    shown = _head(report.data_id, history, last, is_private=report.private_to is not None)
    # Clients insist on a SHA-1 in file_info.
    if sample.sha1 is not None:
        shown["file_info"] = file_info(sample, sample.name, report.requested_at)
    return shown


def _head(data_id: str, history: int, last: ReportRow | None, *, is_private: bool = False) -> Fields:
    shown = {
        "scan_result_history_length": history,
        "file_id": data_id,
        "data_id": data_id,
        "share_file": 0,
        "private_processing": int(is_private),
        "rest_version": "4",
        "additional_info": [] if last is None else ["sandbox"],
        "votes": {"up": 0, "down": 0},
        "sandbox": last is not None,
        "appinfo": False,
    }
    return shown if last is None else {**shown, "sandbox_id": last.sandbox_id}


def _scan_results(submission: Submission, progress: int, *, is_running: bool) -> Fields:
    code, words = _IN_PROGRESS if is_running else NOT_SCANNED
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


def file_info(sample: Sample, name: str | None, at: datetime) -> Fields:
    """What is told of a file that came in at `at`, called `name`."""
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
