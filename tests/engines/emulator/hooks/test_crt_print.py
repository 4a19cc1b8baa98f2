"""printf to files and to memory."""

import pytest

from tests.engines.emulator.hooks.said import CRT, Run, content, run, said


@pytest.mark.parametrize("bits", [64, 32])
def test_printf(run_of: Run, bits: int) -> None:
    result = run(run_of, CRT, bits)
    assert b" 3.14|ab    |000042|123456789abc|w\r\n" in content(result, "C:\\Users\\Public\\text.txt")
    facts = said(result)
    assert (facts["wide"], facts["cut"]) == ("6", "-1 lon")
