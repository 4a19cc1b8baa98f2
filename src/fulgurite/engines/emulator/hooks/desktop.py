"""Windows of the desktop that programs look for, and acts against the user's session."""

from __future__ import annotations

from fulgurite.engines.emulator.call import Call, Hook, api, native, text_api
from fulgurite.model.events import Search, Suspicious

ERROR_FILE_NOT_FOUND = 2
WINDOWS = {"shell_traywnd": 0x1005A, "progman": 0x100F2}
"""Window classes of the user's shell, lower case -> handle."""


def find_window(call: Call) -> int:
    """FindWindow(lpClassName, lpWindowName)."""
    return _found(call, *call.args[:2])


def find_window_ex(call: Call) -> int:
    """FindWindowEx(hWndParent, hWndChildAfter, lpszClass, lpszWindow)."""
    return _found(call, *call.args[2:4])


def _found(call: Call, class_name: int, title: int) -> int:
    name = f"#{class_name}" if 0 < class_name < 0x10000 else call.text(class_name)  # noqa: PLR2004 - an atom
    text = call.text(title)
    window = WINDOWS.get(name.lower(), 0)
    status = 0 if window else 0xC0000034
    target = " ".join(part for part in (name, f"'{text}'" if text else "") if part)
    call.guest.record(call.process, Search, object="window", target=target, op="FindWindow", status=status)
    if name.lower() == "shell_traywnd":
        call.guest.record(call.process, Suspicious, act="FindShellTrayWindow")
    return call.succeed(window) if window else call.fail(ERROR_FILE_NOT_FOUND)


def foreground_window(call: Call) -> int:
    """GetForegroundWindow(): another window every few seconds, as with a user at work."""
    return 0x2008C + call.guest.clock.now_ms // 7_000 % 3 * 0x1A


def enum_windows(call: Call) -> int | None:
    """EnumWindows(lpEnumFunc, lParam) and its kin."""
    call.guest.record(
        call.process, Search, object="window", target="windows", op=call.name.rpartition(".")[2], status=0
    )
    return call.original(call.args) if call.original is not None else call.succeed()


def exit_windows(call: Call) -> int:
    """ExitWindowsEx(uFlags, dwReason): the session would end; the run goes on to see what else is done."""
    call.guest.record(call.process, Suspicious, act="ExitWindowsEx", detail=f"{call.args[0] & 0xFFFFFFFF:#x}")
    return call.succeed()


def initiate_shutdown(call: Call) -> int:
    """InitiateSystemShutdown(lpMachineName, lpMessage, ...), its Ex form and InitiateShutdown."""
    call.guest.record(call.process, Suspicious, act="InitiateSystemShutdown", detail=call.arg_text(1) or None)
    return 0 if "InitiateShutdown" in call.name else call.succeed()


def nt_shutdown(call: Call) -> int:
    """NtShutdownSystem(Action)."""
    call.guest.record(call.process, Suspicious, act="NtShutdownSystem", detail=str(call.args[0] & 0xFFFFFFFF))
    return 0


def block_input(call: Call) -> int:
    """BlockInput(fBlockIt)."""
    call.guest.record(call.process, Suspicious, act="BlockInput", detail=str(call.args[0] & 1))
    return call.succeed()


def lock_station(call: Call) -> int:
    """LockWorkStation()."""
    call.guest.record(call.process, Suspicious, act="LockWorkStation")
    return call.succeed()


def set_dep_policy(call: Call) -> int:
    """SetProcessDEPPolicy(dwFlags)."""
    call.guest.record(call.process, Suspicious, act="SetProcessDEPPolicy", detail=str(call.args[0] & 0xFFFFFFFF))
    return call.succeed()


HOOKS: tuple[Hook, ...] = (
    text_api("FindWindow", 2, find_window),
    text_api("FindWindowEx", 4, find_window_ex),
    api("GetForegroundWindow", 0, foreground_window),
    api("EnumWindows", 2, enum_windows),
    api("EnumChildWindows", 3, enum_windows),
    api("EnumDesktopWindows", 3, enum_windows),
    api("ExitWindowsEx", 2, exit_windows),
    text_api("InitiateSystemShutdown", 5, initiate_shutdown),
    text_api("InitiateSystemShutdownEx", 6, initiate_shutdown),
    text_api("InitiateShutdown", 5, initiate_shutdown),
    native("ShutdownSystem", 1, nt_shutdown),
    api("BlockInput", 1, block_input),
    api("LockWorkStation", 0, lock_station),
    api("SetProcessDEPPolicy", 1, set_dep_policy),
)
