"""The guest that the emulator shows: every value comes from guest.yml beside this file."""

from functools import cache
from importlib.resources import files
from typing import Any, Literal

import msgspec
import yaml

from fulgurite.errors import EngineError


class Version(msgspec.Struct, frozen=True):
    """The version of Windows that every version API answers."""

    major: int
    minor: int
    build: int
    revision: int
    product: str
    """`Windows 10 Pro`"""
    service_pack: str = ""


class BaselineProcess(msgspec.Struct, frozen=True):
    """A process that runs before the sample does."""

    pid: int
    ppid: int
    image: str
    cmd: str
    session: int = 0
    user: str = "SYSTEM"


class System(msgspec.Struct, frozen=True, kw_only=True):
    """One guest, as asked for by the name of its system."""

    platform: str
    """`windows10_x64`; shown in the report's header."""
    version: Version
    user: str
    user_sid: str
    computer: str
    domain: str
    boot_ms: int
    """Milliseconds that the guest was up when the run began."""
    epoch_s: int
    """The guest's date when the run began, as seconds since 1970 UTC."""
    address: str
    """IPv4 address of the guest."""
    mac: str
    volume_serial: int
    memory_mib: int
    processors: int
    environment: dict[str, str]
    folders: tuple[str, ...]
    """Directories that exist, with their parents."""
    files: dict[str, str]
    """Files that exist: path -> content as text; an empty text for files whose content is not modelled."""
    processes: tuple[BaselineProcess, ...]
    programs: dict[str, tuple[str, ...]]
    """Programs of the clean Windows: folder -> file names. They exist, but their bytes are not modelled."""
    libraries: dict[str, tuple[str, ...]]
    """Libraries and other files of the clean Windows, in the same way."""
    known_folders: dict[str, str]
    """Folders of the shell: CSIDL as decimal, or known folder id in upper case -> path."""
    registry: dict[str, dict[str, Any]]
    """Key path -> value name -> value: text is REG_SZ, a number REG_DWORD, a list REG_MULTI_SZ,
    `{expand: text}` REG_EXPAND_SZ, `{hex: digits}` REG_BINARY, `{qword: number}` REG_QWORD."""
    services: dict[str, str] = {}
    """Services that run before the sample does: name -> command line."""
    dns_server: str
    """Address of the resolver that the guest asks; also its gateway."""
    user_agent: str
    """What the system's own HTTP stack calls itself."""
    objects: dict[Literal["event", "mutant", "semaphore"], tuple[str, ...]]
    """Named objects that are there before the sample runs: kind -> names."""
    dns: dict[str, str] = {}
    """Names with an address of their own; others get one computed from the name."""
    web: dict[str, str] = {}
    """Hosts that answer every request with a text of their own, such as those that tell a caller's address."""


@cache
def _systems() -> dict[str, System]:
    text = (files(__package__) / "guest.yml").read_text("utf-8")
    tree = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe loaders
    return {name: msgspec.convert(_merged(tree["common"], own), System) for name, own in tree["systems"].items()}


def _merged(base: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """`base` with `own` over it: mappings are merged key by key, lists appended, anything else replaced."""
    out = dict(base)
    for key, value in own.items():
        under = out.get(key)
        if isinstance(under, dict) and isinstance(value, dict):
            out[key] = _merged(under, value)
        elif isinstance(under, list) and isinstance(value, list):
            out[key] = under + value
        else:
            out[key] = value
    return out


def systems() -> tuple[str, ...]:
    """The names of the guests."""
    return tuple(_systems())


def system(name: str) -> System:
    """The guest named `name`. Raises EngineError when there is none."""
    try:
        return _systems()[name]
    except KeyError:
        raise EngineError(f"no guest named {name!r}; there are {', '.join(_systems())}") from None
