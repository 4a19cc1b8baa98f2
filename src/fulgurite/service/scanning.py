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
    found = yara.scanned(rule_set.yara, _subjects(store, report, clock() + ALL_S, clock, faults))
    return found._replace(faults=(*found.faults, *faults))


def _subjects(
    store: Store, report: Report, until: float, clock: Callable[[], float], faults: list[str]
) -> Iterator[Subject]:
    """The pieces of bytes that are kept, one of each content."""
    named: list[tuple[str, str | None, int | None]] = [("", report.sample.sha256, None)]
    named += [(one.name, one.sha256, one.procid) for one in report.artifacts if one.is_kept]
    seen: set[str] = set()
    for number, (name, sha256, procid) in enumerate(named):
        if sha256 is None or sha256 in seen:
            continue
        seen.add(sha256)
        if clock() > until:
            faults.append(f"YARA rules looked at {number} of {len(named)} pieces of bytes: the time was up")
            return
        try:
            data = store.blobs.read(sha256)
        except (NotFound, Damaged):
            faults.append(f"YARA rules did not look at {name or 'the sample'}: its bytes cannot be read")
            continue
        yield Subject(name, data, procid)
