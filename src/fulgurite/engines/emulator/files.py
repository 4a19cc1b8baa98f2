"""The guest's file system: one in-memory drive C:, as the clean Windows has it plus what the programs make of it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fulgurite.engines.emulator import paths, status
from fulgurite.engines.emulator.status import NtFailure

if TYPE_CHECKING:
    from fulgurite.engines.emulator.clock import Clock
    from fulgurite.engines.emulator.processes import GuestProcess
    from fulgurite.engines.emulator.profile import System

MAX_CONTENT_BYTES = 256 << 20
"""What all files of one guest may hold; the drive is full after that."""
MAX_DEPTH = 256
"""Folders below one another."""
MAX_NODES = 50_000
"""Files and folders of one guest."""

READONLY, HIDDEN, SYSTEM_FILE, DIRECTORY, ARCHIVE, NORMAL = 0x1, 0x2, 0x4, 0x10, 0x20, 0x80
_SETTABLE = 0x31A7
"""Attribute bits that SetFileAttributes may change."""


@dataclass(eq=False)
class Node:
    """A file or a folder."""

    name: str
    file_id: int
    is_dir: bool
    time: int
    """FILETIME of its creation."""
    is_orig: bool = False
    """Whether the clean Windows has it, unchanged."""
    parent: Node | None = None
    attributes: int = 0
    accessed: int = 0
    written: int = 0
    children: dict[str, Node] = field(default_factory=dict)
    """Lower-case name -> node."""
    streams: dict[str, bytearray] = field(default_factory=dict)
    """Content by lower-case stream name; the file's own content under the empty one."""
    writer: GuestProcess | None = None
    """The process that last changed its content or put it where it is."""
    written_ms: int = 0
    """When that was, on the run's clock."""

    @property
    def path(self) -> str:
        """Such as `C:\\folder\\name`."""
        names = [self.name]
        node = self.parent
        while node is not None:
            names.append(node.name)
            node = node.parent
        return "\\".join(reversed(names)) if len(names) > 1 else self.name + "\\"

    @property
    def data(self) -> bytearray:
        """The file's own content."""
        return self.streams.setdefault("", bytearray())

    @property
    def is_live(self) -> bool:
        """Whether it still stands in the tree."""
        return self.parent is None or self.parent.children.get(self.name.lower()) is self


