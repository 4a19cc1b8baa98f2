"""Starting and ending processes."""

from __future__ import annotations

from fulgurite.engines.emulator import images
from fulgurite.engines.emulator.call import Call, Hook, api, crt, native, text_api
from fulgurite.engines.emulator.launch import LaunchError, launch
from fulgurite.engines.emulator.processes import GuestProcess
from fulgurite.engines.emulator.targets import process_of
from fulgurite.model.events import Suspicious

CREATE_UNICODE_ENVIRONMENT = 0x400
MAX_VARIABLES = 2_000
CREATE_SUSPENDED = 0x4
EXTENDED_STARTUPINFO_PRESENT = 0x80000
PARENT_PROCESS_ATTRIBUTE = 0x20000
MITIGATION_POLICY_ATTRIBUTE = 0x20007
BLOCK_NON_MICROSOFT_BINARIES = 1 << 44
STILL_ACTIVE = 259
ERROR_NOT_ENOUGH_MEMORY = 8
ERROR_INVALID_PARAMETER = 87
STATUS_OBJECT_NAME_NOT_FOUND = 0xC0000034
STATUS_INVALID_HANDLE = 0xC0000008
MAX_STARTED = 400
"""Processes of one run; a program that starts more gets an error."""


def started(
    call: Call,
    application: str,
    command: str,
    *,
    cwd: str = "",
    flags: int = 0,
    parent: GuestProcess | None = None,
) -> GuestProcess | None:
    """Starts a process for this call; None, with the last error set, when Windows would not."""
    if len(call.guest.processes.all) >= MAX_STARTED:
        call.guest.log.note(f"more than {MAX_STARTED} processes: further starts were refused")
        call.fail(ERROR_NOT_ENOUGH_MEMORY)
        return None
    try:
        return launch(
            call.guest,
            call.process,
            application or None,
            command or None,
            cwd=cwd or None,
            is_suspended=bool(flags & CREATE_SUSPENDED),
            parent=parent,
        )
    except LaunchError as error:
        call.fail(error.code)
        return None


def _give_handles(call: Call, information: int, process: GuestProcess) -> None:
    """Fills a PROCESS_INFORMATION."""
    size = call.pointer_bytes
    call.write_pointer(information, call.guest.handle_of(process))
    call.write_pointer(information + size, call.guest.handle_of(process.main_thread))
    call.write_u32(information + 2 * size, process.pid)
    call.write_u32(information + 2 * size + 4, process.main_thread.tid if process.main_thread else 0)


def _attributes(call: Call, startup: int) -> tuple[GuestProcess | None, int]:
    """The parent and the mitigation policy that a STARTUPINFOEX asks for."""
    at = call.pointer(startup + (0x68 if call.pointer_bytes == 8 else 0x44))  # noqa: PLR2004
    entries = call.guest.processes.attributes.get(at, {})
    parent = entries.get(PARENT_PROCESS_ATTRIBUTE)
    policy = entries.get(MITIGATION_POLICY_ATTRIBUTE, 0)
    target = process_of(call, call.pointer(parent)) if parent is not None else None
    return target, call.u64(policy)


def _environment(call: Call, at: int, *, is_wide: bool) -> dict[str, str]:
    """The variables of an environment block: `NAME=value`, each with its NUL, up to an empty one."""
    out: dict[str, str] = {}
    while len(out) < MAX_VARIABLES and (text := call.text(at, wide=is_wide)):
        name, _, value = text[1:].partition("=")
        out[text[0] + name] = value
        at += (len(text) + 1) * (2 if is_wide else 1)
    return out


def _create(call: Call, at: int) -> int:
    """CreateProcess, whose lpApplicationName is argument `at`."""
    application, command = call.text(call.args[at]), call.text(call.args[at + 1])
    flags, startup = call.args[at + 5] & 0xFFFFFFFF, call.args[at + 8]
    parent, policy = _attributes(call, startup) if flags & EXTENDED_STARTUPINFO_PRESENT else (None, 0)
    process = started(call, application, command, cwd=call.text(call.args[at + 7]), flags=flags, parent=parent)
    if process is None:
        return 0
    if call.args[at + 6]:
        process.environment = _environment(call, call.args[at + 6], is_wide=bool(flags & CREATE_UNICODE_ENVIRONMENT))
    if policy & BLOCK_NON_MICROSOFT_BINARIES:
        act = "NtCreateUserProcessBlockNonMicrosoftBinary"
        call.guest.record(call.process, Suspicious, act=act, detail=process.image, procid_target=process.procid)
    _give_handles(call, call.args[at + 9], process)
    return call.succeed()


def create_process(call: Call) -> int:
    """CreateProcess(lpApplicationName, lpCommandLine, ..., lpProcessInformation)."""
    return _create(call, 0)


def create_process_after_token(call: Call) -> int:
    """CreateProcessAsUser(hToken, ...) and CreateProcessInternal(hToken, ..., hNewToken): one argument before."""
    return _create(call, 1)


