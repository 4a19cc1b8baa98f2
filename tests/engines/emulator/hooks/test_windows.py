"""Windows of the program's own."""

from collections.abc import Callable

import pytest

from fulgurite.model.events import ApiCall, FileAccess, SyncObject
from fulgurite.model.runlog import End
from tests.engines.emulator.conftest import RunResult


@pytest.mark.parametrize("bits", [64, 32])
def test_windows_get_their_messages(run_of: Callable[..., RunResult], bits: int) -> None:
    """windows.c names a mutex for each claim that does not hold."""
    run = run_of("windows.c", bits, "-mwindows")
    assert [e.name for e in run.events(SyncObject)] == ["done"]
    [ticked] = run.events(FileAccess, path="C:\\Users\\Public\\ticked.txt", verb="write")
    assert ticked.at_ms >= 1500
    assert [e.args for e in run.events(ApiCall, api="user32.MessageBoxA")] == [("Go on?", "Benign")]
    assert [end.outcome for end in run.of(End)] == ["completed"]
