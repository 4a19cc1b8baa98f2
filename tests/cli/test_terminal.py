"""The terminal: nothing of a sample's text reaches it unescaped."""

import io
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite.cli.terminal import Progress, is_coloured, note, safe, verdict_text
from fulgurite.model.verdict import Verdict


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@given(st.text())
def test_no_text_keeps_a_character_that_a_terminal_acts_on(text: str) -> None:
    shown = safe(text)
    assert not any(unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for c in shown)
    assert "\n" not in shown
    shown.encode()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("C:\\Users\\a b.exe", "C:\\Users\\a b.exe"),
        ("näme.exe", "näme.exe"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("a\r\nb\t\x00\x7f\x9b", "a\\x0d\\x0ab\\x09\\x00\\x7f\\x9b"),
        ("gpj\u202eexe.\u2066", "gpj\\u202eexe.\\u2066"),
        ("a\u200bb\ufeff\u2028", "a\\u200bb\\ufeff\\u2028"),
        ("\udc80\U000e0041", "\\udc80\\U000e0041"),
        ("[bold]no markup[/]", "[bold]no markup[/]"),
    ],
)
def test_hidden_characters_are_shown_as_escapes(text: str, shown: str) -> None:
    assert safe(text) == shown


def test_long_text_is_cut_with_a_sign() -> None:
    assert safe("a" * 10, 10) == "a" * 10
    assert safe("a" * 11, 10) == "a" * 9 + "…"


def test_colours_are_for_terminals_that_want_them() -> None:
    assert is_coloured(Terminal(), {"TERM": "xterm"})
    assert is_coloured(Terminal(), {"NO_COLOR": ""})
    assert not is_coloured(Terminal(), {"NO_COLOR": "1"})
    assert not is_coloured(Terminal(), {"TERM": "dumb"})
    assert not is_coloured(io.StringIO(), {})
    assert verdict_text(Verdict.MALICIOUS, coloured=False) == "malicious"
    assert verdict_text(Verdict.MALICIOUS, coloured=True) == "\x1b[31;1mmalicious\x1b[0m"


def test_progress_changes_in_place_and_leaves_nothing() -> None:
    stream = Terminal()
    with Progress("a\x1b.exe", stream) as progress:
        progress.show(50, "running")
        progress.show(100, "reported")
    *shown, last = stream.getvalue().split("\r\x1b[K")
    assert shown[1:] == [
        "a\\x1b.exe " + "━" * 15 + "─" * 15 + "  50 % running",
        "a\\x1b.exe " + "━" * 30 + " 100 % reported",
    ]
    assert last == ""


def test_progress_is_silent_where_nobody_looks() -> None:
    stream = io.StringIO()
    with Progress("a.exe", stream) as progress:
        progress.show(50, "running")
    assert stream.getvalue() == ""


def test_a_note_goes_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    note("a\x07 line")
    assert capsys.readouterr() == ("", "a\\x07 line\n")
