"""The index: which conditions a record may pass, found without asking each of them.

Of every condition one anchor is taken: a field with the exact values or the pieces of text without which it cannot
hold. Values are looked up in tables, pieces of text are looked for all at once, by one automaton a field. What one
record passed is remembered for all that are like it in the attributes that rules ask for.
"""

from collections.abc import Callable, Iterable
from operator import attrgetter
from typing import Any, NamedTuple

import re2

from fulgurite.rules.facts import Facts
from fulgurite.rules.fields import FIELDS
from fulgurite.rules.patterns import encoded
from fulgurite.rules.rule import AllTests, Check, FieldTest, Kind, NotTest, Record, Seen

MAX_VALUE = 32_768
"""Characters of a text that are looked at; what follows is cut off."""
MAX_REMEMBERED = 50_000
"""Records of one kind that are remembered at a time."""
_LITERALS_AT_ONCE = 4_000
_AUTOMATON_BYTES = 256 << 20
"""Bound on the room of one automaton; it takes what it needs, and starts anew when it would need more."""
_FEW_VALUES = frozenset({"verb", "object", "kind", "proto", "method", "type", "protection", "op", "module", "ext"})
"""Fields of so few values that they hardly tell rules apart."""
_WEIGHT_OF_FEW = 2
_WEIGHT_OF_NUMBER = 4
_WEIGHT_OF_WORD = 6
_MOST_TELLING = 12
"""Characters of a piece of text beyond which a longer one tells no more."""

Values = dict[str, Any]
"""The fields of one record that were asked for so far, in the form in which they compare."""
Passes = Callable[[Record, Values, Facts], bool]


class Watch(NamedTuple):
    """A condition, ready to be asked."""

    seen: Seen
    fixed: tuple[Passes, ...]
    """Checks whose outcome is the same for all records that are alike."""
    moving: tuple[Passes, ...]
    """Checks that depend on what was seen before, too."""


class _Anchor(NamedTuple):
    field: str
    texts: frozenset[str | int]
    is_exact: bool

    @property
    def weight(self) -> int:
        """The higher, the fewer records have it."""
        shortest = min((len(one) if isinstance(one, str) else 0) for one in self.texts)
        if self.field in _FEW_VALUES:
            return _WEIGHT_OF_FEW
        if not self.is_exact:
            return min(shortest, _MOST_TELLING)
        return _WEIGHT_OF_WORD + min(shortest, _MOST_TELLING) if shortest else _WEIGHT_OF_NUMBER