class FileSystem:
    """All files of one guest. Paths are absolute, as `paths.absolute` makes them."""

    def __init__(self, system: System, clock: Clock, keep: Callable[[Node], None]) -> None:
        self._clock = clock
        self._keep = keep
        """Called with a file that a program wrote, when its content is about to be lost."""
        self._serial = itertools.count(0x14000)
        self._bytes = 0
        self._nodes = 0
        self.root = self._new("C:", is_dir=True)
        self._seed(system)

    def _seed(self, system: System) -> None:
        for folder in system.folders:
            self.seed_folder(folder)
        for tree in (system.programs, system.libraries):
            for folder, names in tree.items():
                parent = self.seed_folder(folder)
                for name in names:
                    self._attach(parent, self._new(name, is_dir=False))
        for path, text in system.files.items():
            self.seed_file(path, text.encode("utf-8"))
        for node in self.walk():
            node.is_orig = True

    def _new(self, name: str, *, is_dir: bool) -> Node:
        if self._nodes >= MAX_NODES:
            raise NtFailure(status.DISK_FULL)
        self._nodes += 1
        now = self._clock.filetime
        attributes = DIRECTORY if is_dir else ARCHIVE
        return Node(name, (5 << 48) | next(self._serial), is_dir, now, attributes=attributes, accessed=now, written=now)

    @staticmethod
    def _attach(parent: Node, node: Node) -> Node:
        node.parent = parent
        return parent.children.setdefault(node.name.lower(), node)

    def seed_folder(self, path: str) -> Node:
        """The folder at `path`, made with its parents when it is not there."""
        node = self.root
        for name in _parts(path):
            node = node.children.get(name.lower()) or self._attach(node, self._new(name, is_dir=True))
        return node

    def seed_file(self, path: str, data: bytes) -> Node:
        """A file that is there without any program having written it."""
        folder, _, name = path.rpartition("\\")
        node = self._attach(self.seed_folder(folder), self._new(name, is_dir=False))
        node.streams[""] = bytearray(data)
        self._bytes += len(data)
        return node

    # -- looking -----------------------------------------------------------------------------------------------------
    def walk(self) -> Iterator[Node]:
        """Every file and folder, parents first."""
        waiting = [self.root]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(node.children.values())

    def find(self, path: str) -> Node | None:
        """What stands at `path`; None when nothing does."""
        try:
            return self.at(path)
        except NtFailure:
            return None

    def data(self, path: str) -> bytes | None:
        """The content of the file at `path`; None when there is no such file."""
        node = self.find(path)
        return None if node is None or node.is_dir else bytes(node.data)

    def at(self, path: str) -> Node:
        """What stands at `path`. Raises NtFailure with the status that Windows answers when nothing does."""
        node = self.parent_of(path)
        names = _parts(path)
        if not names:
            return node
        found = node.children.get(names[-1].lower())
        if found is None:
            raise NtFailure(status.OBJECT_NAME_NOT_FOUND)
        return found

    def parent_of(self, path: str) -> Node:
        """The folder that holds the last name of `path`. Raises NtFailure when it is not there."""
        if paths.is_remote(path):
            raise NtFailure(status.BAD_NETWORK_PATH)
        if paths.is_device(path):
            raise NtFailure(status.OBJECT_NAME_NOT_FOUND)
        if not paths.is_well_formed(path):
            raise NtFailure(status.OBJECT_NAME_INVALID)
        if path[:2].upper() != "C:":
            raise NtFailure(status.OBJECT_PATH_NOT_FOUND)
        node = self.root
        for name in _parts(path)[:-1]:
            found = node.children.get(name.lower())
            if found is None or not found.is_dir:
                raise NtFailure(status.OBJECT_PATH_NOT_FOUND)
            node = found
        return node

    def content(self, node: Node, stream: str = "") -> bytearray:
        """The bytes of a stream, to be read only; empty for programs of the clean Windows, whose bytes are not here."""
        return node.streams.get(stream.lower()) or bytearray()

    # -- changing ----------------------------------------------------------------------------------------------------
    def create(self, path: str, process: GuestProcess, *, is_dir: bool = False, attributes: int = 0) -> Node:
        """A new file or folder at `path`. Raises NtFailure when it is there or cannot be."""
        parent = self.parent_of(path)
        name = path.rpartition("\\")[2]
        if not name or name.lower() in parent.children:
            raise NtFailure(status.OBJECT_NAME_COLLISION)
        if ":" in name or path.count("\\") > MAX_DEPTH:
            raise NtFailure(status.OBJECT_NAME_INVALID)
        node = self._attach(parent, self._new(name, is_dir=is_dir))
        self.set_attributes(node, attributes)
        self._touch(parent)
        self._mark(node, process)
        return node

    def write(self, node: Node, stream: str, offset: int, data: bytes, process: GuestProcess) -> None:
        """Puts `data` at `offset`, zeros before it as needed. Raises NtFailure when the drive is full."""
        self.keep_foreign(node, process)
        content = node.streams.setdefault(stream.lower(), bytearray())
        self._reserve(max(offset + len(data) - len(content), 0))
        if offset > len(content):
            content.extend(bytes(offset - len(content)))
        content[offset : offset + len(data)] = data
        self._touch(node)
        self._mark(node, process)

    def resize(self, node: Node, stream: str, size: int, process: GuestProcess) -> None:
        """Cuts or extends a stream to `size` bytes. Raises NtFailure when the drive is full."""
        content = node.streams.setdefault(stream.lower(), bytearray())
        if size == len(content):
            return
        if size < len(content):
            self.keep_foreign(node, process)
            self._bytes -= len(content) - size
            del content[size:]
        else:
            self._reserve(size - len(content))
            content.extend(bytes(size - len(content)))
        self._touch(node)
        self._mark(node, process)

    def delete(self, node: Node) -> None:
        """Takes `node` out of the tree. Raises NtFailure for a folder that holds something, and for the root."""
        if node.parent is None:
            raise NtFailure(status.ACCESS_DENIED)
        if node.children:
            raise NtFailure(status.DIRECTORY_NOT_EMPTY)
        if node.attributes & READONLY:
            raise NtFailure(status.CANNOT_DELETE)
        self._detach(node)

    def delete_stream(self, node: Node, stream: str) -> None:
        """Takes an alternate stream away."""
        self._bytes -= len(node.streams.pop(stream.lower(), b""))

    def delete_tree(self, node: Node) -> None:
        """Takes `node` and all below it out of the tree."""
        for child in tuple(node.children.values()):
            self.delete_tree(child)
        node.attributes &= ~READONLY
        self.delete(node)

    def _detach(self, node: Node) -> None:
        if node.writer is not None and not node.is_dir:
            self._keep(node)
        if node.parent is not None:
            node.parent.children.pop(node.name.lower(), None)
            self._touch(node.parent)
        self._bytes -= sum(map(len, node.streams.values()))
        self._nodes -= 1

    def move(self, node: Node, path: str, process: GuestProcess, *, replaces: bool) -> None:
        """Gives `node` the path `path`. Raises NtFailure when that is taken (and not to be replaced) or impossible."""
        parent = self.parent_of(path)
        name = path.rpartition("\\")[2]
        if not name or node.parent is None or _is_below(parent, node):
            raise NtFailure(status.ACCESS_DENIED)
        there = parent.children.get(name.lower())
        if there is not None and there is not node:
            if not replaces:
                raise NtFailure(status.OBJECT_NAME_COLLISION)
            if there.is_dir or node.is_dir:
                raise NtFailure(status.ACCESS_DENIED)
            self._detach(there)
        node.parent.children.pop(node.name.lower(), None)
        node.name, node.parent = name, parent
        parent.children[name.lower()] = node
        self._mark(node, process)

    def copy(self, source: Node, path: str, process: GuestProcess) -> Node:
        """A copy of the file `source` at `path`, over the file that is there. Raises NtFailure when that cannot be."""
        node = self.find(path)
        if node is source:
            raise NtFailure(status.SHARING_VIOLATION)
        if node is None:
            node = self.create(path, process)
        if node.is_dir or node.attributes & READONLY:
            raise NtFailure(status.ACCESS_DENIED)
        self.keep_foreign(node, process)
        self._reserve(sum(map(len, source.streams.values())) - sum(map(len, node.streams.values())))
        node.streams.clear()
        node.streams.update({name: bytearray(content) for name, content in source.streams.items()})
        node.attributes = source.attributes | ARCHIVE
        node.written = source.written
        self._mark(node, process)
        return node

    def link(self, source: Node, path: str, process: GuestProcess) -> Node:
        """A second name of the file `source`. Raises NtFailure when that cannot be."""
        node = self.create(path, process)
        node.streams = source.streams
        return node

    @staticmethod
    def set_attributes(node: Node, attributes: int) -> None:
        """Sets the attributes that a program may choose; 0 and NORMAL mean none."""
        kept = node.attributes & ~_SETTABLE
        chosen = attributes & _SETTABLE & ~NORMAL
        node.attributes = kept | chosen | (0 if node.is_dir or attributes else ARCHIVE)

    def keep_foreign(self, node: Node, process: GuestProcess) -> None:
        """Keeps what another process wrote into `node`, before `process` changes it."""
        if node.writer is not None and node.writer is not process:
            self._keep(node)

    def keep_all(self) -> None:
        """Keeps every file that a program wrote; called at the end of the run."""
        for node in self.walk():
            if node.writer is not None and not node.is_dir:
                self._keep(node)

    def _touch(self, node: Node) -> None:
        node.written = node.accessed = self._clock.filetime

    def _mark(self, node: Node, process: GuestProcess) -> None:
        node.is_orig = False
        node.writer, node.written_ms = process, self._clock.now_ms

    def _reserve(self, count: int) -> None:
        if self._bytes + count > MAX_CONTENT_BYTES:
            raise NtFailure(status.DISK_FULL)
        self._bytes += count


def _parts(path: str) -> list[str]:
    """The names of `path` below its drive."""
    return [part for part in path[2:].split("\\") if part]


def _is_below(node: Node, other: Node) -> bool:
    """Whether `node` is `other` or below it."""
    step: Node | None = node
    while step is not None:
        if step is other:
            return True
        step = step.parent
    return False
