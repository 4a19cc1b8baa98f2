"""How a child's end is told. Whole runs, and every way to die, are in test_engine.py."""

import os
import signal
import socket
import sys
from pathlib import Path

import pytest

from fulgurite.engines.emulator.job import Job, Limits
from fulgurite.engines.emulator.warm import _ended, _in_child, _reason
from fulgurite.model.sample import Sample
from fulgurite.model.task import RunOptions


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (0, None),
        (signal.SIGSEGV, "the engine's process died by SIGSEGV"),
        (signal.SIGXCPU, "the engine's process died by SIGXCPU (CPU limit)"),
        (signal.SIGXFSZ, "the engine's process died by SIGXFSZ (output limit)"),
        (1 << 8, "the engine's process failed: ValueError: what was wrong"),
    ],
)
def test_each_end_has_its_reason(tmp_path: Path, status: int, reason: str | None) -> None:
    errors = tmp_path / "child.err"
    errors.write_bytes(b"Traceback\n  \xff\nValueError: what was wrong\n")
    assert _reason(status, over_s=None, errors=errors) == reason


def test_a_child_without_a_message_and_a_long_one(tmp_path: Path) -> None:
    errors = tmp_path / "child.err"
    assert _reason(1 << 8, over_s=None, errors=errors) == "the engine's process failed: no message"
    errors.write_text("x" * 10_000)
    assert len(_reason(1 << 8, over_s=None, errors=errors) or "") == 500
    assert _reason(signal.SIGKILL, over_s=7.4, errors=errors) == (
        "the engine's process was killed after 7 s, the limit on loading and running"
    )


def test_a_child_that_cannot_begin_says_why(tmp_path: Path) -> None:
    (tmp_path / "run.jsonl").mkdir()  # so the log cannot be opened
    job = Job(
        folder=str(tmp_path),
        limits=Limits(seconds=5),
        engine="test",
        engine_version="1",
        sample=Sample(),
        options=RunOptions(),
    )
    ours, theirs = socket.socketpair()
    with ours:
        pid = os.fork()
        if pid == 0:
            sys.stderr = os.fdopen(2, "w", closefd=False)  # not what pytest put there
            _in_child(theirs, job, b"")
        theirs.close()
        ended = _ended(pid, 60, tmp_path)
    assert ended.reason is not None
    assert ended.reason.startswith("the engine's process failed: IsADirectoryError: ")
