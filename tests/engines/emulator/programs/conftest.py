"""A guest without emulation, in which Windows' own programs are run by their command lines."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from fulgurite.engines.emulator import running
from fulgurite.engines.emulator.guest import Guest
from fulgurite.engines.emulator.log import RunLog
from fulgurite.engines.emulator.processes import GuestProcess
from fulgurite.engines.emulator.profile import system
from fulgurite.model.runlog import EventRecord, Record


class Desk:
    """A guest, and the command lines that are run in it."""

    def __init__(self, folder: Path) -> None:
        (folder / "artifacts").mkdir()
        self._log = folder / "run.jsonl"
        self.guest = Guest(system("windows10"), RunLog(self._log, folder / "artifacts", max_bytes=1 << 26), seconds=60)
        self.guest.processes.seed_baseline()
        self.guest.emulate = lambda process: running.run(self.guest, process)

    def run(self, command: str, *, program: str = "cmd.exe") -> GuestProcess:
        """Runs a program of System32 with this command line, to its end."""
        image = f"C:\\Windows\\System32\\{program}"
        process = self.guest.processes.start(image, command, parent=None, cwd="C:\\Users\\Public")
        self.guest.run_until_ended(process)
        return process

    def shell(self, command: str) -> GuestProcess:
        """Runs `command` in a command shell."""
        return self.run(f"cmd.exe /c {command}")

    def text(self, path: str) -> str | None:
        """The text of a file of the guest."""
        data = self.guest.files.data(path)
        return None if data is None else data.decode("cp1252")

    def put(self, path: str, text: str) -> None:
        """A file that is there."""
        self.guest.files.seed_file(path, text.encode("cp1252"))

    def started(self) -> list[str]:
        """The command lines of the processes that were started."""
        return [p.cmd for p in self.guest.processes.all if not p.existing]

    def events(self, kind: type[Any]) -> list[Any]:
        """The events of class `kind`."""
        records = (msgspec.json.decode(line, type=Record) for line in self._log.read_bytes().splitlines())
        return [r.event for r in records if isinstance(r, EventRecord) and isinstance(r.event, kind)]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A fresh guest."""
    return Desk(tmp_path)
