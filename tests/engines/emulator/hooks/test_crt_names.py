"""Files and folders by name, in the C run-time."""

import pytest

from fulgurite.model.events import FileAccess, Search
from tests.engines.emulator.hooks.said import CRT, Run, brief, run, said

BITS = pytest.mark.parametrize("bits", [64, 32])


@BITS
def test_answers(run_of: Run, bits: int) -> None:
    facts = said(run(run_of, CRT, bits))
    assert (facts["stat"], facts["access"]) == ("5 1", "0 -1")
    assert [facts[name] for name in ("rename", "full", "remove", "rmdir")] == ["0", "-1", "0", "0"]
    assert (facts["names"], facts["here"]) == ("5", "C:\\Users\\Public")


@BITS
def test_events(run_of: Run, bits: int) -> None:
    result = run(run_of, CRT, bits)
    moved = "C:\\Users\\Public\\dir\\fd2.bin"
    [move] = result.events(FileAccess, verb="rename")
    assert move.dst == moved
    assert brief(result.events(FileAccess, path=moved)) == [("delete", "Delete", 0)]
    assert [s.target for s in result.events(Search)] == ["C:\\Users\\*"]
