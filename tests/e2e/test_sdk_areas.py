"""The official SDK, unchanged and in a process of its own: hashes, reputation, status, against the real server."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from fulgurite.model.events import DnsQuery, HttpRequest
from fulgurite.model.hashes import digests_of
from fulgurite.store import Store
from tests import builders
from tests.e2e.running import HELLO, ROOT, Running
from tests.store.values import imported

pytestmark = pytest.mark.e2e

DIGESTS = digests_of(HELLO.read_bytes())
EVENTS = (
    builders.flow_start(remote_addr="192.0.2.77"),
    DnsQuery(name="bad.example"),
    HttpRequest(method="GET", url="http://bad.example/a?b=c"),
)


@pytest.fixture(scope="module")
def report(server: Running, admin: tuple[Path, str]) -> dict[str, Any]:
    """What the SDK got."""
    with Store.open(admin[0]) as store:
        imported(store, 0x5D4, builders.sample(b"contacts"), events=EVENTS, score=9)
    command = [sys.executable, "-m", "tests.e2e.sdk_areas", server.url, admin[1]]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("METADEFENDER")}
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    found: dict[str, Any] = json.loads(ended.stdout)
    return found


def test_many_hashes(report: dict[str, Any]) -> None:
    first, second = report["many"]["data"]
    assert (first["data_id"], first["scan_result_i"]) == (report["upload"]["data_id"], 10)
    assert (second["data_id"], second["scan_result_i"]) == ("", 5)


def test_the_history_and_the_badge(report: dict[str, Any]) -> None:
    assert report["history"]["sha256"] == DIGESTS.sha256.upper()
    assert report["history"]["scan_result_history"][0]["data_id"] == report["upload"]["data_id"]
    assert report["badge"]["data_id"] == report["upload"]["data_id"]


@pytest.mark.parametrize(("one", "many"), [("ip", "ips"), ("domain", "domains"), ("url", "urls")])
def test_reputation(report: dict[str, Any], one: str, many: str) -> None:
    assert report[one]["lookup_results"]["detected_by"] == 1
    assert report[one]["lookup_results"]["sources"][0]["assessment"] == "malicious"
    assert [item["lookup_results"]["detected_by"] for item in report[many]["data"]] == [1, 0]


def test_status(report: dict[str, Any]) -> None:
    assert set(report["definitions"].values()) == {""}
    assert report["version"]["version"].startswith("4.")


@pytest.mark.parametrize(
    ("mistake", "kind", "code"),
    [
        ("no hash", "BadRequestException", 400064),
        ("unknown hash", "NotFoundException", 404003),
        ("bad page", "BadRequestException", 400028),
        ("no badge", "BadRequestException", 400064),
        ("no hashes", "BadRequestException", 400062),
        ("too many", "BadRequestException", 400063),
        ("no flag", "BadRequestException", 400065),
        ("no address", "BadRequestException", 400184),
        ("no domain", "BadRequestException", 400185),
        ("no url", "BadRequestException", 400186),
        ("no addresses", "BadRequestException", 400182),
    ],
)
def test_a_mistake_is_told(report: dict[str, Any], mistake: str, kind: str, code: int) -> None:
    failure = report["failures"][mistake]
    assert (failure["type"], failure["status"]) == (kind, code // 1000)
    assert failure["body"]["error"]["code"] == code
