"""Worker processes kept alive and ended."""

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

from fulgurite import supervision
from fulgurite.supervision import Fleet, Workers, is_worker_alive, listening, present, url_of

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
    with Workers(tmp_path, 3, command=_command(TIED, tmp_path / "pids")):
        _until(lambda: len(_pids(tmp_path / "pids")) == 3)
        assert all(_is_alive(pid) for pid in _pids(tmp_path / "pids"))
    assert not any(_is_alive(pid) for pid in _pids(tmp_path / "pids"))


def test_a_worker_that_died_is_started_anew(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with Workers(tmp_path, 1, command=_command(TIED, tmp_path / "pids")):
        _until(lambda: len(_pids(tmp_path / "pids")) == 1)
        os.kill(_pids(tmp_path / "pids")[0], signal.SIGKILL)
        _until(lambda: len(_pids(tmp_path / "pids")) == 2)
    assert "a worker ended with status -9; another is started in 0.5 s" in caplog.text


def test_a_worker_that_keeps_dying_is_started_ever_less_often(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with Workers(tmp_path, 1, command=_command(DYING, tmp_path / "pids")):
        _until(lambda: "in 2.0 s" in caplog.text)
    assert [record.args for record in caplog.records if record.name == "fulgurite.supervision"][:3] == [
        ("ended with status 0", 0.5),
        ("ended with status 0", 1.0),
        ("ended with status 0", 2.0),
    ]


def test_a_worker_that_cannot_be_started_is_tried_again(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with Workers(tmp_path, 1, command=[str(tmp_path / "missing")]):
        _until(lambda: "in 1.0 s" in caplog.text)
    assert "a worker could not be started: No such file or directory" in caplog.text


def test_a_deaf_worker_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervision, "STOP_GRACE_S", 0.2)
    with Workers(tmp_path, 1, command=_command(DEAF, tmp_path / "pids")):
        _until(lambda: len(_pids(tmp_path / "pids")) == 1)
    assert not _is_alive(_pids(tmp_path / "pids")[0])


def test_a_worker_ends_with_the_process_that_keeps_it(tmp_path: Path) -> None:
    keeping = (
        "import sys, time, pathlib; from fulgurite.supervision import Workers;"
        "Workers(pathlib.Path('.'), 1, command=sys.argv[1:]).__enter__(); time.sleep(600)"
    )
    keeper = subprocess.Popen([sys.executable, "-c", keeping, *_command(TIED, tmp_path / "pids")])
    _until(lambda: len(_pids(tmp_path / "pids")) == 1)
    keeper.kill()
    keeper.wait()
    _until(lambda: not _is_alive(_pids(tmp_path / "pids")[0]))


def test_presence_of_a_worker_is_seen_by_other_processes(tmp_path: Path) -> None:
    assert not is_worker_alive(tmp_path / "missing")
    assert not is_worker_alive(tmp_path)
    with present(tmp_path), present(tmp_path):
        assert is_worker_alive(tmp_path)
    assert not is_worker_alive(tmp_path)


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
    with listening(host, 0) as listener:
        assert url_of(listener) == f"{url}{listener.getsockname()[1]}/v4"


def test_a_process_may_have_as_many_files_as_it_is_given() -> None:
    program = (
        "import resource; from fulgurite import supervision\n"
        "hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (64, hard))\n"
        "supervision.allow_many_files()\n"
        "assert resource.getrlimit(resource.RLIMIT_NOFILE) == (hard, hard)\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


# A stand-in for a server process: the first is ready, those after it come to nothing.
FIRST_ONLY = TIED.replace("os.read(0, 1)", "os.path.exists(sys.argv[2]) or print('ready', flush=True)") + (
    "; open(sys.argv[2], 'a').close(); os.read(0, 1)"
)


def _run_fleet(command: list[str], ask: Callable[[], None]) -> None:
    """Runs one server process until `ask`, which goes on beside it once it answers, has ended it."""
    asking = threading.Thread(target=ask)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        Fleet(command, [listener], grace_s=10).run(asking.start)
    asking.join()


def test_an_end_that_is_asked_for_while_a_server_process_is_replaced_is_heeded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervision, "READY_S", 3600.0)
    pids = tmp_path / "pids"
    main = threading.main_thread().ident or 0

    def ask() -> None:
        signal.pthread_kill(main, signal.SIGHUP)
        _until(lambda: len(_pids(pids)) == 2)
        signal.pthread_kill(main, signal.SIGTERM)

    _run_fleet([*_command(FIRST_ONLY, pids), str(tmp_path / "was-ready")], ask)
    assert len(_pids(pids)) == 2
    assert not any(_is_alive(pid) for pid in _pids(pids))


def test_a_server_process_that_does_not_come_to_answer_replaces_none(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    pids = tmp_path / "pids"
    main = threading.main_thread().ident or 0
    program = FIRST_ONLY.replace("; os.read(0, 1)", "; len(open(sys.argv[1]).readlines()) == 1 and os.read(0, 1)")

    def ask() -> None:
        signal.pthread_kill(main, signal.SIGHUP)
        _until(lambda: "a new server process did not start" in caplog.text)
        assert _is_alive(_pids(pids)[0])
        signal.pthread_kill(main, signal.SIGTERM)

    _run_fleet([*_command(program, pids), str(tmp_path / "was-ready")], ask)


def test_a_server_process_that_cannot_be_started_is_tried_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    program, pids = tmp_path / "python", tmp_path / "pids"
    program.symlink_to(sys.executable)
    main = threading.main_thread().ident or 0

    def ask() -> None:
        program.rename(tmp_path / "away")
        os.kill(_pids(pids)[0], signal.SIGKILL)
        _until(lambda: "a server process could not be started: No such file" in caplog.text)
        (tmp_path / "away").rename(program)
        _until(lambda: len(_pids(pids)) == 2)
        signal.pthread_kill(main, signal.SIGTERM)

    _run_fleet([str(program), "-S", "-c", FIRST_ONLY, str(pids), str(tmp_path / "was-ready")], ask)
