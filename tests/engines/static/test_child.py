"""The child as a process."""

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from fulgurite.engines.static import child

PROGRAM = (Path(__file__).resolve().parents[3] / "demo/hello.exe").read_bytes()
COMMAND = [sys.executable, "-I", "-m", child.__name__]


@pytest.mark.parametrize(("data", "status"), [(PROGRAM, 0), (b"no program", 1), (b"", 1)])
def test_it_tells_or_says_nothing(data: bytes, status: int) -> None:
    ended = subprocess.run(COMMAND, input=data, capture_output=True, check=False)
    assert ended.returncode == status
    assert (ended.stdout != b"") is (status == 0)
    if status == 0:
        assert "imphash" in msgspec.json.decode(ended.stdout)


def test_it_leaves_nothing_behind(tmp_path: Path) -> None:
    subprocess.run(COMMAND, input=PROGRAM, capture_output=True, check=True, env={"TMPDIR": str(tmp_path)})
    assert list(tmp_path.iterdir()) == []
