"""Deleting, moving, copying and making files and folders."""

import pytest

from fulgurite.model.events import FileAccess
from fulgurite.model.runlog import ArtifactRecord
from tests.engines.emulator.hooks.said import COLLISION, FILES, NATIVE, NOT_FOUND, Run, brief, content, run, said

BITS = pytest.mark.parametrize("bits", [64, 32])
CANNOT_DELETE, NOT_EMPTY = 0xC0000121, 0xC0000101


@BITS
def test_answers(run_of: Run, bits: int) -> None:
    facts = said(run(run_of, FILES, bits))
    done = ("copy", "move", "replace", "link", "make", "remove")
    assert [facts[name].split()[0] for name in done] == ["1"] * len(done)
    refused = ("copy again", "delete read-only", "make again", "remove full")
    assert [facts[name] for name in refused] == ["0 80", "0 5", "0 183", "0 145"]
    assert facts["delete own image"] == "0 5"


@BITS
def test_moves_say_where_to(run_of: Run, bits: int) -> None:
    moves = run(run_of, FILES, bits).events(FileAccess, verb="rename")
    assert [(m.path.rpartition("\\")[2], m.dst.rpartition("\\")[2]) for m in moves] == [
        ("second.txt", "third.txt"),
        ("third.txt", "old.txt"),
        ("first.txt", "third.txt"),
    ]


@BITS
def test_deletions(run_of: Run, bits: int) -> None:
    result = run(run_of, FILES, bits)
    third = result.events(FileAccess, path="C:\\Users\\Public\\third.txt", verb="delete")
    assert brief(third) == [("delete", "Delete", CANNOT_DELETE), ("delete", "DeleteDelayed", 0)]
    [stream] = result.events(FileAccess, path="C:\\Users\\Public\\first.txt:Zone.Identifier")
    assert stream.status == NOT_FOUND
    assert content(result, "C:\\Users\\Public\\third.txt:more") == b"stream"


@BITS
def test_folders(run_of: Run, bits: int) -> None:
    folder = run(run_of, FILES, bits).events(FileAccess, path="C:\\Users\\Public\\folder")
    assert brief(folder) == [
        ("write", "CreateModify", 0),
        ("write", "CreateModify", COLLISION),
        ("delete", "Delete", NOT_EMPTY),
        ("delete", "Delete", 0),
    ]


@BITS
def test_native_deletion_keeps_what_was_written(run_of: Run, bits: int) -> None:
    result = run(run_of, NATIVE, bits)
    assert said(result)["delete again"] == "c0000034"
    kept = [r.artifact for r in result.of(ArtifactRecord)]
    assert [a.origin for a in kept if a.path == "C:\\Users\\Public\\renamed.txt"] == ["dropped"]
