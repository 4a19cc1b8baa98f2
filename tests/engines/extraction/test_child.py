"""The child as a process: what it is given and what it says."""

import subprocess
import sys
from pathlib import Path

import msgspec

from fulgurite.engines.extraction import child
from fulgurite.engines.extraction.found import Given


def test_without_extractors_it_says_nothing_and_leaves_nothing(tmp_path: Path) -> None:
    given = msgspec.msgpack.encode([Given("", b"any")])
    ended = subprocess.run(
        [sys.executable, "-I", "-m", child.__name__, str(tmp_path / "none")],
        input=given,
        capture_output=True,
        check=False,
        env={"TMPDIR": str(tmp_path)},
    )
    assert (ended.returncode, ended.stdout) == (0, b"")
    assert list(tmp_path.iterdir()) == []
