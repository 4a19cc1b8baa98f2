"""Matching: (rules, report) -> signatures, in one pass over the events.

The pass notes which records passed which conditions, by the index; whether a rule matches is then worked out from
those notes. What the run left and the sample itself come after the events, as further records.
"""

from collections.abc import Hashable, Iterable, Iterator
from typing import Any, assert_never

from fulgurite.model.events import FileAccess, Injection, ProcessCreate
from fulgurite.model.hashes import sha256_of
from fulgurite.model.report import Report
from fulgurite.model.signature import Signature
from fulgurite.model.static import StaticFacts
from fulgurite.rules.capa import NO_RULES as NO_CAPA
from fulgurite.rules.capa import CapaRules
from fulgurite.rules.conditions import leaves
from fulgurite.rules.counting import Sighting, amount, chains, is_regular, most_within
from fulgurite.rules.evidence import signature
from fulgurite.rules.facts import Facts
from fulgurite.rules.fields import FIELDS
from fulgurite.rules.index import MAX_REMEMBERED, KindIndex, folded
from fulgurite.rules.rule import RUN, AllOf, AnyOf, Condition, Group, Kind, Not, Record, Ref, Rule, Seen, Sequence
from fulgurite.rules.yara import NO_RULES, YaraRules

Within = tuple[tuple[Group, Hashable], ...]
"""What records must have in common, and the value of it, for each condition that looks at a part of the run."""
MATCHER = "fulgurite 1"
"""Raised with every change of the matcher that lets the same rules match otherwise."""
_EVERYWHERE: Within = ()
_NOTED = (FileAccess, Injection)
"""Kinds of events that change what is known from then on."""


class RuleSet:
    """Rules, made ready for matching. Immutable."""

    def __init__(self, rules: Iterable[Rule], yara: YaraRules = NO_RULES, capa: CapaRules = NO_CAPA) -> None:
        """`yara`: rules over bytes, which `fulgurite.rules.yara` asks; `capa`: rules that flare-capa asks."""
        self.rules = tuple(rules)
        self.yara = yara
        self.capa = capa
        self.count = len(self.rules) + yara.rule_count + capa.rule_count
        """Of all kinds."""
        self.by_label = {rule.label: rule for rule in self.rules}
        told = sorted(f"{rule.label} {rule.digest}" for rule in self.rules)
        told += [f"{word} {one.digest}" for word, one in (("yara", yara), ("capa", capa)) if one.digest]
        self.digest = sha256_of("\n".join([MATCHER, *told]).encode())
        """Of all rules and of the way they are matched."""
        seen: dict[Kind, list[Seen]] = {}
        for rule in self.rules:
            for one in leaves(rule.when):
                seen.setdefault(one.kind, []).append(one)
        self.kinds = {kind: KindIndex(kind, conditions) for kind, conditions in seen.items()}


def matched(rules: RuleSet, report: Report, static: StaticFacts | None = None) -> tuple[Signature, ...]:
    """The signatures of the rules that match `report`: highest score first, informational ones last.

    Pure, and the same for every order of the rules. `static` is what is known of the sample's bytes, else what
    the report's source tells of them. Processes that were there before the sample are no evidence.
    """
    facts = Facts(report)
    notes = _Notes(rules, report, static, facts)
    found = [
        signature(rule, indexes, notes.records, len(report.events), facts)
        for rule, indexes in _matching(rules.rules, notes)
    ]
    return ranked(found)


def ranked(found: Iterable[Signature]) -> tuple[Signature, ...]:
    """Highest score first, informational ones last; the same for every order of the rules."""
    return tuple(sorted(found, key=lambda one: (-(one.score or 0), one.name, one.label or "")))


def _records(report: Report, static: StaticFacts | None) -> tuple[Record, ...]:
    """What there is to look at; the events come first, so that their place here is their number."""
    processes = (one for one in report.processes if one.injected or not one.existing)
    told = report.static if static is None else static
    known = () if told is None else (told,)
    return (*report.events, *processes, *report.artifacts, *report.flows, report.sample, *report.configs, *known)


