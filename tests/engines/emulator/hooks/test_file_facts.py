"""Attributes, times and other facts of files."""

import pytest

from fulgurite.model.events import FileAccess
from tests.engines.emulator.hooks.said import FILES, NATIVE, NOT_FOUND, Run, brief, run, said

BITS = pytest.mark.parametrize("bits", [64, 32])


@BITS
def test_facts(run_of: Run, bits: int) -> None:
    facts = said(run(run_of, FILES, bits))
    assert facts["facts"] == "8 20"
    assert facts["time"] == "1c00000"
    assert facts["final name"] == "\\\\?\\C:\\Users\\Public\\first.txt"
    assert facts["attributes"] == "3 ffffffff"


@BITS
def test_a_question_for_what_is_not_there(run_of: Run, bits: int) -> None:
    assert brief(run(run_of, FILES, bits).events(FileAccess, path="C:\\none")) == [("read", "Unknown", NOT_FOUND)]


@BITS
def test_deletion_by_handle(run_of: Run, bits: int) -> None:
    result = run(run_of, FILES, bits)
    assert said(result)["erased"] == "ffffffff"
    erased = brief(result.events(FileAccess, path="C:\\Users\\Public\\erased.txt"))
    assert erased == [("write", "CreateModify", 0), ("delete", "Delete", 0), ("read", "Unknown", NOT_FOUND)]


@BITS
def test_system_calls(run_of: Run, bits: int) -> None:
    result = run(run_of, NATIVE, bits)
    facts = said(result)
    assert [facts[name] for name in ("size", "rename", "delete", "gone")] == ["7", "0", "0", "c0000034"]
    [move] = result.events(FileAccess, verb="rename")
    assert (move.path, move.dst) == ("C:\\Users\\Public\\native.txt", "C:\\Users\\Public\\renamed.txt")
