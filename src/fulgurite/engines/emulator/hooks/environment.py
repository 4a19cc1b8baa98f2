"""The environment of a process."""

from __future__ import annotations

from fulgurite.engines.emulator.call import Call, Hook, crt, text_api
from fulgurite.engines.emulator.paths import expanded

ERROR_ENVVAR_NOT_FOUND = 203
MAX_VARIABLES = 2_000
ERANGE = 34


def variables(call: Call) -> dict[str, str]:
    """The variables of the calling process, its own copy."""
    process = call.process
    if process.environment is None:
        process.environment = dict(call.guest.system.environment)
        process.environment["USERDOMAIN"] = call.guest.system.computer
        process.environment["COMPUTERNAME"] = call.guest.system.computer
        if process.bits == 32:  # noqa: PLR2004
            process.environment["PROCESSOR_ARCHITECTURE"] = "x86"
            process.environment["PROCESSOR_ARCHITEW6432"] = "AMD64"
        else:
            process.environment["PROCESSOR_ARCHITECTURE"] = "AMD64"
    return process.environment


def _found(call: Call, name: str) -> str | None:
    lower = name.lower()
    return next((value for key, value in variables(call).items() if key.lower() == lower), None)


def _put(call: Call, name: str, value: str | None) -> None:
    known = variables(call)
    key = next((key for key in known if key.lower() == name.lower()), name)
    if value is None:
        known.pop(key, None)
    elif name and len(known) < MAX_VARIABLES:
        known[key] = value


def get_variable(call: Call) -> int:
    """GetEnvironmentVariable(lpName, lpBuffer, nSize): characters written, or needed with the NUL."""
    value = _found(call, call.arg_text(0))
    if value is None:
        return call.fail(ERROR_ENVVAR_NOT_FOUND)
    if not call.write_text(call.args[1], value, call.args[2] & 0xFFFFFFFF):
        return len(value) + 1
    return call.succeed(len(value))


def set_variable(call: Call) -> int:
    """SetEnvironmentVariable(lpName, lpValue)."""
    _put(call, call.arg_text(0), call.arg_text(1) if call.args[1] else None)
    return call.succeed()


def expand(call: Call) -> int:
    """ExpandEnvironmentStrings(lpSrc, lpDst, nSize): characters needed, NUL included."""
    text = expanded(call.arg_text(0), variables(call))
    call.write_text(call.args[1], text, call.args[2] & 0xFFFFFFFF)
    return call.succeed(len(text) + 1)


def temp_path(call: Call) -> int:
    """GetTempPath(nBufferLength, lpBuffer): characters written, or needed with the NUL. Always ends in a backslash."""
    path = _found(call, "TMP") or _found(call, "TEMP") or "C:\\Windows"
    text = path.rstrip("\\") + "\\"
    if not call.write_text(call.args[1], text, call.args[0] & 0xFFFFFFFF):
        return len(text) + 1
    return call.succeed(len(text))


def get_strings(call: Call) -> int:
    """GetEnvironmentStrings(): a block of `NAME=value`."""
    text = "".join(f"{name}={value}\0" for name, value in sorted(variables(call).items()))
    data = call.encoded(text, wide=call.wide)
    address = int(call.emu.mem_map(len(data) + 16, tag="api.GetEnvironmentStrings"))
    call.emu.mem_write(address, data)
    return address


def _is_wide(call: Call) -> bool:
    return call.name.rpartition(".")[2].lstrip("_").startswith("w")


def getenv(call: Call) -> int:
    """getenv(name) and _wgetenv: the address of the value, which stays the same."""
    wide = _is_wide(call)
    name = call.text(call.args[0], wide=wide)
    value = _found(call, name)
    if value is None:
        return 0
    key = f"getenv {wide} {name.lower()} {value}"
    known = call.process.addresses.get(key)
    if known is None:
        data = call.encoded(value, wide=wide)
        known = int(call.emu.mem_map(len(data) + 16, tag="api.getenv"))
        call.emu.mem_write(known, data)
        call.process.addresses[key] = known
    return known


def getenv_s(call: Call) -> int:
    """getenv_s(*needed, buffer, size, name) and _wgetenv_s."""
    wide = _is_wide(call)
    value = _found(call, call.text(call.args[3], wide=wide))
    call.write_pointer(call.args[0], 0 if value is None else len(value) + 1)
    if value is None or call.args[1] == 0:
        return 0
    return 0 if call.write_text(call.args[1], value, call.args[2], wide=wide) else ERANGE


def putenv(call: Call) -> int:
    """_putenv(NAME=value) and _wputenv."""
    name, sign, value = call.text(call.args[0], wide=_is_wide(call)).partition("=")
    if not sign:
        return -1
    _put(call, name, value or None)
    return 0


HOOKS: tuple[Hook, ...] = (
    text_api("GetEnvironmentVariable", 3, get_variable),
    text_api("SetEnvironmentVariable", 2, set_variable),
    text_api("ExpandEnvironmentStrings", 3, expand),
    text_api("GetTempPath", 2, temp_path),
    text_api("GetTempPath2", 2, temp_path),
    Hook(("GetEnvironmentStrings", "GetEnvironmentStringsA", "GetEnvironmentStringsW"), 0, get_strings),
    crt("getenv", 1, getenv),
    crt("_wgetenv", 1, getenv),
    crt("getenv_s", 4, getenv_s),
    crt("_wgetenv_s", 4, getenv_s),
    crt("_putenv", 1, putenv),
    crt("_wputenv", 1, putenv),
)
