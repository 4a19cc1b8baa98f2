"""Tests on values, and the patterns that are refused because a sample could make them slow."""

import fnmatch
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite.rules.patterns import MAX_PATTERN, NUMBER_TESTS, TEXT_TESTS, BadPattern, glob, regex, searched


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
    assert TEXT_TESTS[operator](bound).holds(value) is holds


@pytest.mark.parametrize(
    ("operator", "bound", "value", "holds"),
    [
        ("equals", 5, 5, True),
        ("equals", 5, 6, False),
        ("above", 5, 6, True),
        ("above", 5, 5, False),
        ("below", 5, 4, True),
        ("below", 5, 5, False),
        ("bits", 6, 7, True),
        ("bits", 6, 5, False),
    ],
)
def test_numbers(operator: str, bound: int, value: int, holds: bool) -> None:
    assert NUMBER_TESTS[operator](bound).holds(value) is holds


@pytest.mark.parametrize(
    ("pattern", "fault"),
    [
        ("(a)\\1", "invalid escape sequence"),
        ("(?=a)", "invalid perl operator"),
        ("(?!a)b", "invalid perl operator"),
        ("[a", "missing ]"),
        ("(a", "missing )"),
        ("a)", "unexpected )"),
        ("*a", "no argument for repetition operator"),
        ("[z-a]", "invalid character class range"),
        ("a{5,2}", "invalid repetition size"),
        ("(a{999}){999}", "invalid repetition size"),
        ("((a{100}){100}){100}", "invalid repetition size"),
        ("a" * (MAX_PATTERN + 1), "longer than"),
    ],
)
def test_patterns_that_are_refused(pattern: str, fault: str) -> None:
    with pytest.raises(BadPattern, match=re.escape(fault)):
        regex(pattern)


def test_a_long_glob_is_refused() -> None:
    with pytest.raises(BadPattern, match="longer than"):
        glob("a" * (MAX_PATTERN + 1))


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|aa)+$", "(.*)*(.*)*x", "a?" * 30 + "a" * 30])
def test_patterns_that_take_others_for_ever_take_no_time(pattern: str) -> None:
    assert regex(pattern).holds("a" * 30_000 + "!") is False


def test_searches_with_and_without_case() -> None:
    assert searched("B.", is_cased=True).holds("aBc")
    assert not searched("B.", is_cased=True).holds("abc")
    assert searched("B.", is_cased=False).holds("abc")


@pytest.mark.parametrize(("value", "holds"), [("10.1.2.3", True), ("192.0.2.1", False), ("a.test", False)])
def test_networks(value: str, holds: bool) -> None:
    assert TEXT_TESTS["cidr"]("10.0.0.0/8").holds(value) is holds


def test_what_is_no_network_is_refused() -> None:
    with pytest.raises(BadPattern, match="no network: 10/x"):
        TEXT_TESTS["cidr"]("10/x")


@given(st.text("ab?*", max_size=12), st.text("ab", max_size=12))
def test_globs_mean_what_they_mean_everywhere(pattern: str, value: str) -> None:
    assert glob(pattern).holds(value) is fnmatch.fnmatchcase(value, pattern)


@given(st.text("ab()[]|*+?{}0123456789,\\.^$-:", max_size=20), st.text("ab01", max_size=30))
def test_any_regular_expression_is_quick_or_refused(pattern: str, value: str) -> None:
    try:
        holds = regex(pattern).holds
    except BadPattern:
        return
    assert holds(value) in {True, False}


@given(st.text(max_size=20))
def test_any_text_may_be_asked(value: str) -> None:
    assert regex(".*").holds(value)
