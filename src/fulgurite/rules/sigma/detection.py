"""A Sigma rule's condition -> checks on one record of ours."""

from collections.abc import Callable, Iterable

from sigma.conditions import (
    ConditionAND,
    ConditionFieldEqualsValueExpression,
    ConditionNOT,
    ConditionOR,
    ConditionValueExpression,
)
from sigma.types import SigmaExists, SigmaExpansion, SigmaFieldReference, SigmaNull, SigmaString, SpecialChars

from fulgurite.rules.fields import FIELDS
from fulgurite.rules.fieldtests import any_pattern, text_test
from fulgurite.rules.rule import AllTests, AnyTests, Check, NotTest
from fulgurite.rules.sigma.logsources import LogSource
from fulgurite.rules.sigma.values import Unsupported, pattern_of, test_of

Outcome = Check | bool
"""What a part of a condition comes to; a bool where it is the same for every record."""
MAX_NESTING = 60


class Detection:
    """Compiles the conditions of one rule; remembers which of its fields reports do not tell."""

    def __init__(self, source: LogSource) -> None:
        self._source = source
        self.unknown: set[str] = set()
        """Sigma's names of fields that have no counterpart."""

    def outcome(self, node: object, depth: int = 0) -> Outcome:
        """What `node` of pySigma's tree demands of a record. Raises Unsupported, BadPattern."""
        if depth > MAX_NESTING:
            raise Unsupported(f"its condition nests deeper than {MAX_NESTING} levels")
        match node:
            case ConditionAND():
                return joined((self.outcome(one, depth + 1) for one in node.args), AllTests, neutral=True)
            case ConditionOR():
                return joined((self.outcome(one, depth + 1) for one in node.args), AnyTests, neutral=False)
            case ConditionNOT():
                inner = self.outcome(node.args[0], depth + 1)
                return not inner if isinstance(inner, bool) else NotTest(inner)
            case ConditionFieldEqualsValueExpression():
                return self._of_field(node.field, node.value)
            case ConditionValueExpression():
                return self._of_keyword(node.value)
            case _:
                raise Unsupported(f"conditions of the kind {type(node).__name__} mean nothing here")

    def _of_field(self, name: str, value: object) -> Outcome:
        if isinstance(value, SigmaExpansion):
            return joined((self._of_field(name, one) for one in value.values), AnyTests, neutral=False)
        if isinstance(value, SigmaFieldReference):
            raise Unsupported(f"{name} cannot be compared with another field")
        known = name.lower()
        fixed = self._source.fixed.get(known)
        if fixed is not None:
            return bool(pattern_of(value).holds(fixed))
        ours = self._source.fields.get(known)
        if ours is None:
            self.unknown.add(name)
            return isinstance(value, SigmaNull) or (isinstance(value, SigmaExists) and not value)
        return test_of(ours, FIELDS[self._source.kind][ours], value)

    def _of_keyword(self, value: object) -> Outcome:
        """A text anywhere in the record."""
        if isinstance(value, SigmaString):
            value = SpecialChars.WILDCARD_MULTI + value + SpecialChars.WILDCARD_MULTI
        pattern = any_pattern([pattern_of(value)])
        own = FIELDS[self._source.kind]
        named = sorted({one for one in self._source.fields.values() if own[one].type in {"text", "texts"}})
        return AnyTests(tuple(text_test(name, own[name], pattern) for name in named))


def joined(outcomes: Iterable[Outcome], join: Callable[[tuple[Check, ...]], Check], *, neutral: bool) -> Outcome:
    """The outcomes joined; those that are the same for every record are worked in. `neutral` changes nothing."""
    checks: list[Check] = []
    for one in outcomes:
        if not isinstance(one, bool):
            checks.append(one)
        elif one is not neutral:
            return one
    if not checks:
        return neutral
    return checks[0] if len(checks) == 1 else join(tuple(checks))
