"""The command as a process: pipes that close, Ctrl-C, locales."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.running import HELLO, ROOT, Running, descendants, is_alive, until
from tests.engines.pe_files import minimal_pe

pytestmark = pytest.mark.e2e


def test_a_reader_that_leaves_is_no_error_message(tmp_path: Path) -> None:
    (tmp_path / "many").mkdir()
    for number in range(2000):
        (tmp_path / f"many/{number}").write_bytes(b"no report")
    command = [
        sys.executable,
        "-m",
        "fulgurite",
        "import",
        "--json",
        str(tmp_path / "many"),
        "--data",
        str(tmp_path / "d"),
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stderr is not None
    with process:
        process.stdout.readline()
        process.stdout.close()
        assert b"Traceback" not in process.stderr.read()
    assert process.returncode == 1


def test_ctrl_c_ends_a_submission_and_the_worker_it_started(tmp_path: Path) -> None:
    endless = tmp_path / "endless.exe"
    endless.write_bytes(minimal_pe(b"\xeb\xfe"))
    with Running("submit", endless, "--data", tmp_path / "data") as running:
        below = until(lambda: descendants(running.pid), "the worker")
        os.kill(running.pid, signal.SIGINT)
        assert running.ended() == 130
        assert "Traceback" not in "".join(running.err)
    until(lambda: not any(is_alive(pid) for pid in below), "the worker's end")


def test_a_locale_without_unicode_is_no_hindrance(tmp_path: Path) -> None:
    program = tmp_path / "näme.exe"
    program.write_bytes(HELLO.read_bytes())
    ended = subprocess.run(
        [sys.executable, "-m", "fulgurite", "submit", program, "--wait", "0", "--data", tmp_path / "d"],
        env={"PATH": os.defpath, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert b"Traceback" not in ended.stderr
