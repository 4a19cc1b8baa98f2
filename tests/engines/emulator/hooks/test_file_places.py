"""Where things are."""

import pytest

from tests.engines.emulator.hooks.said import PLACES, Run, run, said

BITS = pytest.mark.parametrize("bits", [64, 32])


@BITS
def test_places(run_of: Run, bits: int) -> None:
    facts = said(run(run_of, PLACES, bits))
    assert facts["temporary name"] == "1"
    assert facts["here"] == "C:\\Users\\Admin\\AppData\\Local\\Temp"
    assert facts["too small"] == str(len(facts["here"]) + 1)
    assert facts["full"] == "C:\\Users\\Admin\\AppData\\Local\\x\\y.txt"
    assert (facts["windows"], facts["system"]) == ("C:\\Windows", str(len("C:\\Windows\\system32")))
    assert facts["found"] == "C:\\Windows\\system32\\notepad.exe"
    assert facts["exists"] == "1 0"


@BITS
def test_folders_of_the_shell(run_of: Run, bits: int) -> None:
    facts = said(run(run_of, PLACES, bits))
    roaming = "C:\\Users\\Admin\\AppData\\Roaming"
    assert facts["startup"] == roaming + "\\Microsoft\\Windows\\Start Menu\\Programs\\Startup"
    assert facts["common"] == "C:\\ProgramData"
    assert facts["known"] == "C:\\Users\\Admin\\AppData\\Local"
