"""Matching: which rules hold, and what their signatures point at."""

from typing import Any

import pytest
from hypothesis import given

from fulgurite import rules
from fulgurite.model.artifact import Artifact
from fulgurite.model.events import ApiCall, DnsQuery, Event, FileAccess, Injection, Memory
from fulgurite.model.flow import Flow
from fulgurite.model.signature import Indicator, Signature
from fulgurite.model.static import StaticFacts
from fulgurite.rules.evidence import MAX_EVENTS, MAX_INDICATORS, MAX_SHOWN
from fulgurite.rules.index import MAX_VALUE
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


SHUFFLED = [RuleSet(BUILTIN.rules[::-1]), RuleSet(sorted(BUILTIN.rules, key=lambda rule: rule.label[::-1]))]


@given(reports())
def test_the_order_of_the_rules_changes_nothing(seen: Any) -> None:
    assert [matched(one, seen) for one in SHUFFLED] == [matched(BUILTIN, seen)] * len(SHUFFLED)


def test_rules_on_other_kinds_are_not_asked() -> None:
    assert _found("{file: {}}", registry_read()) is None
    assert _found("{search: {object: window}}", registry_read()) is None


def _write(path: str, **fields: Any) -> FileAccess:
    return file_write(path, **{"at_ms": None, **fields})


TREE = (
    process(9, image="C:\\Windows\\explorer.exe", existing=True),
    process(1, procid_parent=9),
    process(2, procid_parent=1),
    process(3, procid_parent=2),
    process(5, procid_parent=9),
)


@pytest.mark.parametrize(
    ("when", "events", "at"),
    [
        ("{count: 2, distinct: path, file: {}}", (_write("a"), _write("A"), _write("b")), [0, 1, 2]),
        ("{count: 3, distinct: path, file: {}}", (_write("a"), _write("A"), _write("b")), None),
        ("{count: 2, within: 5ms, file: {}}", (_write("a", at_ms=0), _write("b", at_ms=5)), [0, 1]),
        ("{count: 2, within: 5ms, file: {}}", (_write("a", at_ms=0), _write("b", at_ms=6)), None),
        ("{count: 2, within: 5ms, file: {}}", (_write("a"), _write("b")), None),
        ("{count: 3, regular: 20, file: {}}", tuple(_write(f"a{n}", at_ms=9_000 * n) for n in range(3)), [0, 1, 2]),
        ("{count: 3, regular: 20, file: {}}", tuple(_write(f"a{n}", at_ms=9_000 * n * n) for n in range(3)), None),
        ("{count: 2, same: path, file: {}}", (_write("a"), _write("b"), _write("B")), [1, 2]),
        ("{count: 2, same: [process, path], file: {}}", (_write("a"), _write("a", procid=2)), None),
        ("{count: 2, same: tree, file: {}}", (_write("a"), _write("b", procid=3), _write("c", procid=5)), [0, 1]),
        ("{count: 2, same: tree, file: {}}", (_write("a"), _write("c", procid=5)), None),
        ("{least: 2, any: [{file: {}}, {api: {}}, {memory: {}}]}", (READ, RWX), [0, 1]),
        ("{least: 2, any: [{file: {}}, {api: {}}, {memory: {}}]}", (READ, READ), None),
        ("{sequence: [{file: {verb: write}}, {memory: {}}]}", (RWX, _write("a"), RWX), [1, 2]),
        ("{sequence: [{file: {verb: write}}, {memory: {}}]}", (RWX, _write("a")), None),
        ("{sequence: [{any: [{api: {}}, {file: {}}]}, {memory: {}}]}", (READ, RWX), [0, 1]),
        ("{same: process, sequence: [{file: {}}, {memory: {}}]}", (_write("a", procid=2), RWX), None),
        ("{same: tree, sequence: [{file: {}}, {memory: {}}]}", (_write("a", procid=3), RWX), [0, 1]),
        (
            "{within: 10ms, sequence: [{file: {}}, {memory: {}}]}",
            (_write("a", at_ms=0), Memory(op="x", protection="rwx", at_ms=11)),
            None,
        ),
        ("{same: path, all: [{file: {verb: write}}, {file: {verb: read}}]}", (_write("C:\\R"), READ), [0, 1]),
        ("{same: path, all: [{file: {verb: write}}, {file: {verb: read}}]}", (_write("C:\\Q"), READ), None),
        (
            "{same: process, all: [{count: 2, same: name, file: {}}, {not: {memory: {}}}]}",
            (_write("a"), _write("b\\a"), _write("b", procid=2), _write("c", procid=2)),
            [0, 1],
        ),
    ],
)
def test_counts_groups_and_sequences(when: str, events: tuple[Event, ...], at: list[int] | None) -> None:
    found = _found(when, *events, processes=TREE)
    assert (None if found is None else [one.event for one in found.indicators]) == at


