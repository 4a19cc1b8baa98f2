"""Event streams of a real server: what is told, to whom, and how a stream ends."""

import http.client
import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from fulgurite.exports import v4
from fulgurite.model.key import Role
from fulgurite.model.task import RunOptions
from fulgurite.service.submit import submit
from fulgurite.store import Store
from fulgurite.store.tasks import Limits
from tests import builders
from tests.api.running import Running, running

PROGRAM = (Path(__file__).resolve().parents[2] / "demo/hello.exe").read_bytes()
PATIENCE_S = 60.0
Told = tuple[str, dict[str, Any]]


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("data"), bad_keys=1000) as started:
        yield started
        assert started.is_well()


@pytest.fixture(scope="module")
def keyless(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("data"), keyless_poll=True) as started:
        yield started


def submitted(store: Store, data: bytes = b"MZ watched", **more: Any) -> str:
    done = submit(store, data, options=RunOptions(), file_name="a.exe", key_id=None, now=now(), **more)
    assert done.sandbox_id is not None
    return done.sandbox_id


def begun(store: Store, sandbox_id: str) -> None:
    """Makes this analysis run here; there is no other one pending."""
    task = store.claim(now(), Limits())
    assert task is not None
    assert task.sandbox_id == sandbox_id


def reported(store: Store, sandbox_id: str, score: int = 8, data: bytes = b"MZ watched") -> None:
    task = store.task(sandbox_id)
    assert task is not None
    report = builders.report(
        sample=builders.sample(data),
        sandbox_id=sandbox_id,
        data_id=task.data_id,
        requested_at=task.requested_at,
        score=score,
    )
    assert store.add_run(report, original=sandbox_id.encode(), body=v4.body(report), format_="runlog", now=now())


def finished(store: Store, data: bytes = b"MZ watched") -> str:
    sandbox_id = submitted(store, data)
    begun(store, sandbox_id)
    reported(store, sandbox_id, data=data)
    return sandbox_id


@contextmanager
def listening(server: Running, path: str, key: str | None = "") -> Iterator[http.client.HTTPResponse]:
    with closing(http.client.HTTPConnection(server.host, server.port, timeout=PATIENCE_S)) as connection:
        connection.request("GET", path, headers={} if key is None else {"apikey": server.key if key == "" else key})
        with closing(connection.getresponse()) as reply:
            yield reply


def events(reply: http.client.HTTPResponse) -> Iterator[Told]:
    """The events of a stream as they come, until its end; comments are read over."""
    assert (reply.status, reply.getheader("content-type")) == (200, "text/event-stream")
    fields: dict[str, str] = {}
    while (line := reply.readline()) != b"":
        if line == b"\n" and "event" in fields:
            yield fields["event"], json.loads(fields["data"])
        if line == b"\n":
            fields = {}
        else:
            name, _, value = line.decode().rstrip("\n").partition(": ")
            fields[name] = value
    assert "event" not in fields


