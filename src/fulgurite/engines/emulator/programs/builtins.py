"""The commands that the command shell does itself."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from fulgurite.engines.emulator import images
from fulgurite.engines.emulator.programs import syntax
from fulgurite.engines.emulator.programs.syntax import Command
from fulgurite.engines.emulator.programs.words import has_option

if TYPE_CHECKING:
    from fulgurite.engines.emulator.programs.shell import Shell

Builtin = Callable[["Shell", Command], None]
_WORD = re.compile(r"\"[^\"]*\"|[^\s,;=]+")
_IF = re.compile(
    r"@?if\s+(?P<i>/i\s+)?(?P<no>not\s+)?(?:exist\s+(?P<file>\"[^\"]*\"|\S+)|errorlevel\s+(?P<level>\d+)"
    r"|defined\s+(?P<name>\S+)|(?P<a>\"[^\"]*\"|\S+?)\s*(?P<op>==|\bequ\b|\bneq\b)\s*(?P<b>\"[^\"]*\"|\S+))\s+(?P<then>.*)",
    re.IGNORECASE | re.DOTALL,
)


def _words(command: Command) -> tuple[list[str], list[str]]:
    """Names and options (lower case) of a command."""
    words = _WORD.findall(command.rest)
    options = [word.lower() for word in words if word.startswith("/")]
    return [word.strip('"') for word in words if not word.startswith("/")], options


def joined(name: str) -> Builtin | None:
    """A command whose name is written together with what follows: `cd..`, `echo.`"""
    return next(
        (BUILTINS[base] for base in ("echo", "cd", "md", "rd", "dir") if re.match(rf"{base}[.\\:(+]", name)), None
    )


def echo(shell: Shell, command: Command) -> None:
    """echo TEXT"""
    text = command.text.lstrip(" \t@,;=")[4:]
    if text.strip().lower() in {"on", "off", ""}:
        return
    shell.output.append(text[1:] + "\r\n")


def type_file(shell: Shell, command: Command) -> None:
    """type FILE..."""
    shell.status = 0
    for name in _words(command)[0]:
        data = shell.disk.read(name)
        shell.status = 1 if data is None else shell.status
        shell.output.append((data or b"").decode("cp1252", "replace"))


def delete(shell: Shell, command: Command) -> None:
    """del FILE... with /f /s /q /a"""
    names, options = _words(command)
    for name in names:
        pattern = name + "\\*" if shell.disk.is_folder(name) else name
        nodes = [node for node in shell.disk.matching(pattern) if not node.is_dir]
        for node in nodes:
            shell.disk.delete(node, forced=has_option(options, "/f"))
        if not nodes:
            shell.disk.delete_missing(name)
    shell.status = 0


def copy(shell: Shell, command: Command) -> None:
    """copy SOURCE [TARGET], also SOURCE+SOURCE TARGET"""
    names, _ = _words(command)
    if not names:
        shell.status = 1
        return
    target = names[1] if len(names) > 1 else "."
    if "+" in names[0]:
        parts = [shell.disk.read(part) or b"" for part in names[0].split("+")]
        shell.status = 0 if shell.disk.write(target, b"".join(parts)) else 1
        return
    nodes = [node for node in shell.disk.matching(names[0]) if not node.is_dir]
    if not nodes:
        shell.disk.read(names[0])
    done = [shell.disk.copy(node, shell.disk.target(node, target)) for node in nodes]
    shell.status = 0 if done and all(done) else 1


def move(shell: Shell, command: Command) -> None:
    """move SOURCE TARGET"""
    names, _ = _words(command)
    nodes = shell.disk.matching(names[0]) if names else []
    target = names[1] if len(names) > 1 else "."
    done = [shell.disk.move(node, shell.disk.target(node, target)) for node in nodes]
    shell.status = 0 if done and all(done) else 1


def rename(shell: Shell, command: Command) -> None:
    """ren SOURCE NAME"""
    names, _ = _words(command)
    nodes = shell.disk.matching(names[0]) if len(names) > 1 else []
    done = [shell.disk.move(node, f"{node.path.rpartition(chr(92))[0]}\\{names[1]}") for node in nodes]
    shell.status = 0 if done and all(done) else 1


def make_folder(shell: Shell, command: Command) -> None:
    """md FOLDER..."""
    done = [shell.disk.make_folder(name) for name in _words(command)[0]]
    shell.status = 0 if all(done) else 1


def remove_folder(shell: Shell, command: Command) -> None:
    """rd [/s] FOLDER..."""
    names, options = _words(command)
    for name in names:
        if has_option(options, "/s"):
            shell.status = 0 if shell.disk.delete_tree(name) else 2
            continue
        nodes = [node for node in shell.disk.matching(name) if node.is_dir]
        shell.status = 0 if nodes and shell.disk.delete(nodes[0]) else 2


def change_folder(shell: Shell, command: Command) -> None:
    """cd [/d] [FOLDER]"""
    text = command.text.lstrip(" \t@")
    text = re.sub(r"^(?:cd|chdir|pushd)", "", text, flags=re.IGNORECASE).strip()
    text = re.sub(r"^/d\s*", "", text, flags=re.IGNORECASE).strip().strip('"')
    if not text:
        shell.output.append(shell.cwd + "\r\n")
    elif shell.disk.is_folder(text):
        shell.cwd = shell.disk.path(text)
        shell.status = 0
    else:
        shell.status = 1


def set_variable(shell: Shell, command: Command) -> None:
    """set NAME=VALUE"""
    text = command.text.lstrip(" \t@")[3:].strip()
    if text.startswith('"') and text.endswith('"') and len(text) > 1:
        text = text[1:-1]
    name, sign, value = text.partition("=")
    if sign and not name.lower().startswith(("/a", "/p")) and len(shell.variables) < 1_000:  # noqa: PLR2004
        known = next((key for key in shell.variables if key.lower() == name.lower()), name)
        if value:
            shell.variables[known] = value
        else:
            shell.variables.pop(known, None)
    elif not sign:
        found = (
            f"{key}={text}\r\n" for key, text in sorted(shell.variables.items()) if key.lower().startswith(name.lower())
        )
        shell.output.extend(found)


def start(shell: Shell, command: Command) -> None:
    """start ["title"] [/options] PROGRAM ARGUMENTS: not waited for, unless /wait is given."""
    text = re.sub(r"^\s*\"[^\"]*\"", "", command.rest, count=1) if command.rest.count('"') > 1 else command.rest
    if not text.strip():
        text = command.rest
    options = []
    while match := re.match(r"\s*(/\w+)(?:\s+(?!/)(?=[^\s])(?P<folder>(?<=/d )\S+))?", text):
        options.append(match.group(1).lower())
        text = text[match.end() :]
        if options[-1] == "/d":
            folder = re.match(r"\s*(\"[^\"]*\"|\S+)", text)
            text = text[folder.end() :] if folder else text
    inner = Command("", text.strip())
    if inner.word.lower() in BUILTINS:
        inner = Command("", f"cmd.exe /K {inner.text}")
    image = images.found(shell.guest, shell.process, inner.word, extensions=(".com", ".exe", ".bat", ".cmd"))
    if image is not None and image.is_script:
        inner = Command("", f"cmd.exe /K {inner.text}")
    shell.program(inner, waits=has_option(options, "/wait", "/w"))


def call(shell: Shell, command: Command) -> None:
    """call COMMAND"""
    if not command.rest.strip().startswith(":"):
        shell.run(Command("", command.rest.strip()))


def leave(shell: Shell, command: Command) -> None:
    """exit [/b] [STATUS]"""
    names, options = _words(command)
    if names and re.fullmatch(r"-?\d{1,10}", names[-1]):
        shell.status = int(names[-1])
    if "/b" in options:
        shell.label = ""
    else:
        shell.is_exited = True


def go_to(shell: Shell, command: Command) -> None:
    """goto LABEL"""
    label = command.rest.strip().lstrip(":").lower()
    shell.label = "" if label == "eof" else label


def decide(shell: Shell, command: Command) -> None:
    """if [not] exist FILE | errorlevel N | defined NAME | A==B COMMAND [else COMMAND]"""
    match = _IF.match(command.text)
    if match is None:
        return
    inner = syntax.group(match["then"])
    then, rest = inner if inner is not None else (match["then"], "")
    otherwise = re.match(r"[\s&]*else\b(.*)", rest, re.IGNORECASE | re.DOTALL)
    if _holds(shell, match) != bool(match["no"]):
        shell.sequence(then)
    elif otherwise is not None:
        shell.sequence(otherwise[1].strip())


def _holds(shell: Shell, match: re.Match[str]) -> bool:
    if match["file"] is not None:
        return shell.disk.exists(match["file"])
    if match["level"] is not None:
        return shell.status >= int(match["level"])
    if match["name"] is not None:
        return any(name.lower() == match["name"].lower() for name in shell.variables)
    left, right = match["a"], match["b"]
    is_equal = left.lower() == right.lower() if match["i"] else left == right
    return is_equal != (match["op"].lower() == "neq")


def version(shell: Shell, _command: Command) -> None:
    """ver"""
    known = shell.guest.system.version
    shell.output.append(
        f"\r\nMicrosoft Windows [Version {known.major}.{known.minor}.{known.build}.{known.revision}]\r\n"
    )


def listing(shell: Shell, command: Command) -> None:
    """dir: the folder is read."""
    shell.disk.matching((_words(command)[0] or ["."])[0] + "\\*")


def nothing(shell: Shell, _command: Command) -> None:
    """A command without effects here."""
    shell.status = 0


BUILTINS: dict[str, Builtin] = {
    "call": call,
    "cd": change_folder,
    "chdir": change_folder,
    "copy": copy,
    "del": delete,
    "dir": listing,
    "echo": echo,
    "erase": delete,
    "exit": leave,
    "goto": go_to,
    "if": decide,
    "md": make_folder,
    "mkdir": make_folder,
    "move": move,
    "pushd": change_folder,
    "rd": remove_folder,
    "ren": rename,
    "rename": rename,
    "rmdir": remove_folder,
    "set": set_variable,
    "start": start,
    "type": type_file,
    "ver": version,
    **dict.fromkeys(
        (
            "@echo",
            "assoc",
            "break",
            "cls",
            "color",
            "date",
            "endlocal",
            "for",
            "ftype",
            "mklink",
            "path",
            "pause",
            "popd",
            "prompt",
            "rem",
            "setlocal",
            "shift",
            "time",
            "title",
            "verify",
            "vol",
        ),
        nothing,
    ),
}
