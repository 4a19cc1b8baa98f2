"""What is compiled when the package is built, and that it is built without where that is not possible."""

import importlib.util
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """As much of the project as a wheel is built from."""
    for name in ("pyproject.toml", "hatch_build.py", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tmp_path)
    ignored = shutil.ignore_patterns("*.so", "*.new", "__pycache__")
    shutil.copytree(ROOT / "src/fulgurite/native", tmp_path / "src/fulgurite/native", ignore=ignored)
    shutil.copy(ROOT / "src/fulgurite/__init__.py", tmp_path / "src/fulgurite")
    return tmp_path


def _built(project: Path) -> tuple[str, list[str]]:
    """The tag of the wheel, and the compiled files in it."""
    (wheel,) = (Path(path) for path in WheelBuilder(str(project)).build(directory=str(project / "dist")))
    with zipfile.ZipFile(wheel) as archive:
        return wheel.stem.split("-", 2)[2], [name for name in archive.namelist() if name.endswith(".so")]


def _has_compiler() -> bool:
    return shutil.which("gcc") is not None and Path(sysconfig.get_path("include"), "Python.h").exists()


@pytest.mark.skipif(not _has_compiler(), reason="there is no compiler here, or no header of Python")
def test_a_wheel_is_compiled_for_its_machine(project: Path) -> None:
    tag, compiled = _built(project)
    (name,) = compiled
    assert name == f"fulgurite/native/fastpath{sysconfig.get_config_var('EXT_SUFFIX')}"
    assert tag.startswith(f"cp{sys.version_info.major}{sys.version_info.minor}-")
    assert [path.name for path in (project / "src/fulgurite/native").glob("fastpath.c*")] == [Path(name).name]


def test_a_wheel_is_built_without_a_compiler(
    project: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CC", "false")
    (project / "src/fulgurite/native/fastpath.so").write_bytes(b"of before")
    tag, compiled = _built(project)
    assert (tag, compiled) == ("py3-none-any", [])
    assert "lookups are not compiled" in capfd.readouterr().err


@pytest.mark.skipif(importlib.util.find_spec("fulgurite.native.fastpath") is None, reason="nothing was compiled here")
def test_formats_that_have_changed_are_not_read() -> None:
    """What is compiled in is compared with the modules that own it; in a process where it was not imported before."""
    program = "from fulgurite.store import mapped; mapped.UNIT = 16; import fulgurite.native.fastpath"
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert "ImportError: fulgurite.native.fastpath was written for other formats" in ended.stderr
