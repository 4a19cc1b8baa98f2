"""Matching: (rules, report) -> signatures, in one pass over the events.

The pass asks each event only the conditions on its kind, and of those only the ones that its telling field (the verb,
the function ...) allows. It notes which events passed; whether a rule matches is then worked out from those notes.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, assert_never

from fulgurite.model.events import Event, ProcessCreate
from fulgurite.model.report import Report
from fulgurite.model.signature import Indicator, Signature
from fulgurite.rules.facts import Facts
from fulgurite.rules.fields import DISCRIMINATOR, FIELDS, IOC, Get
from fulgurite.rules.rule import AllOf, AnyOf, Condition, Kind, Not, Rule, Seen, Test

MAX_INDICATORS = 50
"""Indicators of one signature; how many more there were is told in one more."""

Check = tuple[str, Get, Callable[[Any], bool]]
"""A field, how an event gives it, and the test of its value."""
Watch = tuple[Seen, tuple[Check, ...]]
Values = dict[str, Any]
"""The fields of one event that were asked for so far, text in lower case."""


class RuleSet:
    """Rules, made ready for matching. Immutable."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = tuple(rules)
        self._always: dict[Kind, list[Watch]] = {}
        self._by_word: dict[Kind, dict[str, list[Watch]]] = {}
        for rule in self.rules:
            for seen in leaves(rule.when):
                self._watch(seen)

    def _watch(self, seen: Seen) -> None:
        words, tests = _telling(seen)
        watch = (seen, tuple((test.field, FIELDS[seen.kind][test.field].get, test.holds) for test in tests))
        if words is None:
            self._always.setdefault(seen.kind, []).append(watch)
            return
        by_word = self._by_word.setdefault(seen.kind, {})
        for word in words:
            by_word.setdefault(word, []).append(watch)

    def watches(self, event: Event, facts: Facts) -> Iterable[Watch]:
        """The conditions that `event` may pass."""
        kind = type(event)
        always = self._always.get(kind, [])
        by_word = self._by_word.get(kind)
        if by_word is None:
            return always
        word = FIELDS[kind][DISCRIMINATOR[kind]].get(event, facts).lower()
        return [*always, *by_word[word]] if word in by_word else always


def leaves(condition: Condition) -> Iterator[Seen]:
    """Every condition on single events within `condition`."""
    match condition:
        case Seen():
            yield condition
        case AllOf(parts=parts) | AnyOf(parts=parts):
            for part in parts:
                yield from leaves(part)
        case Not(part=part):
            yield from leaves(part)
        case _:
            assert_never(condition)


def _telling(seen: Seen) -> tuple[frozenset[str] | None, tuple[Test, ...]]:
    """The words of the telling field that `seen` allows, and the tests that are left; None for any word."""
    name = DISCRIMINATOR.get(seen.kind)
    for test in seen.tests:
        if test.field == name and test.words is not None:
            return test.words, tuple(other for other in seen.tests if other is not test)
    return None, seen.tests


class _Notes:
    """Which events passed which conditions."""

    def __init__(self, events: tuple[Event, ...]) -> None:
        self.events = events
        self.hits: dict[Seen, list[int]] = {}
        self._by_process: dict[Seen, dict[int | None, list[int]]] = {}

    def by_process(self, seen: Seen) -> dict[int | None, list[int]]:
        """The hits of `seen` by the process that acted."""
        if seen not in self._by_process:
            groups: dict[int | None, list[int]] = {}
            for index in self.hits.get(seen, ()):
                groups.setdefault(self.events[index].procid, []).append(index)
            self._by_process[seen] = groups
        return self._by_process[seen]

    def times(self, indexes: list[int]) -> int:
        """How often the events at `indexes` were seen in all."""
        return sum(self.events[index].count for index in indexes)


def matched(rules: RuleSet, report: Report) -> tuple[Signature, ...]:
    """The signatures of the rules that match `report`: highest score first, informational ones last.

    Pure, and the same for every order of the rules. Processes that were there before the sample are no evidence.
    """
    facts = Facts(report)
    notes = _Notes(report.events)
    for index, event in enumerate(report.events):
        if not (type(event) is ProcessCreate and event.kind == "Existing"):
            values: Values = {}
            for seen, checks in rules.watches(event, facts):
                if _passes(event, checks, values, facts):
                    notes.hits.setdefault(seen, []).append(index)
        facts.note(event)
    found = [_signature(rule, indexes, notes, facts) for rule, indexes in _matching(rules.rules, notes)]
    return tuple(sorted(found, key=lambda one: (-(one.score or 0), one.name, one.label or "")))


def _passes(event: Event, checks: tuple[Check, ...], values: Values, facts: Facts) -> bool:
    """Whether every test holds. A field that is not known passes none."""
    for field, get, holds in checks:
        if field not in values:
            values[field] = _folded(get(event, facts))
        value = values[field]
        if value is None or not holds(value):
            return False
    return True


