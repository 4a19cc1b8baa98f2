"""Programs of Windows that need no interpreter, and the shape of those that do."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fulgurite.engines.emulator.guest import Guest
    from fulgurite.engines.emulator.processes import GuestProcess

Program = Callable[["Guest", "GuestProcess", list[str]], "int | None"]
"""Gets the arguments without the program's name; returns the exit status, or None when the process stays."""

STAYING = frozenset(
    {
        "calc.exe",
        "charmap.exe",
        "colorcpl.exe",
        "conhost.exe",
        "control.exe",
        "dllhost.exe",
        "dxdiag.exe",
        "eudcedit.exe",
        "eventvwr.exe",
        "explorer.exe",
        "fontview.exe",
        "hh.exe",
        "iexplore.exe",
        "mmc.exe",
        "msinfo32.exe",
        "mspaint.exe",
        "mstsc.exe",
        "notepad.exe",
        "osk.exe",
        "powershell_ise.exe",
        "regedit.exe",
        "runtimebroker.exe",
        "searchindexer.exe",
        "sihost.exe",
        "sndvol.exe",
        "svchost.exe",
        "taskhostw.exe",
        "taskmgr.exe",
        "winver.exe",
        "wmiprvse.exe",
        "write.exe",
    }
)
"""Programs that wait for a user or for work, and so do not end by themselves."""
