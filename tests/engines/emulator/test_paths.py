"""Spellings of guest paths."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite.engines.emulator import paths

CWD = "C:\\Users\\Admin"


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("a.txt", "C:\\Users\\Admin\\a.txt"),
        ("..\\b", "C:\\Users\\b"),
        (".\\x\\.\\y\\..\\z", "C:\\Users\\Admin\\x\\z"),
        ("\\temp", "C:\\temp"),
        ("c:rel", "C:\\Users\\Admin\\rel"),
        ("C:/Windows//notepad.exe", "C:\\Windows\\notepad.exe"),
        ("C:\\name. . ", "C:\\name"),
        ("C:\\..\\..\\x", "C:\\x"),
        ("C:\\", "C:\\"),
        ("\\\\?\\C:\\x", "C:\\x"),
        ("\\??\\C:\\x", "C:\\x"),
        ("\\\\.\\C:\\x", "C:\\x"),
        ("\\Device\\HarddiskVolume2\\x", "C:\\x"),
        ("\\SystemRoot\\x", "C:\\Windows\\x"),
        ("\\\\.\\PhysicalDrive0", "\\\\.\\PhysicalDrive0"),
        ("\\Device\\NamedPipe\\p", "\\\\.\\pipe\\p"),
        ("\\??\\pipe\\p", "\\\\.\\pipe\\p"),
        ("nul", "\\\\.\\NUL"),
        ("C:\\dir\\con.txt", "\\\\.\\CON"),
        ("\\\\server\\share\\f", "\\\\server\\share\\f"),
        ("\\??\\UNC\\server\\share", "\\\\server\\share"),
        ("D:x", "D:\\x"),
        ("", ""),
    ],
)
def test_spellings(text: str, path: str) -> None:
    assert paths.absolute(text, CWD) == path


@given(st.text(max_size=200))
def test_any_text_becomes_a_path_and_stays_it(text: str) -> None:
    once = paths.absolute(text, CWD)
    assert paths.absolute(once, "C:\\") == once or paths.is_device(once) or paths.is_remote(once)


@given(st.text(max_size=60), st.text(max_size=60))
def test_patterns_end(name: str, pattern: str) -> None:
    assert paths.matches(name, pattern) in {True, False}
    assert paths.matches(name, "*") is True


def test_wildcards() -> None:
    assert paths.matches("Read.TXT", "*.txt")
    assert paths.matches("readme", "*.*")
    assert paths.matches("readme", "read*.")
    assert not paths.matches("a.exe", "*.dll")
    assert paths.matches("[x]", "[x]")


def test_streams_and_variables() -> None:
    assert paths.stream_of("C:\\a\\b.txt:Zone.Identifier") == ("C:\\a\\b.txt", "Zone.Identifier")
    assert paths.stream_of("C:\\a\\b.txt::$DATA") == ("C:\\a\\b.txt", "")
    assert paths.stream_of("C:\\a") == ("C:\\a", "")
    assert paths.expanded("%TEMP%\\%no%%", {"Temp": "C:\\t"}) == "C:\\t\\%no%%"


def test_characters() -> None:
    assert paths.is_well_formed("C:\\a b\\ü.txt")
    assert not paths.is_well_formed("C:\\a?")
    assert not paths.is_well_formed("C:\\a\nb")
