"""Rules over bytes, asked of an analysis of ours: of its sample, and of the files, memory and strings that it left."""

import time
from collections.abc import Callable, Iterator

from fulgurite.errors import Damaged, NotFound
from fulgurite.model.report import Report
from fulgurite.rules import RuleSet, yara
from fulgurite.rules.yara import Scanned, Subject
from fulgurite.store import Store

ALL_S = 120.0
"""What all scans of one analysis may take."""


def scanned(store: Store, rule_set: RuleSet, report: Report, clock: Callable[[], float] = time.monotonic) -> Scanned:
    """What the YARA rules find. Nothing in reports of others: of what they left, the bytes are not here.

    Raises StoreError.
    """
    if rule_set.yara.rule_count == 0 or not report.source.is_ours:
        return Scanned()
    faults: list[str] = []
    found = yara.scanned(rule_set.yara, _until(clock() + ALL_S, clock, pieces(store, report, faults), faults))
    return found._replace(faults=(*found.faults, *faults))


def pieces(store: Store, report: Report, faults: list[str]) -> Iterator[Subject]:
    """The bytes of an analysis that are kept, each content once; tells `faults` what cannot be read."""
    named: list[tuple[str, str | None, int | None]] = [("", report.sample.sha256, None)]
    named += [(one.name, one.sha256, one.procid) for one in report.artifacts if one.is_kept]
    seen: set[str] = set()
    for name, sha256, procid in named:
        if sha256 is None or sha256 in seen:
            continue
        seen.add(sha256)
        try:
            data = store.blobs.read(sha256)
        except (NotFound, Damaged):
            faults.append(f"The bytes of {name or 'the sample'} cannot be read.")
            continue
        yield Subject(name, data, procid)


def _until(end: float, clock: Callable[[], float], subjects: Iterator[Subject], faults: list[str]) -> Iterator[Subject]:
    for number, subject in enumerate(subjects):
        if clock() > end:
            faults.append(f"YARA rules looked at {number} pieces of bytes and at no more: the time was up.")
            return
        yield subject
