"""Calls of APIs without own hooks that are worth telling."""

from collections.abc import Callable

import pytest

from fulgurite.model.events import ApiCall
from tests.engines.emulator.conftest import RunResult


@pytest.mark.parametrize("bits", [64, 32])
def test_what_is_told_and_what_is_not(run_of: Callable[..., RunResult], bits: int) -> None:
    calls = run_of("calls.c", bits).events(ApiCall)
    names = [call.api for call in calls]
    assert "CALG_SHA_256" in next(call.args for call in calls if call.api == "advapi32.CryptCreateHash")
    [keys] = [call for call in calls if call.api == "user32.GetAsyncKeyState"]
    assert keys.count == 200
    assert "wtsapi32.WTSEnumerateSessionsW" in names
    assert not any("heap" in name.lower() or "lstrlen" in name.lower() for name in names)
