"""Registry values."""

import pytest

from fulgurite.model.events import RegistryAccess
from tests.engines.emulator.hooks.said import NOT_FOUND, REGISTRY, Run, run, said

BITS = pytest.mark.parametrize("bits", [64, 32])
APP = "HKCU\\Software\\TestVendor\\App"


@BITS
def test_what_is_written_is_told_by_its_type(run_of: Run, bits: int) -> None:
    written = run(run_of, REGISTRY, bits).events(RegistryAccess, verb="write")
    told = {event.path: (event.op, event.value) for event in written if event.value is not None}
    assert told[APP + "\\Path"] == ("SetValueKeyStr", "C:\\x.exe")
    assert told[APP + "\\Count"] == ("SetValueKeyInt", 7)
    assert told[APP + "\\Blob"] == ("SetValueKeyDat", "010203")
    assert told["HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Run\\Test"] == ("SetValueKeyStr", "C:\\x.exe")


@BITS
def test_answers(run_of: Run, bits: int) -> None:
    facts = said(run(run_of, REGISTRY, bits))
    assert facts["value"] == "C:\\x.exe 1 9"
    assert facts["too small"].split()[0] == "234"
    assert facts["expanded"] == "C:\\Windows\\x"
    assert facts["wrong type"] == "1630"
    assert facts["second"] == "Count 4"
    assert facts["product"] == f"{2 * len('Windows 10 Pro') + 2} W"
    assert facts["no value"] == "2"
    assert facts["shell"] == "shell"


@BITS
def test_questions_and_deletions(run_of: Run, bits: int) -> None:
    result = run(run_of, REGISTRY, bits)
    missing = [e for e in result.events(RegistryAccess, op="QueryValueKey") if e.path.endswith("\\Nothing")]
    assert [event.status for event in missing] == [NOT_FOUND]
    [gone] = result.events(RegistryAccess, op="DeleteValueKey")
    assert gone.path == "HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Run\\Test"
