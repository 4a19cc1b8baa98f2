"""What of the official SDK the other tests leave: keys, facts, webhooks, URLs."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.running import HELLO, ROOT, Running
from tests.receivers import answer, receiver, says

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def outward(admin: tuple[Path, str]) -> Iterator[Running]:
    """A server, with its worker, that fetches and calls, on this machine too."""
    settings = {
        "FULGURITE_FETCH_URLS": "true",
        "FULGURITE_CALLBACKS": "true",
        "FULGURITE_FETCH_NETWORKS": "127.0.0.0/8",
        "FULGURITE_FETCH_PORTS": "1-65535",
    }
    with Running("serve", "--data", admin[0], "--port", 0, **settings) as running:
        assert running.url
        yield running


@pytest.fixture(scope="module")
def report(outward: Running, admin: tuple[Path, str]) -> dict[str, Any]:
    """What the SDK got."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("METADEFENDER")}
    with receiver(says(answer(HELLO.read_bytes()))) as place:
        command = [sys.executable, "-m", "tests.e2e.sdk_rest", outward.url, admin[1], f"{place.url}/hello.exe"]
        ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    found: dict[str, Any] = json.loads(ended.stdout)
    return found


def test_the_account(report: dict[str, Any], admin: tuple[Path, str]) -> None:
    account = report["account"]
    assert account["nickname"] == "tests"
    assert admin[1] not in json.dumps(report)
    assert report["used"]["prevention_api"] == 1
    assert report["used"]["sandbox_api"] == 1
    assert report["left"]["sandbox_api"] == account["limit_sandbox"] - 1
    assert report["left"]["throttling_limit"] <= account["throttling_limit"]


def test_the_history(report: dict[str, Any]) -> None:
    names = [row["data_id"] for row in report["history"]["data"]]
    assert report["upload"]["data_id"] in names


def test_the_facts(report: dict[str, Any]) -> None:
    assert report["facts"]


def test_a_url(report: dict[str, Any]) -> None:
    assert report["visit"]["status"] == "inqueue"
    visited = report["visited"]
    assert visited["kind"] == "SandboxResponseForAURL"
    assert visited["sandbox_id"] == report["visit"]["sandbox_id"]
    assert visited["final_verdict"]["verdict"] in {"NO_THREAT", "SUSPICIOUS", "LIKELY_MALICIOUS", "MALICIOUS"}


def test_a_webhook(report: dict[str, Any]) -> None:
    assert report["webhook"] == 200


@pytest.mark.parametrize(
    ("mistake", "kind", "code"),
    [
        ("wrong key", "UnauthorizedException", 401006),
        ("bad page", "BadRequestException", 400028),
        ("no facts", "NotFoundException", 404005),
        ("no manifest", "NotFoundException", 404005),
        ("facts of nothing", "NotFoundException", 404003),
        ("no webhook", "NotFoundException", 404001),
        ("no url", "BadRequestException", 400186),
    ],
)
def test_a_mistake_is_told(report: dict[str, Any], mistake: str, kind: str, code: int) -> None:
    failure = report["failures"][mistake]
    assert (failure["type"], failure["status"]) == (kind, code // 1000)
    assert failure["body"]["error"]["code"] == code
