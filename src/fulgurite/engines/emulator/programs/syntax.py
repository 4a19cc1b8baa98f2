"""The syntax of the command shell: a line to commands with their redirections and how they are joined."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

MAX_COMMANDS = 256
_VARIABLE = re.compile(r"%([^%\s:]+)(?::([^%]*))?%")
_REDIRECTION = re.compile(r"(\d?)(>>|>|<)\s*(&\d|\"[^\"]*\"|[^\s&|<>()\"]+)?[ \t]*")


@dataclass
class Redirection:
    """`>` or `>>` or `<` and its file."""

    sign: str
    stream: int
    path: str


@dataclass
class Command:
    """One simple command and what joins it to the one before."""

    joint: str
    """Empty for the first, else `&`, `&&`, `||` or `|`."""
    text: str
    redirections: list[Redirection] = field(default_factory=list)

    @property
    def word(self) -> str:
        """Its first word, without quotes."""
        text = self.text.lstrip(" \t@,;=")
        if text.startswith('"'):
            return text[1:].partition('"')[0]
        match = re.match(r"[^\s,;=/\"]+|/", text)
        return match.group() if match else ""

    @property
    def rest(self) -> str:
        """What follows the first word."""
        text = self.text.lstrip(" \t@,;=")
        if text.startswith('"'):
            return text[1:].partition('"')[2]
        return text[len(self.word) :]


def expanded(text: str, variables: Mapping[str, str]) -> str:
    """`text` with `%NAME%` and `%NAME:~from,count%` replaced; names that do not exist stay as they are."""
    lower = {name.lower(): value for name, value in variables.items()}

    def value(match: re.Match[str]) -> str:
        known = lower.get(match.group(1).lower())
        if known is None:
            return match.group()
        change = match.group(2)
        return known if change is None else _changed(known, change)

    return _VARIABLE.sub(value, text)


def _changed(value: str, change: str) -> str:
    if change.startswith("~"):
        parts = re.fullmatch(r"~(-?\d{1,6})(?:,(-?\d{1,6}))?", change)
        if parts is None:
            return value
        start, count = int(parts[1]), parts[2]
        part = value[start:] if start >= 0 or -start <= len(value) else value
        return part if count is None else part[: int(count)]
    old, _, new = change.partition("=")
    return value.replace(old, new) if old else value


def payload(arguments: str) -> tuple[str, bool] | None:
    """What cmd.exe is to do, of its own command line after its name, and whether it stays (`/k`).

    None when it is started without a command. Source: `cmd /?`.
    """
    match = re.match(r"((?:\s*/[a-bd-jl-z](?::\w+)?)*)\s*/([ckr])\s?", arguments, re.IGNORECASE)
    if match is None:
        return None
    text = arguments[match.end() :].strip()
    strips = "/s" in match.group(1).lower() or not re.fullmatch(r'"[^"&<>()@^|]*\s[^"&<>()@^|]*"', text)
    if text.startswith('"') and strips:
        text = text[1:]
        at = text.rfind('"')
        text = text[:at] + text[at + 1 :] if at >= 0 else text
    return text, match.group(2).lower() == "k"


def commands(line: str) -> list[Command]:
    """The commands of a line, in order; a group in brackets is one command, whose text begins with the bracket."""
    out: list[Command] = []
    for joint, text in _pieces(line)[:MAX_COMMANDS]:
        command = _command(joint, text)
        if command.text.strip() or command.redirections:
            out.append(command)
    return out


def _pieces(line: str) -> list[tuple[str, str]]:
    out: list[tuple[str, str]] = []
    joint, text, is_quoted, at, depth = "", "", False, 0, 0
    while at < len(line):
        sign = line[at]
        if sign == "^" and not is_quoted:
            text += "\1" + line[at + 1 : at + 2]
            at += 2
            continue
        if sign == '"':
            is_quoted = not is_quoted
        if not is_quoted and sign in "()" and (depth or _opens_group(text)):
            depth += 1 if sign == "(" else -1
        if is_quoted or depth > 0 or sign not in "&|" or (sign == "&" and text.endswith(">")):
            text += sign
            at += 1
            continue
        length = 2 if line[at : at + 2] in ("&&", "||") else 1
        out.append((joint, text))
        joint, text = line[at : at + length], ""
        at += length
    out.append((joint, text))
    return out


def _opens_group(text: str) -> bool:
    """Whether an opening bracket after `text` begins a group: at a command's begin, and after a condition."""
    start = text.lstrip(" \t@,;=").lower()
    return not start or start.startswith(("if ", "for ", "else"))


def group(text: str) -> tuple[str, str] | None:
    """What stands in the brackets that `text` begins with, and what follows them; None when it has none."""
    text = text.lstrip()
    if not text.startswith("("):
        return None
    depth, is_quoted = 0, False
    for at, sign in enumerate(text):
        is_quoted = is_quoted != (sign == '"')
        if not is_quoted and sign in "()":
            depth += 1 if sign == "(" else -1
            if depth == 0:
                return text[1:at], text[at + 1 :]
    return text[1:], ""


def _command(joint: str, text: str) -> Command:
    text = text.lstrip()
    if text.lower().startswith(("if ", "for ", "@if ", "@for ")):
        return Command(joint, _plain(text))
    command = Command(joint, "")
    inner = group(text)
    head = "" if inner is None else text[: len(text) - len(inner[1])]
    text = text[len(head) :]
    at = 0
    parts: list[str] = []
    for match in _REDIRECTION.finditer(text):
        if text[: match.start()].count('"') % 2 or text[match.start() - 1 : match.start()] == "\1":
            continue
        parts.append(text[at : match.start()])
        at = match.end()
        path = (match.group(3) or "").strip('"')
        if path and not path.startswith("&"):
            default = 0 if match.group(2) == "<" else 1
            command.redirections.append(Redirection(match.group(2), int(match.group(1) or default), path))
    parts.append(text[at:])
    command.text = head or _plain("".join(parts))
    return command


def _plain(text: str) -> str:
    return text.replace("\1", "")
