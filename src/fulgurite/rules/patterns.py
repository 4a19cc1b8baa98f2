"""Tests on values: equality, parts, globs, regular expressions and networks on text; bounds on numbers.

Text compares without case: patterns are folded here, values by whoever asks. Nothing here can be made slow by a
sample: every test takes time linear in the value, and values are cut (see fulgurite.rules.index).
"""

import ipaddress
import re
from collections.abc import Callable
from typing import Any, NamedTuple

import re2

from fulgurite.rules.literals import required

Holds = Callable[[Any], bool]
"""Whether a value passes; text comes in lower case."""

MAX_PATTERN = 1_000
"""Characters of a pattern."""
_MAX_PROGRAM_BYTES = 1 << 20
"""Room that one regular expression may take; a pattern that needs more is refused."""
_MIN_ATOM = 3
"""Characters of a text that is worth looking for before anything else."""


class BadPattern(Exception):
    """A pattern that is not to be used; says why."""


class Pattern(NamedTuple):
    """A test on a value, and what the index may know of it."""

    holds: Holds
    word: str | int | None = None
    """The one value that passes."""
    atoms: frozenset[str] | None = None
    """Texts in lower case; a value that passes contains one of them."""


def equals(word: str) -> Pattern:
    folded = word.lower()
    return Pattern(lambda value: bool(value == folded), word=folded, atoms=_atom(folded))


def contains(word: str) -> Pattern:
    folded = word.lower()
    return Pattern(lambda value: folded in value, atoms=_atom(folded))


def starts(word: str) -> Pattern:
    folded = word.lower()
    return Pattern(lambda value: bool(value.startswith(folded)), atoms=_atom(folded))


def ends(word: str) -> Pattern:
    folded = word.lower()
    return Pattern(lambda value: bool(value.endswith(folded)), atoms=_atom(folded))


def glob(pattern: str) -> Pattern:
    """The whole value: `*` stands for any run of characters, `?` for one. Raises BadPattern when too long."""
    if len(pattern) > MAX_PATTERN:
        raise BadPattern(f"longer than {MAX_PATTERN} characters")
    folded = pattern.lower()
    atoms = _atom(max(re.split(r"[*?]", folded), key=len))
    first, *rest = folded.split("*")
    begins = re.compile(_piece(first), re.DOTALL)
    if not rest:
        return Pattern(lambda value: begins.fullmatch(value) is not None, atoms=atoms)
    *inner, last = rest
    finders = [_finder(piece) for piece in inner if piece != ""]
    finishes = re.compile(_piece(last), re.DOTALL)

    def holds(value: str) -> bool:
        if begins.match(value) is None:
            return False
        at = len(first)
        for found_end in finders:  # each piece where it comes first: if that fails, no later place is better
            at = found_end(value, at)
            if at < 0:
                return False
        rest_at = len(value) - len(last)
        return rest_at >= at and finishes.fullmatch(value, rest_at) is not None

    return Pattern(holds, atoms=atoms)


def _finder(piece: str) -> Callable[[str, int], int]:
    """Finds the end of the first place, from a given one on, where `piece` stands; negative when nowhere."""
    if "?" not in piece:
        return lambda value, at: found + len(piece) if (found := value.find(piece, at)) >= 0 else -1
    form = re.compile(_piece(piece), re.DOTALL)
    return lambda value, at: -1 if (found := form.search(value, at)) is None else found.end()


def _piece(text: str) -> str:
    return "".join("." if char == "?" else re.escape(char) for char in text)


def regex(pattern: str) -> Pattern:
    """The whole value, by an engine that takes linear time. Raises BadPattern for what it cannot do, or is too big."""
    if len(pattern) > MAX_PATTERN:
        raise BadPattern(f"longer than {MAX_PATTERN} characters")
    whole = _compiled(pattern, is_cased=False)
    return Pattern(lambda value: whole.fullmatch(encoded(value)) is not None, atoms=required(pattern))


def searched(pattern: str, *, is_cased: bool) -> Pattern:
    """Anywhere in the value, as other languages of rules mean it. Raises BadPattern as `regex` does."""
    form = _compiled(pattern, is_cased=is_cased)
    return Pattern(lambda value: form.search(encoded(value)) is not None, atoms=required(pattern))


def encoded(text: str) -> bytes:
    """`text` as the engine for regular expressions takes it; what is no Unicode is a question mark."""
    return text.encode("utf-8", "replace")


def _compiled(pattern: str, *, is_cased: bool) -> Any:
    options = re2.Options()
    options.log_errors = False
    options.dot_nl = True
    options.case_sensitive = is_cased
    options.max_mem = _MAX_PROGRAM_BYTES
    try:
        return re2.compile(encoded(pattern), options)
    except re2.error as error:
        told = error.args[0] if error.args else b""
        raise BadPattern(told.decode("utf-8", "replace") if isinstance(told, bytes) else str(told)) from error


def _atom(folded: str) -> frozenset[str] | None:
    return frozenset({folded}) if len(folded) >= _MIN_ATOM else None


def cidr(network: str) -> Pattern:
    """An address within `network`, such as `10.0.0.0/8`. Raises BadPattern when it is none."""
    try:
        wanted = ipaddress.ip_network(network, strict=False)
    except ValueError as error:
        raise BadPattern(f"no network: {network}") from error

    def holds(value: str) -> bool:
        try:
            return ipaddress.ip_address(value) in wanted
        except ValueError:
            return False

    return Pattern(holds)


TEXT_TESTS: dict[str, Callable[[str], Pattern]] = {
    "equals": equals,
    "contains": contains,
    "starts": starts,
    "ends": ends,
    "glob": glob,
    "regex": regex,
    "cidr": cidr,
}
"""Operators on text by their word."""


def number_equals(bound: int) -> Pattern:
    return Pattern(lambda value: bool(value == bound), word=bound)


def above(bound: int) -> Pattern:
    return Pattern(lambda value: bool(value > bound))


def below(bound: int) -> Pattern:
    return Pattern(lambda value: bool(value < bound))


def bits(mask: int) -> Pattern:
    """Every bit of `mask` is set."""
    return Pattern(lambda value: bool(value & mask == mask))


NUMBER_TESTS: dict[str, Callable[[int], Pattern]] = {
    "equals": number_equals,
    "above": above,
    "below": below,
    "bits": bits,
}
"""Operators on numbers by their word."""
