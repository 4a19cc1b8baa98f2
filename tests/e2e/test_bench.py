"""The measurements run, and say what they measured; what they measure is not asserted here."""

import json
import subprocess
import sys

import pytest

from tests.e2e.running import ROOT

pytestmark = pytest.mark.e2e


def test_lookup() -> None:
    command = [sys.executable, "-m", "bench.lookup", "--analyses", "20", "--rounds", "1", "--seconds", "1"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    result = json.loads(ended.stdout.splitlines()[-1])
    assert result["bench"] == "lookup"
    assert result["ratio_memory"] > 0
    assert result["ratio_rps"] > 0
    assert result["body_bytes"] >= 30_000


def test_bulk() -> None:
    command = [sys.executable, "-m", "bench.bulk", "--analyses", "20", "--rounds", "1"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    result = json.loads(ended.stdout.splitlines()[-1])
    assert result["bench"] == "bulk"
    assert result["ratio_single"] > 0
