"""The programs that have rows, and what a process of one of them does."""

from __future__ import annotations

import ntpath
from typing import TYPE_CHECKING

from fulgurite.engines.emulator.programs import administration, hosts, registry_tool, shell
from fulgurite.engines.emulator.programs.table import STAYING, Program
from fulgurite.engines.emulator.programs.words import split_words

if TYPE_CHECKING:
    from fulgurite.engines.emulator.guest import Guest
    from fulgurite.engines.emulator.processes import GuestProcess

PROGRAMS: dict[str, Program] = {
    "cmd.exe": shell.command_shell,
    **administration.PROGRAMS,
    **hosts.PROGRAMS,
    **registry_tool.PROGRAMS,
}
_RUN_MS = 40
"""What a console program takes in the guest."""


def interpret(guest: Guest, process: GuestProcess) -> None:
    """Does what `process`, a program of the clean Windows, does; it ends unless it is one that stays."""
    guest.clock.sleep(_RUN_MS)
    name = ntpath.basename(process.image).lower()
    program = PROGRAMS.get(name)
    if program is None:
        if name not in STAYING:
            guest.processes.end(process, 0)
        return
    status = program(guest, process, split_words(process.cmd)[1:])
    if status is not None:
        guest.processes.end(process, status)
