"""Atoms."""

import pytest

from fulgurite.model.events import SyncObject
from tests.engines.emulator.hooks.said import NOT_FOUND, PLACES, Run, run, said

BITS = pytest.mark.parametrize("bits", [64, 32])


@BITS
def test_an_atom_is_found_in_any_case(run_of: Run, bits: int) -> None:
    result = run(run_of, PLACES, bits)
    assert said(result)["atom"] == "1"
    told = {(e.op, e.status) for e in result.events(SyncObject, object="atom")}
    assert ("AtomFind", NOT_FOUND) in told
    assert ("AtomAdd", 0) in told
