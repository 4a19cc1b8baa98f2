"""Enumerations of a folder: what FindFirstFile, _findfirst and NtQueryDirectoryFile have in common."""

from __future__ import annotations

import ntpath
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fulgurite.engines.emulator import paths, status
from fulgurite.engines.emulator.files import Node
from fulgurite.engines.emulator.objects import GuestObject
from fulgurite.engines.emulator.status import NtFailure
from fulgurite.model.events import Search as SearchEvent

if TYPE_CHECKING:
    from fulgurite.engines.emulator.call import Call


@dataclass(eq=False)
class Listing(GuestObject):
    """An enumeration under way: what is still to come."""

    rest: Iterator[tuple[str, Node]]


def entries(folder: Node, pattern: str) -> Iterator[tuple[str, Node]]:
    """Name and node of what matches in `folder`, by name; `.` and `..` first, except in the root."""
    if folder.parent is not None:
        for name in (".", ".."):
            if paths.matches(name, pattern):
                yield name, folder
    for _, node in sorted(folder.children.items()):
        if paths.matches(node.name, pattern):
            yield node.name, node


def searched(call: Call, pattern: str, op: str) -> tuple[int, str, Node | None, Listing]:
    """Begins an enumeration of `pattern`, an absolute path, and records it.

    The NTSTATUS, and the first match with what is still to come.
    """
    folder, _, last = pattern.rpartition("\\")
    rest: Iterator[tuple[str, Node]] = iter(())
    code, found = status.NO_SUCH_FILE, None
    try:
        if paths.is_remote(pattern) or paths.is_device(pattern):
            raise NtFailure(status.BAD_NETWORK_PATH)
        node = call.guest.files.at(folder + "\\" if len(folder) == 2 else folder)  # noqa: PLR2004 - a drive
        if not node.is_dir:
            raise NtFailure(status.OBJECT_PATH_NOT_FOUND)
        rest = entries(node, last)
        found = next(rest, None)
    except NtFailure as failure:
        code = status.OBJECT_PATH_NOT_FOUND if failure.status == status.OBJECT_NAME_NOT_FOUND else failure.status
    if found is not None:
        code = status.SUCCESS
    call.guest.record(call.process, SearchEvent, object="file", target=pattern, op=op, status=code)
    name, first = found or ("", None)
    return code, name, first, Listing(rest)


def pattern_of(call: Call, text: str) -> str:
    """The absolute form of a search pattern; its last name is kept as it is."""
    folder, name = ntpath.split(text.replace("/", "\\"))
    if name in {"", ".", ".."}:
        return paths.absolute(text, call.process.cwd)
    base = paths.absolute(folder, call.process.cwd) if folder else call.process.cwd
    return base.rstrip("\\") + "\\" + name
