"""Starting processes: what Windows makes of an application name and a command line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from fulgurite.engines.emulator import images
from fulgurite.engines.emulator.images import Image
from fulgurite.engines.emulator.paths import absolute
from fulgurite.engines.pe import pe_header
from fulgurite.model.events import Suspicious

if TYPE_CHECKING:
    from fulgurite.engines.emulator.guest import Guest
    from fulgurite.engines.emulator.processes import GuestProcess

ERROR_FILE_NOT_FOUND = 2
ERROR_PATH_NOT_FOUND = 3
ERROR_BAD_EXE_FORMAT = 193
_START_MS = 12
"""What starting a process takes in the guest."""
COMMAND_SHELL = "C:\\Windows\\System32\\cmd.exe"


class LaunchError(Exception):
    """A process could not be started; `code` is the Win32 error."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def program_names(command: str) -> Iterator[str]:
    """The names that CreateProcess tries for a command line without application name, in its order."""
    command = command.lstrip()
    if command.startswith('"'):
        yield command[1:].partition('"')[0]
        return
    words = command.split(" ")
    for count in range(1, min(len(words), 64) + 1):
        yield " ".join(words[:count]).split("\t")[0]


def arguments_of(command: str) -> str:
    """What follows the program's name in a command line."""
    command = command.lstrip()
    if command.startswith('"'):
        return command[1:].partition('"')[2].lstrip()
    return command.partition(" ")[2].lstrip()


def launch(
    guest: Guest,
    caller: GuestProcess,
    application: str | None,
    command: str | None,
    *,
    cwd: str | None = None,
    is_suspended: bool = False,
    parent: GuestProcess | None = None,
) -> GuestProcess:
    """Starts a process as CreateProcess does. Raises LaunchError when Windows would not.

    `parent` is another parent than `caller`, when the caller asked for one.
    """
    image = _image(guest, caller, application, command or "")
    text = command or application or ""
    if image.is_script:
        text = f'{COMMAND_SHELL} /c "{text}"' if " " in text else f"{COMMAND_SHELL} /c {text}"
        shell = images.image_at(guest, images.redirected(COMMAND_SHELL, caller.bits))
        if shell is None:
            raise LaunchError(ERROR_FILE_NOT_FOUND)
        image = shell
    return start_image(guest, caller, image, text, cwd=cwd, is_suspended=is_suspended, parent=parent)


def start_image(
    guest: Guest,
    caller: GuestProcess,
    image: Image,
    command: str,
    *,
    cwd: str | None = None,
    is_suspended: bool = False,
    parent: GuestProcess | None = None,
) -> GuestProcess:
    """Starts a process from `image`."""
    header = pe_header(image.data) if image.data is not None else None
    if not image.orig and (header is None or header.is_dll or header.machine not in ("x86", "amd64")):
        raise LaunchError(ERROR_BAD_EXE_FORMAT)
    guest.clock.sleep(_START_MS)
    process = guest.processes.start(
        image.path,
        command,
        parent=parent or caller,
        cwd=absolute(cwd, caller.cwd) if cwd else caller.cwd,
        data=image.data,
        orig=image.orig,
        is_suspended=is_suspended,
    )
    process.environment = None if caller.environment is None else dict(caller.environment)
    if header is not None:
        process.bits = 32 if header.machine == "x86" else 64
        if header.is_dotnet:
            guest.log.note(f"process {process.procid} ({process.name}) is a .NET program: listed, not run")
            process.data = None
            process.was_run = True
    if parent is not None and parent is not caller:
        guest.record(
            caller,
            Suspicious,
            act="NtCreateUserProcessOtherParentProcess",
            detail=f"parent of {process.name} set to {parent.name} ({parent.pid})",
            procid_target=process.procid,
        )
    return process


def _image(guest: Guest, caller: GuestProcess, application: str | None, command: str) -> Image:
    if application:
        path = images.redirected(absolute(application, caller.cwd), caller.bits)
        image = images.image_at(guest, path)
        candidates = [image] if image is not None else []
    else:
        named = (images.found(guest, caller, name) for name in program_names(command))
        candidates = [image for image in named if image is not None][:1]
    if not candidates:
        raise LaunchError(ERROR_FILE_NOT_FOUND)
    if not candidates[0].is_pe and not candidates[0].is_script:
        raise LaunchError(ERROR_BAD_EXE_FORMAT)
    return candidates[0]