class KindIndex:
    """The conditions on one kind of record."""

    def __init__(self, kind: Kind, seen: Iterable[Seen]) -> None:
        self._fields = FIELDS[kind]
        self._always: set[int] = set()
        self._exact: dict[str, dict[str | int, set[int]]] = {}
        pieces: dict[str, dict[str, set[int]]] = {}
        self._watches = [self._watch(number, one, pieces) for number, one in enumerate(seen)]
        self._automata = {field: _Automaton(table) for field, table in pieces.items()}
        checks = [check for watch in self._watches for check in watch.seen.tests]
        needed = {need for check in checks for need in self._needs(check) or ()}
        # Two names at least, so that the key is always a tuple.
        names = sorted(needed | {"__class__"})
        self.key: Callable[[Record], Any] = attrgetter(*names, *(["__class__"] if len(names) == 1 else []))
        """What makes records of this kind alike."""

    def _watch(self, number: int, seen: Seen, pieces: dict[str, dict[str, set[int]]]) -> Watch:
        """The condition of this number, ready to be asked, and told to the tables by its anchors."""
        kept = [(self._needs(check) is not None, self._compiled(check)) for check in seen.tests]
        watch = Watch(
            seen,
            tuple(passes for is_fixed, passes in kept if is_fixed),
            tuple(passes for is_fixed, passes in kept if not is_fixed),
        )
        anchors = self._anchors(AllTests(seen.tests))
        if anchors is None:
            self._always.add(number)
            return watch
        for anchor in anchors:
            for text in anchor.texts:
                if anchor.is_exact:
                    self._exact.setdefault(anchor.field, {}).setdefault(text, set()).add(number)
                else:
                    pieces.setdefault(anchor.field, {}).setdefault(str(text), set()).add(number)
        return watch

    @property
    def asked_always(self) -> int:
        """How many conditions have no anchor, and are asked of every record."""
        return len(self._always)

    def candidates(self, record: Record, values: Values, facts: Facts) -> list[Watch]:
        """The conditions that `record` may pass, each once."""
        found = set(self._always)
        for field, table in self._exact.items():
            value = self._value(field, record, values, facts)
            if value in table:
                found |= table[value]
        for field, automaton in self._automata.items():
            value = self._value(field, record, values, facts)
            if isinstance(value, str):
                automaton.find(value, found)
            elif value is not None:
                for text in value:
                    automaton.find(text, found)
        return [self._watches[number] for number in found]

    def remembered(self, record: Record, facts: Facts) -> tuple[tuple[Seen, tuple[Passes, ...]], ...]:
        """The conditions that every record like this one passes, as far as that is fixed, and what is left to ask."""
        values: Values = {}
        watches = self.candidates(record, values, facts)
        passed = (one for one in watches if all(passes(record, values, facts) for passes in one.fixed))
        return tuple((one.seen, one.moving) for one in passed)

    def _value(self, name: str, record: Record, values: Values, facts: Facts) -> Any:
        if name not in values:
            values[name] = folded(self._fields[name].get(record, facts))
        return values[name]

    def _needs(self, check: Check) -> tuple[str, ...] | None:
        """The attributes that alone decide over `check`; None when what was seen before does too."""
        if isinstance(check, FieldTest):
            return self._fields[check.field].needs
        inner = (check.check,) if isinstance(check, NotTest) else check.checks
        needs = [self._needs(one) for one in inner]
        return None if None in needs else tuple(name for one in needs for name in one or ())

    def _compiled(self, check: Check) -> Passes:
        if isinstance(check, FieldTest):
            return self._compiled_test(check)
        if isinstance(check, NotTest):
            inner = self._compiled(check.check)
            return lambda record, values, facts: not inner(record, values, facts)
        parts = [self._compiled(one) for one in check.checks]
        if isinstance(check, AllTests):
            return lambda record, values, facts: all(one(record, values, facts) for one in parts)
        least = check.least
        if least == 1:
            return lambda record, values, facts: any(one(record, values, facts) for one in parts)
        return lambda record, values, facts: sum(one(record, values, facts) for one in parts) >= least

    def _compiled_test(self, test: FieldTest) -> Passes:
        field, holds = test.field, test.holds
        if test.is_cased:
            get = self._fields[field].get
            return lambda record, _, facts: (value := cut(get(record, facts))) is not None and holds(value)
        value_of = self._value
        if test.takes_unknown:
            return lambda record, values, facts: holds(value_of(field, record, values, facts))

        def passes(record: Record, values: Values, facts: Facts) -> bool:
            # Looked up here, and not by a call: this is what matching spends its time with.
            value = values[field] if field in values else value_of(field, record, values, facts)
            return value is not None and holds(value)

        return passes

    def _anchors(self, check: Check) -> list[_Anchor] | None:
        """Anchors of which a record that passes has one; None when there are none."""
        if isinstance(check, FieldTest):
            return self._anchor(check)
        if isinstance(check, NotTest):
            return None
        inner = [self._anchors(one) for one in check.checks]
        if isinstance(check, AllTests):
            known = [one for one in inner if one is not None]
            return max(known, key=lambda anchors: min(one.weight for one in anchors), default=None)
        if None in inner or check.least < 1:
            return None
        return [anchor for one in inner for anchor in one or ()]

    def _anchor(self, test: FieldTest) -> list[_Anchor] | None:
        field = self._fields[test.field]
        if field.needs is None or test.takes_unknown or field.type == "flag":
            return None
        exact = _Anchor(test.field, test.words, is_exact=True) if test.words and field.type != "texts" else None
        pieces = _Anchor(test.field, frozenset(test.atoms), is_exact=False) if test.atoms else None
        known = [one for one in (exact, pieces) if one is not None]
        # Of two that weigh the same the first, which costs less.
        return [max(known, key=lambda one: one.weight)] if known else None


class _Automaton:
    """Finds the pieces of text that a value contains, all in one go."""

    def __init__(self, table: dict[str, set[int]]) -> None:
        texts = sorted(table)
        parts = [texts[at : at + _LITERALS_AT_ONCE] for at in range(0, len(texts), _LITERALS_AT_ONCE)]
        self._parts = [(_set_of(part), [table[text] for text in part]) for part in parts]

    def find(self, text: str, found: set[int]) -> None:
        """Adds to `found` the numbers of the conditions one of whose pieces is in `text`."""
        raw = encoded(text)
        for pieces, numbers in self._parts:
            for number in pieces.Match(raw) or ():
                found |= numbers[number]


def _set_of(texts: list[str]) -> Any:
    options = re2.Options()
    options.log_errors = False
    options.literal = True
    options.max_mem = _AUTOMATON_BYTES
    pieces = re2.Set.SearchSet(options)
    for text in texts:
        pieces.Add(encoded(text))
    pieces.Compile()
    return pieces


def folded(value: Any) -> Any:
    """`value` as it compares: text without case, cut to MAX_VALUE characters."""
    if isinstance(value, str):
        return value[:MAX_VALUE].lower()
    return tuple(text[:MAX_VALUE].lower() for text in value) if isinstance(value, tuple) else value


def cut(value: Any) -> Any:
    """`value` with its case, cut to MAX_VALUE characters."""
    if isinstance(value, str):
        return value[:MAX_VALUE]
    return tuple(text[:MAX_VALUE] for text in value) if isinstance(value, tuple) else value
