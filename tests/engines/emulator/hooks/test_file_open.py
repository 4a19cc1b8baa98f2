"""Opening and creating files."""

import pytest

from fulgurite.model.events import FileAccess, Suspicious
from tests.engines.emulator.hooks.said import (
    COLLISION,
    FILES,
    NATIVE,
    NOT_FOUND,
    PATH_NOT_FOUND,
    Run,
    brief,
    run,
    said,
)

BITS = pytest.mark.parametrize("bits", [64, 32])


@BITS
def test_an_opening_says_what_it_was_for(run_of: Run, bits: int) -> None:
    result = run(run_of, FILES, bits)
    first = brief(result.events(FileAccess, path="C:\\Users\\Public\\first.txt"))
    assert first[0] == ("write", "CreateModify", 0)
    assert ("write", "CreateModify", COLLISION) in first
    assert ("write", "OpenModify", 0) in first
    assert brief(result.events(FileAccess, path="C:\\none\\x")) == [("write", "CreateModify", PATH_NOT_FOUND)]


@BITS
def test_the_program_is_answered_as_on_windows(run_of: Run, bits: int) -> None:
    facts = said(run(run_of, FILES, bits))
    assert facts["create new"] == "0 80"
    assert facts["no folder"] == "0 3"
    assert facts["open always"] == "183"
    assert facts["a folder"] == "0 5"
    assert facts["own image"] == "MZ"


@BITS
def test_devices(run_of: Run, bits: int) -> None:
    result = run(run_of, FILES, bits)
    assert said(result)["no device"] == "0 2"
    [asked] = result.events(FileAccess, path="\\\\.\\VBoxGuest")
    assert asked.status == NOT_FOUND
    [act] = result.events(Suspicious, act="WriteRawDisk")
    assert act.detail == "\\\\.\\PhysicalDrive0"


@BITS
def test_old_functions(run_of: Run, bits: int) -> None:
    assert said(run(run_of, FILES, bits))["old"] == "ld"


@BITS
def test_system_calls(run_of: Run, bits: int) -> None:
    result = run(run_of, NATIVE, bits)
    facts = said(result)
    assert (facts["create"], facts["information"]) == ("0", "2")
    events = result.events(FileAccess, path="C:\\Users\\Public\\native.txt")
    assert brief(events)[0] == ("write", "CreateModify", 0)
