"""What the store says while a file is read: what is there already, and under which names the rest is to be kept."""

import threading
from datetime import datetime
from typing import Protocol

from fulgurite.errors import InputError
from fulgurite.service.ids import is_data_id, is_sandbox_id, new_data_id, new_sandbox_id
from fulgurite.service.importing.messages import Head, Names
from fulgurite.store import Store, arrivals, reports
from fulgurite.store.arrivals import Known
from fulgurite.store.reports import Subject

_MAX_GIVEN = 10_000


class Ledger(Protocol):
    """What is asked of the books. Threads share it."""

    def remembered(self, sha256: str, told: str) -> list[Known] | None:
        """The reports in the bytes of this digest, brought as of the sample `told`, when all of them are in."""
        ...

    def subject(self, head: Head, given: str | None) -> Subject:
        """All that is known of the file that `head` is about. Raises InputError when it cannot be `given`."""
        ...

    def imported(self, sha256: str, position: int, subject: Subject) -> str | None:
        """The sandbox_id of this report in the document with this digest, about this file, when it is in."""
        ...

    def names(self, head: Head, subject: Subject, now: datetime) -> Names:
        """The names under which a new report is to be kept."""
        ...


class StoreLedger:
    """The books of a store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._guard = threading.Lock()
        self._given: set[str] = set()
        """Names of sources that are about to be used: two reports that come in at once may have the same."""

    def remembered(self, sha256: str, told: str) -> list[Known] | None:
        return arrivals.remembered(self._store.database, sha256, told)

    def subject(self, head: Head, given: str | None) -> Subject:
        told = Subject(head.sha256, head.sha1, head.md5)
        best = told.sha256 or told.sha1 or told.md5
        known = None if best is None else self._store.digests(best)
        if known is None:
            return told
        if given is not None:
            _agree(told, Subject(known.sha256, known.sha1, known.md5), given)
        return Subject(told.sha256 or known.sha256, told.sha1 or known.sha1, told.md5 or known.md5)

    def imported(self, sha256: str, position: int, subject: Subject) -> str | None:
        return reports.imported(self._store.database, sha256, position, subject)

    def names(self, head: Head, subject: Subject, now: datetime) -> Names:
        can_rescan = head.rescan_available
        if can_rescan is None:
            can_rescan = subject.sha256 is not None and self._store.sample(subject.sha256) is not None
        return Names(
            **subject._asdict(),
            sandbox_id=self._sandbox_id(head.sandbox_id, now),
            data_id=self._data_id(head.data_id, subject, now),
            rescan_available=can_rescan,
        )

    def _sandbox_id(self, theirs: str | None, now: datetime) -> str:
        if theirs is not None and is_sandbox_id(theirs) and self._store.is_id_free(theirs):
            with self._guard:
                if theirs not in self._given:
                    if len(self._given) >= _MAX_GIVEN:
                        self._given.clear()
                    self._given.add(theirs)
                    return theirs
        return new_sandbox_id(now)

    def _data_id(self, theirs: str | None, subject: Subject, now: datetime) -> str:
        best = subject.sha256 or subject.sha1 or subject.md5 or ""
        if theirs is not None and is_data_id(theirs) and not self._store.is_data_id_foreign(theirs, best):
            return theirs
        return new_data_id(now)


class NoLedger:
    """The books of a store that is not there yet: empty."""

    def remembered(self, sha256: str, told: str) -> list[Known] | None:  # noqa: ARG002 - as the protocol says
        return None

    def subject(self, head: Head, given: str | None) -> Subject:  # noqa: ARG002 - as the protocol says
        return Subject(head.sha256, head.sha1, head.md5)

    def imported(self, sha256: str, position: int, subject: Subject) -> str | None:  # noqa: ARG002 - as the protocol says
        return None

    def names(self, head: Head, subject: Subject, now: datetime) -> Names:  # noqa: ARG002 - as the protocol says
        return Names(
            **subject._asdict(), sandbox_id=new_sandbox_id(now), data_id=new_data_id(now), rescan_available=False
        )


def _agree(told: Subject, known: Subject, given: str) -> None:
    """Raises InputError when the hashes of a report are of another file than the SHA-256 that it was brought with."""
    for kind, theirs, ours in zip(Subject._fields, told, known, strict=True):
        if theirs is not None and ours is not None and theirs != ours:
            raise InputError(f"the report is about {theirs}, but {kind} of the file {given} is {ours}", where="sha256")
