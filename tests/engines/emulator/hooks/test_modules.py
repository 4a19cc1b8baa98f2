"""Loading libraries through each API."""

from collections.abc import Callable

import pytest

from fulgurite.model.events import ModuleLoad
from tests.engines.emulator.conftest import RunResult


@pytest.mark.parametrize("bits", [64, 32])
def test_a_library_of_windows_is_told_once(run_of: Callable[..., RunResult], bits: int) -> None:
    folder = "System32" if bits == 64 else "SysWOW64"
    loads = run_of("calls.c", bits).events(ModuleLoad)
    assert [(e.path, e.status) for e in loads] == [(f"C:\\Windows\\{folder}\\wtsapi32.dll", 0)]
