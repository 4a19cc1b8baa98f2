"""File descriptors of the C run-time."""

import pytest

from fulgurite.model.events import FileAccess
from tests.engines.emulator.hooks.said import CRT, Run, brief, run, said

BITS = pytest.mark.parametrize("bits", [64, 32])


@BITS
def test_descriptors(run_of: Run, bits: int) -> None:
    facts = said(run(run_of, CRT, bits))
    assert (facts["descriptor"], facts["same"]) == ("234 5", "1")


@BITS
def test_events(run_of: Run, bits: int) -> None:
    events = brief(run(run_of, CRT, bits).events(FileAccess, path="C:\\Users\\Public\\fd.bin"))
    assert events[:2] == [("write", "CreateModify", 0), ("read", "OpenRead", 0)]
