"""What reports of the Cuckoo family tell of the program's bytes."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given

from fulgurite.importers import lenient
from fulgurite.importers.cuckoo.static import MAX_SECTIONS, facts
from fulgurite.model.static import StaticFacts
from tests.strategies import JSON

SECTIONS = [{"name": ".text", "entropy": "6.20"}, {"name": ".x", "entropy": "7.94"}, {"name": "", "entropy": "odd"}]
VERSION = [{"name": "CompanyName", "value": "Example"}, {"name": "OriginalFilename", "value": "a.exe"}, 5]
PE = {"sections": SECTIONS, "imphash": "ab", "versioninfo": VERSION, "guest_signers": {"aux_error": True}}


def _facts(report: Any) -> StaticFacts | None:
    return facts(lenient.read_members(json.dumps(report).encode(), "test"))


@pytest.mark.parametrize(
    "report",
    [
        {"static": {"pe": PE}},
        {"static": {}, "target": {"file": {"pe": PE}}},
    ],
)
def test_a_program_of_cape(report: Any) -> None:
    assert _facts(report) == StaticFacts(
        imphash="ab",
        sections=(".text", ".x"),
        entropy=794,
        is_signed=False,
        company="Example",
        original_name="a.exe",
    )


def test_a_program_of_cuckoo() -> None:
    told = _facts({"static": {"pe_sections": [{"name": "UPX0", "entropy": 0.0}], "pe_imphash": "cd"}})
    assert told == StaticFacts(sections=("UPX0",), entropy=0, imphash="cd")


@pytest.mark.parametrize(
    ("signers", "is_signed"),
    [
        ({"aux_valid": True}, True),
        ({"aux_valid": False, "aux_error": True}, False),
        ({}, None),
        (None, None),
        ([], None),
    ],
)
def test_what_the_guest_says_of_the_signature(signers: Any, is_signed: bool | None) -> None:
    told = _facts({"static": {"pe": {**PE, "guest_signers": signers}}})
    assert told is not None
    assert told.is_signed is is_signed


@pytest.mark.parametrize(
    "report", [{}, {"static": None}, {"static": {"pe": {}}}, {"target": {"file": "a"}}, {"static": []}]
)
def test_no_program(report: Any) -> None:
    assert _facts(report) is None


def test_no_more_sections_than_a_program_has() -> None:
    told = _facts({"static": {"pe": {"sections": [{"name": "a", "entropy": 9}] * 1_000}}})
    assert told is not None
    assert (len(told.sections), told.entropy) == (MAX_SECTIONS, None)


@given(JSON, JSON)
def test_anything(static: Any, target: Any) -> None:
    told = _facts({"static": static, "target": target})
    assert told is None or msgspec.json.decode(msgspec.json.encode(told), type=StaticFacts) == told