class _Notes:
    """Which records passed which conditions."""

    def __init__(self, rules: RuleSet, report: Report, static: StaticFacts | None, facts: Facts) -> None:
        self.rules = rules.by_label
        self.records = _records(report, static)
        self.facts = facts
        self.hits = _passed(rules, self.records, facts)
        self.outcomes: dict[str, list[int] | None] = {}
        """Of rules that others refer to."""
        self._groups: dict[tuple[Seen, Group], dict[Hashable, list[int]]] = {}
        self._actors: dict[Group, dict[int, Hashable]] = {}

    def groups(self, seen: Seen, same: Group) -> dict[Hashable, list[int]]:
        """The hits of `seen` by what they have in common; those of which it is not known are left out."""
        if (seen, same) not in self._groups:
            groups: dict[Hashable, list[int]] = {}
            for index in self.hits.get(seen, ()):
                value = self.common(index, same)
                if value is not None:
                    groups.setdefault(value, []).append(index)
            self._groups[seen, same] = groups
        return self._groups[seen, same]

    def common(self, index: int, same: Group) -> Hashable:
        """The values of the record at `index` for the words of `same`; None when one is not known."""
        known = self._actors.setdefault(same, {})
        if index not in known:
            values = tuple(self._value(self.records[index], word) for word in same)
            known[index] = None if None in values else values
        return known[index]

    def _value(self, record: Record, word: str) -> Hashable:
        if word == "tree":
            return self.facts.root(self.facts.actor(record))
        if word == "process":
            return self.facts.actor(record)
        return self.value(record, word)

    def value(self, record: Record, field: str) -> Hashable:
        """The field as it compares."""
        known = FIELDS[type(record)].get(field)
        value: Hashable = None if known is None else folded(known.get(record, self.facts))
        return value

    def of(self, seen: Seen, within: Within) -> list[int]:
        """The hits of `seen` within a part of the run."""
        if within == _EVERYWHERE:
            return self.hits.get(seen, [])
        (same, value), *others = within
        found = self.groups(seen, same).get(value, [])
        return [index for index in found if all(self.common(index, group) == one for group, one in others)]

    def sightings(self, seen: Seen, indexes: list[int]) -> list[Sighting]:
        distinct = seen.distinct
        return [
            Sighting(
                index,
                getattr(record := self.records[index], "at_ms", None),
                getattr(record, "count", 1),
                None if distinct is None else self.value(record, distinct),
            )
            for index in indexes
        ]


def _passed(rules: RuleSet, records: tuple[Record, ...], facts: Facts) -> dict[Seen, list[int]]:
    """The places of the records that passed each condition; tells `facts` what was seen on the way."""
    hits: dict[Seen, list[int]] = {}
    known: dict[Kind, dict[Any, Any]] = {kind: {} for kind in rules.kinds}
    for index, record in enumerate(records):
        kind = type(record)
        conditions = rules.kinds.get(kind)
        if conditions is not None and not (kind is ProcessCreate and _was_there(record)):
            remembered, key = known[kind], conditions.key(record)
            passed = remembered.get(key)
            if passed is None:
                if len(remembered) >= MAX_REMEMBERED:
                    remembered.clear()
                passed = remembered[key] = conditions.remembered(record, facts)
            for seen, moving in passed:
                if not moving or _all_pass(moving, record, facts):
                    hits.setdefault(seen, []).append(index)
        if kind in _NOTED:
            facts.note(record)  # type: ignore[arg-type]  # both kinds are events
    return hits


def _was_there(record: Record) -> bool:
    return isinstance(record, ProcessCreate) and record.kind == "Existing"


def _all_pass(moving: Iterable[Any], record: Record, facts: Facts) -> bool:
    values: dict[str, Any] = {}
    return all(passes(record, values, facts) for passes in moving)


