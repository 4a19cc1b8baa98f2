"""The texts without which a regular expression cannot match, so that the index can look for those first.

What this does not understand it makes no statement on; the expression is then asked always.
"""

import re
from typing import NamedTuple

Texts = frozenset[str]
"""In lower case; a value that matches contains one of them."""

_MAX_TEXTS = 64
"""Ways of one expression that are told apart."""
_MIN_LENGTH = 3
"""Characters of a text that is worth looking for."""
_QUANTIFIER = re.compile(r"([*?]|\{0?,\d*\}|\{0(?:,\d*)?\})|(\+|\{\d+(?:,\d*)?\})")
"""One that allows none, or one that demands something."""
_CLASS = re.compile(r"\[\^?\]?(?:\\.|\[:\w+:\]|[^\]\\])*\]")
_GROUP = re.compile(r"\((?:\?(?:P?<\w+>|:))?(?!\?)")
_LITERAL_ESCAPE = re.compile(r"\\([^A-Za-z0-9])")
_EMPTY_ESCAPE = re.compile(r"\\[bBAz]|[$^]")
_CLASS_ESCAPE = re.compile(r"\\[dDwWsS]|\.")


class _Unknown(Exception):
    """Something in the expression is not understood."""


class _Part(NamedTuple):
    """A piece of an expression, as far as it was read."""

    exact: Texts | None
    """All the texts that it matches, where these are few."""
    needed: Texts | None
    """Texts of which each match contains one; None: nothing is known."""


_NOTHING = _Part(frozenset({""}), None)
_ANYTHING = _Part(None, None)


def required(pattern: str) -> Texts | None:
    """Texts in lower case of which every match of `pattern` contains one; None where that cannot be said."""
    try:
        part, at = _alternatives(pattern, 0)
    except (_Unknown, RecursionError):
        return None
    if at != len(pattern):
        return None
    best = _better(part.needed, part.exact)
    return best if best is not None and _length(best) >= _MIN_LENGTH else None


def _alternatives(pattern: str, at: int) -> tuple[_Part, int]:
    part, at = _concatenation(pattern, at)
    parts = [part]
    while at < len(pattern) and pattern[at] == "|":
        part, at = _concatenation(pattern, at + 1)
        parts.append(part)
    if len(parts) == 1:
        return part, at
    exact: Texts | None = frozenset[str]()
    needed: Texts | None = frozenset[str]()
    for one in parts:
        exact = None if exact is None or one.exact is None else exact | one.exact
        best = _better(one.needed, one.exact)
        needed = None if needed is None or best is None else needed | best
    return _bounded(_Part(exact, needed)), at


def _concatenation(pattern: str, at: int) -> tuple[_Part, int]:
    whole = _NOTHING
    while at < len(pattern) and pattern[at] not in "|)":
        part, at = _atom(pattern, at)
        quantifier = _QUANTIFIER.match(pattern, at)
        if quantifier is not None:
            at = quantifier.end()
            part = _ANYTHING if quantifier[1] is not None else _Part(None, _better(part.needed, part.exact))
            if pattern[at : at + 1] == "?":
                at += 1
        whole = _joined(whole, part)
    return whole, at


def _joined(before: _Part, after: _Part) -> _Part:
    """What comes of one piece followed by another."""
    if before.exact is not None and after.exact is not None:
        both = frozenset(one + other for one in before.exact for other in after.exact)
        if len(both) <= _MAX_TEXTS:
            return _Part(both, _better(before.needed, after.needed))
    needed = _better(before.needed, before.exact)
    if after.exact is not None:
        # A new run of known texts begins; what was known before it is kept as needed.
        return _Part(after.exact, needed) if before.exact is None else _Part(None, _better(needed, after.exact))
    return _Part(None, _better(needed, after.needed))


def _atom(pattern: str, at: int) -> tuple[_Part, int]:
    if pattern[at] == "(":
        group = _GROUP.match(pattern, at)
        if group is None or pattern[group.end() : group.end() + 1] == "?":
            raise _Unknown
        part, at = _alternatives(pattern, group.end())
        if pattern[at : at + 1] != ")":
            raise _Unknown
        return part, at + 1
    literal = _LITERAL_ESCAPE.match(pattern, at)
    if literal is not None:
        return _text(literal[1]), literal.end()
    for form, part in ((_EMPTY_ESCAPE, _NOTHING), (_CLASS_ESCAPE, _ANYTHING), (_CLASS, _ANYTHING)):
        found = form.match(pattern, at)
        if found is not None:
            return part, found.end()
    if pattern[at] in "\\[*+?{":
        raise _Unknown
    return _text(pattern[at]), at + 1


def _text(character: str) -> _Part:
    return _Part(frozenset({character.lower()}), None)


def _bounded(part: _Part) -> _Part:
    exact = part.exact if part.exact is not None and len(part.exact) <= _MAX_TEXTS else None
    needed = part.needed if part.needed is not None and len(part.needed) <= _MAX_TEXTS else None
    return _Part(exact, needed)


def _length(texts: Texts) -> int:
    return min(map(len, texts), default=0)


def _better(one: Texts | None, other: Texts | None) -> Texts | None:
    """The more telling of two statements."""
    if one is None or other is None:
        return one if other is None else other
    return max(one, other, key=lambda texts: (_length(texts), -len(texts)))
