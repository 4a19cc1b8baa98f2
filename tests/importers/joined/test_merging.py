"""A report and the log of the same run as one report."""

from datetime import UTC, datetime

from fulgurite.importers.joined.merging import merged
from fulgurite.model.events import DnsQuery, FileAccess, ProcessCreate, RegistryAccess
from fulgurite.model.process import Process
from fulgurite.model.tally import Tally
from tests.builders import report

PROCESSES = (Process(procid=1, pid=10),)


def _file(verb: str, path: str, **fields: int | None) -> FileAccess:
    return FileAccess(verb=verb, path=path, op="x", **fields)  # type: ignore[arg-type]


def test_deeds_that_both_tell_are_those_of_the_log() -> None:
    ours = report(
        processes=PROCESSES,
        events=(
            ProcessCreate(procid=1),
            _file("write", "C:\\A", procid=1),
            _file("read", "C:\\A", procid=1),
            RegistryAccess(verb="read", path="HKLM\\x", op="x"),
            DnsQuery(name="a.test", at_ms=3),
        ),
        flows=(),
    )
    log = report(
        processes=PROCESSES,
        events=(
            ProcessCreate(procid=1, at_ms=1),
            _file("write", "c:\\a", procid=1, at_ms=5),
            RegistryAccess(procid=1, verb="read", path="hklm\\X", op="y", at_ms=2),
            DnsQuery(name="A.TEST", at_ms=9),
            DnsQuery(name="b.test", at_ms=1),
        ),
        flows=(),
    )
    assert merged(ours, log).events == (
        ProcessCreate(procid=1),
        RegistryAccess(procid=1, verb="read", path="hklm\\X", op="y", at_ms=2),
        _file("write", "c:\\a", procid=1, at_ms=5),
        _file("read", "C:\\A", procid=1),
        DnsQuery(name="b.test", at_ms=1),
        DnsQuery(name="a.test", at_ms=3),
    )


def test_counts_and_reasons_are_those_of_both() -> None:
    at = datetime(2024, 1, 1, tzinfo=UTC)
    ours = report(tally=Tally(items=5, carried=4, left={"a": 1}), reasons=("one",), requested_at=None)
    log = report(
        tally=Tally(items=3, carried=1, left={"a": 1, "b": 1}), reasons=("two",), outcome="partial", requested_at=at
    )
    found = merged(ours, log)
    assert found.tally == Tally(items=8, carried=5, left={"a": 2, "b": 1})
    assert (found.outcome, found.reasons, found.requested_at) == ("partial", ("one", "two"), at)
