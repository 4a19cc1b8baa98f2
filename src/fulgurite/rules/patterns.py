"""Tests on values: equality, parts, globs and bounded regular expressions on text; bounds on numbers.

Text compares without case: patterns are folded here, values by whoever asks. Nothing here can be made slow by a
sample: globs take time linear in the value, and a regular expression is refused unless the number of ways it can be
tried is small on the longest value it is given.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

Holds = Callable[[Any], bool]
"""Whether a value passes; text comes in lower case."""

MAX_REGEX_VALUE = 512
"""Characters of a value that a regular expression is tried on; a longer value never matches one."""
MAX_PATHS = 300_000
"""Ways in which a regular expression may be tried on one value: the product of its repeats and choices."""
MAX_PATTERN = 1_000
"""Characters of a pattern."""


class BadPattern(Exception):
    """A pattern that is not to be used; says why."""


def equals(word: str) -> Holds:
    folded = word.lower()
    return lambda value: bool(value == folded)


def contains(word: str) -> Holds:
    folded = word.lower()
    return lambda value: folded in value


def starts(word: str) -> Holds:
    folded = word.lower()
    return lambda value: bool(value.startswith(folded))


def ends(word: str) -> Holds:
    folded = word.lower()
    return lambda value: bool(value.endswith(folded))


def glob(pattern: str) -> Holds:
    """The whole value: `*` stands for any run of characters, `?` for one. Raises BadPattern when too long."""
    if len(pattern) > MAX_PATTERN:
        raise BadPattern(f"longer than {MAX_PATTERN} characters")
    first, *rest = pattern.lower().split("*")
    begins = re.compile(_piece(first), re.DOTALL)
    if not rest:
        return lambda value: begins.fullmatch(value) is not None
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

    return holds


def _finder(piece: str) -> Callable[[str, int], int]:
    """Finds the end of the first place, from a given one on, where `piece` stands; negative when nowhere."""
    if "?" not in piece:
        return lambda value, at: found + len(piece) if (found := value.find(piece, at)) >= 0 else -1
    form = re.compile(_piece(piece), re.DOTALL)
    return lambda value, at: -1 if (found := form.search(value, at)) is None else found.end()


def _piece(text: str) -> str:
    return "".join("." if char == "?" else re.escape(char) for char in text)


_TOKEN = re.compile(
    r"""(?P<open>\((?:\?:)?)|(?P<close>\))|(?P<choice>\|)
    |(?P<repeat>[*+?]|\{(?P<least>\d{1,3})(?:(?P<comma>,)(?P<most>\d{1,3})?)?\})
    |(?P<atom>\\[dDwWsS\\.\-+*?()\[\]{}|^$/]|\[\^?(?:\\[dDwWsS\\\-\]\[^.]|[^\]\\\[])+\]|[^\\()\[\]{}|*+?^$])""",
    re.VERBOSE,
)
"""All that a regular expression may consist of. No back-references, no look-around, no flags, no anchors: the whole
value must match anyway."""

_SET_OPERATION = re.compile(r"--|&&|~~|\|\|")
"""What Python may one day read as an operation on sets."""


def regex(pattern: str) -> Holds:
    """The whole value, of at most MAX_REGEX_VALUE characters.

    Raises BadPattern for syntax that is not allowed (a repeated group above all), and for a pattern that could be
    tried in more than MAX_PATHS ways.
    """
    if len(pattern) > MAX_PATTERN:
        raise BadPattern(f"longer than {MAX_PATTERN} characters")
    if _SET_OPERATION.search(pattern) is not None:
        raise BadPattern("doubled -, &, ~ and | are not allowed")
    if _paths(pattern) > MAX_PATHS:
        raise BadPattern("too many repeats: use fewer, or bounds such as {1,8}")
    try:
        whole = re.compile(pattern, re.IGNORECASE | re.DOTALL)
    except re.error as error:
        raise BadPattern(str(error)) from error
    return lambda value: len(value) <= MAX_REGEX_VALUE and whole.fullmatch(value) is not None


def _paths(pattern: str) -> int:
    """In how many ways `pattern` can be tried on one value, at most: repeats multiply, choices add."""
    groups = [[0, 1]]
    """For each open group: the ways of its choices so far, and of the choice at hand."""
    before = ""
    for token in _tokens(pattern):
        kind = str(token.lastgroup)
        if kind == "repeat" and before != "atom":
            raise BadPattern(f"only one character or class can be repeated (character {token.start() + 1})")
        if kind == "close" and len(groups) == 1:
            raise BadPattern(f"nothing to close at character {token.start() + 1}")
        _count(groups, kind, token)
        before = kind
    if len(groups) != 1:
        raise BadPattern("a group is not closed")
    return sum(groups[0])


def _count(groups: list[list[int]], kind: str, token: re.Match[str]) -> None:
    if kind == "open":
        groups.append([0, 1])
    elif kind == "choice":
        groups[-1] = [sum(groups[-1]), 1]
    elif kind == "close":
        groups[-2][1] *= sum(groups.pop())
    elif kind == "repeat":
        groups[-1][1] *= _repeats(token)


def _tokens(pattern: str) -> Iterator[re.Match[str]]:
    at = 0
    while at < len(pattern):
        token = _TOKEN.match(pattern, at)
        if token is None:
            raise BadPattern(f"not allowed at character {at + 1}: {pattern[at : at + 10]!r}")
        yield token
        at = token.end()


def _repeats(token: re.Match[str]) -> int:
    """How many numbers of repeats the token leaves open."""
    if token["repeat"] == "?":
        return 2
    if token["least"] is None or (token["comma"] is not None and token["most"] is None):
        return MAX_REGEX_VALUE + 1
    most = token["least"] if token["most"] is None else token["most"]
    return max(1, int(most) - int(token["least"]) + 1)


TEXT_TESTS: dict[str, Callable[[str], Holds]] = {
    "equals": equals,
    "contains": contains,
    "starts": starts,
    "ends": ends,
    "glob": glob,
    "regex": regex,
}
"""Operators on text by their word."""


def number_equals(bound: int) -> Holds:
    return lambda value: bool(value == bound)


def above(bound: int) -> Holds:
    return lambda value: bool(value > bound)


def below(bound: int) -> Holds:
    return lambda value: bool(value < bound)


NUMBER_TESTS: dict[str, Callable[[int], Holds]] = {"equals": number_equals, "above": above, "below": below}
"""Operators on numbers by their word."""
