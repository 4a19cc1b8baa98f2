"""Submissions from the command line, with the real engine."""

import json
from pathlib import Path

import pytest

from fulgurite.cli.exits import Exit
from fulgurite.cli.submit import FailOn, _exit
from fulgurite.cli.summary import summary
from fulgurite.exports import v4
from fulgurite.model.hashes import digests_of, sha256_of
from fulgurite.supervision import is_worker_alive
from tests import builders
from tests.conftest import Command

HELLO = Path(__file__).parents[2] / "demo/hello.exe"


def test_a_program_is_analysed_without_any_server(command: Command, tmp_path: Path) -> None:
    ended = command("submit", "--json", HELLO, "--data", tmp_path)
    row = json.loads(ended.out)
    assert (ended.code, ended.err) == (0, "")
    assert (row["path"], row["state"], row["sha256"]) == (str(HELLO), "reported", sha256_of(HELLO.read_bytes()))
    assert row["verdict"] in {"malicious", "suspicious", "benign"}
    assert not is_worker_alive(tmp_path)
    found = command("lookup", "--json", row["sha256"], "--data", tmp_path)
    assert json.loads(found.out)["sandbox_id"] == row["sandbox_id"]


def test_one_bad_file_does_not_hinder_the_others(command: Command, tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no program")
    (tmp_path / "empty").touch()
    files = [tmp_path / "text", tmp_path / "empty", tmp_path / "none", HELLO]
    ended = command("submit", *files, "--wait", 0, "--data", tmp_path / "data")
    assert ended.code == 1
    text, empty, none, *rest = ended.err.splitlines()
    assert rest == []
    assert text.startswith(f"{tmp_path}/text: no engine for this type")
    assert empty == f"{tmp_path}/empty: the file is empty"
    assert none == f"{tmp_path}/none: No such file or directory"
    assert ended.out.startswith(f"{HELLO}\n  running       1 %\n")


def test_a_wait_that_is_over_first_has_its_own_status(command: Command, tmp_path: Path) -> None:
    ended = command("submit", "--json", HELLO, "--wait", 0.001, "--data", tmp_path)
    assert (ended.code, json.loads(ended.out)["state"]) == (7, "running")


@pytest.mark.parametrize("option", ["--system", "--timeout"])
def test_a_value_that_is_none_is_a_wrong_call(command: Command, tmp_path: Path, option: str) -> None:
    ended = command("submit", HELLO, option, "beos", "--data", tmp_path / "data")
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith(f"fulgurite: {option} beos: there are ")
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("score", "fail_on", "expected"),
    [
        (10, None, Exit.OK),
        (10, FailOn.MALICIOUS, Exit.VERDICT),
        (8, FailOn.SUSPICIOUS, Exit.VERDICT),
        (5, FailOn.MALICIOUS, Exit.OK),
        (5, FailOn.SUSPICIOUS, Exit.VERDICT),
        (1, FailOn.SUSPICIOUS, Exit.OK),
        (None, FailOn.SUSPICIOUS, Exit.OK),
    ],
)
def test_the_status_follows_the_verdict(score: int | None, fail_on: FailOn | None, expected: Exit) -> None:
    assert _exit(summary(v4.body(builders.report(score=score))), fail_on, is_awaited=True) is expected


def test_the_status_follows_the_state() -> None:
    failed = summary(v4.failed(digests_of(b""), data_id="bz", sandbox_id="0" * 24, reasons=["x"]))
    running = summary(v4.in_progress(digests_of(b""), data_id="bz", sandbox_id="0" * 24, progress=5))
    assert _exit(failed, FailOn.MALICIOUS, is_awaited=True) is Exit.ERROR
    assert _exit(running, None, is_awaited=True) is Exit.TIMEOUT
    assert _exit(running, None, is_awaited=False) is Exit.OK
