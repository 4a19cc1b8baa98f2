"""Threads that are switched, on programs of Go where its compiler is there."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from fulgurite.engines.emulator.fibers import switches_threads
from fulgurite.model.events import FileAccess, HttpRequest, ProcessCreate
from fulgurite.model.runlog import End
from tests.engines.emulator.conftest import PROGRAMS, RunResult


def test_programs_of_go_are_told_by_their_marks() -> None:
    assert switches_threads(b"...\xff Go buildinf:\x08\x02...")
    assert not switches_threads(b"MZ anything else")


@pytest.mark.parametrize("machine", ["amd64", "386"])
def test_a_program_of_go_comes_to_its_end(emulated: Callable[..., RunResult], tmp_path: Path, machine: str) -> None:
    if shutil.which("go") is None:
        pytest.skip("go is not installed (Debian: apt-get install golang-go)")
    target = tmp_path / "worker.exe"
    settings = {"GOOS": "windows", "GOARCH": machine, "GO111MODULE": "off", "GOCACHE": str(tmp_path / "cache")}
    subprocess.run(["go", "build", "-o", target, PROGRAMS / "worker.go"], check=True, env={**os.environ, **settings})
    run = emulated(target, name="worker.exe", seconds=120)
    assert [end.outcome for end in run.of(End)] == ["completed"]
    for path in ("C:\\Users\\Public\\sum14.txt", "C:\\ProgramData\\Recovered", "C:\\Users\\Public\\page.html"):
        assert run.events(FileAccess, path=path, verb="write"), path
    (request,) = run.events(HttpRequest)
    assert request.url == "http://go.benign.test/path?x=1"
    assert "User-Agent: Go-http-client/1.1" in request.headers
    created = [event for event in run.events(ProcessCreate) if event.kind == "Create"]
    assert len(created) == 2, "itself and cmd.exe"
