"""The measurements run, and say what they measured; what they measure is not asserted here."""

import json
import shutil
import subprocess
import sys
from importlib.util import find_spec
from typing import Any

import pytest

from tests.e2e.running import ROOT

pytestmark = pytest.mark.e2e


@pytest.mark.skipif(shutil.which("gcc") is None, reason="the load tool is written in C: gcc is not installed")
@pytest.mark.skipif(find_spec("fulgurite.native.fastpath") is None, reason="lookups are not compiled here")
def test_lookup() -> None:
    command = [sys.executable, "-m", "bench.lookup", "--analyses", "20", "--rounds", "1", "--seconds", "0.2"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    result = json.loads(ended.stdout.splitlines()[-1])
    assert result["bench"] == "lookup"
    assert (
        min(
            result[name]
            for name in ("ratio_memory", "ratio_null", "ratio_growth", "small_ratio_memory", "ratio_interpreted")
        )
        > 0
    )
    assert ("ratio_nginx" in result) is (shutil.which("nginx") is not None)
    assert result["body_bytes"] >= 25_000


def test_bulk() -> None:
    command = [sys.executable, "-m", "bench.bulk", "--analyses", "20", "--rounds", "1"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    result = json.loads(ended.stdout.splitlines()[-1])
    assert result["bench"] == "bulk"
    assert result["ratio_single"] > 0


def _detection(*arguments: str) -> Any:
    command = [sys.executable, "-m", "bench.detection", "--no-runs", *arguments]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout.splitlines()[-1])


def test_detection() -> None:
    result = _detection("--corpora", "tests/data/importers")
    assert result["bench"] == "detection"
    assert result["rules"] >= 250
    assert result["formats"]
    assert _detection("--corpora", "tests/none")["goal"]["reports"] == 0


@pytest.mark.skipif(not (ROOT / "../shared/corpora").is_dir(), reason="needs real reports in ../shared/corpora")
def test_what_other_sandboxes_found_is_found() -> None:
    goal = _detection()["goal"]
    assert goal["reports"] > 0
    assert min(goal["micro"], goal["macro"]) >= 0.7


@pytest.mark.skipif(shutil.which("gcc") is None, reason="the load tool is written in C: gcc is not installed")
def test_growth() -> None:
    result = _last_of("bench.growth", "--analyses", "100", "300", "--rounds", "1", "--seconds", "0.2")
    assert result["bench"] == "growth"
    assert result["ratio_growth"] > 0
    assert [size["analyses"] for size in result["sizes"]] == [100, 300]


@pytest.mark.skipif(shutil.which("gcc") is None, reason="the load tool is written in C: gcc is not installed")
def test_mixed() -> None:
    result = _last_of("bench.mixed", "--analyses", "100", "--rounds", "1", "--seconds", "0.5", "--reports", "300")
    assert result["bench"] == "mixed"
    assert min(result["ratio_reads"], result["ratio_writes"]) > 0


def test_storage() -> None:
    result = _last_of("bench.storage", "tests/data/importers/cape")
    assert result["bench"] == "storage"
    assert result["analyses"] > 0
    assert "skipped" in _last_of("bench.storage", "tests/none")


def _last_of(*arguments: str) -> Any:
    ended = subprocess.run([sys.executable, "-m", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout.splitlines()[-1])
