"""Arguments of DRAKVUF's lines by the names that the table of calls asks for."""

from typing import Any

from fulgurite.importers.calls.table import spellings
from fulgurite.importers.gathering import Plain, entries, names_in
from fulgurite.importers.speakeasy.parameters import PARAMETERS, named

_COMMON = names_in(
    """
    Plugin TimeStamp PID PPID TID UserName UserId ProcessName Method EventUID Module vCPU CR3 Syscall NArgs
    Event CLSID CalledFrom ReturnValue Arguments Ret Info
    """
)
_POSITIONS = {
    "LdrLoadDll": ("SearchPath", "DllCharacteristics", "FileName", "BaseAddress"),
    "LdrGetDllHandle": ("SearchPath", "DllCharacteristics", "FileName", "BaseAddress"),
    "CreateProcessInternal": ("Token", "ApplicationName", "CommandLine"),
}
_FILES = ("File", "Directory")


def of_line(line: Plain) -> Plain:
    """The arguments of a system call, which stand beside the line's own fields."""
    args = {key: value for key, value in line.items() if key not in _COMMON}
    named = args.get("ObjectAttributes")
    if not isinstance(named, str):
        return args
    if named.startswith("0x") or named == "":
        del args["ObjectAttributes"]
        return args
    method = str(line.get("Method"))
    if any(word in method for word in _FILES):
        args.setdefault("FileName", named)
        del args["ObjectAttributes"]
    elif "Key" not in method and "Section" not in method:
        args["ObjectAttributesName"] = args.pop("ObjectAttributes")
    return args


def of_api(method: str, listed: Any) -> Plain:
    """The arguments of a call of user space: `Arg2=0x3ead930:"rpcrt4.dll"`, by place."""
    values = [_value(one) for one in entries(listed) if isinstance(one, str)]
    known = [_POSITIONS.get(name) or PARAMETERS.get(name) for name in spellings(method)]
    names = next((one for one in known if one is not None), None)
    if names is None:
        return {f"arg{place}": value for place, value in enumerate(values)}
    return named(names, list(values))


def _value(told: str) -> str:
    """What is behind the pointer, where the line tells it; else the number."""
    value = told.partition("=")[2]
    _, mark, behind = value.partition(':"')
    return value if mark == "" else behind.removesuffix('"').replace("\\\\", "\\")
