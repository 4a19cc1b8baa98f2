"""reg.exe, and regedit.exe with a file to import."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fulgurite.engines.emulator.programs.disk import Disk
from fulgurite.engines.emulator.programs.table import Program
from fulgurite.engines.emulator.programs.words import has_option, option_after
from fulgurite.engines.emulator.reg_editor import Editor, value_of
from fulgurite.engines.emulator.registry import (
    REG_BINARY,
    REG_DWORD,
    REG_EXPAND_SZ,
    REG_MULTI_SZ,
    REG_NONE,
    REG_QWORD,
    REG_SZ,
    Value,
)

if TYPE_CHECKING:
    from fulgurite.engines.emulator.guest import Guest
    from fulgurite.engines.emulator.processes import GuestProcess

_TYPES = {
    "reg_sz": REG_SZ,
    "reg_expand_sz": REG_EXPAND_SZ,
    "reg_multi_sz": REG_MULTI_SZ,
    "reg_dword": REG_DWORD,
    "reg_qword": REG_QWORD,
    "reg_binary": REG_BINARY,
    "reg_none": REG_NONE,
}
MAX_LINES = 20_000
"""Lines of a file that is imported."""
_ASSIGNMENT = re.compile(r'(?:"((?:[^"\\]|\\.)*)"|@)\s*=\s*(.*)')


def registry_tool(guest: Guest, process: GuestProcess, words: list[str]) -> int:
    """reg.exe VERB KEY ..."""
    if not words:
        return 1
    verb, rest = words[0].lower(), words[1:]
    if verb == "import":
        return 0 if rest and _imported(guest, process, rest[0]) else 1
    if not rest:
        return 1
    bits = 32 if has_option(rest, "/reg:32") else 64 if has_option(rest, "/reg:64") else 0
    editor = Editor(guest, process, bits)
    path = editor.path(rest[0])
    name = "" if has_option(rest, "/ve") else option_after(rest, "/v")
    match verb:
        case "add":
            return 0 if _added(editor, path, name, rest) else 1
        case "delete":
            return 0 if _deleted(editor, path, name, all_values=has_option(rest, "/va")) else 1
        case "query":
            value = editor.query(path, name)
            if value is not None and name is not None:
                process.output.append(f"\r\n{rest[0]}\r\n    {name}    {value.shown}\r\n")
            return 0 if value is not None else 1
        case _:
            return 0


def _added(editor: Editor, path: str, name: str | None, words: list[str]) -> bool:
    if not editor.create(path):
        return False
    if name is None:
        return True
    kind = _TYPES.get((option_after(words, "/t") or "reg_sz").lower(), REG_SZ)
    return editor.set(path, value_of(name, kind, option_after(words, "/d") or ""))


def _deleted(editor: Editor, path: str, name: str | None, *, all_values: bool) -> bool:
    if all_values:
        return True
    return editor.delete(path) if name is None else editor.delete_value(path, name)


def _imported(guest: Guest, process: GuestProcess, file: str) -> bool:
    data = Disk(guest, process).read(file)
    if data is None:
        return False
    text = data.decode("utf-16", "replace") if data[:2] == b"\xff\xfe" else data.decode("cp1252", "replace")
    editor, path = Editor(guest, process), ""
    lines = re.sub(r"\\\r*\n\s*", "", text).splitlines()[:MAX_LINES]
    for line in map(str.strip, lines):
        if line.startswith("[") and line.endswith("]"):
            is_deletion = line.startswith("[-")
            path = editor.path(line[2 if is_deletion else 1 : -1])
            if is_deletion:
                editor.delete(path)
                path = ""
            else:
                editor.create(path)
        elif path and (match := _ASSIGNMENT.fullmatch(line)):
            name = re.sub(r"\\(.)", r"\1", match[1] or "")
            _assigned(editor, path, name, match[2])
    return True


def _assigned(editor: Editor, path: str, name: str, text: str) -> None:
    """One `"name"=value` of a file."""
    if text == "-":
        editor.delete_value(path, name)
        return
    if text.startswith('"'):
        value = value_of(name, REG_SZ, re.sub(r"\\(.)", r"\1", text[1:].removesuffix('"')))
    elif text.lower().startswith("dword:"):
        value = value_of(name, REG_DWORD, "0x" + (re.match(r"[0-9a-fA-F]{1,8}", text[6:]) or [""])[0] or "0x0")
    else:
        kind = re.match(r"hex(?:\(([0-9a-f])\))?:", text, re.IGNORECASE)
        if kind is None:
            return
        raw = value_of(name, REG_BINARY, text[kind.end() :])
        value = Value(name, int(kind[1], 16) if kind[1] else REG_BINARY, raw.data)
    editor.set(path, value)


def registry_editor(guest: Guest, process: GuestProcess, words: list[str]) -> int | None:
    """regedit.exe [/s] FILE: imports the file; without one its window stays."""
    names = [word for word in words if not word.startswith(("/", "-"))]
    if not names:
        return None
    return 0 if _imported(guest, process, names[0]) else 1


PROGRAMS: dict[str, Program] = {"reg.exe": registry_tool, "regedit.exe": registry_editor}
