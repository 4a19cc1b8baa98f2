"""The tools' own promises: locks whole and hashed, scripts that say what is missing."""

import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("requirements.lock", "requirements-dev.lock")


def _pins(lock: str) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9-]+)==(\S+)", (ROOT / lock).read_text(), re.MULTILINE))


def _name(requirement: str) -> str:
    return re.split(r"[^A-Za-z0-9.-]", requirement, maxsplit=1)[0].lower().replace(".", "-")


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_has_its_hashes_and_nothing_else_stands_there(lock: str) -> None:
    for entry in re.split(r"\n(?=\S)", re.sub(r"(?m)^\s*#.*\n?", "", (ROOT / lock).read_text()).strip()):
        assert re.fullmatch(r"[a-z0-9-]+==\S+( ; [^\\\n]+)? \\\n(    --hash=sha256:[0-9a-f]{64}( \\\n)?)+\n?", entry), (
            entry
        )


def test_both_locks_agree_and_hold_what_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    run, dev = map(_pins, LOCKS)
    assert run.items() <= dev.items()
    assert {_name(r) for r in project["dependencies"] + project["optional-dependencies"]["build"]} <= run.keys()
    assert {_name(r) for r in project["optional-dependencies"]["dev"]} <= dev.keys()


def _script(name: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/bash", str(ROOT / "scripts" / name), *arguments],
        env={"PATH": os.defpath, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_python_that_does_not_fit_is_told(tmp_path: Path) -> None:
    ended = _script("environment", str(tmp_path / "venv"), "requirements.lock", PYTHON="/bin/false")
    assert ended.returncode == 1
    assert "no Python of version 3.11, 3.12 or 3.13 found" in ended.stderr
    assert not (tmp_path / "venv").exists()


def test_without_compilers_browser_and_apt_a_line_says_what_is_missing(tmp_path: Path) -> None:
    for name in ("dirname", "id"):
        (tmp_path / name).symlink_to(next(d for d in map(Path, ("/usr/bin", "/bin")) if (d / name).exists()) / name)
    ended = _script("packages", PATH=str(tmp_path))
    assert ended.returncode == 0
    assert "no apt-get here; install by hand: gcc libc6-dev gcc-mingw-w64-x86-64 gcc-mingw-w64-i686" in ended.stderr
    assert "g++-mingw-w64-i686 chromium\n" in ended.stderr
    assert "or need a browser, will be skipped" in ended.stderr


@pytest.mark.parametrize(
    "path", ["scripts/environment", "scripts/packages", "scripts/lock", "scripts/apt", "scripts/vendor", ".ci/run"]
)
def test_scripts_are_bash(path: str) -> None:
    subprocess.run(["/bin/bash", "-n", str(ROOT / path)], check=True)
