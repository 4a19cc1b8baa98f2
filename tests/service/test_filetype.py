"""Kinds of files, told by their bytes."""

import struct

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fulgurite.service.filetype import UNKNOWN, by_word, file_type
from tests.engines.pe_files import minimal_pe

_DLL = 0x2022
_NATIVE = 1


@pytest.mark.parametrize(
    ("data", "word", "extension"),
    [
        (minimal_pe(b"\xc3"), "pe32+ exe", "exe"),
        (minimal_pe(b"\xc3", machine=0x14C), "pe32 exe", "exe"),
        (minimal_pe(b"\xc3", machine=0xAA64), "pe32+ exe", "exe"),
        (minimal_pe(b"\xc3", characteristics=_DLL), "pe32+ dll", "dll"),
        (minimal_pe(b"\xc3", machine=0x14C, characteristics=_DLL), "pe32 dll", "dll"),
        (minimal_pe(b"\xc3", subsystem=_NATIVE), "pe32+ driver", "sys"),
        (minimal_pe(b"\xc3", machine=0x14C, clr=0x2000), "pe32 .net exe", "exe"),
        (minimal_pe(b"\xc3", clr=0x2000, characteristics=_DLL), "pe32+ .net dll", "dll"),
        (b"MZ" + bytes(100), "dos exe", "exe"),
        (minimal_pe(b"\xc3")[:100], "dos exe", "exe"),
    ],
)
def test_windows_programs(data: bytes, word: str, extension: str) -> None:
    kind = file_type(data)
    assert (kind.word, kind.extension, kind.category) == (word, extension, "E")


def _elf(bits: int, kind: int, order: str = "<") -> bytes:
    identity = b"\x7fELF" + bytes([bits, 1 if order == "<" else 2, 1]) + bytes(9)
    return identity + struct.pack(order + "HH", kind, 62) + bytes(44)


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (_elf(2, 2), "elf64 exe"),
        (_elf(1, 3), "elf32 shared"),
        (_elf(2, 3, ">"), "elf64 shared"),
        (_elf(2, 1), "elf64 object"),
        (_elf(2, 4), "elf64 core"),
        (_elf(2, 99), "elf64 file"),
        (b"\x7fELF", "data"),
    ],
)
def test_linux_programs(data: bytes, word: str) -> None:
    assert file_type(data).word == word


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"%PDF-1.7\n", "pdf"),
        (b"{\\rtf1", "rtf"),
        (b"PK\x03\x04" + bytes(30) + b"word/document.xml", "docx"),
        (b"PK\x03\x04" + bytes(30) + b"xl/workbook.xml", "xlsx"),
        (b"PK\x03\x04" + bytes(30) + b"META-INF/MANIFEST.MF", "jar"),
        (b"PK\x03\x04" + bytes(200_000) + b"AndroidManifest.xml" + bytes(100), "apk"),
        (b"PK\x03\x04" + bytes(100), "zip"),
        (b"7z\xbc\xaf\x27\x1c" + bytes(20), "7z"),
        (b"Rar!\x1a\x07\x01\0", "rar"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "WordDocument".encode("utf-16-le"), "doc"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "Workbook".encode("utf-16-le"), "xls"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "ole2"),
        (b"L\0\0\0\x01\x14\x02\0\0\0\0\0\xc0\0\0\0\0\0\0F" + bytes(60), "lnk"),
        (b"\x89PNG\r\n\x1a\n" + bytes(20), "png"),
        (bytes(0x8001) + b"CD001" + bytes(100), "iso"),
        (bytes(257) + b"ustar\0", "tar"),
    ],
)
def test_documents_and_archives(data: bytes, word: str) -> None:
    assert file_type(data).word == word


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("#!/usr/bin/env python3\nprint()", "script python"),
        ("#!/bin/sh\necho", "script shell"),
        ("@echo off\r\nstart x.exe\r\n", "script batch"),
        ("$a = New-Object Net.WebClient\n$a.DownloadString('x')", "script powershell"),
        ("param (\n  [string]$x\n)", "script powershell"),
        ('Dim x\nSet x = CreateObject("WScript.Shell")\nx.Run "calc"', "script vbs"),
        ("var x = new ActiveXObject('WScript.Shell'); x.Run('calc');", "script js"),
        ("<html><body>", "html"),
        ("<!DOCTYPE HTML>", "html"),
        ('<html><head><HTA:APPLICATION ID="x">', "hta"),
        ('<?xml version="1.0"?><job><script language="JScript">', "script wsf"),
        ('<?xml version="1.0"?><a/>', "xml"),
        ("Dear Sir, you have won.", "text"),
    ],
)
def test_text(text: str, word: str) -> None:
    assert file_type(text.encode()).word == word
    assert file_type(text.encode("utf-16")).word == word


def test_nothing_tells_of_bytes_without_form() -> None:
    assert file_type(b"") == file_type(b"\0\1\2") == UNKNOWN


@given(st.binary(max_size=400))
@example(b"\xcf\xfa\xed\xfe")
@example(b"\xce\xfa\xed\xfe")
def test_any_bytes_have_a_kind(data: bytes) -> None:
    assert by_word(file_type(data).word) == file_type(data)


@given(st.integers(min_value=0, max_value=0x1FF), st.binary(min_size=1, max_size=8), st.integers(0, 0x400))
def test_broken_programs_have_a_kind(at: int, change: bytes, length: int) -> None:
    whole = bytearray(minimal_pe(b"\xc3"))
    whole[at : at + len(change)] = change
    kind = file_type(bytes(whole[:length]))
    assert by_word(kind.word) == kind


def test_a_word_of_others_is_unknown() -> None:
    assert by_word(None) == by_word("teapot") == UNKNOWN
