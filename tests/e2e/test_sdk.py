"""The official SDK, unchanged and in a process of its own, against the real server with its real engine."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from fulgurite.model.hashes import digests_of
from tests.e2e.running import HELLO, ROOT, Running

pytestmark = pytest.mark.e2e

DIGESTS = digests_of(HELLO.read_bytes())


@pytest.fixture(scope="module")
def report(server: Running, admin: tuple[Path, str]) -> dict[str, Any]:
    """What the SDK got."""
    command = [sys.executable, "-m", "tests.e2e.sdk_steps", server.url, admin[1], str(HELLO)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("METADEFENDER")}
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    found: dict[str, Any] = json.loads(ended.stdout)
    return found


def test_the_upload_is_understood(report: dict[str, Any]) -> None:
    upload = report["upload"]
    assert upload["status"] == "inqueue"
    assert re.fullmatch(r"[0-9a-f]{24}", upload["sandbox_id"])
    assert re.fullmatch(r"bz[A-Za-z0-9_-]+", upload["data_id"])
    assert [upload[kind] for kind in ("md5", "sha1", "sha256")] == [digest.upper() for digest in DIGESTS]


def test_the_poll_ends_with_a_verdict(report: dict[str, Any]) -> None:
    result = report["result"]
    assert report["seen"][-1] is True
    assert not any(report["seen"][:-1])
    assert result["final_verdict"]["verdict"] in {"NO_THREAT", "SUSPICIOUS", "LIKELY_MALICIOUS", "MALICIOUS", "UNKNOWN"}
    assert result["sandbox_id"] == report["upload"]["sandbox_id"]
    assert result["data_id"] == report["upload"]["data_id"]
    assert result["private_processing"] == 0


def test_the_analysis_is_found_by_every_hash(report: dict[str, Any]) -> None:
    assert len(report["by_hash"]) == 6
    for found in report["by_hash"]:
        assert found == report["result"]


def test_the_file_is_known_too(report: dict[str, Any]) -> None:
    assert report["hash"]["data_id"] == report["file"]["data_id"] == report["upload"]["data_id"]
    assert "sandbox" in report["hash"]["additional_info"]


@pytest.mark.parametrize(
    ("mistake", "kind", "status", "code"),
    [
        ("no hash", "BadRequestException", 400, 400064),
        ("unknown hash", "NotFoundException", 404, 404003),
        ("unknown id", "NotFoundException", 404, 404001),
        ("wrong key", "UnauthorizedException", 401, 401006),
        ("empty file", "BadRequestException", 400, 400145),
        ("unknown system", "BadRequestException", 400, 400020),
    ],
)
def test_a_mistake_is_told(report: dict[str, Any], mistake: str, kind: str, status: int, code: int) -> None:
    failure = report["failures"][mistake]
    assert (failure["type"], failure["status"]) == (kind, status)
    assert failure["body"]["error"]["code"] == code
