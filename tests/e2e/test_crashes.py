"""Server and importing command, killed at random moments while reports come in: nothing acknowledged is lost."""

import contextlib
import http.client
import json
import os
import random
import subprocess
import threading
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from fulgurite.exports import v4
from fulgurite.model.hashes import digests_of
from fulgurite.store import Store, checking
from tests import builders
from tests.e2e.running import Running, call, until

ROUNDS = max(2, int(os.environ.get("FULGURITE_KILLS", "20")) // 10)
"""How often each of them is killed; `make nightly` asks for more."""
_chance = random.Random(os.urandom(8))  # noqa: S311 - no secret


def _report(number: int) -> bytes:
    """A foreign report about a file of its own."""
    return v4.body(builders.report(sample=builders.sample(b"MZ %d" % number), sandbox_id=None, data_id=None))


def _post(url: str, key: str, first: int, acknowledged: list[int]) -> None:
    """Sends reports until the server is gone."""
    gone = (OSError, http.client.HTTPException, json.JSONDecodeError)
    with contextlib.suppress(*gone):
        for number in range(first, first + 1000):
            status, told = call(url, "/import", key, method="POST", data=_report(number))
            assert (status, told["imported"]) == (200, 1)
            acknowledged.append(number)


def _is_longer(numbers: list[int], than: int) -> bool:
    return len(numbers) > than


def _assert_whole(data: Path, acknowledged: list[int]) -> None:
    with Store.open(data) as store:
        assert [number for number in acknowledged if not _is_found(store, number)] == []
        assert [finding for finding in checking.check(store) if finding.kind != "orphan"] == []


def _is_found(store: Store, number: int) -> bool:
    found = [store.finder.found(bytes.fromhex(digest)) for digest in digests_of(b"MZ %d" % number)]
    return all(one is not None and one.gzipped != b"" for one in found)


@pytest.mark.timeout(60 * ROUNDS)
def test_what_the_server_acknowledged_survives_kill_9(admin: tuple[Path, str]) -> None:
    data, key = admin
    acknowledged: list[int] = []
    for turn in range(ROUNDS):
        with Running("serve", "--data", data, "--port", 0, "--no-worker") as running:
            writer = threading.Thread(target=_post, args=(running.url, key, turn * 1000, acknowledged))
            before = len(acknowledged)
            writer.start()
            until(partial(_is_longer, acknowledged, before), "an answer")
            writer.join(_chance.uniform(0, 0.5))
            running.process.kill()
            running.ended()
            writer.join()
        _assert_whole(data, acknowledged)
    assert len(acknowledged) > 0


@pytest.mark.timeout(60 * ROUNDS)
def test_what_the_command_acknowledged_survives_kill_9(tmp_path: Path) -> None:
    data, folder = tmp_path / "data", tmp_path / "reports"
    folder.mkdir()
    Store.open(data).close()
    for turn in range(ROUNDS):
        for number in range(turn * 200, turn * 200 + 200):
            (folder / f"{number:06d}.json").write_bytes(_report(number))
        with Running("import", "--json", "--data", data, folder) as running:
            with contextlib.suppress(subprocess.TimeoutExpired):
                running.process.wait(_chance.uniform(0.8, 2))
            running.process.kill()
            running.ended()
        # The last line may be cut off.
        told: list[dict[str, Any]] = [json.loads(line) for line in running.out if line.endswith("\n")]
        _assert_whole(data, [])
        with Store.open(data) as store:
            assert all(store.report(one["sandbox_id"]) is not None for one in told)
    with Running("import", "--json", "--data", data, folder) as running:
        assert running.ended() == 0
    _assert_whole(data, list(range(ROUNDS * 200)))
