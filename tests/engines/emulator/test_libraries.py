"""Libraries that programs load."""

from collections.abc import Callable

import pytest

from fulgurite.model.events import FileAccess, ModuleLoad
from tests.engines.emulator.conftest import Compile, RunResult


@pytest.mark.parametrize("bits", [64, 32])
def test_a_dropped_library_is_loaded_and_used(run_of: Callable[..., RunResult], compiled: Compile, bits: int) -> None:
    library = compiled("payload_dll.c", bits, "-shared", "-Wl,--kill-at")
    run = run_of("carrier.c", bits, tail=library)
    sample = run.events(FileAccess, path="C:\\Users\\Public\\carried.dll", op="CreateModify")[0].procid
    assert run.events(ModuleLoad, procid=sample, path="C:\\Users\\Public\\carried.dll", status=0)
    for what in ("attach", "work"):
        path = f"C:\\Users\\Public\\{what}_carrier_{bits}.exe.txt"
        assert run.events(FileAccess, procid=sample, path=path, verb="write")
    assert run.events(ModuleLoad, path="no_such_library.dll", status=0xC0000135)


def test_a_library_loads_in_the_process_that_it_was_put_into(
    run_of: Callable[..., RunResult], compiled: Compile
) -> None:
    run = run_of("carrier.c", 64, tail=compiled("payload_dll.c", 64, "-shared", "-Wl,--kill-at"))
    [mark] = run.events(FileAccess, path="C:\\Users\\Public\\attach_explorer.exe.txt")
    assert run.events(ModuleLoad, procid=mark.procid, path="C:\\Users\\Public\\carried.dll")
