"""Programs whose behaviour is known, submitted to the real server: most of what they do must be seen.

The programs and the scorer stand beside the repository, where they are there at all.
"""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.running import ROOT, Running

pytestmark = pytest.mark.e2e
GROUND = ROOT.parent / "shared/groundtruth"
LEAST_SHARE = 0.9
COMPILERS = ("x86_64-w64-mingw32-gcc", "i686-w64-mingw32-gcc", "gcc")


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the built programs, and beside it the truth about those for Windows."""
    if not (GROUND / "truth.json").exists():
        pytest.skip("no ../shared/groundtruth beside the repository")
    missing = [name for name in COMPILERS if shutil.which(name) is None]
    if missing:
        pytest.skip(f"no {missing[0]} (make packages)")
    folder = tmp_path_factory.mktemp("ground")
    for source in GROUND.iterdir():
        shutil.copyfile(source, folder / source.name)
    subprocess.run(["/bin/bash", "build.sh"], cwd=folder, check=True, capture_output=True)
    truth = json.loads((folder / "truth.json").read_text())
    windows = {name: entry for name, entry in truth.items() if entry["windows"]}
    (folder / "windows.json").write_text(json.dumps(windows))
    return folder


def test_most_known_behaviours_are_seen(programs: Path, server: Running, admin: tuple[Path, str]) -> None:
    scored = subprocess.run(
        [sys.executable, "score.py", server.url, admin[1], "windows.json", "build"],
        cwd=programs,
        capture_output=True,
        text=True,
        check=False,
    )
    last = re.search(r"(\d+) of (\d+) behaviours seen$", scored.stdout.strip())
    assert last is not None, scored.stderr
    assert int(last[1]) >= LEAST_SHARE * int(last[2]), scored.stdout
