"""Programs that run code from a file of another name: rundll32.exe and regsvr32.exe."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fulgurite.engines.emulator import images
from fulgurite.engines.emulator.paths import absolute
from fulgurite.engines.emulator.programs.table import Program
from fulgurite.engines.pe import pe_header
from fulgurite.model.events import ModuleLoad

if TYPE_CHECKING:
    from fulgurite.engines.emulator.guest import Guest
    from fulgurite.engines.emulator.processes import GuestProcess


def _load(guest: Guest, process: GuestProcess, name: str, entries: tuple[str, ...]) -> int | None:
    """Lets `process` load the library `name` and call its exports `entries`, by emulation."""
    path = images.redirected(absolute(name, process.cwd), process.bits)
    image = images.image_at(guest, path)
    if image is None and not path.lower().endswith((".dll", ".cpl", ".ocx")):
        image = images.image_at(guest, path + ".dll")
    header = pe_header(image.data) if image is not None and image.data is not None else None
    if image is None or header is None or header.machine not in ("x86", "amd64"):
        return 0
    process.bits = 32 if header.machine == "x86" else 64
    process.data, process.library, process.entries = image.data, image.path, entries
    process.was_run = False
    guest.record(process, ModuleLoad, path=image.path, status=0)
    guest.run_until_ended(process)
    return process.exit_status


def run_library(guest: Guest, process: GuestProcess, _words: list[str]) -> int | None:
    """rundll32.exe LIBRARY,EXPORT [ARGUMENTS]"""
    text = process.cmd.lstrip()
    text = text[1:].partition('"')[2] if text.startswith('"') else text.partition(" ")[2]
    text = text.strip()
    if text.startswith('"'):
        name, _, rest = text[1:].partition('"')
    else:
        cut = min((at for at in (text.find(","), text.find(" ")) if at >= 0), default=len(text))
        name, rest = text[:cut], text[cut:]
    export = rest.lstrip(" ,").partition(" ")[0].strip()
    return _load(guest, process, name.strip(), (export,) if export else ()) if name else 0


def register_library(guest: Guest, process: GuestProcess, words: list[str]) -> int | None:
    """regsvr32.exe [/s] [/u] [/n] [/i[:TEXT]] LIBRARY"""
    names = [word for word in words if not word.startswith(("/", "-"))]
    options = [word.lower().lstrip("/-") for word in words if word.startswith(("/", "-"))]
    entries = ["DllUnregisterServer" if "u" in options else "DllRegisterServer"] if "n" not in options else []
    if any(option.startswith("i") for option in options):
        entries.append("DllInstall")
    return _load(guest, process, names[-1], tuple(entries)) if names else 0


PROGRAMS: dict[str, Program] = {"regsvr32.exe": register_library, "rundll32.exe": run_library}
