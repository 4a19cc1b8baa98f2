"""The guest that ran a sample, out of what sources call their machines."""

import re
from typing import Any, Literal

from fulgurite.importers.values import text
from fulgurite.model.report import Machine

Os = Literal["windows", "linux", "macos", "android"]

_WINDOWS = re.compile(r"win(?:dows)?[-_ ]?(xp|vista|7|81|8\.1|8|10|11)(?!\d)", re.IGNORECASE)
_OTHERS: tuple[tuple[str, Os], ...] = (
    ("android", "android"),
    ("macos", "macos"),
    ("darwin", "macos"),
    ("linux", "linux"),
    ("ubuntu", "linux"),
    ("debian", "linux"),
)


def system_of(*names: Any) -> str | None:
    """`windows7`, `windows10`, `linux` ... where one of `names` says so; None else."""
    for name in names:
        told = text(name) or ""
        found = _WINDOWS.search(told)
        if found is not None:
            return f"windows{found[1].lower()}"
        for word, system in _OTHERS:
            if word in told.lower():
                return system
    return None


def os_of(*names: Any) -> Os:
    """The family of systems that `names` speak of; windows where they speak of none."""
    for name in names:
        told = (text(name) or "").lower()
        for word, system in _OTHERS:
            if word in told:
                return system
    return "windows"


def machine(*, platform: Any = None, name: Any = None, label: Any = None) -> Machine:
    """The machine of a report, of what the source tells of it."""
    return Machine(system=system_of(platform, name, label), platform=text(platform), resource=text(name) or text(label))
