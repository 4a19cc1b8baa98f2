"""Programs whose behaviour is known, submitted to the real server: most of what they do must be seen.

The programs and the scorer stand beside the repository, where they are there at all.
"""

import hashlib
import json
import re
import shutil
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from tests.e2e.running import ROOT, Running

pytestmark = pytest.mark.e2e
GROUND = ROOT.parent / "shared/groundtruth"
LEAST_SHARE = 0.9
TECHNIQUES = {
    "files": {"T1083", "T1070.004", "T1074.001"},
    "sync": {"T1480.002"},
    "network": {"T1071.001", "T1071.004", "T1573.002", "T1105"},
    "processes": {"T1059.003", "T1033", "T1057"},
    "drop": {"T1204.002"},
    "library": {"T1218.011", "T1480.002"},
}
"""What each program does, as ATT&CK has it: all of it harmless."""
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


@pytest.fixture(scope="module")
def scored(programs: Path, server: Running, admin: tuple[Path, str]) -> str:
    """What the scorer says of every program, which the server has run then."""
    done = subprocess.run(
        [sys.executable, "score.py", server.url, admin[1], "windows.json", "build"],
        cwd=programs,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip() or done.stderr


def test_most_known_behaviours_are_seen(scored: str) -> None:
    last = re.search(r"(\d+) of (\d+) behaviours seen$", scored)
    assert last is not None, scored
    assert int(last[1]) >= LEAST_SHARE * int(last[2]), scored


@pytest.mark.usefixtures("scored")
@pytest.mark.parametrize("program", TECHNIQUES)
def test_techniques_are_named_and_nobody_is_called_infected(
    programs: Path, server: Running, admin: tuple[Path, str], program: str
) -> None:
    for build in sorted((programs / "build").glob(f"{program}_*")):
        sha256 = hashlib.sha256(build.read_bytes()).hexdigest()
        request = urllib.request.Request(  # noqa: S310 - our own server
            f"{server.url}/hash/{sha256}/sandbox", headers={"apikey": admin[1]}
        )
        with urllib.request.urlopen(request, timeout=60) as reply:  # noqa: S310
            body = json.load(reply)
        assert set(body["summary"]["ttp"]) >= TECHNIQUES[program], build.name
        assert body["final_verdict"]["verdict"] in {"NO_THREAT", "UNKNOWN"}, build.name
