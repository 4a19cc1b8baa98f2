"""A foreign report comes in: read, named, enriched, kept; its sample is then found by every hash that is known."""

import re
from datetime import datetime
from typing import Literal

import msgspec

from fulgurite import importers, rules
from fulgurite.errors import InputError
from fulgurite.exports import v4
from fulgurite.model import hashes
from fulgurite.model import report as native
from fulgurite.model.base import Model
from fulgurite.model.hashes import sha256_of
from fulgurite.model.report import Report
from fulgurite.model.sample import Sample
from fulgurite.rules import RuleSet
from fulgurite.service.ids import is_data_id, is_sandbox_id, new_data_id, new_sandbox_id
from fulgurite.store import Store, observations, reports
from fulgurite.store.arrivals import Contents, ordering_time
from fulgurite.store.reports import ReportRow, Subject

_HASH_IN_NAME = re.compile(r"(?<![0-9a-fA-F])[0-9a-fA-F]{64}(?![0-9a-fA-F])")
_KINDS = ("sha256", "sha1", "md5")


class Imported(Model, frozen=True, kw_only=True):
    """What became of one file."""

    outcome: Literal["imported", "duplicate", "refused"]
    reason: str | None = None
    """Why it was refused; None otherwise."""
    format: str | None = None
    """The word of the importer; None when no importer knows the bytes."""
    sha256: str | None = None
    """Of the sample, in lower-case hex, where it is known."""
    sandbox_id: str | None = None
    """Of the stored report, also when it was there already."""


def import_report(
    store: Store,
    data: bytes,
    *,
    name: str | None,
    sha256: str | None,
    now: datetime,
    rule_set: RuleSet | None = None,
) -> Imported:
    """Takes in the report in `data`, unless these bytes about this sample are there already.

    The sample is the one that the report names; where it names none, `sha256`; where that is None, the SHA-256 in the
    file name `name`. `rule_set` None: the rules that come with this program. Raises StoreError; what is wrong with
    the input is the outcome `refused`.
    """
    format_ = None
    try:
        content = importers.Content(data)
        importer = importers.importer_of(content)
        format_ = importer.name
        report = importer.parse(content)
        report = msgspec.structs.replace(report, sample=_named(store, report.sample, name, sha256))
    except InputError as error:
        return Imported(outcome="refused", reason=str(error), format=format_)
    return _kept(store, report, data, format_, now, rules.load_builtin() if rule_set is None else rule_set)


def _named(store: Store, sample: Sample, name: str | None, sha256: str | None) -> Sample:
    """`sample` with every digest that can be known. Raises InputError when there is none, or when two contradict."""
    given = None if sha256 is None else hashes.sha256(sha256)
    told = {kind: _digest(getattr(sample, kind), kind) for kind in _KINDS}
    if given is not None and told["sha256"] not in (None, given):
        raise InputError(f"the report is about {told['sha256']}", where="sha256")
    found = None if name is None else _HASH_IN_NAME.search(name)
    if given is None and found is not None and not any(told.values()):
        given = hashes.sha256(found.group())
    told["sha256"] = told["sha256"] or given
    best = next((digest for digest in told.values() if digest is not None), None)
    if best is None:
        raise InputError("the report names no hash of its sample; give its SHA-256 with it", where="sample")
    known = store.digests(best)
    if known is not None:
        told = {kind: told[kind] or digest for kind, digest in known._asdict().items()}
    return msgspec.structs.replace(sample, **told)


def _digest(text: str | None, kind: str) -> str | None:
    """The digest in lower case. Raises InvalidHash when it is not one of its kind."""
    if text is None:
        return None
    if len(hashes.parse(text)) != {"sha256": 32, "sha1": 20, "md5": 16}[kind]:
        raise InputError(f"expected the {kind} of the sample", where=kind)
    return text.lower()


def _kept(store: Store, report: Report, data: bytes, format_: str, now: datetime, rule_set: RuleSet) -> Imported:
    sample = report.sample
    subject = sample.sha256 or sample.sha1 or sample.md5 or ""
    digest = sha256_of(data)
    known = reports.imported(store.database, digest, 0, Subject(sample.sha256, sample.sha1, sample.md5))
    if known is not None:
        return Imported(outcome="duplicate", format=format_, sha256=sample.sha256, sandbox_id=known)
    named = msgspec.structs.replace(
        report,
        sandbox_id=_sandbox_id(store, report, now),
        data_id=_data_id(store, report, subject, now),
        rescan_available=_can_rescan(store, report),
        # The bytes of another store's artifacts are not here.
        artifacts=tuple(msgspec.structs.replace(artifact, is_kept=False) for artifact in report.artifacts),
    )
    enriched = rules.enriched(rule_set, named)
    while True:
        row = _row(enriched, format_, now)
        contents = Contents(data, native.encode(enriched), v4.body(enriched))
        [added] = store.add_imports([store.prepared_import(row, observations.digest_of(enriched), contents)])
        if added.outcome != "taken":
            outcome: Literal["imported", "duplicate"] = "imported" if added.outcome == "stored" else "duplicate"
            return Imported(outcome=outcome, format=format_, sha256=sample.sha256, sandbox_id=added.sandbox_id)
        enriched = msgspec.structs.replace(enriched, sandbox_id=new_sandbox_id(now))


def _row(report: Report, format_: str, now: datetime) -> ReportRow:
    return ReportRow(
        sandbox_id=report.sandbox_id or "",
        data_id=report.data_id or "",
        sha256=report.sample.sha256,
        sha1=report.sample.sha1,
        md5=report.sample.md5,
        requested_at=ordering_time(report.requested_at, now),
        stored_at=now,
        format=format_,
        outcome=report.outcome,
        is_imported=True,
        original_sha256="",
        native_sha256="",
        body_sha256="",
    )


def _sandbox_id(store: Store, report: Report, now: datetime) -> str:
    theirs = report.sandbox_id
    if theirs is not None and is_sandbox_id(theirs) and store.is_id_free(theirs):
        return theirs
    return new_sandbox_id(now)


def _data_id(store: Store, report: Report, subject: str, now: datetime) -> str:
    theirs = report.data_id
    if theirs is not None and is_data_id(theirs) and not store.is_data_id_foreign(theirs, subject):
        return theirs
    return new_data_id(now)


def _can_rescan(store: Store, report: Report) -> bool:
    if report.rescan_available is not None:
        return report.rescan_available
    return report.sample.sha256 is not None and store.sample(report.sample.sha256) is not None