def _matching(rules: tuple[Rule, ...], notes: _Notes) -> Iterator[tuple[Rule, list[int]]]:
    for rule in rules:
        indexes = _of_rule(rule, notes)
        if indexes is not None:
            yield rule, indexes


def _of_rule(rule: Rule, notes: _Notes) -> list[int] | None:
    if rule.label not in notes.outcomes:
        is_about = rule.os == () or notes.facts.os in rule.os
        indexes = _evidence(rule.when, notes, _EVERYWHERE) if is_about else None
        notes.outcomes[rule.label] = None if indexes is None else sorted(set(indexes))
    return notes.outcomes[rule.label]


def _evidence(condition: Condition, notes: _Notes, within: Within) -> list[int] | None:
    """The records that make `condition` hold, None when it does not. `within`: only those count."""
    match condition:
        case Seen():
            return _seen(condition, notes, within)
        case AllOf(parts=parts, same=same):
            return _all(parts, notes, within) if same == RUN else _in_common(condition, same, notes, within)
        case AnyOf(parts=parts, least=least):
            held = [one for one in (_evidence(part, notes, within) for part in parts) if one is not None]
            return [index for one in held for index in one] if len(held) >= least else None
        case Not(part=part):
            return [] if _evidence(part, notes, within) is None else None
        case Sequence(same=same):
            return _sequence(condition, notes, within) if same == RUN else _in_common(condition, same, notes, within)
        case Ref(label=label):
            return _of_rule(notes.rules[label], notes) if label in notes.rules else None
        case _:
            assert_never(condition)


def _seen(seen: Seen, notes: _Notes, within: Within) -> list[int] | None:
    if seen not in notes.hits:
        return None
    groups: Iterable[list[int]]
    if seen.same == RUN:
        groups = (notes.of(seen, within),)
    elif within == _EVERYWHERE:
        groups = notes.groups(seen, seen.same).values()
    else:
        groups = _split(notes.of(seen, within), seen.same, notes)
    held = [group for group in groups if group and _is_enough(seen, group, notes)]
    return [index for group in held for index in group] if held else None


def _split(indexes: list[int], same: Group, notes: _Notes) -> Iterable[list[int]]:
    groups: dict[Hashable, list[int]] = {}
    for index in indexes:
        value = notes.common(index, same)
        if value is not None:
            groups.setdefault(value, []).append(index)
    return groups.values()


def _is_enough(seen: Seen, indexes: list[int], notes: _Notes) -> bool:
    if seen.is_plain:
        return True
    sightings = notes.sightings(seen, indexes)
    is_distinct = seen.distinct is not None
    if seen.within_ms is None:
        found = amount(sightings, is_distinct=is_distinct)
    else:
        found = most_within(sightings, seen.within_ms, is_distinct=is_distinct)
    return found >= seen.count and (seen.regular is None or is_regular(sightings, seen.regular))


def _all(parts: tuple[Condition, ...], notes: _Notes, within: Within) -> list[int] | None:
    indexes: list[int] = []
    for part in parts:
        more = _evidence(part, notes, within)
        if more is None:
            return None
        indexes += more
    return indexes


def _in_common(condition: AllOf | Sequence, same: Group, notes: _Notes, within: Within) -> list[int] | None:
    """The evidence of every group of records that makes `condition` hold by itself."""
    values = {value for seen in leaves(condition) for value in notes.groups(seen, same)}
    indexes: list[int] = []
    for value in values:
        inner = (*within, (same, value))
        held = (
            _all(condition.parts, notes, inner) if isinstance(condition, AllOf) else _sequence(condition, notes, inner)
        )
        indexes += held or []
    return indexes or None


def _sequence(sequence: Sequence, notes: _Notes, within: Within) -> list[int] | None:
    steps = [
        [one for seen in leaves(part) for one in notes.sightings(seen, notes.of(seen, within))]
        for part in sequence.parts
    ]
    return chains(steps, sequence.within_ms) or None
