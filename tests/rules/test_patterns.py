"""Tests on values, and the patterns that are refused because a sample could make them slow."""

import fnmatch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite.rules.patterns import MAX_PATTERN, MAX_REGEX_VALUE, NUMBER_TESTS, TEXT_TESTS, BadPattern, glob, regex


@pytest.mark.parametrize(
    ("operator", "bound", "value", "holds"),
    [
        ("equals", "Word", "word", True),
        ("equals", "Word", "words", False),
        ("contains", "OR", "word", True),
        ("contains", "ro", "word", False),
        ("starts", "Wo", "word", True),
        ("starts", "or", "word", False),
        ("ends", "RD", "word", True),
        ("ends", "or", "word", False),
        ("glob", "W?r*", "word", True),
        ("glob", "word", "word", True),
        ("glob", "wor", "word", False),
        ("glob", "*", "", True),
        ("glob", "a*a", "a", False),
        ("glob", "a*b*c", "a.b.b.c", True),
        ("glob", "a*b*c", "a.c.b", False),
        ("glob", "*x?z*", "..xyz..", True),
        ("glob", "*x?z*", "..xz", False),
        ("glob", "a*b", "a\nb", True),
        ("glob", "?:\\[a]\\*", "c:\\[a]\\b", True),
        ("regex", "W[ao]r(d|t)", "word", True),
        ("regex", "wor", "word", False),
        ("regex", "\\d{1,3}\\.\\d{1,3}", "10.255", True),
        ("regex", "a?b{2}c+", "bbcc", True),
        ("regex", "(?:x|y)[^\\]]*", "y--", True),
    ],
)
def test_text(operator: str, bound: str, value: str, holds: bool) -> None:
    assert TEXT_TESTS[operator](bound)(value) is holds


@pytest.mark.parametrize(
    ("operator", "bound", "value", "holds"),
    [
        ("equals", 5, 5, True),
        ("equals", 5, 6, False),
        ("above", 5, 6, True),
        ("above", 5, 5, False),
        ("below", 5, 4, True),
        ("below", 5, 5, False),
    ],
)
def test_numbers(operator: str, bound: int, value: int, holds: bool) -> None:
    assert NUMBER_TESTS[operator](bound)(value) is holds


@pytest.mark.parametrize(
    ("pattern", "fault"),
    [
        ("(a+)+", "only one character or class can be repeated"),
        ("(a|b)*", "only one character or class can be repeated"),
        ("a**", "only one character or class can be repeated"),
        ("*a", "only one character or class can be repeated"),
        ("a+?", "only one character or class can be repeated"),
        (".*.*.*", "too many repeats"),
        ("a{1,999}b{1,999}", "too many repeats"),
        ("a?" * 20, "too many repeats"),
        ("(a|b)" * 20, "too many repeats"),
        ("(a)\\1", "not allowed at character 4"),
        ("(?=a)", "only one character or class can be repeated"),
        ("(?i)a", "only one character or class can be repeated"),
        ("(?P<x>a)", "only one character or class can be repeated"),
        ("^a", "not allowed at character 1"),
        ("a$", "not allowed at character 2"),
        ("[a", "not allowed at character 1"),
        ("a{", "not allowed at character 2"),
        ("a]", "not allowed at character 2"),
        ("(a", "a group is not closed"),
        ("a)", "nothing to close at character 2"),
        ("[z-a]", "bad character range"),
        ("a{5,2}", "min repeat greater than max repeat"),
        ("[a--b]", "doubled"),
        ("a||b", "doubled"),
        ("a" * (MAX_PATTERN + 1), "longer than"),
    ],
)
def test_patterns_that_are_refused(pattern: str, fault: str) -> None:
    with pytest.raises(BadPattern, match=fault):
        regex(pattern)


def test_a_long_glob_is_refused() -> None:
    with pytest.raises(BadPattern, match="longer than"):
        glob("a" * (MAX_PATTERN + 1))


def test_a_regular_expression_is_not_tried_on_long_values() -> None:
    holds = regex("a*")
    assert holds("a" * MAX_REGEX_VALUE)
    assert not holds("a" * (MAX_REGEX_VALUE + 1))


@given(st.text("ab?*", max_size=12), st.text("ab", max_size=12))
def test_globs_mean_what_they_mean_everywhere(pattern: str, value: str) -> None:
    assert glob(pattern)(value) is fnmatch.fnmatchcase(value, pattern)


@given(st.text("ab()[]|*+?{}0123456789,\\.^$-:", max_size=20), st.text("ab01", max_size=30))
def test_any_regular_expression_is_quick_or_refused(pattern: str, value: str) -> None:
    try:
        holds = regex(pattern)
    except BadPattern:
        return
    assert holds(value) in {True, False}
