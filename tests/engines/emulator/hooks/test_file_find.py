"""Looking for files."""

import pytest

from fulgurite.model.events import Search
from tests.engines.emulator.hooks.said import FILES, NATIVE, Run, run, said

BITS = pytest.mark.parametrize("bits", [64, 32])
NO_SUCH_FILE = 0xC000000F


@BITS
def test_a_pattern_is_told_once(run_of: Run, bits: int) -> None:
    result = run(run_of, FILES, bits)
    searches = [(s.target, s.op, s.status) for s in result.events(Search, object="file")]
    assert searches == [("C:\\Users\\*", "FindFirstFile", 0), ("C:\\Users\\*.nothing", "FindFirstFile", NO_SUCH_FILE)]


@BITS
def test_what_is_found(run_of: Run, bits: int) -> None:
    facts = said(run(run_of, FILES, bits))
    assert facts["list"].split() == [".", "..", "Admin", "Default", "Public"]
    assert (facts["end of list"], facts["no match"]) == ("18", "0 2")


@BITS
def test_system_calls(run_of: Run, bits: int) -> None:
    result = run(run_of, NATIVE, bits)
    facts = said(result)
    assert (facts["entries"], facts["no more"]) == ("5", "80000006")
    assert [s.target for s in result.events(Search, op="NtQueryDirectoryFile")] == ["C:\\Users\\*"]
