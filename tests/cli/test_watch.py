"""Folders watched by the real command."""

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from fulgurite.store import Store
from tests.conftest import Command
from tests.service.importing.given import report

pytestmark = pytest.mark.e2e
_PATIENCE_S = 60
_QUIET_S = 2.5


class _Watching:
    """A running `fulgurite watch`."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        self._lines: queue.Queue[dict[str, Any]] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(json.loads(line))

    def told(self) -> tuple[str, str]:
        """The next file's name, and what became of it."""
        line = self._lines.get(timeout=_PATIENCE_S)
        return Path(line["path"]).name, line["outcome"]

    def is_silent(self) -> bool:
        """Whether nothing comes for some looks."""
        try:
            self._lines.get(timeout=_QUIET_S)
        except queue.Empty:
            return True
        return False


@contextmanager
def _watching(*folders: Path, settle_s: float = 0.3) -> Iterator[_Watching]:
    data = folders[0].parent / "data"
    options = ["--data", str(data), "--every", "0.1", "--settle", str(settle_s), "--json", "--jobs", "1"]
    command = [sys.executable, "-m", "fulgurite", "watch", *map(str, folders), *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        yield _Watching(process)
        if process.poll() is None:
            process.terminate()
        assert process.wait(_PATIENCE_S) in (0, -signal.SIGKILL)


def test_reports_are_taken_in_as_they_are_written(tmp_path: Path) -> None:
    spool, storage = tmp_path / "spool", tmp_path / "storage"
    spool.mkdir()
    (spool / "before.json").write_bytes(report(b"before"))
    (spool / "loop").symlink_to(spool)
    os.mkfifo(spool / "pipe.json")
    with _watching(spool, storage) as watching:
        told = {watching.told(), watching.told()}
        assert told == {("before.json", "imported"), ("pipe.json", "refused")}
        # Half of it is refused, unless it is finished before it has been quiet for a while; the whole comes in.
        whole = report(b"by halves")
        (spool / "halves.json").write_bytes(whole[: len(whole) // 2])
        assert watching.told() == ("halves.json", "refused")
        with (spool / "halves.json").open("ab") as file:
            file.write(whole[len(whole) // 2 :])
        assert watching.told() == ("halves.json", "imported")
        # Written aside and moved to its place.
        (spool / "aside.json.tmp").write_bytes(report(b"aside"))
        (spool / "aside.json.tmp").rename(spool / "aside.json")
        assert watching.told() == ("aside.json", "imported")
        # A folder that was not there, as a sandbox lays it out.
        analysis = storage / "analyses/7"
        (analysis / "reports").mkdir(parents=True)
        (analysis / "task.json").write_text("{}")
        (analysis / "reports/report.json").write_bytes(report(b"cape"))
        assert watching.told() == ("report.json", "imported")
        # One that goes and comes back.
        spool.rename(tmp_path / "away")
        time.sleep(0.3)
        (tmp_path / "away").rename(spool)
        (spool / "later.json").write_bytes(report(b"later"))
        assert watching.told() == ("later.json", "imported")
        assert watching.is_silent()
    with Store.open(tmp_path / "data") as store:
        assert store.database.value("SELECT count(*) FROM reports") == 5


def test_a_new_start_goes_on_where_it_was_killed(tmp_path: Path) -> None:
    spool = tmp_path / "spool"
    spool.mkdir()
    for number in range(60):
        (spool / f"{number:03}.json").write_bytes(report(b"%d" % number))
    with _watching(spool, settle_s=0) as watching:
        seen = {watching.told()[0] for _ in range(5)}
        watching.process.kill()
    with _watching(spool, settle_s=0) as watching:
        while len(seen) < 60:
            seen.add(watching.told()[0])
        assert watching.is_silent()
    with Store.open(tmp_path / "data") as store:
        assert store.database.value("SELECT count(*) FROM reports") == 60
        assert store.database.value("SELECT count(DISTINCT original_sha256) FROM reports") == 60


def test_what_is_no_folder_is_told(command: Command, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    ended = command("watch", tmp_path / "file", "--data", tmp_path / "data")
    assert (ended.code, ended.out) == (2, "")
    assert "not a folder" in ended.err
