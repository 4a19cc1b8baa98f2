"""A file that is kept is looked at again: as it was asked for last, or as is asked for now."""

from datetime import datetime
from typing import NamedTuple

import msgspec

from fulgurite.model.hashes import Digests
from fulgurite.model.task import RunOptions, Submission, TaskRow, TaskState
from fulgurite.model.usage import Claim
from fulgurite.model.viewer import Viewer
from fulgurite.service.ids import is_data_id, new_data_id, new_sandbox_id
from fulgurite.store import Store, anew
from fulgurite.store.tasks import Limits


class Kept(NamedTuple):
    """A submission whose file is kept."""

    submission: Submission
    digests: Digests
    options: RunOptions | None
    """Of its last analysis; None when none was asked for."""


def kept(store: Store, data_id: str, viewer: Viewer) -> Kept | None:
    """The submission of this data_id that `viewer` sees; None when there is none. Raises StoreError."""
    submission = store.submission(data_id, viewer) if is_data_id(data_id) else None
    digests = None if submission is None else store.digests(submission.sha256, viewer)
    if submission is None or digests is None:
        return None
    tasks = store.tasks_of(data_id)
    return Kept(submission, digests, tasks[-1].options if tasks else None)


def rescan(
    store: Store,
    file: Kept,
    *,
    key_id: int | None,
    now: datetime,
    claim: Claim | None = None,
    limits: Limits = Limits(),  # noqa: B008 - an immutable value
) -> tuple[str, str | None]:
    """A new submission of `file` with the options of its last analysis, if it had one; its data_id and sandbox_id.

    It is as private as the one before. Raises OverLimit, StoreError; then nothing happened.
    """
    before = file.submission
    # What came out of an archive is looked at by itself now.
    submission = msgspec.structs.replace(
        before, data_id=new_data_id(now), requested_at=now, key_id=key_id, parent_id=None, member_path=None
    )
    task = None if file.options is None else _task(submission, file.options, now, limits)
    anew.ask(store, before.sha256, submission, task, claim)
    return submission.data_id, None if task is None else task.sandbox_id


def detonate(
    store: Store,
    file: Kept,
    options: RunOptions,
    *,
    now: datetime,
    claim: Claim | None = None,
    limits: Limits = Limits(),  # noqa: B008 - an immutable value
) -> str:
    """One more analysis for the submission of `file`; its sandbox_id. Raises OverLimit, StoreError."""
    named = (
        options
        if options.file_name is not None
        else msgspec.structs.replace(options, file_name=file.submission.file_name)
    )
    task = _task(file.submission, named, now, limits)
    anew.ask(store, file.submission.sha256, None, task, claim)
    return task.sandbox_id


def _task(submission: Submission, options: RunOptions, now: datetime, limits: Limits) -> TaskRow:
    return TaskRow(
        sandbox_id=new_sandbox_id(now),
        data_id=submission.data_id,
        sha256=submission.sha256,
        options=options,
        requested_at=now,
        state=TaskState.PENDING,
        deadline_at=now + limits.pending,
        private_to=submission.private_to,
    )
