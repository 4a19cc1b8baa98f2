"""Closing, duplicating and waiting."""

import pytest

from tests.engines.emulator.hooks.said import FILES, NATIVE, OBJECTS, Run, run, said

BITS = pytest.mark.parametrize("bits", [64, 32])
TIMEOUT = "102"


@BITS
def test_a_twin_outlives_its_original(run_of: Run, bits: int) -> None:
    facts = said(run(run_of, FILES, bits))
    assert (facts["twin"], facts["closed"]) == ("8", "-1")


@BITS
def test_waits(run_of: Run, bits: int) -> None:
    facts = said(run(run_of, OBJECTS, bits))
    assert (facts["own"], facts["time-out"], facts["time passed"]) == ("0", TIMEOUT, "1")
    assert facts["other thread"] == "0"
    assert (facts["semaphore"], facts["used up"]) == ("0", TIMEOUT)
    assert (facts["timer"], facts["timer passed"]) == ("0", "1")
    assert (facts["any"], facts["taken"], facts["signal and wait"]) == ("1", TIMEOUT, "0")


@BITS
def test_system_calls(run_of: Run, bits: int) -> None:
    facts = said(run(run_of, NATIVE, bits))
    assert (facts["wait"], facts["wait for set"]) == (TIMEOUT, "0")
