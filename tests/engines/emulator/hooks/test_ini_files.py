"""Profile strings."""

import pytest

from fulgurite.model.events import FileAccess
from tests.engines.emulator.hooks.said import PLACES, Run, brief, content, run, said

BITS = pytest.mark.parametrize("bits", [64, 32])
OWN = "C:\\Users\\Public\\own.ini"


@BITS
def test_values_are_written_and_read(run_of: Run, bits: int) -> None:
    result = run(run_of, PLACES, bits)
    assert said(result)["profile"] == "value 12 7"
    assert content(result, OWN) == b"[part]\r\nkey=value\r\nother=12\r\n"


@BITS
def test_the_file_behind_is_told(run_of: Run, bits: int) -> None:
    events = brief(run(run_of, PLACES, bits).events(FileAccess, path=OWN))
    assert events[0] == ("write", "CreateModify", 0)
    assert ("read", "OpenRead", 0) in events
