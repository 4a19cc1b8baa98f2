"""Texts without which an expression cannot match."""

import pytest
import re2
from hypothesis import given
from hypothesis import strategies as st

from fulgurite.rules.literals import required


@pytest.mark.parametrize(
    ("pattern", "texts"),
    [
        ("abc", {"abc"}),
        (".*ABCD.*ef", {"abcd"}),
        ("abcd?", {"abc"}),
        ("abc{0,2}de", None),
        ("(abc){2}", {"abc"}),
        ("a\\.bcd", {"a.bcd"}),
        ("\\d+abc[xyz]", {"abc"}),
        ("abc|xyz", {"abc", "xyz"}),
        ("abc|x", None),
        ("(?:abc|def)+gh", {"abc", "def"}),
        ("a(bc|de)f", {"abcf", "adef"}),
        ("(abc)?def", {"def"}),
        ("\\babc\\b$", {"abc"}),
        ("[a\\]]bcd", {"bcd"}),
        ("(?i)abc", None),
        ("(?P<name>abc)", {"abc"}),
        ("(abc", None),
        ("abc)", None),
        ("\\x41bcd", None),
        ("ab", None),
        ("", None),
    ],
)
def test_texts(pattern: str, texts: set[str] | None) -> None:
    assert required(pattern) == (None if texts is None else frozenset(texts))


@given(st.text("abc.*?+|()[]{}1,\\-^", max_size=14), st.text("abc1-", max_size=10))
def test_every_match_contains_one(pattern: str, value: str) -> None:
    options = re2.Options()
    options.log_errors = False
    options.case_sensitive = False
    try:
        form = re2.compile(pattern, options)
    except re2.error:
        return
    texts = required(pattern)
    if form.search(value) is not None and texts is not None:
        assert any(text in value for text in texts)


def test_depth_is_no_danger() -> None:
    assert required("(" * 5_000 + "abc" + ")" * 5_000) in {None, frozenset({"abc"})}