def create_process_with_logon(call: Call) -> int:
    """CreateProcessWithLogonW(user, domain, password, flags, application, command, flags, env, cwd, si, pi)."""
    return _with_flags(call, 4)


def create_process_with_token(call: Call) -> int:
    """CreateProcessWithTokenW(hToken, flags, application, command, creation flags, env, cwd, si, pi)."""
    return _with_flags(call, 2)


def _with_flags(call: Call, at: int) -> int:
    args = call.args
    process = started(
        call, call.text(args[at]), call.text(args[at + 1]), cwd=call.text(args[at + 4]), flags=args[at + 2]
    )
    if process is None:
        return 0
    _give_handles(call, args[at + 6], process)
    return call.succeed()


def win_exec(call: Call) -> int:
    """WinExec(lpCmdLine, uCmdShow): 33 when started, else the error."""
    process = started(call, "", call.text(call.args[0], wide=False))
    return int(call.emu.get_last_error() or 2) if process is None else 33


def nt_create_user_process(call: Call) -> int:
    """NtCreateUserProcess(ProcessHandle, ThreadHandle, ..., ProcessParameters, CreateInfo, AttributeList)."""
    at, wide_size = call.args[8], call.pointer_bytes
    image_path = call.unicode_string(at + (0x60 if wide_size == 8 else 0x38))  # noqa: PLR2004
    command = call.unicode_string(at + (0x70 if wide_size == 8 else 0x40))  # noqa: PLR2004
    named = _attribute_image(call, call.args[10])
    process = started(call, named or image_path, command, flags=CREATE_SUSPENDED if call.args[7] & 1 else 0)
    if process is None:
        return STATUS_OBJECT_NAME_NOT_FOUND
    call.write_pointer(call.args[0], call.guest.handle_of(process))
    call.write_pointer(call.args[1], call.guest.handle_of(process.main_thread))
    return 0


def _attribute_image(call: Call, attributes: int) -> str:
    """The PS_ATTRIBUTE_IMAGE_NAME of a PS_ATTRIBUTE_LIST."""
    size = call.pointer_bytes
    total = min(call.pointer(attributes), 64 * 4 * size)
    for at in range(attributes + size, attributes + total, 4 * size):
        if call.pointer(at) & 0xFFFF == 5:  # noqa: PLR2004 - PsAttributeImageName
            data = call.read(call.pointer(at + 2 * size), min(call.pointer(at + size), 0x10000))
            return data.decode("utf-16-le", "replace").rstrip("\0")
    return ""


def shell_text(call: Call) -> int:
    """system(command): the command shell runs it, and is waited for."""
    command = call.text(call.args[0], wide=call.name.endswith("_wsystem"))
    if call.args[0] == 0:
        return 1
    process = started(call, "", f"{_comspec(call)} /c {command}")
    if process is None:
        return -1
    call.guest.run_until_ended(process)
    return process.exit_status


def _comspec(call: Call) -> str:
    variables = call.process.environment or call.guest.system.environment
    return variables.get("ComSpec", "C:\\Windows\\system32\\cmd.exe")


def popen(call: Call) -> int | None:
    """_popen(command, mode): the command shell runs it; nothing is read from it."""
    command = call.text(call.args[0], wide=call.name.endswith("_wpopen"))
    process = started(call, "", f"{_comspec(call)} /c {command}")
    if process is None:
        return 0
    call.guest.run_until_ended(process)
    return call.guest.handle_of(process)


def pclose(call: Call) -> int | None:
    """_pclose(stream)."""
    thing = call.guest.handles.pop(call.args[0], None)
    return thing.exit_status if isinstance(thing, GuestProcess) else -1


P_WAIT = 0


def _quoted(arguments: list[str]) -> str:
    """A command line of `arguments`; the C run-time joins them with blanks and quotes nothing."""
    return " ".join(arguments)


def _listed(call: Call, at: int, wide: bool) -> list[str]:
    """The strings of a null-ended argv array at `at`."""
    out: list[str] = []
    while len(out) < 256 and (text := call.pointer(at + len(out) * call.pointer_bytes)):  # noqa: PLR2004
        out.append(call.text(text, wide=wide))
    return out


def _inline(call: Call, first: int, wide: bool) -> list[str]:
    """The strings of a null-ended argument list that begins at argument `first`."""
    values = call.emu.get_func_argv(0, first + 32)[first:]
    out: list[str] = []
    for value in values:
        if value == 0:
            break
        out.append(call.text(value, wide=wide))
    return out


def spawn(call: Call) -> int | None:
    """The _spawn and _exec families: [mode,] file name, arguments as array (v) or list (l)."""
    name = call.name.rpartition(".")[2].lstrip("_")
    wide = name.startswith("w")
    is_spawn = "spawn" in name
    first = 1 if is_spawn else 0
    kind = name.lstrip("w").removeprefix("spawn").removeprefix("exec")
    file = call.text(call.args[first], wide=wide)
    arguments = _listed(call, call.args[first + 1], wide) if kind.startswith("v") else _inline(call, first + 1, wide)
    image = images.found(call.guest, call.process, file)
    process = None if image is None else started(call, image.path, _quoted(arguments) or file)
    if process is None:
        return -1
    if not is_spawn:
        call.guest.processes.end(call.process, 0)
        return 0
    if call.args[0] & 0xFFFFFFFF == P_WAIT:
        call.guest.run_until_ended(process)
        return process.exit_status
    return call.guest.handle_of(process)


