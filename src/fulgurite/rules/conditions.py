"""The `when` of a rule file -> conditions. Faults are collected with their lines."""

import re
from typing import NamedTuple

from fulgurite.rules.document import Faults, Node
from fulgurite.rules.fields import FIELDS, KINDS
from fulgurite.rules.fieldtests import checks
from fulgurite.rules.rule import (
    RUN,
    AllOf,
    AnyOf,
    Condition,
    Group,
    Kind,
    Not,
    Ref,
    Seen,
    Sequence,
    Step,
)

_JOINS = frozenset({"all", "any", "not", "sequence"})
_LABEL = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*")
_SCOPES = frozenset({"process", "tree"})
_BESIDE = {
    "same": "'all', 'sequence' or a kind of event",
    "count": "a kind of event",
    "distinct": "a 'count'",
    "within": "'sequence' or a 'count'",
    "regular": "a 'count'",
    "least": "'any'",
}
"""The words that stand beside a condition, and beside what."""
TIME = re.compile(r"([1-9][0-9]{0,8})(ms|s|m|h)")
_UNITS_MS = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000}
MAX_PERCENT = 100
_MIN_REGULAR = 3
"""Two times make one interval, which is as regular as any."""


class _Beside(NamedTuple):
    """What stands beside a condition."""

    nodes: dict[str, Node]
    faults: Faults

    def refuse_but(self, allowed: frozenset[str]) -> None:
        for word, node in self.nodes.items():
            if word not in allowed:
                self.faults.add(node.line, f"{word!r} stands beside {_BESIDE[word]}")

    def number(self, word: str, most: int | None = None) -> int | None:
        node = self.nodes.get(word)
        if node is None:
            return None
        if type(node.value) is not int or node.value < 1 or (most is not None and node.value > most):
            end = "" if most is None else f" to {most}"
            self.faults.add(node.line, f"{word!r} must be a whole number from 1{end}")
            return None
        return node.value

    def within_ms(self) -> int | None:
        node = self.nodes.get("within")
        if node is None:
            return None
        told = TIME.fullmatch(node.value) if isinstance(node.value, str) else None
        if told is None:
            self.faults.add(node.line, "'within' is a time such as 500ms, 10s, 5m or 1h")
            return None
        return int(told[1]) * _UNITS_MS[told[2]]

    def same(self) -> Group:
        node = self.nodes.get("same")
        if node is None:
            return RUN
        nodes = node.value if isinstance(node.value, list) else [node]
        words = tuple(one.value for one in nodes if isinstance(one.value, str))
        if len(words) != len(nodes) or not words:
            self.faults.add(node.line, "'same' can be 'process', 'tree', a field, or a list of them")
        return words


def condition(node: Node, faults: Faults) -> Condition | None:
    """The condition that `node` tells; None, with the reasons in `faults`, where it tells none."""
    if not isinstance(node.value, dict):
        faults.add(node.line, "a condition is a kind of event with its fields, or one of all, any, not, sequence")
        return None
    members = dict(node.value)
    beside = _Beside({word: members.pop(word) for word in _BESIDE if word in members}, faults)
    if len(members) != 1:
        faults.add(node.line, "a condition has one kind of event, or one of all, any, not; use 'all' for several")
        return None
    ((word, inner),) = members.items()
    if word in _JOINS:
        return _join(word, inner, beside, faults)
    if word == "rule":
        beside.refuse_but(frozenset())
        return _ref(inner, faults)
    if word not in KINDS:
        faults.add(inner.line, f"no kind of event: {word!r} (there are {', '.join(KINDS)})")
        return None
    return _seen(KINDS[word], inner, beside, faults)


def _ref(node: Node, faults: Faults) -> Ref | None:
    if not isinstance(node.value, str) or _LABEL.fullmatch(node.value) is None:
        faults.add(node.line, "'rule' is the label of another rule: its file's name without ending")
        return None
    return Ref(node.value, node.line)


