"""The user's shell: opening programs and documents."""

from __future__ import annotations

import ntpath
import struct

from fulgurite.engines.emulator import images
from fulgurite.engines.emulator.call import Call, Hook, api, text_api
from fulgurite.engines.emulator.hooks.processes import started
from fulgurite.engines.emulator.paths import absolute, expanded
from fulgurite.engines.emulator.processes import GuestProcess

SE_ERR_FNF = 2
SE_ERR_NOASSOC = 31
STARTED = 42
SEE_MASK_NOCLOSEPROCESS = 0x40
SEE_MASK_DOENVSUBST = 0x200
_PROGRAMS = "C:\\Windows\\System32"
ASSOCIATIONS = {
    ".bat": f'{_PROGRAMS}\\cmd.exe /c "{{file}}" {{arguments}}',
    ".cmd": f'{_PROGRAMS}\\cmd.exe /c "{{file}}" {{arguments}}',
    ".cpl": f'"{_PROGRAMS}\\control.exe" "{{file}}"',
    ".hta": f'"{_PROGRAMS}\\mshta.exe" "{{file}}"',
    ".htm": '"C:\\Program Files\\Internet Explorer\\iexplore.exe" {file}',
    ".html": '"C:\\Program Files\\Internet Explorer\\iexplore.exe" {file}',
    ".ini": f"{_PROGRAMS}\\notepad.exe {{file}}",
    ".js": f'"{_PROGRAMS}\\wscript.exe" "{{file}}" {{arguments}}',
    ".jse": f'"{_PROGRAMS}\\wscript.exe" "{{file}}" {{arguments}}',
    ".log": f"{_PROGRAMS}\\notepad.exe {{file}}",
    ".msi": f'"{_PROGRAMS}\\msiexec.exe" /i "{{file}}"',
    ".ps1": f'"{_PROGRAMS}\\notepad.exe" "{{file}}"',
    ".reg": '"C:\\Windows\\regedit.exe" "{file}"',
    ".txt": f"{_PROGRAMS}\\notepad.exe {{file}}",
    ".vbe": f'"{_PROGRAMS}\\wscript.exe" "{{file}}" {{arguments}}',
    ".vbs": f'"{_PROGRAMS}\\wscript.exe" "{{file}}" {{arguments}}',
    ".wsf": f'"{_PROGRAMS}\\wscript.exe" "{{file}}" {{arguments}}',
}
"""What the shell of the clean Windows opens a file with."""
_URLS = ("http://", "https://")


def opened(call: Call, file: str, arguments: str, folder: str) -> GuestProcess | None:
    """Opens `file` as the shell does; None, with the last error set, when it cannot."""
    file = file.strip().strip('"')
    if file.lower().startswith(_URLS):
        return started(call, "", ASSOCIATIONS[".html"].format(file=file, arguments=""), cwd=folder)
    image = images.found(call.guest, call.process, file, extensions=(".exe", ".com", ".bat", ".cmd"))
    if image is None:
        node = call.guest.files.find(absolute(file, call.process.cwd))
        if node is not None and node.is_dir:
            return started(call, "", f'"C:\\Windows\\explorer.exe" {file}')
        call.fail(SE_ERR_FNF)
        return None
    ending = ntpath.splitext(image.path)[1].lower()
    if ending in ASSOCIATIONS:
        return started(call, "", ASSOCIATIONS[ending].format(file=image.path, arguments=arguments).strip(), cwd=folder)
    if not image.is_pe:
        call.fail(1155)  # ERROR_NO_ASSOCIATION
        return None
    return started(call, image.path, f'"{image.path}" {arguments}'.strip(), cwd=folder)


def shell_execute(call: Call) -> int:
    """ShellExecute(hwnd, lpOperation, lpFile, lpParameters, lpDirectory, nShowCmd): above 32 when it worked."""
    if opened(call, call.arg_text(2), call.arg_text(3), call.arg_text(4)) is not None:
        return call.succeed(STARTED)
    error = int(call.emu.get_last_error() or SE_ERR_FNF)
    return SE_ERR_NOASSOC if error == 1155 else min(error, 32)  # noqa: PLR2004


def shell_execute_ex(call: Call) -> int:
    """ShellExecuteEx(*pExecInfo)."""
    at, width = call.args[0], call.pointer_bytes
    is_wide_pointer = width == 8  # noqa: PLR2004
    mask = call.u32(at + 4)
    names = [call.text(call.pointer(at + (0x10 if is_wide_pointer else 0xC) + index * width)) for index in range(4)]
    _verb, file, arguments, folder = names
    if mask & SEE_MASK_DOENVSUBST:
        file = expanded(file, call.process.environment or call.guest.system.environment)
    process = opened(call, file, arguments, folder)
    instance = at + (0x38 if is_wide_pointer else 0x20)
    if process is None:
        call.write_pointer(instance, SE_ERR_FNF)
        return 0
    call.write_pointer(instance, STARTED)
    if mask & SEE_MASK_NOCLOSEPROCESS:
        call.write_pointer(at + (0x68 if is_wide_pointer else 0x38), call.guest.handle_of(process))
    return call.succeed()


def find_executable(call: Call) -> int:
    """FindExecutable(lpFile, lpDirectory, lpResult)."""
    image = images.found(call.guest, call.process, call.arg_text(0))
    if image is None:
        return SE_ERR_FNF
    call.write_text(call.args[2], image.path, 260)
    return STARTED


def window_process(call: Call) -> int:
    """GetWindowThreadProcessId(hWnd, *lpdwProcessId): the desktop's windows belong to the shell."""
    shell = next((p for p in call.guest.processes.living if p.name.lower() == "explorer.exe"), call.process)
    if call.args[1]:
        call.write(call.args[1], struct.pack("<I", shell.pid))
    return shell.main_thread.tid if shell.main_thread is not None else 0


HOOKS: tuple[Hook, ...] = (
    text_api("ShellExecute", 6, shell_execute),
    text_api("ShellExecuteEx", 1, shell_execute_ex),
    text_api("FindExecutable", 3, find_executable),
    api("GetWindowThreadProcessId", 2, window_process),
)
