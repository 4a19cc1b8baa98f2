"""One spelling for what differs from run to run without meaning anything: users, temporary names, pids, the sample.

Two runs are compared by these spellings; what is shown is what each report says. Only what a report itself tells makes
a number a pid or a name the sample's, and only names that programs make up by chance are taken for chance.
"""

import re
from collections.abc import Iterator
from typing import Final

from fulgurite.model.process import program_name
from fulgurite.model.report import Report

USER: Final = "<user>"
RANDOM: Final = "<random>"
PID: Final = "<pid>"
SAMPLE: Final = "<sample>"
ACCOUNT: Final = "<account>"

MIN_NAME_CHARACTERS = 4
"""Shorter names of samples stand in too many texts by chance."""
MAX_NAMES = 20
_MIN_PID = 100
_MAX_PIDS = 100_000

_PREFIX = re.compile(r"^\\(?:\\\?|\?\?)\\")
_WINDOWS_USER = re.compile(
    r"(?<=:\\)(?:users|documents and settings)\\(?!(?:public|default|default user|all users)(?:\\|$))[^\\/\"]+"
)
_UNIX_USER = re.compile(r"(?<![^\s\"'=:])/(?:home|Users)/(?!Shared/)[^/\s\"']+")
_IN_TEMP = re.compile(r"(?<=[\\/])(?:temp|tmp)[\\/][^\"\s]+", re.IGNORECASE)
_CHANCE = re.compile(
    r"(?<=[\\/])(?:"
    r"\{?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\}?"
    r"|[^\\/.]{1,64}\.tmp"
    r"|_mei[0-9]{2,}"
    r"|tmp[0-9a-z_]{6,8}"
    r"|[0-9a-f]{8,64}"
    r"|[0-9]{4,}"
    r")(?=$|[\\/.])",
    re.IGNORECASE,
)
_SID = re.compile(r"\bs-1-5-21-\d{1,10}-\d{1,10}-\d{1,10}(?:-\d{1,10})?", re.IGNORECASE)
_NUMBER = re.compile(r"(?<![0-9a-zA-Z])(?:0x[0-9a-fA-F]{2,8}|[0-9]{3,10})(?![0-9a-zA-Z])")
_SPACE = re.compile(r"\s+")
_HIVES: Final = (
    (re.compile(r"^(?:hkey_users|hku|\\registry\\user)\\<account>_classes"), r"hkcu\\software\\classes"),
    (re.compile(r"^(?:hkey_users|hku|\\registry\\user)\\<account>"), "hkcu"),
    (re.compile(r"^(?:hkey_current_user)(?=\\|$)"), "hkcu"),
    (re.compile(r"^(?:hkey_local_machine|\\registry\\machine)(?=\\|$)"), "hklm"),
    (re.compile(r"^(?:hkey_classes_root)(?=\\|$)"), "hkcr"),
    (re.compile(r"^(?:hkey_users|\\registry\\user)(?=\\|$)"), "hku"),
)
_CLEAN = ("\\windows\\", "\\program files\\", "\\program files (x86)\\", "/usr/", "/bin/", "/system/")


class Spelling:
    """How the texts of one report are spelt to be compared with those of another."""

    def __init__(self, report: Report) -> None:
        self._is_windows = report.os == "windows"
        self._pids = {process.pid for process in report.processes[:_MAX_PIDS] if process.pid is not None}
        names = sorted(set(self._names(report)), key=lambda name: (-len(name), name))[:MAX_NAMES]
        told = "|".join(re.escape(name) for name in names)
        self._sample = re.compile(rf"(?<![^\W_])(?:{told})(?![^\W_])") if names else None

    def path(self, text: str) -> str:
        """A path of a file or program, with or without what the guest puts in front of it."""
        text = self._folded(_PREFIX.sub("", text) if self._is_windows else text)
        if self._sample is not None:
            text = self._sample.sub(SAMPLE, text)
        text = _WINDOWS_USER.sub(rf"users\\{USER}", text) if self._is_windows else _UNIX_USER.sub(f"/home/{USER}", text)
        text = _IN_TEMP.sub(lambda found: _CHANCE.sub(_chance, found[0]), text)
        return _NUMBER.sub(self._pid, text)

    def command(self, text: str) -> str:
        """A command line: as paths, and quotes and runs of spaces do not matter."""
        return _SPACE.sub(" ", self.path(text.replace('"', ""))).strip()

    def key(self, text: str) -> str:
        """A key or value of the registry: hives by their short names, accounts alike."""
        text = _SID.sub(ACCOUNT, text.casefold())
        for hive, short in _HIVES:
            text, found = hive.subn(short, text, count=1)
            if found:
                break
        return text if self._sample is None else self._sample.sub(SAMPLE, text)

    def name(self, text: str) -> str:
        """A name of a kernel object, a service, a task."""
        text = _SID.sub(ACCOUNT, self._folded(text))
        if self._sample is not None:
            text = self._sample.sub(SAMPLE, text)
        return _NUMBER.sub(self._pid, text)

    def _folded(self, text: str) -> str:
        return text.casefold() if self._is_windows else text

    def _pid(self, found: re.Match[str]) -> str:
        text = found[0]
        number = int(text, 16) if text[:2] == "0x" else int(text)
        return PID if number >= _MIN_PID and number in self._pids else text

    def _names(self, report: Report) -> Iterator[str]:
        """By which the sample may be named in paths and command lines."""
        sample = report.sample
        for digest in (sample.sha256, sample.sha1, sample.md5):
            if digest:
                yield digest.lower()
        existing = {process.procid for process in report.processes if process.existing}
        roots = (
            process.image
            for process in report.processes
            if not process.existing and process.procid_parent in {None, *existing} and process.orig is not True
        )
        first = next((image for image in roots if image), None)
        if first is not None and not any(folder in first.casefold() for folder in _CLEAN):
            # The whole path before the name alone: where a sandbox put the file means nothing.
            yield self._folded(_PREFIX.sub("", first))
            yield from self._named(program_name(first, report.os))
        if sample.name:
            yield from self._named(program_name(sample.name, report.os))

    def _named(self, name: str) -> Iterator[str]:
        if len(name) >= MIN_NAME_CHARACTERS:
            yield self._folded(name)


def _chance(found: re.Match[str]) -> str:
    return f"{RANDOM}.tmp" if found[0].lower().endswith(".tmp") else RANDOM