def _join(word: str, node: Node, beside: _Beside, faults: Faults) -> Condition | None:
    if word == "not":
        beside.refuse_but(frozenset())
        part = condition(node, faults)
        return None if part is None else Not(part)
    if not isinstance(node.value, list) or node.value == []:
        faults.add(node.line, f"{word!r} must be a list of conditions")
        return None
    parts = tuple(part for part in (condition(item, faults) for item in node.value) if part is not None)
    if word == "any":
        beside.refuse_but(frozenset({"least"}))
        return AnyOf(parts, beside.number("least", len(node.value)) or 1)
    same = beside.same()
    _check_group(parts, same, node, faults)
    if word == "all":
        beside.refuse_but(frozenset({"same"}))
        return AllOf(parts, same)
    beside.refuse_but(frozenset({"same", "within"}))
    return _sequence(parts, node, same, beside, faults)


def _sequence(
    parts: tuple[Condition, ...], node: Node, same: Group, beside: _Beside, faults: Faults
) -> Sequence | None:
    steps = tuple(part for part in parts if isinstance(part, Seen | AnyOf) and _is_step(part))
    if len(steps) != len(parts):
        faults.add(node.line, "a part of a sequence is a kind of event without a count, or 'any' of such")
        return None
    return Sequence(steps, same, beside.within_ms())


def _is_step(part: Step) -> bool:
    if isinstance(part, Seen):
        return part.is_plain and part.same == RUN
    return part.least == 1 and all(isinstance(one, Seen) and _is_step(one) for one in part.parts)


def _seen(kind: Kind, node: Node, beside: _Beside, faults: Faults) -> Seen:
    beside.refuse_but(frozenset({"same", "count", "distinct", "within", "regular"}))
    count, same, regular = beside.number("count") or 1, beside.same(), beside.number("regular", MAX_PERCENT)
    for word in ("within", "regular", "distinct"):
        if word in beside.nodes and "count" not in beside.nodes:
            faults.add(beside.nodes[word].line, f"{word!r} needs a 'count' beside it")
    if regular is not None and 1 < count < _MIN_REGULAR:
        faults.add(beside.nodes["regular"].line, f"'regular' needs a count of {_MIN_REGULAR} or more")
    seen = Seen(kind, checks(kind, node, faults), count, same, _distinct(kind, beside), beside.within_ms(), regular)
    _check_group((seen,), same, node, faults)
    return seen


def _distinct(kind: Kind, beside: _Beside) -> str | None:
    node = beside.nodes.get("distinct")
    if node is None:
        return None
    if not isinstance(node.value, str) or node.value not in FIELDS[kind]:
        beside.faults.add(node.line, f"'distinct' names a field (there are {', '.join(sorted(FIELDS[kind]))})")
        return None
    return node.value


def _check_group(parts: tuple[Condition, ...], same: Group, node: Node, faults: Faults) -> None:
    """Every field in `same` is one of every kind in `parts`."""
    kinds = {seen.kind for part in parts for seen in leaves(part)}
    for word in same:
        lacking = [name for name, kind in KINDS.items() if kind in kinds and not _has(kind, word)]
        if lacking:
            faults.add(node.line, f"'same' names {word!r}, which {', '.join(lacking)} does not have")


def _has(kind: Kind, word: str) -> bool:
    return ("procid" if word in _SCOPES else word) in FIELDS[kind]


def leaves(part: Condition) -> list[Seen]:
    """Every condition on single records within `part`, those of rules that it refers to left aside."""
    if isinstance(part, Seen):
        return [part]
    if isinstance(part, AllOf | AnyOf | Sequence):
        return [seen for one in part.parts for seen in leaves(one)]
    return leaves(part.part) if isinstance(part, Not) else []


def witnesses(part: Condition) -> list[Seen | Ref]:
    """The conditions within `part` whose records are its evidence."""
    if isinstance(part, Seen | Ref):
        return [part]
    if isinstance(part, AllOf | AnyOf | Sequence):
        return [seen for one in part.parts for seen in witnesses(one)]
    return []


def refs(part: Condition) -> list[str]:
    """The labels of rules that `part` refers to."""
    return [ref.label for ref in references(part)]


def references(part: Condition) -> list[Ref]:
    """Where `part` refers to other rules."""
    if isinstance(part, Ref):
        return [part]
    if isinstance(part, AllOf | AnyOf | Sequence):
        return [ref for one in part.parts for ref in references(one)]
    return references(part.part) if isinstance(part, Not) else []
