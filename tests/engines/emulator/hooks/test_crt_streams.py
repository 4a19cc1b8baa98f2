"""Streams of the C run-time."""

import pytest

from fulgurite.model.events import FileAccess
from tests.engines.emulator.hooks.said import CRT, PATH_NOT_FOUND, Run, brief, content, run, said

BITS = pytest.mark.parametrize("bits", [64, 32])
TEXT = "C:\\Users\\Public\\text.txt"


@BITS
def test_text_is_translated(run_of: Run, bits: int) -> None:
    result = run(run_of, CRT, bits)
    expected = b"line one\r\nwide\r\n 3.14|ab    |000042|123456789abc|w\r\nxyz!\nEND\n"
    assert content(result, TEXT) == expected
    facts = said(result)
    assert (facts["lines"], facts["start"]) == ("4 1", "l line 4")
    assert facts["lost"] == "1 2"


@BITS
def test_events(run_of: Run, bits: int) -> None:
    result = run(run_of, CRT, bits)
    assert brief(result.events(FileAccess, path=TEXT)) == [
        ("write", "CreateModify", 0),
        ("read", "OpenRead", 0),
        ("write", "OpenModify", 0),
    ]
    assert brief(result.events(FileAccess, path="C:\\nothing\\lost.txt")) == [("read", "OpenRead", PATH_NOT_FOUND)]


@BITS
def test_streams_of_cpp(run_of: Run, bits: int) -> None:
    result = run_of("files_streams.cpp", bits, "-static")
    assert content(result, "C:\\Users\\Public\\stream.txt") == b"hello 42\r\n"
    assert content(result, "C:\\Users\\Public\\copy.txt") == b"hello 42"


@BITS
def test_standard_output_can_be_sent_to_a_file(run_of: Run, bits: int) -> None:
    events = run(run_of, CRT, bits).events(FileAccess, path="C:\\Users\\Public\\stdout.txt")
    assert brief(events) == [("write", "CreateModify", 0)]
