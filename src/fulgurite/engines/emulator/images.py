"""The programs of the guest: which image a name stands for, and its bytes when they can be emulated."""

from __future__ import annotations

import ntpath
from typing import TYPE_CHECKING, NamedTuple

from fulgurite.engines.emulator.paths import absolute

if TYPE_CHECKING:
    from fulgurite.engines.emulator.guest import Guest
    from fulgurite.engines.emulator.processes import GuestProcess

SYSTEM32 = "C:\\Windows\\System32"
SYSWOW64 = "C:\\Windows\\SysWOW64"
MAX_PATH = 32_767
SCRIPTS = (".bat", ".cmd")


class Image(NamedTuple):
    """A file that a process can be started from."""

    path: str
    data: bytes | None
    """Its bytes; None for a program of the clean Windows, whose bytes are not modelled."""
    orig: bool
    """Whether it belongs to the clean guest."""

    @property
    def is_pe(self) -> bool:
        """Whether it is an executable image."""
        return self.orig or (self.data is not None and self.data[:2] == b"MZ")

    @property
    def is_script(self) -> bool:
        """Whether it is a batch file."""
        return self.path.lower().endswith(SCRIPTS)


def redirected(path: str, bits: int) -> str:
    """`path` as a process of `bits` sees it on a 64-bit Windows."""
    lower = path.lower()
    if bits == 64:  # noqa: PLR2004
        return path
    if lower.startswith("c:\\windows\\sysnative\\"):
        return SYSTEM32 + path[20:]
    if lower.startswith("c:\\windows\\system32\\") and not lower.startswith("c:\\windows\\system32\\drivers\\etc"):
        return SYSWOW64 + path[19:]
    return path


def image_at(guest: Guest, path: str) -> Image | None:
    """The image at the absolute `path`."""
    node = guest.files.find(path)
    if node is None or node.is_dir:
        return None
    return Image(node.path, None, orig=True) if node.is_orig else Image(path, bytes(node.data), orig=False)


def found(guest: Guest, process: GuestProcess, name: str, *, extensions: tuple[str, ...] = (".exe",)) -> Image | None:
    """The image that `process` means by `name`, searched as CreateProcess does."""
    if not name or len(name) > MAX_PATH or "\0" in name:
        return None
    has_extension = "." in ntpath.basename(name.replace("/", "\\"))
    endings = ("",) if has_extension else (*extensions, "")
    folders = [""] if ntpath.split(name.replace("/", "\\"))[0] else _search_folders(guest, process)
    for folder in folders:
        for ending in endings:
            path = absolute(ntpath.join(folder, name + ending), process.cwd)
            image = image_at(guest, redirected(path, process.bits))
            if image is not None:
                return image
    return None


def _search_folders(guest: Guest, process: GuestProcess) -> list[str]:
    variables = process.environment or guest.system.environment
    path = next((value for name, value in variables.items() if name.lower() == "path"), "")
    return [
        ntpath.dirname(process.image),
        process.cwd,
        SYSTEM32,
        "C:\\Windows\\System",
        "C:\\Windows",
        *(folder.strip('" ') for folder in path.split(";") if folder.strip('" ')),
    ]
