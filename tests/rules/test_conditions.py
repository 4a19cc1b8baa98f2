"""Conditions as rule files write them, and every fault found in one go."""

import pytest

from fulgurite.model.events import ApiCall, FileAccess, FlowStart
from fulgurite.rules.conditions import condition
from fulgurite.rules.document import Faults, read
from fulgurite.rules.rule import AllOf, AnyOf, Check, Condition, FieldTest, Not, Seen


def _condition(text: str) -> tuple[Condition | None, list[str]]:
    faults = Faults("a.yml")
    node = read(text, faults)
    assert node is not None
    return condition(node, faults), faults.lines


def _seen(text: str) -> Seen:
    found, faults = _condition(text)
    assert faults == []
    assert isinstance(found, Seen)
    return found


def _test(check: Check) -> FieldTest:
    assert isinstance(check, FieldTest)
    return check


def test_a_kind_with_its_tests() -> None:
    seen = _seen("file: {verb: [write, RENAME], path: {starts: 'C:', not: {ends: [.tmp, .log]}}, succeeded: true}")
    verb, path, succeeded = map(_test, seen.tests)
    assert (seen.kind, seen.count, seen.same) == (FileAccess, 1, ())
    assert (verb.field, verb.words) == ("verb", frozenset({"write", "rename"}))
    assert [verb.holds(word) for word in ("rename", "read")] == [True, False]
    assert path.words is None
    assert [path.holds(word) for word in ("c:\\a", "c:\\a.tmp", "c:\\a.log", "d:\\a")] == [True, False, False, False]
    assert [succeeded.holds(flag) for flag in (True, False)] == [True, False]


def test_one_word_tells_too() -> None:
    test = _test(_seen("api: {function: Sleep}").tests[0])
    assert test.words == frozenset({"sleep"})


def test_numbers() -> None:
    port = _test(_seen("flow_start: {remote_port: [80, 443]}").tests[0])
    assert [port.holds(number) for number in (80, 81)] == [True, False]
    bounds = _test(_seen("flow_start: {remote_port: {above: 10, below: 20, not: 15}}").tests[0])
    assert [bounds.holds(number) for number in (10, 11, 15, 19, 20)] == [False, True, False, True, False]


def test_one_of_several_texts() -> None:
    args = _test(_seen("api: {args: {contains: hidden}}").tests[0])
    assert args.words is None
    assert [args.holds(texts) for texts in (("a", "is hidden"), ("a",), ())] == [True, False, False]


def test_counts_and_scopes() -> None:
    seen = _seen("{count: 3, same: process, api: {}}")
    assert (seen.kind, seen.count, seen.same, seen.tests) == (ApiCall, 3, ("process",), ())


def test_joins() -> None:
    found, faults = _condition(
        "all: [{file: {}}, {any: [{api: {}}, {flow_start: {}}]}, {not: {file: {}}}]\nsame: process"
    )
    assert faults == []
    assert isinstance(found, AllOf)
    assert found.same == ("process",)
    assert [type(part) for part in found.parts] == [Seen, AnyOf, Not]
    assert isinstance(found.parts[1], AnyOf)
    assert [part.kind for part in found.parts[1].parts if isinstance(part, Seen)] == [ApiCall, FlowStart]


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("[]", ["1: a condition is a kind of event with its fields, or one of all, any, not"]),
        ("{}", ["1: a condition has one kind of event"]),
        ("{file: {}, api: {}}", ["1: a condition has one kind of event"]),
        ("files: {}", ["1: no kind of event: 'files' (there are process_create, "]),
        ("file: 1", ["1: expected the fields of the event"]),
        ("file: {pth: x}", ["1: no field of this kind of event: 'pth' (there are at_ms, count, dst, "]),
        ("file:\n  pth: x\n  verb: 1", ["2: no field", "3: expected text; quote numbers"]),
        ("file: {path: yes}", ["1: expected text; quote numbers and words such as on and no"]),
        ("file: {path: []}", ["1: expected at least one value"]),
        ("file: {path: {}}", ["1: expected at least one test"]),
        ("file: {path: {like: x}}", ["1: no test: 'like' (there are equals, contains, "]),
        ("file: {path: {contains: [a, 5]}}", ["1: expected text"]),
        ("file: {path: {regex: '(?=a)'}}", ["1: pattern not allowed: "]),
        ("file: {path: {not: {like: x}}}", ["1: no test: 'like'"]),
        ("file: {path: [{a: b}]}", ["1: expected text"]),
        ("file: {succeeded: maybe}", ["1: 'succeeded' is true or false"]),
        ("file: {status: '5'}", ["1: expected a whole number"]),
        ("file: {status: true}", ["1: expected a whole number"]),
        ("{count: 0, file: {}}", ["1: 'count' must be a whole number from 1"]),
        ("{count: true, file: {}}", ["1: 'count' must be a whole number from 1"]),
        ("{same: run, file: {}}", ["1: 'same' names 'run', which file does not have"]),
        ("{count: 2, all: [{file: {}}]}", ["1: 'count' stands beside a kind of event"]),
        ("{same: process, any: [{file: {}}]}", ["1: 'same' stands beside 'all', 'sequence' or a kind of event"]),
        ("all: []", ["1: 'all' must be a list of conditions"]),
        ("any: {file: {}}", ["1: 'any' must be a list of conditions"]),
        ("not: []", ["1: a condition is a kind of event"]),
        ("all: [{x: {}}, {y: {}}]", ["1: no kind of event: 'x'", "1: no kind of event: 'y'"]),
    ],
)
def test_faults(text: str, faults: list[str]) -> None:
    _, found = _condition(text)
    assert len(found) == len(faults)
    for line, fault in zip(found, faults, strict=True):
        assert line.startswith(f"a.yml:{fault}")
