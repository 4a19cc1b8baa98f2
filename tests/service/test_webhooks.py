"""Webhooks, to real receivers: signed, retried, told of."""

import hashlib
import hmac
import json
import socket
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest

from fulgurite.model.task import RunOptions
from fulgurite.model.viewer import EVERYTHING
from fulgurite.service import webhooks
from fulgurite.service.addresses import networks
from fulgurite.service.archives import Caps
from fulgurite.service.fetch import Guard
from fulgurite.service.intake import Intake, Wishes
from fulgurite.service.webhooks import Patience
from fulgurite.store import Store
from fulgurite.store.tasks import Limits
from tests import archives
from tests.fakes import FakeClock
from tests.receivers import Script, answer, breaks_off, closes, dribbles, receiver, says, silent

PATIENCE = Patience(attempts=3, first_pause=timedelta(seconds=5))


def guard(timeout_s: float = 30.0) -> Guard:
    return Guard(permitted=networks(["127.0.0.0/8"]), ports=(range(1, 65536),), timeout_s=timeout_s)


def wished(store: Store, clock: FakeClock, url: str, data: bytes = b"MZ", *, runs: bool = False) -> str:
    intake = Intake(store, lambda data, _: None if data[:2] == b"MZ" else "no program", Caps(), now=clock)
    options = RunOptions() if runs else None
    taken = intake.take(data, Wishes(options=options, key_id=1, callback_url=url, file_name="a"))
    return taken.submitted.data_id


def next_call(store: Store, clock: FakeClock, timeout_s: float = 30.0) -> bool:
    return webhooks.deliver_next(store, guard(timeout_s), PATIENCE, now=clock)


