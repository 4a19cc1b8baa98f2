"""A file comes in: the sample is kept, and, when asked for, its analysis."""

from datetime import datetime
from typing import NamedTuple

import msgspec

from fulgurite.model.base import Model
from fulgurite.model.hashes import Digests, digests_of, sha512_of
from fulgurite.model.task import RunOptions, Submission, TaskRow, TaskState
from fulgurite.model.usage import Claim
from fulgurite.service.filetype import file_type
from fulgurite.service.ids import new_data_id, new_sandbox_id
from fulgurite.store import Store
from fulgurite.store.intake import Incoming
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


class Prepared(NamedTuple):
    """A file that is ready to be kept, and what its submitter is told then."""

    incoming: Incoming
    submitted: Submitted


def submit(  # noqa: PLR0913 - what stands in a submission
    store: Store,
    data: bytes,
    *,
    options: RunOptions | None,
    file_name: str | None,
    key_id: int | None,
    now: datetime,
    private_to: int | None = None,
    claim: Claim | None = None,
    limits: Limits = Limits(),  # noqa: B008 - an immutable value
) -> Submitted:
    """Keeps `data` with a new submission, durable when this returns; with `options`, its analysis is pending.

    `private_to`: the key that alone may see it; None: everybody. `claim` is charged with it: neither happens without
    the other. File names are hostile text; what is no Unicode in them becomes `?`. Raises OverLimit, StoreFull,
    StoreError; then the submission does not exist.
    """
    blank = Submission(
        data_id=new_data_id(now),
        sha256="",
        requested_at=now,
        key_id=key_id,
        file_name=_unicode(file_name),
        private_to=private_to,
    )
    prepared = prepare(store, data, blank, options, limits)
    store.submit_all([prepared.incoming], now=now, claim=claim)
    return prepared.submitted


def prepare(store: Store, data: bytes, submission: Submission, options: RunOptions | None, limits: Limits) -> Prepared:
    """`submission` of `data`, whose digest it gets, with its task. The bytes are kept; nothing of it is visible yet.

    Raises StoreFull, StoreError.
    """
    word = file_type(data).word
    digests = digests_of(data)
    submission = msgspec.structs.replace(submission, sha256=digests.sha256)
    task = None if options is None else _task(submission, options, submission.requested_at, limits)
    store.blobs.put_hostile(data, digests.sha256)
    submitted = Submitted(
        data_id=submission.data_id,
        sandbox_id=None if task is None else task.sandbox_id,
        digests=digests,
        size_bytes=len(data),
        file_type=word,
    )
    return Prepared(Incoming(digests, len(data), submission, task, word, sha512_of(data)), submitted)


def _task(submission: Submission, options: RunOptions, now: datetime, limits: Limits) -> TaskRow:
    return TaskRow(
        sandbox_id=new_sandbox_id(now),
        data_id=submission.data_id,
        sha256=submission.sha256,
        options=msgspec.structs.replace(options, file_name=_unicode(options.file_name)),
        requested_at=now,
        state=TaskState.PENDING,
        deadline_at=now + limits.pending,
        private_to=submission.private_to,
    )


def _unicode(text: str | None) -> str | None:
    return None if text is None else text.encode("utf-8", "replace").decode("utf-8")
