"""A guest with one process under the emulator, in which hooks are called one by one."""

import struct
from pathlib import Path
from typing import Any

import msgspec

from fulgurite.engines.emulator import session
from fulgurite.engines.emulator.call import Call, Hook
from fulgurite.engines.emulator.guest import Guest
from fulgurite.engines.emulator.log import RunLog
from fulgurite.engines.emulator.machine import Machine
from fulgurite.engines.emulator.profile import system
from fulgurite.model.runlog import ArtifactRecord, EventRecord, Record
from tests.engines.pe_files import minimal_pe

MACHINES = {64: 0x8664, 32: 0x14C}
ROOM = 0x20000


class Workshop:
    """One process of a guest, and memory for what calls are given."""

    def __init__(self, folder: Path, bits: int = 64) -> None:
        (folder / "artifacts").mkdir()
        self._log = folder / "run.jsonl"
        self.guest = Guest(system("windows10"), RunLog(self._log, folder / "artifacts", max_bytes=1 << 28), seconds=300)
        image, data = "C:\\Users\\Admin\\test.exe", minimal_pe(b"\xc3", machine=MACHINES[bits])
        self.guest.files.seed_file(image, data)
        self.process = self.guest.processes.start(image, "test", parent=None, data=data, orig=False)
        self.process.cwd = "C:\\Users\\Public"
        machine = Machine(config=session._config(self.guest, self.process))
        machine.load_module(data=data, filename="test.exe")
        self.emu: Any = machine.emu
        self.memory = int(self.emu.mem_map(ROOM, tag="test"))
        self._used = 0

    def put(self, data: bytes) -> int:
        """The address of `data` in the process."""
        address = self.memory + self._used
        self._used += -(-len(data) // 16) * 16 + 16
        self.emu.mem_write(address, data)
        return address

    def text(self, text: str) -> int:
        """The address of an ANSI text."""
        return self.put(text.encode("cp1252") + b"\0")

    def wide(self, text: str) -> int:
        """The address of a UTF-16 text."""
        return self.put(text.encode("utf-16-le") + b"\0\0")

    def name(self, text: str) -> int:
        """The address of OBJECT_ATTRIBUTES that name `text`."""
        length = 2 * len(text)
        string = self.put(struct.pack("<HHIQ", length, length + 2, 0, self.wide(text)))
        return self.put(struct.pack("<QQQ", 48, 0, string))

    def call(self, name: str, *args: int) -> Call:
        """A call of `name` with these arguments."""
        return Call(self.guest, self.process, self.emu, f"kernel32.{name}", list(args), None)

    def answer(self, hooks: tuple[Hook, ...], name: str, *args: int) -> int | None:
        """What the hook of `name` answers."""
        hook = next(hook for hook in hooks if name in hook.names)
        return hook.function(self.call(name, *args))

    def events(self, kind: type[Any]) -> list[Any]:
        """The events of class `kind` so far."""
        return [r.event for r in self._records() if isinstance(r, EventRecord) and isinstance(r.event, kind)]

    def dropped(self) -> list[Any]:
        """The artifacts so far."""
        return [r.artifact for r in self._records() if isinstance(r, ArtifactRecord)]

    def _records(self) -> list[Record]:
        return [msgspec.json.decode(line, type=Record) for line in self._log.read_bytes().splitlines()]
