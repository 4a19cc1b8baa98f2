"""The fields of a condition -> checks on one record. Faults are collected with their lines."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from fulgurite.rules import patterns
from fulgurite.rules.document import Faults, Node
from fulgurite.rules.fields import FIELDS, Field
from fulgurite.rules.patterns import BadPattern, Pattern
from fulgurite.rules.rule import AllTests, AnyTests, Check, FieldTest, Kind, NotTest

Bound = TypeVar("Bound", str, int)
JOINS = frozenset({"all", "any", "not"})
"""Words that stand among fields and join checks on the same record."""


def checks(kind: Kind, node: Node, faults: Faults) -> tuple[Check, ...]:
    """What the fields in `node` demand of one record of `kind`."""
    if not isinstance(node.value, dict):
        faults.add(node.line, "expected the fields of the event; {} for any")
        return ()
    found: list[Check] = []
    for name, inner in node.value.items():
        if name in JOINS:
            found += _join(kind, name, inner, faults)
        elif name in FIELDS[kind]:
            found += _field(name, FIELDS[kind][name], inner, faults)
        else:
            known = ", ".join(sorted(FIELDS[kind]))
            faults.add(inner.line, f"no field of this kind of event: {name!r} (there are {known})")
    return tuple(found)


def _join(kind: Kind, word: str, node: Node, faults: Faults) -> list[Check]:
    if word == "not":
        return [NotTest(AllTests(checks(kind, node, faults)))]
    if not isinstance(node.value, list) or node.value == []:
        faults.add(node.line, f"{word!r} must be a list of fields with their tests")
        return []
    parts = tuple(AllTests(checks(kind, item, faults)) for item in node.value)
    return [AnyTests(parts) if word == "any" else AllTests(parts)]


def _field(name: str, field: Field, node: Node, faults: Faults) -> list[Check]:
    """The test of one field, and that it is there or not, where that is asked."""
    if not isinstance(node.value, dict) or "exists" not in node.value:
        return [_test(name, field, node, faults)]
    members = dict(node.value)
    exists = members.pop("exists")
    if not isinstance(exists.value, bool):
        faults.add(exists.line, "'exists' is true or false")
    if exists.value is not True and members:
        faults.add(exists.line, "what is not there passes no further test")
    found: list[Check] = [presence(name, is_there=exists.value is True)]
    return [*found, _test(name, field, Node(members, node.line), faults)] if members else found


def presence(name: str, *, is_there: bool) -> FieldTest:
    """The field is known, or is not."""
    return FieldTest(name, lambda value: (value is not None) is is_there, takes_unknown=True)


def _test(name: str, field: Field, node: Node, faults: Faults) -> FieldTest:
    if field.type == "flag":
        if not isinstance(node.value, bool):
            faults.add(node.line, f"{name!r} is true or false")
        wanted = node.value
        return FieldTest(name, lambda value: value is wanted)
    if field.type == "number":
        return _one(name, _tests(node, faults, _number, patterns.NUMBER_TESTS))
    return text_test(name, field, _tests(node, faults, _text, patterns.TEXT_TESTS))


def text_test(name: str, field: Field, tests: FieldTest) -> FieldTest:
    """The test of a field of text, or of several texts, of which one must pass."""
    if field.type != "texts":
        return _one(name, tests)
    holds = tests.holds
    return tests._replace(field=name, holds=lambda values: any(holds(value) for value in values), words=None)


def _one(name: str, tests: FieldTest) -> FieldTest:
    return tests._replace(field=name)


def any_pattern(found: list[Pattern]) -> FieldTest:
    """One of the patterns holds; of a field that is still to be named."""
    words = [one.word for one in found if one.word is not None]
    atoms = [one.atoms for one in found if one.atoms is not None]
    tests = [one.holds for one in found]
    allowed = frozenset(words)
    is_words = len(words) == len(found) and words != []
    holds = tests[0] if len(tests) == 1 else lambda value: any(test(value) for test in tests)
    return FieldTest(
        "",
        allowed.__contains__ if is_words else holds,
        allowed if is_words else None,
        frozenset[str]().union(*atoms) if atoms and len(atoms) == len(found) else None,
    )


def all_tests(found: list[FieldTest]) -> FieldTest:
    """All of the tests hold; of a field that is still to be named. The index goes by the most telling of them."""
    if len(found) == 1:
        return found[0]
    words = next((one.words for one in found if one.words is not None), None)
    atoms = [one.atoms for one in found if one.atoms is not None]
    tests = [one.holds for one in found]
    best = max(atoms, key=lambda one: min(map(len, one)), default=None)
    return FieldTest("", lambda value: all(test(value) for test in tests), words, best)


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


def _tests(
    node: Node,
    faults: Faults,
    bound: Callable[[Node, Faults], Bound | None],
    operators: Mapping[str, Callable[[Bound], Pattern]],
) -> FieldTest:
    """The test of one field: a value, a list of values, or operators with theirs, all of which must hold."""
    if not isinstance(node.value, dict):
        return any_pattern(_patterns(node, faults, bound, operators["equals"]))
    found: list[FieldTest] = []
    for word, inner in node.value.items():
        if word == "not":
            found.append(_inverted(_tests(inner, faults, bound, operators)))
        elif word == "all" and isinstance(inner.value, list) and inner.value != []:
            found += [_tests(item, faults, bound, operators) for item in inner.value]
        elif word in operators:
            found.append(any_pattern(_patterns(inner, faults, bound, operators[word])))
        else:
            faults.add(inner.line, f"no test: {word!r} (there are {', '.join(operators)}, all, exists, not)")
    if node.value == {}:
        faults.add(node.line, "expected at least one test")
    return all_tests(found) if found else FieldTest("", lambda _: False)


def _inverted(test: FieldTest) -> FieldTest:
    holds = test.holds
    return FieldTest("", lambda value: not holds(value))


def _patterns(
    node: Node,
    faults: Faults,
    bound: Callable[[Node, Faults], Bound | None],
    operator: Callable[[Bound], Pattern],
) -> list[Pattern]:
    """The operator on one value, or on each of several."""
    nodes = node.value if isinstance(node.value, list) else [node]
    if nodes == []:
        faults.add(node.line, "expected at least one value")
    found: list[Pattern] = []
    for one in nodes:
        value = bound(one, faults)
        try:
            found += [] if value is None else [operator(value)]
        except BadPattern as error:
            faults.add(one.line, f"pattern not allowed: {error}")
    return found or [Pattern(lambda _: False)]
