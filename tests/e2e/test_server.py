"""The real server with its real worker and engine: from a submission to the lookup, and how it ends."""

import hashlib
import os
import signal
from pathlib import Path

import pytest

from tests.e2e.running import HELLO, Running, call, descendants, finished, is_alive, until

pytestmark = pytest.mark.e2e
DATA = HELLO.read_bytes()


def _submit(url: str, key: str, data: bytes, **headers: str) -> str:
    status, reply = call(url, "/file", key, method="POST", data=data, headers={"sandbox": "windows10", **headers})
    assert status == 200, reply
    sandbox_id: str = reply["sandbox_id"]
    return sandbox_id


def test_a_program_is_analysed_and_found_by_each_of_its_hashes(server: Running, admin: tuple[Path, str]) -> None:
    _, key = admin
    sandbox_id = _submit(server.url, key, DATA, filename="hello.exe")
    by_id = finished(server.url, key, sandbox_id)
    assert "sandbox_error" not in by_id
    for digest in (hashlib.md5(DATA), hashlib.sha1(DATA), hashlib.sha256(DATA)):  # noqa: S324 - names for lookup
        for text in (digest.hexdigest(), digest.hexdigest().upper()):
            assert call(server.url, f"/hash/{text}/sandbox", key) == (200, by_id)


def test_the_report_shows_what_the_demo_program_does(server: Running, admin: tuple[Path, str]) -> None:
    _, key = admin
    body = finished(server.url, key, _submit(server.url, key, DATA, filename="hello.exe", sandbox_timeout="short"))
    data = body["details"]["data"]
    written = [e["d"]["path"] for e in data["files"] if e["n"] == "windows.file.write"]
    assert any(path.endswith("\\fulgurite-demo.txt") for path in written)
    set_values = [e["d"]["path"] for e in data["registry"] if e["n"] == "windows.reg.write"]
    assert "HKCU\\Software\\FulguriteDemo\\Greeting" in set_values
    assert any(e["d"].get("mutant", "").endswith("FulguriteDemoMutex") for e in data["mutex"])
    assert any("demo.fulgurite.test" in str(e["d"]) for e in data["network"])
    assert any("cmd.exe" in str(e["d"].get("cmd")) for e in data["processes"])


def test_what_no_engine_takes_is_said_at_once(server: Running, admin: tuple[Path, str]) -> None:
    _, key = admin
    status, reply = call(server.url, "/file", key, method="POST", data=b"just text", headers={"sandbox": "windows10"})
    assert (status, reply["sandbox_error"]["code"]) == (200, 404010)
    assert "sandbox_id" not in reply


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_server_and_worker_cleanly(admin: tuple[Path, str], number: signal.Signals) -> None:
    data, key = admin
    with Running("serve", "--data", data, "--port", 0) as running:
        assert call(running.url, "/status", key)[0] == 200
        below = until(lambda: descendants(running.pid), "the worker")
        os.kill(running.pid, number)
        assert running.ended() == 0
        assert "Traceback" not in "".join(running.err)
    until(lambda: not any(is_alive(pid) for pid in below), "the worker's end")


def test_a_signal_in_the_midst_of_a_run_ends_all_and_the_task_is_taken_up_again(tmp_path: Path) -> None:
    with Running("key", "create", "--role", "admin", "x", "--data", tmp_path) as made:
        assert made.ended() == 0
        key = made.out[-1].strip()
    with Running("serve", "--data", tmp_path, "--port", 0) as running:
        sandbox_id = _submit(running.url, key, DATA)
        until(lambda: call(running.url, f"/sandbox/{sandbox_id}", key)[1]["scan_results"]["progress_percentage"] > 1)
        below = descendants(running.pid)
        os.kill(running.pid, signal.SIGTERM)
        assert running.ended() == 0
    # The engine's processes are killed by the kernel when the worker ends, a moment later.
    until(lambda: not any(is_alive(pid) for pid in below), "the end of the engine")
    with Running("serve", "--data", tmp_path, "--port", 0) as running:
        assert "sandbox_error" not in finished(running.url, key, sandbox_id)


def test_the_worker_ends_when_the_server_is_killed(admin: tuple[Path, str]) -> None:
    with Running("serve", "--data", admin[0], "--port", 0) as running:
        assert running.url
        below = until(lambda: descendants(running.pid), "the worker")
        os.kill(running.pid, signal.SIGKILL)
        assert running.ended() == -signal.SIGKILL
    until(lambda: not any(is_alive(pid) for pid in below), "the worker's end")


def test_a_worker_that_is_killed_is_started_anew_and_its_task_ends(tmp_path: Path) -> None:
    with Running("key", "create", "--role", "admin", "x", "--data", tmp_path) as made:
        assert made.ended() == 0
        key = made.out[-1].strip()
    with Running("serve", "--data", tmp_path, "--port", 0) as running:
        assert running.url
        worker = until(lambda: descendants(running.pid), "the worker").pop()
        sandbox_id = _submit(running.url, key, DATA)
        os.kill(worker, signal.SIGKILL)
        assert "sandbox_error" not in finished(running.url, key, sandbox_id)


def test_a_server_without_worker_leaves_tasks_to_others(tmp_path: Path) -> None:
    with Running("key", "create", "--role", "admin", "x", "--data", tmp_path) as made:
        assert made.ended() == 0
        key = made.out[-1].strip()
    with Running("serve", "--no-worker", "--data", tmp_path, "--port", 0) as running:
        sandbox_id = _submit(running.url, key, DATA)
        assert descendants(running.pid) == set()
        with Running("worker", "--data", tmp_path) as worker:
            assert "sandbox_error" not in finished(running.url, key, sandbox_id)
            os.kill(worker.pid, signal.SIGTERM)
            assert worker.ended() == 0
