"""rundll32.exe and regsvr32.exe with a library that a program dropped (see carrier.c)."""

from collections.abc import Callable

import pytest

from fulgurite.model.events import FileAccess, ModuleLoad
from tests.engines.emulator.conftest import Compile, RunResult


@pytest.mark.parametrize("bits", [64, 32])
def test_a_dropped_library_runs_in_its_host(run_of: Callable[..., RunResult], compiled: Compile, bits: int) -> None:
    library = compiled("payload_dll.c", bits, "-shared", "-Wl,--kill-at")
    run = run_of("carrier.c", bits, tail=library)
    written = {e.path.rpartition("\\")[2]: e.procid for e in run.events(FileAccess, verb="write")}
    assert written["run_rundll32.exe.txt"] == written["attach_rundll32.exe.txt"] != written["register_regsvr32.exe.txt"]
    loads = [e.procid for e in run.events(ModuleLoad, path="C:\\Users\\Public\\carried.dll", status=0)]
    assert {written["run_rundll32.exe.txt"], written["register_regsvr32.exe.txt"]} <= set(loads)
