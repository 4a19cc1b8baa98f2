"""What it means to run a process of the guest: under emulation, or by what its program is known to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fulgurite.engines.emulator import hosting
from fulgurite.engines.emulator.programs.interpreter import interpret
from fulgurite.engines.emulator.session import emulate

if TYPE_CHECKING:
    from fulgurite.engines.emulator.guest import Guest
    from fulgurite.engines.emulator.processes import GuestProcess


def run(guest: Guest, process: GuestProcess) -> None:
    """Runs `process` to its end, or as far as it goes by itself."""
    if process.data is not None or process.threads or hosting.start_of(process) is not None:
        guest.processes.emulated += 1
        emulate(guest, process)
        return
    process.was_run = True
    interpret(guest, process)
