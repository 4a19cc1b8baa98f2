"""Reading and writing through handles."""

import pytest

from fulgurite.model.events import FileAccess
from tests.engines.emulator.hooks.said import FILES, NATIVE, Run, brief, content, run, said

BITS = pytest.mark.parametrize("bits", [64, 32])


@BITS
def test_positions_and_sizes(run_of: Run, bits: int) -> None:
    facts = said(run(run_of, FILES, bits))
    assert facts["read"] == "3456"
    assert (facts["position"], facts["size"]) == ("8", "8")
    assert facts["type"] == "1"


@BITS
def test_what_was_written_is_kept(run_of: Run, bits: int) -> None:
    result = run(run_of, FILES, bits)
    assert content(result, "C:\\Users\\Public\\third.txt") == b"01234567"
    assert content(result, "C:\\Users\\Public\\old.bin") == b"old"


@BITS
def test_a_read_of_a_file_opened_to_write_is_told_once(run_of: Run, bits: int) -> None:
    first = brief(run(run_of, FILES, bits).events(FileAccess, path="C:\\Users\\Public\\first.txt"))
    assert first[:2] == [("write", "CreateModify", 0), ("read", "OpenRead", 0)]


@BITS
def test_system_calls(run_of: Run, bits: int) -> None:
    facts = said(run(run_of, NATIVE, bits))
    assert facts["read"] == "native!"
    assert facts["end"] == "c0000011"
