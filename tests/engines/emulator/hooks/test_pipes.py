"""Pipes."""

import pytest

from fulgurite.model.events import FileAccess, SyncObject
from tests.engines.emulator.hooks.said import PLACES, Run, brief, run, said

BITS = pytest.mark.parametrize("bits", [64, 32])
NAME = "\\\\.\\pipe\\testpipe"


@BITS
def test_what_goes_in_comes_out(run_of: Run, bits: int) -> None:
    facts = said(run(run_of, PLACES, bits))
    assert (facts["pipe"], facts["peek"]) == ("ping", "4")


@BITS
def test_both_ends_are_told(run_of: Run, bits: int) -> None:
    result = run(run_of, PLACES, bits)
    [made] = result.events(SyncObject, object="pipe")
    assert (made.name, made.op, made.status) == (NAME, "PipeCreate", 0)
    assert brief(result.events(FileAccess, path=NAME)) == [("write", "OpenModify", 0)]
