"""Correlations of Sigma's: counts of events and of values, rules one after the other or in any order."""

import pytest

from fulgurite.model.events import DnsQuery, Event, FileAccess
from tests.rules.sigma.written import labels, read, rule

DNS = rule("a: {QueryName|endswith: .test}\ncondition: a", category="dns_query", more="name: lookup\n")
FILE = rule("a: {TargetFilename|endswith: .txt}\ncondition: a", category="file_event", more="name: written\n").replace(
    "A rule", "B rule"
)


def _correlation(body: str) -> str:
    indented = "\n".join(f"    {line}" for line in body.strip().splitlines())
    return "---\n".join([DNS, FILE, f"title: Together\nlevel: high\ncorrelation:\n{indented}\n"])


def _asked(name: str, at_ms: int, procid: int = 1) -> DnsQuery:
    return DnsQuery(name=name, at_ms=at_ms, procid=procid)


def _wrote(at_ms: int, procid: int = 1) -> FileAccess:
    return FileAccess(verb="write", path="C:\\a.txt", op="Create", at_ms=at_ms, procid=procid)


COUNT = "type: event_count\nrules: [lookup]\ntimespan: 10s\ngroup-by: [Image, ComputerName]\ncondition: {gte: 3}"
VALUES = "type: value_count\nrules: [lookup]\ntimespan: 10s\ncondition: {gt: 1, field: QueryName}"
ORDERED = "type: temporal_ordered\nrules: [lookup, written]\ntimespan: 10s\ngroup-by: [Image]"
UNORDERED = "type: temporal\nrules: [lookup, written]\ntimespan: 10s"
NAME = "one_0_3"


@pytest.mark.parametrize(
    ("body", "events", "is_match"),
    [
        (COUNT, [_asked("a.test", at) for at in (0, 1000, 2000)], True),
        (COUNT, [_asked("a.test", at) for at in (0, 1000)], False),
        (COUNT, [_asked("a.test", at) for at in (0, 1000, 60_000)], False),
        (COUNT, [_asked("a.test", at, procid) for at, procid in ((0, 1), (1, 2), (2, 1))], False),
        (VALUES, [_asked(name, 0) for name in ("a.test", "b.test")], True),
        (VALUES, [_asked(name, 0) for name in ("a.test", "a.test")], False),
        (ORDERED, [_asked("a.test", 0), _wrote(10)], True),
        (ORDERED, [_wrote(0), _asked("a.test", 10)], False),
        (ORDERED, [_asked("a.test", 0), _wrote(10, 2)], False),
        (UNORDERED, [_wrote(0), _asked("a.test", 10)], True),
        (UNORDERED, [_wrote(0), _asked("a.test", 20_000)], False),
    ],
)
def test_correlations(body: str, events: list[Event], is_match: bool) -> None:
    assert labels(_correlation(body), events) == ([NAME] if is_match else [])


def test_rules_that_are_referred_to_are_reported_only_where_it_says_so() -> None:
    text = _correlation(COUNT + "\ngenerate: true")
    assert "one_0" in labels(text, [_asked("a.test", 0)])


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (COUNT.replace("lookup", "missing"), "not there"),
        (COUNT.replace("gte", "lt"), "gte"),
        (COUNT.replace("[lookup]", "[lookup, written]"), "several kinds"),
        (COUNT.replace("Image", "NoSuchField"), "NoSuchField"),
        (VALUES.replace("value_count", "value_sum"), "value_sum"),
    ],
)
def test_what_cannot_be_told_is_named(body: str, reason: str) -> None:
    (fault,) = read(_correlation(body)).faults
    assert reason in fault