def status(store: Store, clock: FakeClock, data_id: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(webhooks.status(store, data_id, EVERYTHING, clock()) or b"{}")
    return found


def test_a_call_is_signed_and_carries_the_result(store: Store, clock: FakeClock) -> None:
    with receiver(says(answer())) as server:
        data_id = wished(store, clock, f"{server.url}/hook?x=1")
        assert status(store, clock, data_id) == {
            "url": f"{server.url}/hook?x=1",
            "data_id": data_id,
            "state": "open",
            "attempts": 0,
        }
        assert next_call(store, clock)
        assert not next_call(store, clock)
    [call] = server.calls
    assert call.line == "POST /hook?x=1 HTTP/1.1"
    assert call.headers["user-agent"] == "opswat metadefender cloud"
    assert call.headers["content-type"] == "application/json; charset=utf-8"
    assert call.headers["x-fulgurite-attempt"] == "1"
    assert call.headers["x-fulgurite-delivery"] == data_id
    signed = f"{call.headers['x-fulgurite-timestamp']}.".encode() + call.body
    secret = webhooks.secret_of(store, 1).encode()
    assert call.headers["x-fulgurite-signature"] == "sha256=" + hmac.new(secret, signed, hashlib.sha256).hexdigest()
    body = json.loads(call.body)
    assert body["data_id"] == data_id
    told = status(store, clock, data_id)
    assert (told["status_code"], told["state"], told["attempts"]) == (200, "delivered", 1)
    assert told["request_time"] == "2026-01-02T03:04:05.678Z"


def test_it_waits_for_the_analyses_of_all_members(store: Store, clock: FakeClock) -> None:
    with receiver(says(answer())) as server:
        data = archives.zipped([("a.exe", b"MZ 1"), ("b.exe", b"MZ 2")])
        data_id = wished(store, clock, server.url, data, runs=True)
        for _ in range(2):
            assert not next_call(store, clock)
            task = store.claim(clock(), Limits())
            assert task is not None
            store.fail(task.sandbox_id, "broken")
        assert next_call(store, clock)
    body = json.loads(server.calls[0].body)
    assert body["data_id"] == data_id
    assert [one["name"] for one in body["extracted_files"]["files_in_archive"]] == ["a.exe", "b.exe"]
    assert [one["progress_percentage"] for one in body["extracted_files"]["files_in_archive"]] == [100, 100]


def test_500_then_200(store: Store, clock: FakeClock) -> None:
    with receiver(says(answer(b"", "500 No"), answer())) as server:
        data_id = wished(store, clock, server.url)
        assert next_call(store, clock)
        told = status(store, clock, data_id)
        assert (told["status_code"], told["error"], told["state"]) == (500, "answered with 500", "open")
        assert told["next_attempt"] == "2026-01-02T03:04:10.678Z"
        assert not next_call(store, clock)
        clock.advance(seconds=5)
        assert next_call(store, clock)
    assert [call.headers["x-fulgurite-attempt"] for call in server.calls] == ["1", "2"]
    assert status(store, clock, data_id)["state"] == "delivered"
    assert "error" not in status(store, clock, data_id)


@pytest.mark.parametrize(
    ("script", "told"),
    [
        (silent, "no whole answer"),
        (dribbles, "no whole answer"),
        (closes, "broken off"),
        (breaks_off, "broken off"),
        (says(answer(b"", "404 No")), "answered with 404"),
        (says(answer(b"", "302 Found", "Location: http://127.0.0.1:1/")), "answered with 302"),
    ],
)
def test_bad_receivers_are_tried_again_then_given_up(store: Store, clock: FakeClock, script: Script, told: str) -> None:
    with receiver(script) as server:
        data_id = wished(store, clock, server.url)
        pauses = []
        for _ in range(3):
            while not next_call(store, clock, 0.3):
                clock.advance(seconds=1)
                pauses.append(1)
        assert not next_call(store, clock)
        clock.advance(days=1)
        assert not next_call(store, clock)
    assert len(server.calls) == 3
    assert len(pauses) == 5 + 10
    assert status(store, FakeClock(), data_id)["state"] == "given up"
    assert told in str(status(store, FakeClock(), data_id)["error"])


def test_a_closed_address_is_never_called(store: Store, clock: FakeClock) -> None:
    with receiver(says(answer())) as server:
        data_id = wished(store, clock, server.url)
        assert webhooks.deliver_next(store, Guard(ports=(range(1, 65536),)), PATIENCE, now=clock)
    assert server.calls == []
    assert "not public" in str(status(store, clock, data_id)["error"])


def test_secrets_differ_by_key_and_stay(store: Store) -> None:
    assert webhooks.secret_of(store, 1) == webhooks.secret_of(store, 1)
    assert webhooks.secret_of(store, 1) != webhooks.secret_of(store, 2)
    assert len(webhooks.secret_of(store, 1)) == 64


def test_the_list(store: Store, clock: FakeClock) -> None:
    ids = [wished(store, clock, "http://example.com/") for _ in range(2)]
    listed = json.loads(webhooks.listed(store, EVERYTHING, clock()))
    assert [one["data_id"] for one in listed["data"]] == ids[::-1]
    assert webhooks.status(store, "/../", EVERYTHING, clock()) is None


_CALLER = """
import sys
from datetime import datetime
from pathlib import Path
from fulgurite.service.webhooks import deliver_next
from fulgurite.store import Store
from tests.service.test_webhooks import PATIENCE, guard

at = datetime.fromisoformat(sys.argv[2])
with Store.open(Path(sys.argv[1])) as store:
    deliver_next(store, guard(), PATIENCE, now=lambda: at)
"""


def test_a_process_killed_in_the_middle_of_a_call_leaves_it_to_the_next(store: Store, clock: FakeClock) -> None:
    root = Path(__file__).resolve().parents[2]

    def script(connection: socket.socket, number: int) -> None:
        (silent if number == 1 else says(answer()))(connection, number)

    with receiver(script) as server:
        data_id = wished(store, clock, server.url)
        command = [sys.executable, "-c", _CALLER, str(store.data_dir), clock().isoformat()]
        with subprocess.Popen(command, cwd=root) as caller:
            while not server.calls:
                assert caller.poll() is None
                time.sleep(0.01)
            caller.kill()
        assert not next_call(store, clock)
        clock.advance(minutes=5)
        assert next_call(store, clock)
        assert not next_call(store, clock)
    assert [call.headers["x-fulgurite-attempt"] for call in server.calls] == ["1", "2"]
    assert status(store, clock, data_id)["state"] == "delivered"
