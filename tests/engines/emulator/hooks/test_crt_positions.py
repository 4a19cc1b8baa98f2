"""Where streams of the C run-time stand."""

import pytest

from tests.engines.emulator.hooks.said import CRT, Run, run, said


@pytest.mark.parametrize("bits", [64, 32])
def test_positions(run_of: Run, bits: int) -> None:
    facts = said(run(run_of, CRT, bits))
    assert facts["size"] == "61"
    assert facts["start"].split()[-1] == "4"
