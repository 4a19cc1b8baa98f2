"""Several server processes at one address: all answer, one is replaced by another, none is missed."""

import hashlib
import http.client
import os
import signal
import socket
import threading
import time
from pathlib import Path

import pytest

from fulgurite.model.hashes import digests_of
from fulgurite.service.bodies import LARGE_BYTES
from fulgurite.store import Store
from fulgurite.store.indexing import noted
from tests import builders
from tests.api.running import all_of, replies_in
from tests.api.twins import LARGE, LARGE_MD5, analysed
from tests.e2e.running import Running, call, descendants, is_alive, key_of, members, until
from tests.store.values import imported, sandbox_id

pytestmark = pytest.mark.e2e
UNKNOWN = "f" * 64


def _serving(data: Path, *more: object) -> Running:
    return Running("serve", "--data", data, "--port", 0, "--no-worker", "--workers", 2, *more)


class Asking(threading.Thread):
    """Looks up all the while, each time on a new connection."""

    def __init__(self, url: str, key: str) -> None:
        super().__init__(daemon=True)
        self.statuses: list[int] = []
        self.faults: list[OSError] = []
        self._url, self._key = url, key
        self._ending = threading.Event()

    def run(self) -> None:
        """Until `end`."""
        while not self._ending.is_set():
            try:
                self.statuses.append(call(self._url, f"/hash/{UNKNOWN}/sandbox", self._key)[0])
            except OSError as error:
                self.faults.append(error)

    def end(self) -> None:
        """No more."""
        self._ending.set()
        self.join()


def test_a_reload_replaces_all_and_refuses_nobody(tmp_path: Path) -> None:
    key = key_of(tmp_path)
    with _serving(tmp_path) as running:
        asking = Asking(running.url, key)
        before = members(running)
        assert len(before) == 2
        asking.start()
        os.kill(running.pid, signal.SIGHUP)
        until(lambda: len(members(running)) == 2 and not members(running) & before, "other processes")
        asking.end()
        assert asking.faults == []
        assert set(asking.statuses) == {404}
        os.kill(running.pid, signal.SIGTERM)
        assert running.ended() == 0
        assert "Traceback" not in "".join(running.err)


def test_a_server_of_one_process_begins_anew_and_refuses_nobody(tmp_path: Path) -> None:
    key = key_of(tmp_path)
    settings = tmp_path / "fulgurite.toml"
    settings.write_text("daily_reputation = 100000")
    with Running("serve", "--data", tmp_path, "--port", 0) as running:
        asking = Asking(running.url, key)
        workers = descendants(running.pid)
        asking.start()
        for text, limit in (("= 200000", "200000"), ("= {", "200000"), ("= 300000", "300000")):
            settings.write_text(f"daily_reputation {text}")
            os.kill(running.pid, signal.SIGHUP)
            until(lambda limit=limit: _limit(running.url, key) == limit, "other settings")  # type: ignore[misc]
        asking.end()
        assert asking.faults == []
        assert set(asking.statuses) == {404}
        assert workers & descendants(running.pid)
        os.kill(running.pid, signal.SIGTERM)
        assert running.ended() == 0
        said = "".join(running.err)
        assert "goes on with the settings of before" in said
        assert "Traceback" not in said


def _limit(url: str, key: str) -> str:
    host = url.removeprefix("http://").removesuffix("/v4")
    connection = http.client.HTTPConnection(host, timeout=30)
    connection.request("GET", f"/v4/hash/{UNKNOWN}/sandbox", headers={"apikey": key})
    limit = connection.getresponse().headers["x-ratelimit-limit"]
    connection.close()
    return limit


def test_what_a_crash_left_out_of_the_index_is_brought_in_while_a_server_runs(tmp_path: Path) -> None:
    key = key_of(tmp_path)
    with Running("serve", "--data", tmp_path, "--port", 0, "--no-worker") as running:
        assert call(running.url, f"/hash/{hashlib.md5(b'MZ').hexdigest()}/sandbox", key)[0] == 404  # noqa: S324 - a name
        with Store.open(tmp_path) as store:
            imported(store, 1, builders.sample(b"MZ"))
            digest = digests_of(b"MZ").md5
            with store.index.write() as changes:
                changes.forget_hash(bytes.fromhex(digest))
            with store.database.write("testing") as connection:
                noted(connection, "report", sandbox_id(1))
        until(lambda: call(running.url, f"/hash/{digest}/sandbox", key)[0] == 200, "its being found")


def test_a_process_that_is_killed_is_started_anew(tmp_path: Path) -> None:
    key = key_of(tmp_path)
    with _serving(tmp_path) as running:
        assert running.url
        killed = members(running).pop()
        os.kill(killed, signal.SIGKILL)
        until(lambda: len(members(running) - {killed}) == 2, "another process")
        for _ in range(8):
            assert call(running.url, f"/hash/{UNKNOWN}/sandbox", key)[0] == 404
        below = descendants(running.pid)
        os.kill(running.pid, signal.SIGKILL)
        until(lambda: not any(is_alive(pid) for pid in below), "the end of all")


def test_a_quota_holds_over_all_processes(tmp_path: Path) -> None:
    key = key_of(tmp_path, "read", "--daily", "reputation_api=50")
    with _serving(tmp_path) as running:
        statuses = [call(running.url, f"/hash/{UNKNOWN}/sandbox", key)[0] for _ in range(70)]
    assert statuses == [404] * 50 + [429] * 20


def test_what_is_under_way_is_finished_before_the_end(tmp_path: Path) -> None:
    key = key_of(tmp_path)
    with Store.open(tmp_path) as store:
        body = analysed(store, LARGE, LARGE_BYTES // 9)
    with _serving(tmp_path) as running:
        host, port = running.url.removeprefix("http://").removesuffix("/v4").split(":")
        with socket.create_connection((host, int(port))) as slow:
            slow.sendall(f"GET /v4/hash/{LARGE_MD5}/sandbox HTTP/1.1\r\nhost: x\r\napikey: {key}\r\n\r\n".encode())
            began = slow.recv(100_000)
            os.kill(running.pid, signal.SIGTERM)
            until(lambda: _is_refused(host, int(port)), "the end of listening")
            time.sleep(0.5)
            (reply,) = replies_in(began + all_of(slow))
            assert len(reply.body) == len(body)
        assert running.ended() == 0


def _is_refused(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port)).close()
    except ConnectionRefusedError:
        return True
    return False


def test_what_does_not_start_is_told(tmp_path: Path) -> None:
    (tmp_path / "fulgurite.db").write_bytes(b"no database" * 1000)
    with _serving(tmp_path) as running:
        assert running.ended() != 0
        assert "a server process did not start" in "".join(running.err)
