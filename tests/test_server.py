"""The composition root: workers kept alive and ended, addresses, which engine refuses."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from fulgurite import server
from fulgurite.config import Settings
from fulgurite.errors import FulguriteError
from fulgurite.model.task import RunOptions
from tests.fakes import FakeEngine

PATIENCE_S = 60
"""How long something may take before the test gives up; nothing is asserted of shorter times."""
# A stand-in for a worker: says its pid, then ends when its standard input does.
TIED = "import os, sys; print(os.getpid(), file=open(sys.argv[1], 'a'), flush=True); os.read(0, 1)"
DYING = "import os, sys; print(os.getpid(), file=open(sys.argv[1], 'a'), flush=True)"
DEAF = TIED.replace("os.read(0, 1)", "import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(600)")


def _command(program: str, pids: Path) -> list[str]:
    return [sys.executable, "-c", program, str(pids)]


def _pids(path: Path) -> list[int]:
    return [int(line) for line in path.read_text().split()] if path.exists() else []


def _until(claim: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not claim():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_workers_are_started_and_ended(tmp_path: Path) -> None:
    with server.Workers(tmp_path, 3, command=_command(TIED, tmp_path / "pids")):
        _until(lambda: len(_pids(tmp_path / "pids")) == 3)
        assert all(_is_alive(pid) for pid in _pids(tmp_path / "pids"))
    assert not any(_is_alive(pid) for pid in _pids(tmp_path / "pids"))


def test_a_worker_that_died_is_started_anew(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with server.Workers(tmp_path, 1, command=_command(TIED, tmp_path / "pids")):
        _until(lambda: len(_pids(tmp_path / "pids")) == 1)
        os.kill(_pids(tmp_path / "pids")[0], signal.SIGKILL)
        _until(lambda: len(_pids(tmp_path / "pids")) == 2)
    assert "a worker ended with status -9; another is started in 0.5 s" in caplog.text


def test_a_worker_that_keeps_dying_is_started_ever_less_often(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with server.Workers(tmp_path, 1, command=_command(DYING, tmp_path / "pids")):
        _until(lambda: "in 2.0 s" in caplog.text)
    assert [record.args for record in caplog.records if record.name == "fulgurite.server"][:3] == [
        ("ended with status 0", 0.5),
        ("ended with status 0", 1.0),
        ("ended with status 0", 2.0),
    ]


def test_a_worker_that_cannot_be_started_is_tried_again(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with server.Workers(tmp_path, 1, command=[str(tmp_path / "missing")]):
        _until(lambda: "in 1.0 s" in caplog.text)
    assert "a worker could not be started: No such file or directory" in caplog.text


def test_a_deaf_worker_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "STOP_GRACE_S", 0.2)
    with server.Workers(tmp_path, 1, command=_command(DEAF, tmp_path / "pids")):
        _until(lambda: len(_pids(tmp_path / "pids")) == 1)
    assert not _is_alive(_pids(tmp_path / "pids")[0])


def test_a_worker_ends_with_the_process_that_keeps_it(tmp_path: Path) -> None:
    keeping = (
        "import sys, time, pathlib; from fulgurite import server;"
        "server.Workers(pathlib.Path('.'), 1, command=sys.argv[1:]).__enter__(); time.sleep(600)"
    )
    keeper = subprocess.Popen([sys.executable, "-c", keeping, *_command(TIED, tmp_path / "pids")])
    _until(lambda: len(_pids(tmp_path / "pids")) == 1)
    keeper.kill()
    keeper.wait()
    _until(lambda: not _is_alive(_pids(tmp_path / "pids")[0]))


def test_presence_of_a_worker_is_seen_by_other_processes(tmp_path: Path) -> None:
    assert not server.is_worker_alive(tmp_path / "missing")
    assert not server.is_worker_alive(tmp_path)
    with server._present(tmp_path), server._present(tmp_path):
        assert server.is_worker_alive(tmp_path)
    assert not server.is_worker_alive(tmp_path)


def test_a_port_in_use_is_told(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(FulguriteError, match=rf"cannot listen on 127\.0\.0\.1 port {port}: .* another --port"):
            server.serve(tmp_path / "data", Settings(port=port), with_workers=False)
    assert not (tmp_path / "data").exists()


def test_an_address_that_is_none_is_told(tmp_path: Path) -> None:
    with pytest.raises(FulguriteError, match=r"cannot listen on 256\.0\.0\.1 port 8000: .* another --host"):
        server.serve(tmp_path / "data", Settings(host="256.0.0.1"), with_workers=False)


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:"),
        ("0.0.0.0", "http://127.0.0.1:"),  # noqa: S104 - what is tested
        ("::1", "http://[::1]:"),
    ],
)
def test_the_url_is_one_to_reach_the_server_by(host: str, url: str) -> None:
    if host == "::1" and not socket.has_dualstack_ipv6():
        pytest.skip("no IPv6 here")
    with server._listening(Settings(host=host, port=0)) as listener:
        assert server._url(listener) == f"{url}{listener.getsockname()[1]}/v4"


def test_a_server_ends_on_a_signal_and_restores_the_handlers(tmp_path: Path) -> None:
    before = signal.getsignal(signal.SIGTERM)
    urls: list[str] = []

    def ready(url: str) -> None:
        urls.append(url)
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGTERM)

    server.serve(tmp_path, Settings(port=0), with_workers=False, on_ready=ready)
    assert len(urls) == 1
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_file_is_refused_when_every_engine_refuses_it() -> None:
    options = RunOptions()
    no, yes = FakeEngine(refusal="not a program"), FakeEngine()
    assert server.refusal(b"MZ", options, [no]) == "no engine for this type: not a program"
    assert server.refusal(b"MZ", options, [no, yes]) is None
    assert "there is no engine" in str(server.refusal(b"MZ", options, []))
    assert "not a Windows executable" in str(server.refusal(b"%PDF", options))
