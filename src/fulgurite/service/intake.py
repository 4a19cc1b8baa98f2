"""A file comes in over the interface, with all that may be wished for it: privacy, a call at the end, its members.

An archive is kept like any file, and what is in it is submitted besides: each member with names of its own. All of it
is one transaction.
"""

from collections.abc import Callable, Iterator
from datetime import datetime

import msgspec

from fulgurite.model.base import Model
from fulgurite.model.task import RunOptions, Submission
from fulgurite.model.usage import Claim, Kind
from fulgurite.model.webhook import Webhook
from fulgurite.service import archives
from fulgurite.service.archives import ArchiveRefused, Caps, Unpacked
from fulgurite.service.ids import new_data_id
from fulgurite.service.names import display_name, member_path
from fulgurite.service.submit import Prepared, Submitted, prepare
from fulgurite.store import Store
from fulgurite.store.tasks import Limits

Refusal = Callable[[bytes, RunOptions], str | None]
"""Why no engine runs these bytes so; None when one does."""


class Wishes(Model, frozen=True, kw_only=True):
    """What is wished for a file."""

    options: RunOptions | None = None
    """None: keep the file, run nothing."""
    file_name: str | None = None
    key_id: int | None = None
    is_private: bool = False
    """Whether nobody but the key and administrators may see it."""
    callback_url: str | None = None
    password: str | None = None
    """Of an archive."""
    is_unpacking_asked: bool = False
    """Whether a file that is not taken apart is an error."""


class Inside(Model, frozen=True, kw_only=True):
    """A file out of the archive that came in."""

    name: str
    """Its path, to be shown."""
    submitted: Submitted
    refusal: str | None
    """Why it is not run; None when it is, or when nothing is to be run."""


class Taken(Model, frozen=True, kw_only=True):
    """What became of a file."""

    submitted: Submitted
    refusal: str | None
    """Why it is not run; None when it is, or when nothing is to be run."""
    members: tuple[Inside, ...] = ()
    remarks: tuple[str, ...] = ()
    """What was left out of the archive, or not looked into, and why."""
    archive_fault: str | None = None
    """Why the archive was not taken apart, though nobody had asked for it."""


class Intake:
    """Takes files in for one store. Threads may share it."""

    def __init__(self, store: Store, refusal: Refusal, caps: Caps, *, now: Callable[[], datetime]) -> None:
        self._store = store
        self._refusal = refusal
        self._caps = caps
        self._now = now
        self._limits = Limits()

    def take(self, data: bytes, wishes: Wishes, claim: Callable[[Kind, int], Claim] | None = None) -> Taken:
        """Keeps `data`, and what is in it, as is wished; durable when this returns.

        `claim` gives what is charged for so many files of a kind: one for each analysis, or one for the file when
        there is none. Raises ArchiveRefused (over a cap, or asked for and not possible), OverLimit, StoreFull,
        StoreError; then nothing of it is there.
        """
        is_asked = wishes.is_unpacking_asked or wishes.password is not None
        if not archives.is_archive(data, is_asked=is_asked):
            return self._kept(data, wishes, None, claim)
        try:
            folder = self._store.scratch.folder
            with archives.unpacked(data, wishes.password, self._caps, folder, is_asked=is_asked) as unpacked:
                return self._kept(data, wishes, unpacked, claim)
        except ArchiveRefused as error:
            if is_asked or error.fault == "cap":
                raise
            fault = str(error)
        return msgspec.structs.replace(self._kept(data, wishes, None, claim), archive_fault=fault)

    def _kept(
        self, data: bytes, wishes: Wishes, unpacked: Unpacked | None, claim: Callable[[Kind, int], Claim] | None
    ) -> Taken:
        now = self._now()
        submission = Submission(
            data_id=new_data_id(now),
            sha256="",
            requested_at=now,
            key_id=wishes.key_id,
            file_name=wishes.file_name,
            private_to=wishes.key_id if wishes.is_private else None,
        )
        whole, refusal = self._prepared(data, submission, wishes.options)
        prepared, members = [whole], []
        for name, content in _named(unpacked, wishes.file_name):
            part = msgspec.structs.replace(
                submission,
                data_id=new_data_id(now),
                file_name=display_name(name.encode()),
                parent_id=submission.data_id,
                member_path=name,
            )
            one, why_not = self._prepared(content, part, wishes.options)
            prepared.append(one)
            members.append(Inside(name=name, submitted=one.submitted, refusal=why_not))
        runs = sum(one.incoming.task is not None for one in prepared)
        self._store.submit_all(
            [one.incoming for one in prepared],
            now=now,
            claim=None if claim is None else claim(Kind.SANDBOX if runs > 0 else Kind.PREVENTION, max(1, runs)),
            webhook=None if wishes.callback_url is None else _webhook(submission, wishes.callback_url),
        )
        remarks = () if unpacked is None else unpacked.remarks
        return Taken(
            submitted=whole.submitted,
            refusal=refusal,
            members=tuple(members),
            remarks=tuple(f"{member_path(remark.name)}: {remark.text}" for remark in remarks),
        )

    def _prepared(self, data: bytes, submission: Submission, options: RunOptions | None) -> tuple[Prepared, str | None]:
        named = None if options is None else msgspec.structs.replace(options, file_name=submission.file_name)
        refusal = None if named is None else self._refusal(data, named)
        return prepare(self._store, data, submission, named if refusal is None else None, self._limits), refusal


def _named(unpacked: Unpacked | None, archive_name: str | None) -> Iterator[tuple[str, bytes]]:
    """The members, each under its whole path: that of the archive it lies in, then its own."""
    paths: list[str] = []
    if unpacked is None:
        return
    for member in unpacked.members:
        outer = archive_name or "" if member.parent is None else paths[member.parent]
        own = member_path(member.name) or _bare(outer)
        paths.append(own if member.parent is None else f"{outer}/{own}")
        yield paths[-1], unpacked.data(member)


def _bare(name: str) -> str:
    """The name of what a compressed file without a name of its own holds."""
    stem, dot, _ = name.rpartition("/")[2].rpartition(".")
    return stem if dot != "" and stem != "" else "content"


def _webhook(submission: Submission, url: str) -> Webhook:
    at = submission.requested_at
    return Webhook(data_id=submission.data_id, url=url, key_id=submission.key_id, created_at=at, due_at=at)
