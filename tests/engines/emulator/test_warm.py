"""The warm parent as a process: it forks, waits, tells, and ends with its engine. (Ways to die: test_engine.py.)."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from fulgurite.engines.emulator.job import Job, Limits
from fulgurite.engines.emulator.wire import receive_ended, send_job
from fulgurite.model.sample import Sample
from fulgurite.model.task import RunOptions
from tests.engines.pe_files import minimal_pe


@pytest.fixture
def warm() -> Iterator[tuple[socket.socket, subprocess.Popen[bytes]]]:
    """A warm parent and the socket to it."""
    ours, theirs = socket.socketpair()
    command = [sys.executable, "-I", "-m", "fulgurite.engines.emulator.warm", str(theirs.fileno())]
    with subprocess.Popen(command, pass_fds=(theirs.fileno(),)) as process, ours:
        theirs.close()
        yield ours, process
        ours.close()
        process.wait(30)


def job(folder: Path, **fields: object) -> Job:
    (folder / "artifacts").mkdir(parents=True)
    options = RunOptions(file_name="quiet.exe", **fields)  # type: ignore[arg-type]
    return Job(
        folder=str(folder),
        limits=Limits(seconds=20),
        engine="speakeasy",
        engine_version="test",
        sample=Sample(name="quiet.exe"),
        options=options,
    )


def test_several_jobs_one_after_the_other(warm: tuple[socket.socket, subprocess.Popen[bytes]], tmp_path: Path) -> None:
    for number in range(3):
        send_job(warm[0], job(tmp_path / str(number)), minimal_pe(b"\x31\xc0\xc3"))
        ended = receive_ended(warm[0], 60)
        assert ended is not None
        assert ended.reason is None
        assert ended.wall_s > 0
        assert b'"record":"end"' in (tmp_path / str(number) / "run.jsonl").read_bytes()


def test_a_job_that_raises_is_told_by_its_last_line(
    warm: tuple[socket.socket, subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    send_job(warm[0], job(tmp_path / "a", system="windows95"), b"MZ")
    ended = receive_ended(warm[0], 60)
    assert ended is not None
    assert ended.reason is not None
    assert ended.reason.startswith("the engine's process failed: ")
    assert "windows95" in ended.reason


def test_it_ends_with_its_engine(warm: tuple[socket.socket, subprocess.Popen[bytes]]) -> None:
    warm[0].close()
    assert warm[1].wait(30) == 0
