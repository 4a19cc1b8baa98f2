"""URLs: fetched, analysed, told of."""

import json
from typing import Any

import pytest

from fulgurite.model.task import RunOptions
from fulgurite.model.viewer import EVERYTHING, PUBLIC, Viewer
from fulgurite.service import visits
from fulgurite.service.addresses import networks
from fulgurite.service.fetch import Guard
from fulgurite.service.lookup import Lookup
from fulgurite.store import Store
from fulgurite.store.tasks import Limits
from tests.fakes import FakeClock
from tests.receivers import answer, receiver, says
from tests.store import values

FORBIDDEN = {"md5", "sha1", "sha256", "private_processing"}


def guard() -> Guard:
    return Guard(permitted=networks(["127.0.0.0/8"]), ports=(range(1, 65536),), timeout_s=20)


def refusal(data: bytes, _options: RunOptions) -> str | None:
    return None if data.startswith(b"MZ") else "no engine for this type"


def asked(store: Store, clock: FakeClock, url: str, *, is_private: bool = False) -> str:
    sandbox_id, _ = visits.ask(store, url, RunOptions(), key_id=1, is_private=is_private, now=clock(), claim=None)
    return sandbox_id


def made(store: Store, clock: FakeClock, *, max_bytes: int = 1000) -> bool:
    return visits.make_next(store, guard(), refusal, max_bytes=max_bytes, now=clock)


def shown(store: Store, clock: FakeClock, sandbox_id: str, viewer: Viewer = PUBLIC) -> dict[str, Any]:
    answered = Lookup(store, now=clock).by_sandbox_id(sandbox_id, viewer=viewer)
    assert answered.status == 200
    body: dict[str, Any] = json.loads(answered.content)
    assert not FORBIDDEN & body.keys()
    assert body["sandbox_id"] == sandbox_id
    return body


def test_a_program_is_fetched_and_analysed(store: Store, clock: FakeClock) -> None:
    with receiver(says(answer(b"MZ came", "200 OK", "Content-Type: application/x-dosexec"))) as server:
        sandbox_id = asked(store, clock, f"{server.url}/a/evil.exe")
        waiting = shown(store, clock, sandbox_id)
        assert waiting["scan_in_progress"] == sandbox_id
        assert "final_verdict" not in waiting
        assert made(store, clock)
        assert not made(store, clock)
    came = shown(store, clock, sandbox_id)
    assert came["scan_in_progress"] == sandbox_id
    assert came["fetched"]["http_status"] == 200
    assert came["fetched"]["content_type"] == "application/x-dosexec"
    values.ran(store, at=clock())
    done = shown(store, clock, sandbox_id)
    assert "scan_in_progress" not in done
    assert set(done["final_verdict"]) >= {"verdict", "threatLevel", "confidence"}
    assert done["url"] == f"{server.url}/a/evil.exe"
    submission = store.submission(done["fetched"]["data_id"])
    assert submission is not None
    assert submission.file_name == "evil.exe"


def test_what_no_engine_takes_is_said_so(store: Store, clock: FakeClock) -> None:
    with receiver(says(answer(b"<html>"))) as server:
        sandbox_id = asked(store, clock, server.url)
        made(store, clock)
    done = shown(store, clock, sandbox_id)
    assert done["final_verdict"] == {"verdict": "UNKNOWN", "threatLevel": 0, "confidence": 0}
    assert done["sandbox_error"] == {"code": 404010, "messages": ["Unsupported file type", "no engine for this type"]}
    assert store.sample_bytes(store.submission(done["fetched"]["data_id"]).sha256) == b"<html>"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("url", "told"),
    [("http://10.0.0.1/", "not public"), ("http://nobody.invalid/", "cannot be resolved")],
)
def test_a_failure_is_told(store: Store, clock: FakeClock, url: str, told: str) -> None:
    sandbox_id = asked(store, clock, url)
    made(store, clock)
    done = shown(store, clock, sandbox_id)
    assert done["sandbox_error"]["code"] == 500000
    assert told in done["sandbox_error"]["messages"][1]
    assert "scan_all_result_i" not in done["scan_results"]


def test_too_much_and_nothing(store: Store, clock: FakeClock) -> None:
    with receiver(says(answer(b"x" * 2000), answer(b""))) as server:
        large, empty = asked(store, clock, server.url), asked(store, clock, server.url)
        while made(store, clock):
            pass
    assert "larger than 1000 bytes" in shown(store, clock, large)["sandbox_error"]["messages"][1]
    assert "the answer is empty" in shown(store, clock, empty)["sandbox_error"]["messages"][1]


def test_a_failed_analysis(store: Store, clock: FakeClock) -> None:
    with receiver(says(answer(b"MZ"))) as server:
        sandbox_id = asked(store, clock, server.url)
        made(store, clock)
    task = store.claim(clock(), Limits())
    assert task is not None
    store.fail(task.sandbox_id, "the engine crashed")
    assert shown(store, clock, sandbox_id)["sandbox_error"]["messages"][1] == "the engine crashed"


def test_a_private_visit_and_what_came_of_it(store: Store, clock: FakeClock) -> None:
    with receiver(says(answer(b"MZ private"))) as server:
        sandbox_id = asked(store, clock, server.url, is_private=True)
        made(store, clock)
    for viewer in (PUBLIC, Viewer(key_id=2)):
        assert Lookup(store, now=clock).by_sandbox_id(sandbox_id, viewer=viewer).status == 404
    for viewer in (EVERYTHING, Viewer(key_id=1)):
        came = shown(store, clock, sandbox_id, viewer)["fetched"]
        assert store.submission(came["data_id"]) is None
        assert store.submission(came["data_id"], viewer) is not None


def test_a_visit_that_kills_its_process_ends(store: Store, clock: FakeClock) -> None:
    with receiver(says(answer(b"MZ"))) as server:
        sandbox_id = asked(store, clock, server.url)
        for _ in range(visits.MAX_ATTEMPTS):
            assert store.visits.begin(clock(), values.LIMITS.running) is not None
            clock.at += values.LIMITS.running
        assert made(store, clock)
    assert server.calls == []
    assert "died" in shown(store, clock, sandbox_id)["sandbox_error"]["messages"][1]
