"""Sections and their views, as programs use them."""

import pytest

from fulgurite.model.events import SyncObject
from tests.engines.emulator.hooks.said import NATIVE, NOT_FOUND, PLACES, Run, content, run, said

BITS = pytest.mark.parametrize("bits", [64, 32])


@BITS
def test_a_view_writes_its_file(run_of: Run, bits: int) -> None:
    result = run(run_of, PLACES, bits)
    assert said(result)["mapped"] == "a view"
    assert content(result, "C:\\Users\\Public\\mapped.bin") == b"through a view".ljust(64, b"\0")


@BITS
def test_a_named_section_is_shared_and_told(run_of: Run, bits: int) -> None:
    result = run(run_of, PLACES, bits)
    assert said(result)["shared"] == "shared"
    told = [(e.name, e.op, e.status) for e in result.events(SyncObject, object="section")]
    assert told == [
        ("Local\\Shared", "SectionCreate", 0),
        ("Shared", "SectionOpen", 0),
        ("Nothing", "SectionOpen", NOT_FOUND),
    ]


@BITS
def test_system_calls(run_of: Run, bits: int) -> None:
    facts = said(run(run_of, NATIVE, bits))
    assert (facts["map"], facts["section"], facts["unmap"]) == ("0", "both", "0")
