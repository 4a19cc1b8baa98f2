"""Command lines as the C run-time splits them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite.engines.emulator.programs.words import MAX_WORDS, has_option, option_after, split_words


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ('a "b c" d', ["a", "b c", "d"]),
        (r'"a\"b" c\\"d e"', ['a"b', r"c\d e"]),
        (r"a\\b", [r"a\\b"]),
        ('""', [""]),
        ("  ", []),
    ],
)
def test_splitting(command: str, words: list[str]) -> None:
    assert split_words(command) == words


@given(st.text(st.sampled_from('ab"\\ \t'), max_size=80))
def test_any_line_is_split(command: str) -> None:
    words = split_words(command)
    assert len(words) <= MAX_WORDS
    assert sum(map(len, words)) <= len(command)


def test_options() -> None:
    words = split_words("schtasks /Create /TN name")
    assert option_after(words, "/tn") == "name"
    assert option_after(words, "/tr") is None
    assert has_option(words, "/create", "-create")