def exit_process(call: Call) -> int | None:
    """ExitProcess(uExitCode), exit(status): the process ends when its queued threads have run."""
    exits_with(call.process, call.args[0])
    return call.original(call.args) if call.original is not None else _stopped(call)


def exits_with(process: GuestProcess, status: int) -> None:
    """Takes the exit status of the first thread that ends `process`."""
    if not process.has_exited:
        process.has_exited, process.exit_status = True, status & 0xFFFFFFFF


def _stopped(call: Call) -> int:
    call.emu.exit_process()
    return 0


def terminate_process(call: Call) -> int | None:
    """TerminateProcess(hProcess, uExitCode)."""
    target = process_of(call, call.args[0])
    if target is None:
        return call.fail(6)
    _terminate(call, target, call.args[1])
    return call.succeed()


def nt_terminate_process(call: Call) -> int | None:
    """NtTerminateProcess(ProcessHandle, ExitStatus)."""
    target = call.process if call.args[0] == 0 else process_of(call, call.args[0])
    if target is None:
        return STATUS_INVALID_HANDLE
    _terminate(call, target, call.args[1])
    return 0


def _terminate(call: Call, target: GuestProcess, status: int) -> None:
    if target is call.process:
        exits_with(target, status)
        call.emu.exit_process()
    else:
        call.guest.record(
            call.process, Suspicious, act="TerminateProcess", detail=target.image, procid_target=target.procid
        )
        call.guest.processes.end(target, status)


def get_exit_code_process(call: Call) -> int:
    """GetExitCodeProcess(hProcess, lpExitCode)."""
    target = process_of(call, call.args[0])
    if target is None:
        return call.fail(6)
    target.polls += 1
    if target.polls > 1 and target is not call.process:
        call.guest.run_until_ended(target)
    ended = target.terminated_ms is not None
    call.write_u32(call.args[1], target.exit_status if ended else STILL_ACTIVE)
    return call.succeed()


def initialize_attributes(call: Call) -> int:
    """InitializeProcThreadAttributeList(list, count, flags, lpSize)."""
    if call.args[0] == 0:
        call.write_pointer(call.args[3], 0x30)
        return call.fail(122)  # ERROR_INSUFFICIENT_BUFFER
    call.guest.processes.attributes[call.args[0]] = {}
    return call.succeed()


def update_attribute(call: Call) -> int:
    """UpdateProcThreadAttribute(list, flags, attribute, value, size, ...)."""
    call.guest.processes.attributes.setdefault(call.args[0], {})[call.args[2] & 0xFFFFFFFF] = call.args[3]
    return call.succeed()


def delete_attributes(call: Call) -> int:
    """DeleteProcThreadAttributeList(list)."""
    call.guest.processes.attributes.pop(call.args[0], None)
    return 0


_SPAWNS = tuple(f"_{w}spawn{kind}" for w in ("", "w") for kind in ("v", "ve", "vp", "vpe", "l", "le", "lp", "lpe"))
_EXECS = tuple(f"_{w}exec{kind}" for w in ("", "w") for kind in ("v", "ve", "vp", "vpe", "l", "le", "lp", "lpe"))

HOOKS: tuple[Hook, ...] = (
    text_api("CreateProcess", 10, create_process),
    text_api("CreateProcessAsUser", 11, create_process_after_token),
    text_api("CreateProcessInternal", 12, create_process_after_token),
    api("CreateProcessWithLogonW", 11, create_process_with_logon),
    api("CreateProcessWithTokenW", 9, create_process_with_token),
    api("WinExec", 2, win_exec),
    native("CreateUserProcess", 11, nt_create_user_process),
    crt("system", 1, shell_text),
    crt("_wsystem", 1, shell_text),
    crt("_popen", 2, popen),
    crt("_wpopen", 2, popen),
    crt("_pclose", 1, pclose),
    Hook(_SPAWNS, 3, spawn, 0),
    Hook(_EXECS, 2, spawn, 0),
    api("ExitProcess", 1, exit_process),
    api("RtlExitUserProcess", 1, exit_process),
    crt("exit", 1, exit_process),
    crt("_exit", 1, exit_process),
    crt("quick_exit", 1, exit_process),
    api("TerminateProcess", 2, terminate_process),
    native("TerminateProcess", 2, nt_terminate_process),
    api("GetExitCodeProcess", 2, get_exit_code_process),
    api("InitializeProcThreadAttributeList", 4, initialize_attributes),
    api("UpdateProcThreadAttribute", 7, update_attribute),
    api("DeleteProcThreadAttributeList", 1, delete_attributes),
)
