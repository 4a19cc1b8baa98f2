"""What programs of Windows do to files, each with its event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from fulgurite.engines.emulator import images, paths, status
from fulgurite.engines.emulator.status import NtFailure
from fulgurite.model.events import FileAccess

if TYPE_CHECKING:
    from fulgurite.engines.emulator.files import Node
    from fulgurite.engines.emulator.guest import Guest
    from fulgurite.engines.emulator.processes import GuestProcess

MAX_MATCHES = 200
"""Files that one pattern of a command line stands for."""


class Disk:
    """The guest's files as one process of Windows' own programs uses them."""

    def __init__(self, guest: Guest, process: GuestProcess) -> None:
        self._guest = guest
        self._process = process

    def path(self, name: str) -> str:
        """`name` as this process means it."""
        path = paths.absolute(name.strip().strip('"'), self._process.cwd)
        return images.redirected(path, self._process.bits)

    def _record(
        self,
        verb: Literal["read", "write", "delete", "rename"],
        path: str,
        op: str,
        code: int = 0,
        dst: str | None = None,
    ) -> None:
        if not paths.is_device(path):
            self._guest.record(self._process, FileAccess, verb=verb, path=path, op=op, status=code, dst=dst)

    def exists(self, name: str) -> bool:
        """Whether `name`, which may hold wildcards, stands for anything; asking is recorded."""
        path = self.path(name)
        if "*" in path or "?" in path:
            return bool(self.matching(name))
        node = self._guest.files.find(path)
        self._record("read", path, "Unknown", 0 if node is not None else status.OBJECT_NAME_NOT_FOUND)
        return node is not None

    def is_folder(self, name: str) -> bool:
        """Whether `name` is a folder."""
        node = self._guest.files.find(self.path(name))
        return node is not None and node.is_dir

    def matching(self, name: str) -> list[Node]:
        """The files that `name`, which may hold wildcards, stands for."""
        path = self.path(name)
        folder, _, pattern = path.rpartition("\\")
        if "*" not in pattern and "?" not in pattern:
            node = self._guest.files.find(path)
            return [] if node is None else [node]
        parent = self._guest.files.find(folder)
        children = tuple(parent.children.values()) if parent is not None else ()
        return [node for node in children if paths.matches(node.name, pattern)][:MAX_MATCHES]

    def read(self, name: str) -> bytes | None:
        """The content of a file, None when it is not there."""
        path = self.path(name)
        data = self._guest.files.data(path)
        self._record("read", path, "OpenRead", 0 if data is not None else status.OBJECT_NAME_NOT_FOUND)
        return data

    def write(self, name: str, data: bytes, *, appends: bool = False) -> bool:
        """Writes a file, made when it is not there; False when that cannot be."""
        path = self.path(name)
        if paths.is_device(path):
            return True
        files = self._guest.files
        node = files.find(path)
        op = "OpenModify" if node is not None and appends else "CreateModify"
        try:
            if node is None:
                node = files.create(path, self._process)
            if node.is_dir:
                raise NtFailure(status.FILE_IS_A_DIRECTORY)
            if not appends:
                files.resize(node, "", 0, self._process)
            files.write(node, "", len(node.data), data, self._process)
        except NtFailure as failure:
            self._record("write", path, op, failure.status)
            return False
        self._record("write", path, op)
        return True

    def delete(self, node: Node, *, forced: bool = False) -> bool:
        """Deletes a file."""
        path = node.path
        if forced:
            node.attributes &= ~1
        try:
            self._guest.files.delete(node)
        except NtFailure as failure:
            self._record("delete", path, "Delete", failure.status)
            return False
        self._record("delete", path, "Delete")
        return True

    def delete_missing(self, name: str) -> None:
        """Records the try to delete what is not there."""
        self._record("delete", self.path(name), "Delete", status.OBJECT_NAME_NOT_FOUND)

    def delete_tree(self, name: str) -> bool:
        """Deletes a folder and all below it."""
        node = self._guest.files.find(self.path(name))
        if node is None or not node.is_dir:
            return False
        for child in tuple(node.children.values()):
            if child.is_dir:
                self.delete_tree(child.path)
            else:
                self.delete(child, forced=True)
        return self.delete(node)

    def make_folder(self, name: str) -> bool:
        """Makes a folder with its parents."""
        path = self.path(name)
        parts = path.split("\\")
        for count in range(2, len(parts) + 1):
            step = "\\".join(parts[:count])
            if self._guest.files.find(step) is None:
                try:
                    self._guest.files.create(step, self._process, is_dir=True)
                except NtFailure as failure:
                    self._record("write", step, "CreateModify", failure.status)
                    return False
                self._record("write", step, "CreateModify")
            elif step == path:
                self._record("write", path, "CreateModify", status.OBJECT_NAME_COLLISION)
                return False
        return True

    def target(self, source: Node, name: str) -> str:
        """Where a copy or move of `source` to `name` goes: below it, when it is a folder."""
        path = self.path(name)
        return f"{path}\\{source.name}" if name.rstrip().endswith(("\\", "/")) or self.is_folder(name) else path

    def copy(self, source: Node, path: str) -> bool:
        """Copies a file to the absolute `path`."""
        try:
            self._record("read", source.path, "OpenRead")
            self._guest.files.copy(source, path, self._process)
        except NtFailure as failure:
            self._record("write", path, "CreateModify", failure.status)
            return False
        self._record("write", path, "CreateModify")
        return True

    def move(self, source: Node, path: str) -> bool:
        """Gives a file or folder the absolute `path`."""
        old = source.path
        try:
            self._guest.files.move(source, path, self._process, replaces=True)
        except NtFailure as failure:
            self._record("rename", old, "Rename", failure.status, dst=path)
            return False
        self._record("rename", old, "Rename", dst=path)
        return True

    def set_attributes(self, node: Node, attributes: int) -> None:
        """Sets the attributes of a file."""
        self._guest.files.set_attributes(node, attributes)
        self._record("write", node.path, "OpenModify")
