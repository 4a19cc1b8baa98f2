"""A value of a Sigma detection -> a test on one field of ours."""

import operator
import re
from collections.abc import Callable

from sigma.types import (
    CompareOperators,
    SigmaBool,
    SigmaCasedString,
    SigmaCIDRExpression,
    SigmaCompareExpression,
    SigmaExists,
    SigmaNull,
    SigmaNumber,
    SigmaRegularExpression,
    SigmaRegularExpressionFlag,
    SigmaString,
    SpecialChars,
)

from fulgurite.rules import patterns
from fulgurite.rules.fields import Field
from fulgurite.rules.fieldtests import any_pattern, presence, text_test
from fulgurite.rules.patterns import BadPattern, Pattern
from fulgurite.rules.rule import FieldTest

_FLAGS = {SigmaRegularExpressionFlag.MULTILINE: "m", SigmaRegularExpressionFlag.DOTALL: "s"}
_COMPARISONS = {
    CompareOperators.LT: operator.lt,
    CompareOperators.LTE: operator.le,
    CompareOperators.GT: operator.gt,
    CompareOperators.GTE: operator.ge,
    CompareOperators.NEQ: operator.ne,
}


class Unsupported(Exception):
    """Says what of Sigma has no meaning here, and why."""


def test_of(name: str, field: Field, value: object) -> FieldTest:
    """The test that `value`, of pySigma's types, makes of our field `name`. Raises Unsupported, BadPattern."""
    match value:
        case SigmaNull():
            return presence(name, is_there=False)
        case SigmaExists():
            return presence(name, is_there=bool(value))
        case SigmaCompareExpression():
            return _compared(name, field, value)
        case SigmaBool():
            wanted = value.boolean
            return FieldTest(name, lambda told: told is wanted or told == str(wanted).lower())
        case _:
            pattern = pattern_of(value)
            is_cased = isinstance(value, SigmaCasedString) or (
                isinstance(value, SigmaRegularExpression) and SigmaRegularExpressionFlag.IGNORECASE not in value.flags
            )
            return _on_field(name, field, pattern, value)._replace(is_cased=is_cased and field.type != "number")


def pattern_of(value: object) -> Pattern:
    """The test of text that `value` makes, whatever the field. Raises Unsupported, BadPattern."""
    match value:
        case SigmaCasedString():
            return patterns.searched(f"^(?:{_expression(value)})$", is_cased=True)
        case SigmaString():
            return _of_string(value)
        case SigmaNumber():
            return patterns.equals(str(value.number))
        case SigmaRegularExpression():
            flags = "".join(letter for flag, letter in _FLAGS.items() if flag in value.flags)
            text = str(value.regexp.original)
            is_cased = SigmaRegularExpressionFlag.IGNORECASE not in value.flags
            return patterns.searched(f"(?{flags}){text}" if flags else text, is_cased=is_cased)
        case SigmaCIDRExpression():
            return patterns.cidr(value.cidr)
        case _:
            raise Unsupported(f"values of the kind {type(value).__name__} mean nothing here")


def _on_field(name: str, field: Field, pattern: Pattern, value: object) -> FieldTest:
    if field.type == "flag":
        raise Unsupported(f"{name} is true or false, not text")
    if field.type == "number":
        if isinstance(value, SigmaNumber) and isinstance(value.number, int):
            number = patterns.number_equals(value.number)
            return any_pattern([number])._replace(field=name)
        holds = pattern.holds
        return FieldTest(name, lambda told: holds(str(told)))
    return text_test(name, field, any_pattern([pattern]))


def _compared(name: str, field: Field, value: SigmaCompareExpression) -> FieldTest:
    if field.type != "number":
        raise Unsupported(f"{name} is no number, and cannot be more or less than one")
    compare, bound = _COMPARISONS[value.op], value.number.number
    return FieldTest(name, lambda told: compare(told, bound))


def _of_string(value: SigmaString) -> Pattern:
    parts = list(value.s)
    if not all(isinstance(part, str | SpecialChars) for part in parts):
        raise Unsupported("placeholders must be filled in before a rule is used")
    text = "".join(part for part in parts if isinstance(part, str))
    plain = _PLAIN.get("".join("t" if isinstance(part, str) else _globbed(part) for part in parts))
    if plain is not None:
        return plain(text)
    if any(letter in text for letter in "*?"):
        return patterns.regex(_expression(value))
    return patterns.glob("".join(_globbed(part) for part in parts))


_PLAIN: dict[str, Callable[[str], Pattern]] = {
    "": patterns.equals,
    "t": patterns.equals,
    "*": lambda _: Pattern(lambda _: True),
    "*t": patterns.ends,
    "t*": patterns.starts,
    "*t*": patterns.contains,
}
"""Forms of strings (t: text without wildcards) that need no glob."""


def _globbed(part: object) -> str:
    if part is SpecialChars.WILDCARD_MULTI:
        return "*"
    return "?" if part is SpecialChars.WILDCARD_SINGLE else str(part)


def _expression(value: SigmaString) -> str:
    """A regular expression for the whole value."""
    pieces = {SpecialChars.WILDCARD_MULTI: ".*", SpecialChars.WILDCARD_SINGLE: "."}
    return "".join(pieces[part] if isinstance(part, SpecialChars) else re.escape(str(part)) for part in value.s)


__all__ = ["BadPattern", "Unsupported", "pattern_of", "test_of"]
