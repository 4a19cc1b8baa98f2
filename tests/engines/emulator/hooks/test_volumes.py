"""Drives and volumes."""

import pytest

from fulgurite.model.events import Search
from tests.engines.emulator.hooks.said import PLACES, Run, run, said

BITS = pytest.mark.parametrize("bits", [64, 32])


@BITS
def test_the_one_drive(run_of: Run, bits: int) -> None:
    facts = said(run(run_of, PLACES, bits))
    assert facts["drives"] == "C:\\ 4 3 1"
    assert facts["volume"] == "NTFS 1"
    assert facts["space"] == "1"


@BITS
def test_the_search_for_drives_is_told(run_of: Run, bits: int) -> None:
    ops = {event.op for event in run(run_of, PLACES, bits).events(Search, object="drive")}
    assert ops == {"GetLogicalDriveStrings", "GetLogicalDrives"}
