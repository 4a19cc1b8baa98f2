"""Matching: which rules hold, and what their signatures point at."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite import rules
from fulgurite.model.events import ApiCall, DnsQuery, Event, FileAccess, Injection, Memory
from fulgurite.model.signature import Indicator, Signature
from fulgurite.rules.evidence import MAX_INDICATORS
from fulgurite.rules.match import RuleSet, matched
from tests.builders import created, file_write, flow_start, process, registry_read, report
from tests.strategies import reports

BUILTIN = rules.load_builtin()
REST = "\ncases: {match: [[]], miss: [[]]}"
WRITE = Injection(procid=1, op="WriteProcessMemory", procid_target=2, at_ms=5)
RWX = Memory(procid=1, op="VirtualAlloc", protection="rwx", procid_target=2)
READ = FileAccess(procid=1, verb="read", op="OpenRead", path="C:\\r")


def _rules(*texts: str) -> RuleSet:
    return rules.load([(f"rule{number}", text + REST) for number, text in enumerate(texts)])


def _found(when: str, *events: Event, **fields: Any) -> Signature | None:
    found = matched(_rules(f"name: a\nwhen: {when}"), report(events=events, **fields))
    return found[0] if found else None


def _at(when: str, *events: Event) -> list[int | None] | None:
    found = _found(when, *events)
    return None if found is None else [one.event for one in found.indicators]


@pytest.mark.parametrize(
    ("when", "events", "at"),
    [
        ("{file: {verb: write}}", (READ, file_write()), [1]),
        ("{file: {verb: write}}", (READ,), None),
        ("{file: {path: {starts: 'c:'}}}", (READ, file_write()), [0, 1]),
        ("{file: {dst: {not: x}}}", (READ,), None),
        ("{count: 3, api: {}}", (ApiCall(api="a.b"), ApiCall(api="a.c", count=2)), [0, 1]),
        ("{count: 4, api: {}}", (ApiCall(api="a.b"), ApiCall(api="a.c", count=2)), None),
        (
            "{count: 2, same: process, api: {}}",
            (ApiCall(api="a.b", procid=1), ApiCall(api="a.c", procid=2), ApiCall(api="a.d", procid=2)),
            [1, 2],
        ),
        ("{count: 2, same: process, api: {}}", (ApiCall(api="a", procid=1), ApiCall(api="a", procid=2)), None),
        ("{all: [{injection: {}}, {memory: {}}]}", (WRITE, READ, RWX), [0, 2]),
        ("{all: [{injection: {}}, {memory: {}}]}", (WRITE, READ), None),
        ("{any: [{injection: {}}, {memory: {}}]}", (READ, RWX), [1]),
        ("{any: [{injection: {}}, {memory: {}}]}", (READ,), None),
        ("{all: [{injection: {}}, {not: {memory: {}}}]}", (WRITE,), [0]),
        ("{all: [{injection: {}}, {not: {memory: {}}}]}", (WRITE, RWX), None),
        ("{same: process, all: [{injection: {}}, {memory: {}}]}", (WRITE, RWX), [0, 1]),
        (
            "{same: process, all: [{injection: {}}, {memory: {}}]}",
            (WRITE, Memory(procid=2, op="x", protection="rwx")),
            None,
        ),
        (
            "{same: process, all: [{injection: {}}, {memory: {}}]}",
            (Injection(op="x"), Memory(op="x", protection="rwx")),
            None,
        ),
        (
            "{same: process, all: [{injection: {}}, {same: process, all: [{count: 1, memory: {}}, {not: {api: {}}}]}]}",
            (WRITE, RWX, ApiCall(api="a", procid=2)),
            [0, 1],
        ),
    ],
)
def test_conditions(when: str, events: tuple[Event, ...], at: list[int] | None) -> None:
    assert _at(when, *events) == at


def test_what_was_there_before_is_no_evidence() -> None:
    assert _at("{process_create: {}}", created(1, kind="Existing"), created(1)) == [1]


def test_a_signature_says_what_its_rule_says() -> None:
    text = "name: a\nscore: 5\nttps: [T1055]\ntags: [t]\ndescription: d\nwhen: {file: {}}"
    (found,) = matched(_rules(text), report(READ))
    assert (found.name, found.label, found.score, found.ttps, found.tags) == ("a", "rule0", 5, ("T1055",), ("t",))
    assert (found.description, found.is_ours) == ("d", True)


def test_an_indicator_points_at_its_event() -> None:
    text = (
        "name: a\nevidence: {description: 'PID {process.pid} wrote to memory of {target.pid}'}\nwhen: {injection: {}}"
    )
    seen = report(events=(WRITE,), processes=(process(1, pid=1776), process(2, pid=196)))
    (found,) = matched(_rules(text), seen)
    assert found.indicators == (
        Indicator(
            procid=1,
            pid=1776,
            pid_target=196,
            procid_target=2,
            at_ms=5,
            description="PID 1776 wrote to memory of 196",
            event=0,
        ),
    )


def test_text_with_what_is_not_known_is_left_out() -> None:
    text = "name: a\nevidence: {description: 'PID {target.pid}'}\nwhen: {any: [{injection: {}}, {file: {}}]}"
    (found,) = matched(_rules(text), report(events=(WRITE, READ)))
    assert [one.description for one in found.indicators] == [None, None]


@pytest.mark.parametrize(
    ("evidence", "event", "ioc"),
    [
        ("", READ, "C:\\r"),
        ("\nevidence: {ioc: name}", READ, "r"),
        ("\nevidence: {ioc: count}", READ, "1"),
        ("\nevidence: {ioc: dst}", READ, None),
        ("", flow_start(remote_addr="192.0.2.9"), "192.0.2.9"),
        ("", DnsQuery(name="A.test"), "A.test"),
        ("", ApiCall(api="a.b"), None),
    ],
)
def test_what_is_worth_searching_for(evidence: str, event: Event, ioc: str | None) -> None:
    text = "name: a\nwhen: {any: [{file: {}}, {flow_start: {}}, {dns_query: {}}, {api: {}}]}" + evidence
    (found,) = matched(_rules(text), report(events=(event,)))
    assert [one.ioc for one in found.indicators] == [ioc]


def test_a_flow_is_pointed_at() -> None:
    found = _found("{flow_start: {}}", flow_start(7))
    assert found is not None
    assert [one.flow for one in found.indicators] == [7]


def test_the_same_evidence_is_told_once_and_not_without_end() -> None:
    events = [file_write("C:\\same")] * 9 + [file_write(f"C:\\{number}") for number in range(MAX_INDICATORS + 20)]
    found = _found("{file: {}}", *events)
    assert found is not None
    assert len(found.indicators) == MAX_INDICATORS + 1
    assert [one.event for one in found.indicators[:3]] == [0, 9, 10]
    assert found.indicators[-1] == Indicator(description="and up to 21 more")


def test_the_gravest_comes_first_and_what_informs_last() -> None:
    texts = [
        f"name: {name}\n{score}when: {{file: {{}}}}"
        for name, score in (("low", "score: 2\n"), ("none", ""), ("b high", "score: 9\n"), ("a high", "score: 9\n"))
    ]
    assert [one.name for one in matched(_rules(*texts), report(READ))] == ["a high", "b high", "low", "none"]


@given(reports(), st.randoms())
def test_the_order_of_the_rules_changes_nothing(seen: Any, random: Any) -> None:
    shuffled = list(BUILTIN.rules)
    random.shuffle(shuffled)
    assert matched(RuleSet(shuffled), seen) == matched(BUILTIN, seen)


def test_rules_on_other_kinds_are_not_asked() -> None:
    assert _found("{file: {}}", registry_read()) is None
    assert _found("{search: {object: window}}", registry_read()) is None