def test_a_rule_may_refer_to_another() -> None:
    rule_set = rules.load(
        [
            ("first", "name: first\nwhen: {file: {verb: write}}" + REST),
            ("second", "name: second\nwhen: {all: [{rule: first}, {memory: {}}]}" + REST),
            ("third", "name: third\nwhen: {all: [{memory: {}}, {not: {rule: first}}]}" + REST),
        ]
    )
    found = matched(rule_set, report(events=(file_write(), RWX)))
    assert {one.label: one.events for one in found} == {"first": (0,), "second": (0, 1)}


def test_what_is_no_event() -> None:
    seen = report(
        events=(),
        processes=(process(9, existing=True, injected=True), process(1, injected=True)),
        artifacts=(Artifact(name="files/1", kind="martian", path="C:\\a.exe", procid=1),),
        flows=(Flow(flow=3, proto="tcp", src="10.0.0.1:1", dst="192.0.2.1:4444", procid=1),),
    )
    texts = {
        "process": "{process: {injected: true}}",
        "artifact": "{artifact: {ext: exe}}",
        "flow": "{flow: {remote_port: 4444, public: true}}",
        "sample": "{sample: {ext: exe}}",
        "static": "{static: {imports: {contains: CreateRemoteThread}}}",
    }
    rule_set = rules.load([(word, f"name: {word}\nwhen: {when}{REST}") for word, when in texts.items()])
    static = StaticFacts(imports=("kernel32.CreateRemoteThread",))
    found = {one.label: one for one in matched(rule_set, seen, static)}
    assert set(found) == set(texts)
    assert [one.procid for one in found["process"].indicators] == [9, 1]
    assert [(one.dump_file, one.ioc) for one in found["artifact"].indicators] == [("files/1", "C:\\a.exe")]
    assert [(one.flow, one.ioc) for one in found["flow"].indicators] == [(3, "192.0.2.1")]
    assert all((one.events, one.event_count) == ((), 0) for one in found.values())
    assert "static" not in {one.label for one in matched(rule_set, seen)}


def test_a_rule_is_about_its_systems() -> None:
    rule_set = _rules("name: a\nos: [linux]\nwhen: {file: {}}")
    assert matched(rule_set, report(READ)) == ()
    assert matched(rule_set, report(READ, os="linux")) != ()


def test_what_is_behind_a_finding_is_counted() -> None:
    found = _found("{file: {}}", *[file_write(f"C:\\{number}") for number in range(MAX_EVENTS + 20)])
    assert found is not None
    assert (len(found.events), found.event_count) == (MAX_EVENTS, MAX_EVENTS + 20)


def test_hostile_texts_are_cut() -> None:
    path = "C:\\" + "a" * 5_000_000
    found = _found("{file: {path: {contains: aaaa}}}", *[file_write(path)] * 3)
    assert found is not None
    (indicator,) = found.indicators
    assert len(indicator.ioc or "") == MAX_SHOWN + 1
    assert _found("{file: {path: {ends: '!'}}}", file_write("a" * MAX_VALUE + "!")) is None


def test_a_large_report_is_matched() -> None:
    texts = ["\udc80\0", "\u202e.exe", "%s{path}", "C:\\Users\\x", *["C:\\x.exe"] * 45, "a" * 3_000]
    paths = [f"{texts[number % len(texts)]}{number % 20_000}" for number in range(100_000)]
    events = [file_write(path, procid=number % 50) for number, path in enumerate(paths)]
    found = matched(BUILTIN, report(events=tuple(events), processes=TREE))
    assert all(len(one.indicators) <= MAX_INDICATORS + 1 for one in found)
