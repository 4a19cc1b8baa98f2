"""A file comes in: the sample is kept, and, when asked for, its analysis."""

from datetime import datetime

import msgspec

from fulgurite.model.base import Model
from fulgurite.model.hashes import Digests, digests_of
from fulgurite.model.task import RunOptions, Submission, TaskRow, TaskState
from fulgurite.service.filetype import file_type
from fulgurite.service.ids import new_data_id, new_sandbox_id
from fulgurite.store import Store
from fulgurite.store.tasks import Limits


class Submitted(Model, frozen=True, kw_only=True):
    """What the submitter is told."""

    data_id: str
    sandbox_id: str | None
    """Names the analysis; None when none was asked for."""
    digests: Digests
    size_bytes: int
    file_type: str
    """A word of `fulgurite.service.filetype`."""


def submit(
    store: Store,
    data: bytes,
    *,
    options: RunOptions | None,
    file_name: str | None,
    key_id: int | None,
    now: datetime,
    limits: Limits = Limits(),  # noqa: B008 - an immutable value
) -> Submitted:
    """Keeps `data` with a new submission, durable when this returns; with `options`, its analysis is pending.

    File names are hostile text; what is no Unicode in them becomes `?`. Raises StoreFull, StoreError; then the
    submission does not exist.
    """
    word = file_type(data).word
    digests = digests_of(data)
    submission = Submission(
        data_id=new_data_id(now),
        sha256=digests.sha256,
        requested_at=now,
        key_id=key_id,
        file_name=_unicode(file_name),
    )
    task = None if options is None else _task(submission, options, now, limits)
    store.submit(data, digests, submission, task, file_type=word, now=now)
    return Submitted(
        data_id=submission.data_id,
        sandbox_id=None if task is None else task.sandbox_id,
        digests=digests,
        size_bytes=len(data),
        file_type=word,
    )


def _task(submission: Submission, options: RunOptions, now: datetime, limits: Limits) -> TaskRow:
    return TaskRow(
        sandbox_id=new_sandbox_id(now),
        data_id=submission.data_id,
        sha256=submission.sha256,
        options=msgspec.structs.replace(options, file_name=_unicode(options.file_name)),
        requested_at=now,
        state=TaskState.PENDING,
        deadline_at=now + limits.pending,
    )


def _unicode(text: str | None) -> str | None:
    return None if text is None else text.encode("utf-8", "replace").decode("utf-8")
