"""From bytes to reports that are ready to be kept: unpacked, read, named, matched with rules, rendered. Opens nothing.

Hostile input all the way; so it runs in a process of its own (see child.py).
"""

from typing import Protocol

import msgspec

from fulgurite import importers, rules
from fulgurite.errors import InputError
from fulgurite.exports import native, v4
from fulgurite.importers import Document, Named
from fulgurite.model.hashes import sha256_of
from fulgurite.model.report import Report
from fulgurite.rules import RuleSet
from fulgurite.service.importing.messages import Found, Head, Names, Order, Refused, Rendered
from fulgurite.service.importing.subject import hash_in, named
from fulgurite.store import observations
from fulgurite.store.arrivals import Contents

TOO_MUCH = "it takes more memory than reading one may (setting import_memory_bytes)"


class Wanting(Protocol):
    """Who wants reports read."""

    def began(self) -> None:
        """The next document is taken out."""
        ...

    def found(self, found: Found) -> bool:
        """Whether this document is wanted."""
        ...

    def head(self, head: Head) -> Names | None:
        """The names of this report; None: it is not wanted. Raises InputError when it is refused."""
        ...

    def take(self, rendered: Rendered, contents: Contents) -> None:
        """Here is a report that was wanted."""
        ...

    def refuse(self, refused: Refused) -> None:
        """This is not taken."""
        ...


def read(data: bytes, order: Order, wanting: Wanting, rule_set: RuleSet) -> None:
    """Reads what `order` says and tells `wanting` of it, one document after the other."""
    reader = _Reader(order, wanting, rule_set)
    wanting.began()
    try:
        packed = importers.documents(data, name=order.name, passwords=order.passwords)
        for number, document in enumerate(packed):
            if number >= order.after:
                reader.document(number, document)
                wanting.began()
    except InputError as error:
        wanting.refuse(Refused(reason=str(error), is_apart=True))
    except MemoryError:
        wanting.refuse(Refused(reason=TOO_MUCH, is_apart=True))


class _Reader:
    def __init__(self, order: Order, wanting: Wanting, rule_set: RuleSet) -> None:
        self._order = order
        self._wanting = wanting
        self._rules = rule_set

    def document(self, number: int, document: Document) -> None:
        """Reads one document."""
        member = None if document.name == self._order.name else document.name
        if document.fault is not None:
            self._wanting.refuse(Refused(reason=str(document.fault), member=member, is_apart=True))
            return
        in_name = hash_in(document.name) or hash_in(self._order.name)
        try:
            told = self._order.sha256 or in_name or ""
            found = Found(number=number, member=member, sha256=sha256_of(document.data), told=told)
            if not self._wanting.found(found):
                return
            reports = importers.read_named(document.data)
        except InputError as error:
            format_ = importers.format_of(document.data)
            self._wanting.refuse(Refused(reason=str(error), member=member, format=format_))
        except MemoryError:
            self._wanting.refuse(Refused(reason=TOO_MUCH, member=member))
        else:
            self._reports(reports, document.data, member, in_name)

    def _reports(self, reports: tuple[Named, ...], data: bytes, member: str | None, in_name: str | None) -> None:
        original: bytes | None = data
        for position, (format_, report) in enumerate(reports):
            try:
                sample = named(report.sample, self._order.sha256, in_name)
                report = msgspec.structs.replace(report, sample=sample)  # noqa: PLW2901 - the same one, named
                names = self._wanting.head(_head(report, position, format_))
                if names is not None:
                    self._render(report, names, original)
                    original = None
            except InputError as error:
                self._wanting.refuse(Refused(reason=str(error), member=member, format=format_))
            except MemoryError:
                self._wanting.refuse(Refused(reason=TOO_MUCH, member=member, format=format_))

    def _render(self, report: Report, names: Names, original: bytes | None) -> None:
        report = rules.enriched(self._rules, _renamed(report, names))
        digest = observations.digest_of(report)
        contents = Contents(original, native.body(report), v4.body(report))
        rendered = Rendered(
            sandbox_id=names.sandbox_id,
            requested_at=report.requested_at,
            outcome=report.outcome,
            score=digest.score,
            values=digest.seen.values,
            rest=digest.seen.rest,
            rules=digest.rules,
            told=digest.told,
            original_bytes=None if original is None else len(original),
            native_bytes=len(contents.native),
            body_bytes=len(contents.body),
        )
        self._wanting.take(rendered, contents)


def _head(report: Report, position: int, format_: str) -> Head:
    return Head(
        position=position,
        format=format_,
        sha256=report.sample.sha256,
        sha1=report.sample.sha1,
        md5=report.sample.md5,
        sha512=report.sample.sha512,
        sandbox_id=report.sandbox_id,
        data_id=report.data_id,
        rescan_available=report.rescan_available,
    )


def _renamed(report: Report, names: Names) -> Report:
    return msgspec.structs.replace(
        report,
        sample=msgspec.structs.replace(report.sample, sha256=names.sha256, sha1=names.sha1, md5=names.md5),
        sandbox_id=names.sandbox_id,
        data_id=names.data_id,
        rescan_available=names.rescan_available,
        # The bytes of another store's artifacts are not here.
        artifacts=tuple(msgspec.structs.replace(artifact, is_kept=False) for artifact in report.artifacts),
    )
