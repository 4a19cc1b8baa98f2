"""Tools of the administrator: services, tasks, processes, attributes, waiting."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from fulgurite.engines.emulator.programs.disk import Disk
from fulgurite.engines.emulator.programs.table import Program
from fulgurite.engines.emulator.programs.words import has_option, option_after
from fulgurite.engines.emulator.services import DEMAND_START, GuestService

if TYPE_CHECKING:
    from fulgurite.engines.emulator.guest import Guest
    from fulgurite.engines.emulator.processes import GuestProcess

_STARTS = {"boot": 0, "system": 1, "auto": 2, "delayed-auto": 2, "demand": 3, "disabled": 4}
_TYPES = {"own": 0x10, "share": 0x20, "kernel": 1, "filesys": 2, "interact": 0x110}
_ATTRIBUTES = {"r": 1, "h": 2, "s": 4, "a": 0x20}
MAX_SLEEP_MS = 3_600_000


def _settings(words: list[str]) -> dict[str, str]:
    """The `name= value` (or `name=value`) pairs of sc.exe."""
    out: dict[str, str] = {}
    at = 0
    while at < len(words):
        name, sign, value = words[at].partition("=")
        if sign and not value and at + 1 < len(words):
            at += 1
            value = words[at]
        if sign:
            out[name.lower()] = value
        at += 1
    return out


def service_control(guest: Guest, process: GuestProcess, words: list[str]) -> int:
    """sc.exe VERB NAME ..."""
    words = [word for word in words if not word.startswith("\\\\")]
    if len(words) < 2:  # noqa: PLR2004
        return 0
    verb, name = words[0].lower(), words[1]
    given = _settings(words[2:])
    services = guest.services
    match verb:
        case "create":
            service = GuestService(
                name=name,
                path=given.get("binpath", ""),
                display=given.get("displayname", name),
                type=_TYPES.get(given.get("type", "own").lower(), 0x10),
                start=_STARTS.get(given.get("start", "demand").lower(), DEMAND_START),
            )
            return services.create(process, service)
        case "start":
            return services.start(process, name)
        case "stop":
            return services.stop(process, name)
        case "delete":
            return services.delete(process, name)
        case "config":
            start = given.get("start")
            return services.change(
                process, name, path=given.get("binpath"), start=None if start is None else _STARTS.get(start.lower())
            )
        case _:
            return 0 if services.find(name) is not None else 1060


def net(guest: Guest, process: GuestProcess, words: list[str]) -> int:
    """net.exe and net1.exe: starting and stopping services; net.exe hands its work to net1.exe."""
    verb = words[0].lower() if words else ""
    name = words[1] if len(words) > 1 else ""
    if verb == "start" and name:
        return 2 if guest.services.start(process, name) else 0
    if verb == "stop" and name:
        return 2 if guest.services.stop(process, name) else 0
    return 0


def tasks(guest: Guest, process: GuestProcess, words: list[str]) -> int:
    """schtasks.exe /create, /delete, /run, /change, /end, /query"""
    name = option_after(words, "/tn", "-tn") or ""
    if has_option(words, "/create", "-create"):
        command = option_after(words, "/tr", "-tr")
        definition = option_after(words, "/xml", "-xml")
        if definition is not None:
            Disk(guest, process).read(definition)
        if not name or (command is None and definition is None):
            return 1
        guest.services.create_task(process, name, command or definition or "")
        return 0
    if has_option(words, "/run", "-run"):
        return guest.services.run_task(process, name)
    for op in ("Delete", "Change", "End", "Query"):
        if has_option(words, f"/{op.lower()}", f"-{op.lower()}"):
            return guest.services.other_task(process, op, name)
    return 0


def attributes(guest: Guest, process: GuestProcess, words: list[str]) -> int:
    """attrib.exe +h -s FILE..."""
    disk = Disk(guest, process)
    on = off = 0
    for word in words:
        bit = _ATTRIBUTES.get(word[1:].lower(), 0)
        on |= bit if word.startswith("+") else 0
        off |= bit if word.startswith("-") else 0
    for word in words:
        if not word.startswith(("+", "-", "/")):
            for node in disk.matching(word):
                disk.set_attributes(node, (node.attributes | on) & ~off)
    return 0


def kill(guest: Guest, process: GuestProcess, words: list[str]) -> int:
    """taskkill.exe /im NAME /pid N: ends the processes that match."""
    names = [after.lower() for word, after in pairwise(words) if word.lower() in ("/im", "-im")]
    pids = [after for word, after in pairwise(words) if word.lower() in ("/pid", "-pid")]
    ended = 0
    for target in guest.processes.living:
        is_meant = str(target.pid) in pids or any(_matches(target.name.lower(), name) for name in names)
        if is_meant and target is not process:
            guest.processes.end(target, 1)
            ended += 1
    return 0 if ended else 128


def _matches(name: str, pattern: str) -> bool:
    return re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), name) is not None


def wait(guest: Guest, process: GuestProcess, words: list[str]) -> int:
    """timeout.exe [/t] SECONDS"""
    given = option_after(words, "/t", "-t") or next((word for word in words if word.isdigit()), "0")
    guest.pause(min(int(given) * 1000 if given.isdigit() and len(given) < 7 else 0, MAX_SLEEP_MS), process)  # noqa: PLR2004
    return 0


def ping(guest: Guest, process: GuestProcess, words: list[str]) -> int:
    """ping.exe: a way to wait; one second between two requests, four of them."""
    count = option_after(words, "-n", "/n") or "4"
    seconds = int(count) - 1 if count.isdigit() and len(count) < 7 else 3  # noqa: PLR2004
    guest.pause(min(max(seconds, 0) * 1000, MAX_SLEEP_MS), process)
    return 0


def who(guest: Guest, process: GuestProcess, words: list[str]) -> int:
    """whoami.exe"""
    if not words:
        process.output.append(f"{guest.system.computer}\\{guest.system.user}".lower() + "\r\n")
    return 0


def host(guest: Guest, process: GuestProcess, _words: list[str]) -> int:
    """hostname.exe"""
    process.output.append(guest.system.computer + "\r\n")
    return 0


PROGRAMS: dict[str, Program] = {
    "attrib.exe": attributes,
    "hostname.exe": host,
    "net.exe": net,
    "net1.exe": net,
    "ping.exe": ping,
    "sc.exe": service_control,
    "schtasks.exe": tasks,
    "taskkill.exe": kill,
    "timeout.exe": wait,
    "whoami.exe": who,
}
