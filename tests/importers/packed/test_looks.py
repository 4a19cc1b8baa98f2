"""What bytes look like that are no report."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite.importers.packed.looks import looks_like, may_be_report


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "nothing (the file is empty)"),
        (b" \r\n\t", "nothing but white space"),
        (b"\x89PNG\r\n\x1a\n", "a PNG image"),
        (b"MZ\x90\0", "a Windows program"),
        (b"\x7fELF\x02", "a Linux program (ELF)"),
        (b"%PDF-1.7", "a PDF document"),
        (b"\n<!DOCTYPE html><html>", "an HTML page, perhaps an error page in place of the report"),
        (b"<a/>", "XML of no known kind"),
        (b'\xef\xbb\xbf{"a": 1}', "JSON of no known kind"),
        (b"words and words", "text"),
        (b"\x01\x02\x03", "binary data of no known kind"),
    ],
)
def test_it_is_said(data: bytes, words: str) -> None:
    assert looks_like(data) == words


@pytest.mark.parametrize(
    "data", [b"{}", b"\xef\xbb\xbf [", b"<?xml", b'"Time","PID"', b"ElfFile\0", b"\x04\0\0\x01\x08\x02"]
)
def test_what_a_report_may_begin_with(data: bytes) -> None:
    assert may_be_report(data)


@pytest.mark.parametrize("data", [b"", b"words", b"MZ", b"\x7fELF", b"%PDF", b"PK\x03\x04"])
def test_what_none_begins_with(data: bytes) -> None:
    assert not may_be_report(data)


@given(st.binary(max_size=50))
def test_any_bytes_look_like_something(data: bytes) -> None:
    assert looks_like(data) != ""
    may_be_report(data)
