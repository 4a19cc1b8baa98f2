"""The command shell: what `cmd.exe /c ...` and batch files do."""

from __future__ import annotations

import ntpath
from typing import TYPE_CHECKING

from fulgurite.engines.emulator import images
from fulgurite.engines.emulator.launch import LaunchError, arguments_of, start_image
from fulgurite.engines.emulator.programs import builtins, syntax
from fulgurite.engines.emulator.programs.disk import Disk
from fulgurite.engines.emulator.programs.syntax import Command
from fulgurite.engines.emulator.programs.table import STAYING
from fulgurite.engines.pe import has_window

if TYPE_CHECKING:
    from fulgurite.engines.emulator.guest import Guest
    from fulgurite.engines.emulator.processes import GuestProcess

MAX_STEPS = 2_000
"""Commands of one shell, batch files included."""
MAX_NESTING = 8
MAX_BATCH_BYTES = 1 << 20
NOT_FOUND = 9009
_PATH_ENDINGS = (".com", ".exe", ".bat", ".cmd")


def command_shell(guest: Guest, process: GuestProcess, _words: list[str]) -> int | None:
    """cmd.exe: runs what stands after /c or /k."""
    given = syntax.payload(arguments_of(process.cmd))
    if given is None:
        return None
    text, stays = given
    shell = Shell(guest, process)
    shell.line(text)
    return None if stays and not shell.is_exited else shell.status


class Shell:
    """One running command shell."""

    def __init__(self, guest: Guest, process: GuestProcess) -> None:
        self.guest = guest
        self.process = process
        self.disk = Disk(guest, process)
        self.variables = dict(process.environment or guest.system.environment)
        self.status = 0
        """ERRORLEVEL."""
        self.is_exited = False
        self.output: list[str] = []
        """What the running command wrote to its standard output, where that is known."""
        self._steps = 0
        self._nesting = 0
        self.label: str | None = None
        """Where a batch file goes on after `goto`; empty for its end."""

    @property
    def cwd(self) -> str:
        """The current folder."""
        return self.process.cwd

    @cwd.setter
    def cwd(self, path: str) -> None:
        self.process.cwd = path

    def line(self, text: str) -> None:
        """Runs one line."""
        variables = {**self.variables, "cd": self.cwd, "errorlevel": str(self.status), "random": "18467"}
        self.sequence(syntax.expanded(text, variables))

    def sequence(self, text: str) -> None:
        """Runs commands whose variables are expanded."""
        is_skipped = False
        for command in syntax.commands(text):
            if command.joint in ("&&", "||"):
                is_skipped = (self.status == 0) != (command.joint == "&&")
            elif command.joint:
                is_skipped = False
            if self.is_exited or self.label is not None:
                return
            if not is_skipped:
                self.run(command)

    def run(self, command: Command) -> None:
        """Runs one simple command and writes its output where it is redirected to."""
        self._steps += 1
        if self._steps > MAX_STEPS or self.guest.seconds_left <= 0:
            self.guest.log.note(f"process {self.process.procid} (cmd.exe): more than {MAX_STEPS} commands")
            self.is_exited = True
            return
        outer, self.output = self.output, []
        name = command.word.lower()
        builtin = builtins.BUILTINS.get(name) or builtins.joined(name)
        inner = syntax.group(command.text)
        if inner is not None:
            self.sequence(inner[0])
        elif builtin is not None:
            builtin(self, command)
        elif name and not name.startswith(":"):
            self.program(command)
        written, self.output = self.output, outer
        self._redirect(command, written)

    def _redirect(self, command: Command, written: list[str]) -> None:
        is_redirected = False
        for target in command.redirections:
            if target.sign == "<":
                self.disk.read(target.path)
                continue
            text = "".join(written) if target.stream == 1 else ""
            is_redirected = is_redirected or target.stream == 1
            done = self.disk.write(target.path, text.encode("cp1252", "replace"), appends=target.sign == ">>")
            self.status = self.status if done else 1
        if not is_redirected:
            self.output.extend(written)

    def program(self, command: Command, *, waits: bool = True) -> None:
        """Starts the program that `command` names, and waits for it."""
        image = images.found(self.guest, self.process, command.word, extensions=_PATH_ENDINGS)
        if image is None:
            self.status = NOT_FOUND
            return
        if image.is_script:
            self.batch(image.path, image.data or b"", command.rest)
            return
        self.process.environment = self.variables
        try:
            child = start_image(self.guest, self.process, image, command.text.strip().removeprefix("@"))
        except LaunchError:
            self.status = NOT_FOUND
            return
        self.process.environment = None if self.variables == self.guest.system.environment else self.variables
        if waits and not _has_window(image):
            self.guest.run_until_ended(child)
            self.status = child.exit_status
            self.output.extend(child.output)

    def batch(self, path: str, data: bytes, arguments: str) -> None:
        """Runs a batch file in this shell."""
        if self._nesting >= MAX_NESTING:
            return
        self._nesting += 1
        lines = data[:MAX_BATCH_BYTES].decode("cp1252", "replace").splitlines()
        words = [path, *arguments.split()]
        at = 0
        while at < len(lines) and not self.is_exited:
            text = lines[at].strip()
            at += 1
            while _is_open(text) and at < len(lines):
                text, at = (
                    f"{text} & {lines[at].strip()}" if not text.endswith("(") else text + lines[at].strip(),
                    at + 1,
                )
            if not text or text.startswith(":") or text.lower().startswith(("rem ", "@rem ")):
                continue
            self.line(_with_arguments(text, words))
            if self.label is not None:
                at = _label_line(lines, self.label)
                self.label = None
        self._nesting -= 1


def _has_window(image: images.Image) -> bool:
    """Whether the shell does not wait for a program, because it has no console."""
    if image.data is None:
        return ntpath.basename(image.path).lower() in STAYING
    return has_window(image.data)


def _is_open(text: str) -> bool:
    """Whether a line of a batch file ends inside a group."""
    plain = "".join(text.split('"')[::2])
    return plain.count("(") > plain.count(")") and (
        plain.rstrip().endswith("(") or "( " in plain or "(&" in plain or " & " in plain
    )


def _label_line(lines: list[str], label: str) -> int:
    for number, line in enumerate(lines):
        if line.strip().lower().partition(" ")[0] == ":" + label:
            return number + 1
    return len(lines)


def _with_arguments(text: str, words: list[str]) -> str:
    """`text` of a batch file with `%0`, `%1`, `%*`, `%~dp0` and `%~f0` replaced, and `%%` as a percent sign."""
    path = words[0]
    for spelling, value in (
        ("%~dp0", ntpath.dirname(path) + "\\"),
        ("%~f0", path),
        ("%~nx0", ntpath.basename(path)),
        ("%~0", path),
        ("%*", " ".join(words[1:])),
    ):
        text = text.replace(spelling, value)
    for number in range(10):
        word = words[number] if number < len(words) else ""
        text = text.replace(f"%~{number}", word.strip('"'))
        if f"%{number}%" not in text:
            text = text.replace(f"%{number}", word)
    return text
