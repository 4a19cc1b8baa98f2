"""What becomes of one file: asks the books for each report in it, has what is new kept, and tells of all of it."""

from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime
from typing import NamedTuple

from fulgurite.model.observed import Observed
from fulgurite.service.importing.ledger import Ledger
from fulgurite.service.importing.messages import Found, Head, Names, Refused, Rendered
from fulgurite.service.importing.outcomes import Imported
from fulgurite.store.arrivals import Added, Contents, Taken, ordering_time
from fulgurite.store.observations import Digest
from fulgurite.store.reports import ReportRow, Subject

Keep = Callable[[ReportRow, Digest, Contents], tuple[str, "Future[Added]"]]
"""Keeps a report; the digest of its original, and what becomes of it."""


class _Pending(NamedTuple):
    """A report that is on its way into the store."""

    format: str
    sha256: str | None
    added: "Future[Added]"


class _Document:
    """What is known of one document so far."""

    def __init__(self, found: Found) -> None:
        self.found = found
        self.outcomes: list[Imported | _Pending] = []
        self.original_sha256 = ""


class Taking:
    """Wants the reports of one file."""

    def __init__(self, ledger: Ledger, keep: Keep, given: str | None, now: datetime) -> None:
        """`given`: the SHA-256 of the sample, as the caller says."""
        self.has_clash = False
        """Whether another process took an id in the moment in which it was wanted here: to be read again."""
        self._ledger = ledger
        self._keep = keep
        self._given = given
        self._now = now
        self._documents: list[_Document] = []
        self._refused: list[Imported] = []
        self._waiting: tuple[Head, Names] | None = None

    def began(self) -> None:
        """Nothing is kept of that."""

    def found(self, found: Found) -> bool:
        document = _Document(found)
        self._documents.append(document)
        known = self._ledger.remembered(found.sha256, found.told)
        if known is None:
            return True
        document.original_sha256 = found.sha256
        document.outcomes = [
            Imported(
                outcome="duplicate",
                member=found.member,
                format=one.format,
                sha256=one.sha256,
                sandbox_id=one.sandbox_id,
            )
            for one in known
        ]
        return False

    def head(self, head: Head) -> Names | None:
        document = self._documents[-1]
        subject = self._ledger.subject(head, self._given)
        known = self._ledger.imported(document.found.sha256, head.position, subject)
        if known is not None:
            document.outcomes.append(self._duplicate(head.format, subject, known))
            return None
        return self._wanted(head, subject)

    def take(self, rendered: Rendered, contents: Contents) -> None:
        document = self._documents[-1]
        if self._waiting is None:
            return
        (head, names), self._waiting = self._waiting, None
        row = ReportRow(
            sandbox_id=names.sandbox_id,
            data_id=names.data_id,
            sha256=names.sha256,
            sha1=names.sha1,
            md5=names.md5,
            sha512=head.sha512,
            requested_at=ordering_time(rendered.requested_at, self._now),
            stored_at=self._now,
            format=head.format,
            outcome=rendered.outcome,
            is_imported=True,
            original_sha256=document.original_sha256,
            position=head.position,
            native_sha256="",
            body_sha256="",
        )
        digest = Digest(rendered.score, Observed(rendered.values, rendered.rest), rendered.rules, rendered.told)
        document.original_sha256, added = self._keep(row, digest, contents)
        document.outcomes.append(_Pending(head.format, names.sha256, added))

    def refuse(self, refused: Refused) -> None:
        outcome = Imported(outcome="refused", reason=refused.reason, member=refused.member, format=refused.format)
        if refused.is_apart or not self._documents:
            self._refused.append(outcome)
        else:
            self._documents[-1].outcomes.append(outcome)

    def settled(self, sha256: str, told: str) -> tuple[tuple[Imported, ...], list[Taken]]:
        """What became of each report, once all are durable, and which bytes need not be read again.

        `sha256`: of the file; `told`: the SHA-256 of its sample, by caller or name. Raises StoreFull, StoreError.
        """
        outcomes: list[Imported] = []
        taken: list[Taken] = []
        for document in self._documents:
            done = [self._outcome(one, document.found.member) for one in document.outcomes]
            outcomes += done
            if all(one.outcome != "refused" for one in done):
                ids = tuple((None, one.sandbox_id or "") for one in done)
                taken.append(Taken(document.found.sha256, document.found.told, ids))
        if not self._refused and len(taken) == len(self._documents) and sha256 not in {one.sha256 for one in taken}:
            taken.append(Taken(sha256, told, tuple((one.member, one.sandbox_id or "") for one in outcomes)))
        return (*outcomes, *self._refused), taken

    def _wanted(self, head: Head, subject: Subject) -> Names | None:
        names = self._ledger.names(head, subject, self._now)
        self._waiting = (head, names)
        return names

    def _duplicate(self, format_: str, subject: Subject, sandbox_id: str) -> Imported:
        return Imported(outcome="duplicate", format=format_, sha256=subject.sha256, sandbox_id=sandbox_id)

    def _outcome(self, one: Imported | _Pending, member: str | None) -> Imported:
        if isinstance(one, Imported):
            return one if one.member == member else one.__replace__(member=member)
        added = one.added.result()
        self.has_clash = self.has_clash or added.outcome == "taken"
        return Imported(
            outcome="imported" if added.outcome == "stored" else "duplicate",
            member=member,
            format=one.format,
            sha256=one.sha256,
            sandbox_id=added.sandbox_id,
        )


class Rehearsing(Taking):
    """Like Taking, but nothing is kept; tells what would become of each report."""

    def __init__(self, ledger: Ledger, seen: set[tuple[str, int, Subject]], given: str | None, now: datetime) -> None:
        """`seen`: what would have been imported before; grows."""
        super().__init__(ledger, _kept_nowhere, given, now)
        self._seen = seen

    def _wanted(self, head: Head, subject: Subject) -> Names | None:
        document = self._documents[-1]
        key = (document.found.sha256, head.position, subject)
        outcome = Imported(outcome="imported", format=head.format, sha256=subject.sha256)
        if key in self._seen:
            outcome = outcome.__replace__(outcome="duplicate")
        self._seen.add(key)
        document.outcomes.append(outcome)
        return None


def _kept_nowhere(_row: ReportRow, _digest: Digest, _contents: Contents) -> tuple[str, "Future[Added]"]:
    raise NotImplementedError("a rehearsal wants no report")
