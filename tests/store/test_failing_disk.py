"""Every write of the store fails once: what is said, and that nothing older is lost and all works again."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.store.processes import environment

MEMORY = "/dev/shm"  # noqa: S108 - a folder of its own is made in there
SHIM = Path(__file__).with_name("shim.c")
SAID = ("StoreFull: no room left on the disk of the data folder while ", "StoreError: ")


def test_each_write_may_fail(tmp_path: Path) -> None:
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        pytest.skip("no C compiler here: the shim that lets writes fail cannot be built")
    shim = tmp_path / "shim.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", shim, SHIM, "-ldl"], check=True)
    command = [sys.executable, "-m", "tests.store.failing"]
    # In memory where there is such a place: nothing here depends on a real disk, which is slow to sync.
    with tempfile.TemporaryDirectory(dir=MEMORY if os.access(MEMORY, os.W_OK) else None) as folder:
        more = {"LD_PRELOAD": str(shim), "FAULT_FOLDER": f"{folder}/data"}
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment() | more)
    lines = done.stdout.splitlines()
    assert lines[-1:] == ["fine"], done.stdout[-2000:] + done.stderr[-2000:]
    problems = [line.partition(": ")[2] for line in lines[:-2]]
    assert len(problems) > 100
    assert all(problem.startswith(SAID) for problem in problems)
    assert {problem.split(":")[0] for problem in problems} == {"StoreFull", "StoreError"}
