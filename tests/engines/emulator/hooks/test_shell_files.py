"""The shell's file operations."""

import pytest

from fulgurite.model.events import FileAccess
from tests.engines.emulator.hooks.said import PLACES, Run, brief, run, said

BITS = pytest.mark.parametrize("bits", [64, 32])


@BITS
def test_copying_into_a_folder_and_deleting_by_pattern(run_of: Run, bits: int) -> None:
    result = run(run_of, PLACES, bits)
    facts = said(result)
    assert (facts["shell copy"], facts["shell delete"], facts["shell folders"]) == ("0", "0", "0")
    copy = brief(result.events(FileAccess, path="C:\\Users\\Public\\Documents\\own.ini"))
    assert copy == [("write", "CreateModify", 0), ("delete", "Delete", 0)]


@BITS
def test_folders_on_the_way_are_made(run_of: Run, bits: int) -> None:
    made = run(run_of, PLACES, bits).events(FileAccess, op="CreateModify")
    assert {"C:\\Users\\Public\\one", "C:\\Users\\Public\\one\\two"} <= {event.path for event in made}