def until(claim: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not claim():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_finished_analysis_is_one_event(server: Running) -> None:
    sandbox_id = finished(server.store)
    said = {"sandbox_id": sandbox_id, "state": "finished", "progress_percentage": 100}
    with listening(server, f"/v4/sandbox/{sandbox_id}/events") as reply:
        assert list(events(reply)) == [("finished", {**said, "verdict": "LIKELY_MALICIOUS", "infection_score": 8})]
        assert reply.getheader("cache-control") == "no-store"
        assert reply.getheader("x-content-type-options") == "nosniff"
        assert reply.getheader("x-ratelimit-for") == "reputation_api"


def test_each_change_is_told_as_it_happens(server: Running) -> None:
    sandbox_id = submitted(server.store)
    with listening(server, f"/v4//sandbox/{sandbox_id}/events/") as reply:
        told = events(reply)
        at_once = {"sandbox_id": sandbox_id, "state": "pending", "progress_percentage": 1}
        assert next(told) == ("progress", at_once)
        begun(server.store, sandbox_id)
        assert next(told) == ("progress", {**at_once, "state": "running"})
        for percent in (20, 50, 99):
            server.store.set_progress(sandbox_id, percent)
            assert next(told) == ("progress", {**at_once, "state": "running", "progress_percentage": percent})
        reported(server.store, sandbox_id)
        name, data = next(told)
        assert (name, data["progress_percentage"], data["verdict"]) == ("finished", 100, "LIKELY_MALICIOUS")
        assert list(told) == []


def test_progress_never_falls_when_a_worker_gives_its_task_back(server: Running) -> None:
    sandbox_id = submitted(server.store)
    begun(server.store, sandbox_id)
    server.store.set_progress(sandbox_id, 70)
    with listening(server, f"/v4/sandbox/{sandbox_id}/events") as reply:
        told = events(reply)
        assert next(told)[1]["progress_percentage"] == 70
        server.store.give_back(sandbox_id, now(), Limits())
        assert next(told)[1] == {"sandbox_id": sandbox_id, "state": "pending", "progress_percentage": 70}
        begun(server.store, sandbox_id)
        server.store.fail(sandbox_id, "it broke\ndata: twice")
        name, data = list(told)[-1]
    assert name == "failed"
    assert data["progress_percentage"] == 100
    assert data["reasons"] == ["Scan request has failed permanently", "it broke\ndata: twice"]


def test_a_submission_of_several_analyses(server: Running) -> None:
    sent = server.ask("POST", "/v4/file", PROGRAM, sandbox="windows10")
    data_id, first = sent.json["data_id"], sent.json["sandbox_id"]
    second = server.ask("POST", f"/v4/sandbox/{data_id}/scan", sandbox="windows7").json["sandbox_id"]
    with listening(server, f"/v4/file/{data_id}/events") as reply:
        told = events(reply)
        together = {
            "data_id": data_id,
            "state": "pending",
            "progress_percentage": 1,
            "analyses_count": 2,
            "ended_count": 0,
        }
        assert next(told) == ("progress", together)
        begun(server.store, first)
        server.store.fail(first, "it broke")
        begun(server.store, second)
        reported(server.store, second, score=1)
        seen = list(told)
    assert [name for name, _ in seen[:-1]] == ["progress"] * (len(seen) - 1)
    name, data = seen[-1]
    assert (name, data["state"], data["ended_count"], data["progress_percentage"]) == ("finished", "finished", 2, 100)
    assert [(one["sandbox_id"], one["state"]) for one in data["analyses"]] == [(first, "failed"), (second, "finished")]


def test_a_submission_without_an_analysis_is_over_at_once(server: Running) -> None:
    data_id = server.ask("POST", "/v4/file", b"kept only").json["data_id"]
    with listening(server, f"/v4/file/{data_id}/events") as reply:
        ((name, data),) = events(reply)
    assert (name, data["analyses"], data["analyses_count"]) == ("finished", [], 0)


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/v4/sandbox/000000000000000000000000/events", 404001),
        ("/v4/sandbox/no-id/events", 404001),
        ("/v4/file/bzAAAA/events", 404004),
        ("/v4/file/%00/events", 404004),
    ],
)
def test_what_is_not_there(server: Running, path: str, code: int) -> None:
    assert server.ask("GET", path).code == code
    assert server.ask("GET", path, key=None).code == 401006
    assert server.ask("GET", path, key="0" * 32).code == 401006


def test_a_private_submission_is_told_to_its_key_alone(server: Running) -> None:
    own, other = server.new_key(Role.SUBMIT, "owner"), server.new_key(Role.SUBMIT, "other")
    key = server.store.key(own)
    assert key is not None
    done = submit(
        server.store,
        b"MZ private",
        options=RunOptions(),
        file_name=None,
        key_id=key.id,
        now=now(),
        private_to=key.id,
    )
    assert done.sandbox_id is not None
    begun(server.store, done.sandbox_id)
    server.store.fail(done.sandbox_id, "broken")
    for path, code in ((f"/v4/sandbox/{done.sandbox_id}/events", 404001), (f"/v4/file/{done.data_id}/events", 404004)):
        assert server.ask("GET", path, key=other).code == code
        for seeing in (own, server.key):
            with listening(server, path, seeing) as reply:
                assert [name for name, _ in events(reply)] == ["failed"]


