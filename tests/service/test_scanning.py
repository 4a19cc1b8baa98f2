"""Rules over bytes of an analysis: its sample and what it left, as far as it is kept and time allows."""

from collections.abc import Iterator

from fulgurite.model.artifact import Artifact
from fulgurite.model.hashes import sha256_of
from fulgurite.model.report import OURS, Report, Source
from fulgurite.model.sample import Sample
from fulgurite.rules import RuleSet
from fulgurite.rules.yara import YaraFile, compiled
from fulgurite.service import scanning
from fulgurite.store import Store

RULES = RuleSet((), compiled([YaraFile('rule hello { strings: $a = "hello" condition: $a }', "a.yar")])[0])


def _report(store: Store, *kept: bytes, source: str = OURS) -> Report:
    for data in kept:
        store.blobs.put_hostile(data)
    sample, *left = map(sha256_of, kept)
    artifacts = tuple(
        Artifact(name=f"files/{number}", kind="martian", sha256=digest, is_kept=True, procid=number)
        for number, digest in enumerate(left, start=1)
    )
    return Report(source=Source(name=source), sample=Sample(sha256=sample), artifacts=artifacts)


def test_sample_and_artifacts_are_looked_at_once_each(store: Store) -> None:
    report = _report(store, b"hello", b"bye", b"hello there", b"hello")
    (found,) = scanning.scanned(store, RULES, report).signatures
    assert [(one.resource, one.dump_file, one.procid) for one in found.indicators] == [
        ("sample", None, None),
        (None, "files/2", 2),
    ]


def test_reports_of_others_are_not(store: Store) -> None:
    assert scanning.scanned(store, RULES, _report(store, b"hello", source="cape")).signatures == ()


def test_what_cannot_be_read_is_told(store: Store) -> None:
    report = _report(store, b"hello")
    gone = Report(source=report.source, sample=Sample(sha256="0" * 64))
    found = scanning.scanned(store, RULES, gone)
    assert found.faults == ("The bytes of the sample cannot be read.",)


def test_when_the_time_is_up_what_was_found_stays_and_the_rest_is_told(store: Store) -> None:
    ticks: Iterator[float] = iter([0.0, 1.0, 500.0])
    found = scanning.scanned(store, RULES, _report(store, b"hello", b"hello 2"), clock=lambda: next(ticks))
    assert len(found.signatures) == 1
    assert found.faults == ("YARA rules looked at 1 pieces of bytes and at no more: the time was up.",)
