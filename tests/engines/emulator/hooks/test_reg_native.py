"""The registry's system calls."""

import pytest

from fulgurite.model.events import RegistryAccess
from tests.engines.emulator.hooks.said import NATIVE, NOT_FOUND, Run, run, said

BITS = pytest.mark.parametrize("bits", [64, 32])
KEY = "HKU\\.DEFAULT\\Software\\NativeKey"


@BITS
def test_events(run_of: Run, bits: int) -> None:
    result = run(run_of, NATIVE, bits)
    events = [(e.path, e.op, e.status) for e in result.events(RegistryAccess) if e.path.startswith(KEY)]
    assert events[:3] == [
        (KEY, "CreateKey", 0),
        (KEY + "\\Value", "SetValueKeyStr", 0),
        (KEY + "\\Value", "QueryValueKey", 0),
    ]
    assert (KEY + "\\Value", "DeleteValueKey", 0) in events
    assert (KEY + "\\Value", "QueryValueKey", NOT_FOUND) in events
    assert (KEY, "DeleteKey", 0) in events


@BITS
def test_answers(run_of: Run, bits: int) -> None:
    facts = said(run(run_of, NATIVE, bits))
    names = ("key", "disposition", "value", "value bytes", "too small", "full", "no value", "deleted", "enumerate")
    assert [facts[name] for name in names] == ["0", "1", "0", "22 d", "c0000023", "0", "c0000034", "c000017c", "0"]
    assert facts["key name"] == "0"
