"""Sigma's correlations: counts and sequences of what other rules of Sigma's match, as conditions of ours."""

import itertools
from collections.abc import Mapping
from typing import NamedTuple

from sigma.correlations import (
    SigmaCorrelationCondition,
    SigmaCorrelationConditionOperator,
    SigmaCorrelationRule,
    SigmaCorrelationType,
)

from fulgurite.rules.fields import FIELDS
from fulgurite.rules.rule import RUN, AllTests, AnyOf, AnyTests, Condition, Group, Seen, Sequence
from fulgurite.rules.sigma.values import Unsupported

_SAME_MACHINE = frozenset({"computername", "computer", "hostname", "host", "host.name", "user", "targetusername"})
"""What all events of a run have in common anyhow."""
_MAX_UNORDERED = 4
"""Rules of a `temporal` correlation: each order of theirs is looked for."""


class Base(NamedTuple):
    """A rule that correlations may refer to."""

    label: str
    seen: Seen
    fields: Mapping[str, str]
    """Sigma's name of a field in lower case -> ours."""
    os: tuple[str, ...]


def condition(correlation: SigmaCorrelationRule, bases: Mapping[str, Base]) -> tuple[Condition, list[Base]]:
    """What `correlation` demands, and the rules that it is about. Raises Unsupported."""
    names = [reference.reference for reference in correlation.rules or []]
    missing = [name for name in names if name not in bases]
    if missing or not names:
        raise Unsupported(f"it refers to rules that are not there, or have faults: {', '.join(missing) or 'none'}")
    used = [bases[name] for name in names]
    within_ms = correlation.timespan.seconds * 1000
    match correlation.type:
        case SigmaCorrelationType.EVENT_COUNT | SigmaCorrelationType.VALUE_COUNT:
            return _counted(correlation, used, within_ms), used
        case SigmaCorrelationType.TEMPORAL_ORDERED | SigmaCorrelationType.TEMPORAL:
            return _in_time(correlation, used, within_ms), used
        case other:
            raise Unsupported(f"correlations of the type {other.name.lower()} mean nothing here")


def _counted(correlation: SigmaCorrelationRule, used: list[Base], within_ms: int) -> Condition:
    kinds = {base.seen.kind for base in used}
    if len(kinds) > 1:
        raise Unsupported("it counts events of several kinds together")
    (kind,) = kinds
    told = correlation.condition
    distinct = None
    if correlation.type is SigmaCorrelationType.VALUE_COUNT:
        named = told.fieldref if isinstance(told, SigmaCorrelationCondition) else None
        if not isinstance(named, str):
            raise Unsupported("it counts the values of several fields together")
        distinct = _ours(named, correlation, used)
    alternatives = tuple(AllTests(base.seen.tests) for base in used)
    tests = used[0].seen.tests if len(used) == 1 else (AnyTests(alternatives),)
    return Seen(kind, tests, _least(told), _group(correlation, used), distinct, within_ms)


def _in_time(correlation: SigmaCorrelationRule, used: list[Base], within_ms: int) -> Condition:
    told = correlation.condition
    if not isinstance(told, SigmaCorrelationCondition) or _least(told) < len(used):
        raise Unsupported("it asks for some of its rules only")
    same = _group(correlation, used)
    steps = tuple(base.seen for base in used)
    if correlation.type is SigmaCorrelationType.TEMPORAL_ORDERED:
        return Sequence(steps, same, within_ms)
    if len(steps) > _MAX_UNORDERED:
        raise Unsupported(f"it asks for more than {_MAX_UNORDERED} rules in any order")
    return AnyOf(tuple(Sequence(order, same, within_ms) for order in itertools.permutations(steps)))


def _least(told: object) -> int:
    """How many are enough."""
    if isinstance(told, SigmaCorrelationCondition) and isinstance(told.count, int):
        if told.op is SigmaCorrelationConditionOperator.GTE and told.count >= 1:
            return told.count
        if told.op is SigmaCorrelationConditionOperator.GT and told.count >= 0:
            return told.count + 1
    raise Unsupported("only 'gte' and 'gt' with a whole number can be told while a run goes on")


def _group(correlation: SigmaCorrelationRule, used: list[Base]) -> Group:
    named = [name for name in correlation.group_by or [] if name.lower() not in _SAME_MACHINE]
    return tuple(_ours(name, correlation, used) for name in named) if named else RUN


def _ours(name: str, correlation: SigmaCorrelationRule, used: list[Base]) -> str:
    """The field of ours that is `name`, or what `name` stands for, in every rule."""
    alias = correlation.aliases.aliases.get(name)
    names = {name} if alias is None else set(alias.mapping.values())
    found = {base.fields.get(one.lower()) for base in used for one in names}
    known = {one for one in found if one is not None}
    if len(known) != 1 or any(next(iter(known)) not in FIELDS[base.seen.kind] for base in used):
        raise Unsupported(f"{name} is not one field that reports tell of all of its events")
    return known.pop()
