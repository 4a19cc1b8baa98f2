"""sandboxapi 1.7.1, unchanged and in a process of its own, against a server that may be polled without a key."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fulgurite.model.hashes import digests_of
from tests.e2e.running import HELLO, ROOT, Running

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def open_server(admin: tuple[Path, str]) -> Iterator[Running]:
    with Running("serve", "--data", admin[0], "--port", 0, FULGURITE_KEYLESS_POLL="true") as running:
        assert running.url
        yield running


@pytest.mark.parametrize("time_of_day", ["the first analysis", "another one of a known file"])
def test_from_submission_to_score(open_server: Running, admin: tuple[Path, str], time_of_day: str) -> None:
    command = [sys.executable, "-m", "tests.e2e.sandboxapi_steps", open_server.url, admin[1], str(HELLO)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, f"{time_of_day}: {ended.stderr}"
    told: dict[str, Any] = json.loads(ended.stdout)
    assert told["is_available"] is True
    assert re.fullmatch(r"[0-9a-f]{24}", told["sandbox_id"])
    assert told["report"]["sandbox_id"] == told["sandbox_id"]
    assert told["report"]["sha256"] == digests_of(HELLO.read_bytes()).sha256.upper()
    assert told["report"]["scan_results"]["progress_percentage"] == 100
    assert told["score"] == told["report"]["scan_results"]["infection_score"]
    assert told["unknown"] is False