def _folded(value: Any) -> Any:
    """`value` as it compares: text without case."""
    if isinstance(value, str):
        return value.lower()
    return tuple(text.lower() for text in value) if isinstance(value, tuple) else value


def _matching(rules: tuple[Rule, ...], notes: _Notes) -> Iterator[tuple[Rule, list[int]]]:
    for rule in rules:
        indexes = _evidence(rule.when, notes, None)
        if indexes is not None:
            yield rule, sorted(set(indexes))


def _evidence(condition: Condition, notes: _Notes, within: int | None) -> list[int] | None:
    """The events that make `condition` hold, None when it does not. `within`: only events of that process count."""
    match condition:
        case Seen():
            return _seen(condition, notes, within)
        case AllOf(parts=parts, same="process") if within is None:
            return _same_process(parts, notes)
        case AllOf(parts=parts):
            return _all(parts, notes, within)
        case AnyOf(parts=parts):
            held = [one for one in (_evidence(part, notes, within) for part in parts) if one is not None]
            return [index for one in held for index in one] if held else None
        case Not(part=part):
            return [] if _evidence(part, notes, within) is None else None
        case _:
            assert_never(condition)


def _seen(seen: Seen, notes: _Notes, within: int | None) -> list[int] | None:
    if within is not None:
        groups = [notes.by_process(seen).get(within, [])]
    elif seen.each == "process":
        groups = list(notes.by_process(seen).values())
    else:
        groups = [notes.hits.get(seen, [])]
    enough = [group for group in groups if group and notes.times(group) >= seen.count]
    return [index for group in enough for index in group] if enough else None


def _all(parts: tuple[Condition, ...], notes: _Notes, within: int | None) -> list[int] | None:
    indexes: list[int] = []
    for part in parts:
        more = _evidence(part, notes, within)
        if more is None:
            return None
        indexes += more
    return indexes


def _same_process(parts: tuple[Condition, ...], notes: _Notes) -> list[int] | None:
    """The evidence of every process whose events make all `parts` hold."""
    actors = {procid for part in parts for seen in leaves(part) for procid in notes.by_process(seen)} - {None}
    held = [_all(parts, notes, procid) for procid in actors]
    indexes = [index for one in held if one is not None for index in one]
    return indexes or None


def _signature(rule: Rule, indexes: list[int], notes: _Notes, facts: Facts) -> Signature:
    return Signature(
        name=rule.name,
        label=rule.label,
        score=rule.score,
        ttps=rule.ttps,
        tags=rule.tags,
        indicators=tuple(_indicators(rule, indexes, notes, facts)),
        description=rule.description,
        is_ours=True,
    )


def _indicators(rule: Rule, indexes: list[int], notes: _Notes, facts: Facts) -> Iterator[Indicator]:
    """The evidence at `indexes`, what says the same once, until there are MAX_INDICATORS."""
    told: set[tuple[object, ...]] = set()
    for number, index in enumerate(indexes):
        if len(told) == MAX_INDICATORS:
            yield Indicator(description=f"and up to {len(indexes) - number} more")
            return
        event = notes.events[index]
        one = _indicator(rule, index, event, facts)
        key = (*_told_by(event, facts), one.ioc, one.description, one.procid, one.procid_target, one.flow)
        if key not in told:
            told.add(key)
            yield one


def _told_by(event: Event, facts: Facts) -> tuple[Kind, Any]:
    """The kind of `event` and its telling field."""
    kind = type(event)
    return kind, FIELDS[kind][DISCRIMINATOR[kind]].get(event, facts) if kind in DISCRIMINATOR else None


def _indicator(rule: Rule, index: int, event: Event, facts: Facts) -> Indicator:
    process = facts.process(event.procid)
    return Indicator(
        ioc=_ioc(rule, event, facts),
        description=_description(rule, event, facts),
        at_ms=event.at_ms,
        pid=None if process is None else process.pid,
        procid=event.procid,
        procid_target=getattr(event, "procid_target", None),
        flow=getattr(event, "flow", None),
        event=index,
    )


def _ioc(rule: Rule, event: Event, facts: Facts) -> str | None:
    fields = FIELDS[type(event)]
    name = rule.evidence.ioc if rule.evidence.ioc in fields else IOC.get(type(event))
    return None if name is None else _shown(fields[name].get(event, facts))


def _description(rule: Rule, event: Event, facts: Facts) -> str | None:
    """The rule's text with the event's values put in; None where one of them is not known."""
    if rule.evidence.description is None:
        return None
    fields = FIELDS[type(event)]
    shown = ""
    for number, part in enumerate(rule.evidence.description.replace("}", "{").split("{")):
        value = part if number % 2 == 0 else _shown(fields[part].get(event, facts) if part in fields else None)
        if value is None:
            return None
        shown += value
    return shown


def _shown(value: Any) -> str | None:
    return None if value is None else str(value)
