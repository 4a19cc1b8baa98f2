"""The `when` of a rule file -> conditions. Faults are collected with their lines."""

from collections.abc import Callable
from typing import Literal, TypeVar

from fulgurite.rules import patterns
from fulgurite.rules.document import Faults, Node
from fulgurite.rules.fields import FIELDS, KINDS
from fulgurite.rules.patterns import BadPattern, Holds
from fulgurite.rules.rule import AllOf, AnyOf, Condition, Kind, Not, Seen, Test

Bound = TypeVar("Bound", str, int)
Scope = Literal["run", "process"]
_JOINS = frozenset({"all", "any", "not"})


def condition(node: Node, faults: Faults) -> Condition | None:
    """The condition that `node` tells; None, with the reasons in `faults`, where it tells none."""
    if not isinstance(node.value, dict):
        faults.add(node.line, "a condition is a kind of event with its fields, or one of all, any, not")
        return None
    members = dict(node.value)
    scope = _scope(members, faults)
    count = members.pop("count", None)
    if len(members) != 1:
        faults.add(node.line, "a condition has one kind of event, or one of all, any, not; use 'all' for several")
        return None
    ((word, inner),) = members.items()
    if word in _JOINS:
        if count is not None:
            faults.add(count.line, "'count' stands beside a kind of event")
        return _join(word, inner, scope, faults)
    if word not in KINDS:
        faults.add(inner.line, f"no kind of event: {word!r} (there are {', '.join(KINDS)})")
        return None
    return _seen(KINDS[word], inner, _count(count, faults), scope, faults)


def _scope(members: dict[str, Node], faults: Faults) -> Scope:
    node = members.pop("same", None)
    if node is None:
        return "run"
    if node.value != "process":
        faults.add(node.line, "'same' can be 'process'")
    return "process"


def _count(node: Node | None, faults: Faults) -> int:
    if node is None:
        return 1
    if type(node.value) is not int or node.value < 1:
        faults.add(node.line, "'count' must be a whole number from 1")
        return 1
    return node.value


def _join(word: str, node: Node, scope: Scope, faults: Faults) -> Condition | None:
    if word == "not":
        part = condition(node, faults)
        return None if part is None else Not(part)
    if not isinstance(node.value, list) or node.value == []:
        faults.add(node.line, f"{word!r} must be a list of conditions")
        return None
    parts = tuple(part for part in (condition(item, faults) for item in node.value) if part is not None)
    if word == "all":
        return AllOf(parts, scope)
    if scope != "run":
        faults.add(node.line, "'same' stands beside 'all' or a kind of event")
    return AnyOf(parts)


def _seen(kind: Kind, node: Node, count: int, scope: Scope, faults: Faults) -> Seen | None:
    if not isinstance(node.value, dict):
        faults.add(node.line, "expected the fields of the event; {} for any")
        return None
    tests = [_test(kind, field, inner, faults) for field, inner in node.value.items()]
    return Seen(kind, tuple(test for test in tests if test is not None), count, scope)


def _test(kind: Kind, name: str, node: Node, faults: Faults) -> Test | None:
    fields = FIELDS[kind]
    if name not in fields:
        faults.add(node.line, f"no field of this kind of event: {name!r} (there are {', '.join(sorted(fields))})")
        return None
    type_ = fields[name].type
    if type_ == "flag":
        if not isinstance(node.value, bool):
            faults.add(node.line, f"{name!r} is true or false")
        wanted = node.value
        return Test(name, lambda value: value is wanted)
    if type_ == "number":
        return Test(name, _number_test(node, faults))
    holds, words = _text_test(node, faults), _words(node)
    if type_ == "texts":
        return Test(name, _some(holds))
    return Test(name, holds if words is None else _among(words), words)


def _among(words: frozenset[str]) -> Holds:
    return lambda value: value in words


def _some(holds: Holds) -> Holds:
    return lambda values: any(holds(value) for value in values)


def _words(node: Node) -> frozenset[str] | None:
    """The texts of which the value must be one, where the test says nothing else."""
    values = node.value if isinstance(node.value, list) else [node]
    texts = [one.value for one in values if isinstance(one.value, str)] if not isinstance(node.value, dict) else []
    return frozenset(text.lower() for text in texts) if texts else None


def _text_test(node: Node, faults: Faults) -> Holds:
    return _field_test(node, faults, _text, patterns.TEXT_TESTS)


def _number_test(node: Node, faults: Faults) -> Holds:
    return _field_test(node, faults, _number, patterns.NUMBER_TESTS)


def _text(node: Node, faults: Faults) -> str | None:
    if isinstance(node.value, str):
        return node.value
    faults.add(node.line, "expected text; quote numbers and words such as on and no")
    return None


def _number(node: Node, faults: Faults) -> int | None:
    if type(node.value) is int:
        return node.value
    faults.add(node.line, "expected a whole number")
    return None


def _field_test(
    node: Node,
    faults: Faults,
    bound: Callable[[Node, Faults], Bound | None],
    operators: dict[str, Callable[[Bound], Holds]],
) -> Holds:
    """The test of one field: a value, a list of values, or operators with theirs, all of which must hold."""
    if not isinstance(node.value, dict):
        return _one_of(node, faults, bound, operators["equals"])
    tests: list[Holds] = []
    for word, inner in node.value.items():
        if word == "not":
            tests.append(_inverted(_field_test(inner, faults, bound, operators)))
        elif word in operators:
            tests.append(_one_of(inner, faults, bound, operators[word]))
        else:
            faults.add(inner.line, f"no test: {word!r} (there are {', '.join(operators)}, not)")
    if node.value == {}:
        faults.add(node.line, "expected at least one test")
    return tests[0] if len(tests) == 1 else lambda value: all(test(value) for test in tests)


def _inverted(holds: Holds) -> Holds:
    return lambda value: not holds(value)


def _one_of(
    node: Node,
    faults: Faults,
    bound: Callable[[Node, Faults], Bound | None],
    operator: Callable[[Bound], Holds],
) -> Holds:
    """The operator on one value, or on any of several."""
    nodes = node.value if isinstance(node.value, list) else [node]
    if nodes == []:
        faults.add(node.line, "expected at least one value")
    tests: list[Holds] = []
    for one in nodes:
        value = bound(one, faults)
        try:
            tests += [] if value is None else [operator(value)]
        except BadPattern as error:
            faults.add(one.line, f"pattern not allowed: {error}")
    return tests[0] if len(tests) == 1 else lambda value: any(test(value) for test in tests)