def test_polling_without_a_key_goes_for_streams_too(keyless: Running) -> None:
    sandbox_id = finished(keyless.store)
    with listening(keyless, f"/v4/sandbox/{sandbox_id}/events", None) as reply:
        assert [name for name, _ in events(reply)] == ["finished"]
    data_id = keyless.ask("GET", f"/v4/sandbox/{sandbox_id}").json["data_id"]
    assert keyless.ask("GET", f"/v4/file/{data_id}/events", key=None).code == 401006
    assert keyless.ask("GET", f"/v4/sandbox/{sandbox_id}/events", key="0" * 32).code == 401006


def test_the_head_alone(server: Running) -> None:
    sandbox_id = submitted(server.store)
    reply = server.ask("HEAD", f"/v4/sandbox/{sandbox_id}/events")
    assert (reply.status, reply.headers["content-type"], reply.body) == (200, "text/event-stream", b"")
    begun(server.store, sandbox_id)
    server.store.fail(sandbox_id, "not needed")


def test_a_thousand_listeners_are_all_told(server: Running) -> None:
    sandbox_id = submitted(server.store)
    path = f"/v4/sandbox/{sandbox_id}/events"
    with ExitStack() as opened:
        streams = [events(opened.enter_context(listening(server, path))) for _ in range(1000)]
        assert {next(told)[1]["state"] for told in streams} == {"pending"}
        begun(server.store, sandbox_id)
        server.store.set_progress(sandbox_id, 42)
        reported(server.store, sandbox_id)
        for told in streams:
            seen = list(told)
            assert seen[-1][0] == "finished"
            assert [data["progress_percentage"] for _, data in seen] == sorted(
                data["progress_percentage"] for _, data in seen
            )


def test_who_goes_is_forgotten(server: Running) -> None:
    sandbox_id = submitted(server.store)
    folder = Path(f"/proc/{server.process.pid}/fd")

    def count() -> int:
        return len(list(folder.iterdir()))

    until(lambda: count() < 100)
    with ExitStack() as opened:
        for _ in range(100):
            told = events(opened.enter_context(listening(server, f"/v4/sandbox/{sandbox_id}/events")))
            next(told)
        assert count() > 100
    until(lambda: count() < 100)
    begun(server.store, sandbox_id)
    server.store.fail(sandbox_id, "nobody listens")


def test_who_does_not_read_holds_nobody_up(server: Running) -> None:
    sandbox_id = submitted(server.store)
    path = f"/v4/sandbox/{sandbox_id}/events"
    with server.connected() as deaf, listening(server, path) as reply:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
        deaf.sendall(server.head("GET", path))
        told = events(reply)
        next(told)
        begun(server.store, sandbox_id)
        for percent in range(2, 99, 4):
            server.store.set_progress(sandbox_id, percent)
        reported(server.store, sandbox_id)
        assert list(told)[-1][0] == "finished"


def test_open_streams_end_well_when_the_server_stops(tmp_path: Path) -> None:
    with running(tmp_path) as stopping:
        sandbox_id = submitted(stopping.store)
        with ExitStack() as opened:
            paths = [f"/v4/sandbox/{sandbox_id}/events"] * 20
            streams = [events(opened.enter_context(listening(stopping, path))) for path in paths]
            for told in streams:
                next(told)
            stopping.process.terminate()
            # A stream that is cut off, not ended, raises IncompleteRead here.
            assert [list(told) for told in streams] == [[]] * 20
        assert stopping.process.wait(PATIENCE_S) == 0
