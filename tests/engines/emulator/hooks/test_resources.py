"""Strings in resources."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from fulgurite.model.events import SyncObject
from tests.engines.emulator.conftest import PROGRAMS, RunResult

WINDRES = {64: "x86_64-w64-mingw32-windres", 32: "i686-w64-mingw32-windres"}


@pytest.mark.parametrize("bits", [64, 32])
def test_strings_are_found_by_their_numbers(run_of: Callable[..., RunResult], tmp_path: Path, bits: int) -> None:
    if shutil.which(WINDRES[bits]) is None:
        pytest.skip(f"{WINDRES[bits]} is not installed (Debian: apt-get install binutils-mingw-w64)")
    resources = tmp_path / "strings.o"
    subprocess.run([WINDRES[bits], PROGRAMS / "strings.rc", resources], check=True)
    run = run_of("strings.c", bits, str(resources))
    assert [e.name for e in run.events(SyncObject)] == ["http://resource.benign.test/x", "Second"]
