"""Processes: a tree whose roots may repeat what stands deeper, and lists of names."""

from typing import Any

from fulgurite.importers.gathering import Gathered, Plain, entries, natural, objects
from fulgurite.importers.paths import base_name
from fulgurite.importers.values import text, texts
from fulgurite.model.events import ApiCall, Suspicious

MAX_COMMAND = 4096
MAX_ALIKE = 1000
"""Processes of one program that names and commands are matched with."""


class Tree:
    """The processes of one behaviour."""

    def __init__(self, out: Gathered) -> None:
        self.out = out
        self._by_name: dict[str, list[int]] = {}
        self._known: dict[tuple[str, str], int] = {}

    def read(self, a: Plain) -> None:
        """Takes up `processes_tree` and the lists beside it."""
        self._nodes(a.get("processes_tree"))
        left = [one for one in texts(entries(a.get("processes_created"))) if not self._is_known(one)]
        self.out.count.carry(len(entries(a.get("processes_created"))) - len(left))
        for name in left:
            self._add(name, None, None, None)
        commands = [one for one in texts(entries(a.get("command_executions"))) if not self._command(one)]
        self.out.births()
        for command in commands:
            self.out.draft.add(ApiCall(api="CreateProcess", args=(command[:MAX_COMMAND],)))
        self._ends(a)

    def _nodes(self, roots: Any) -> None:
        """All nodes, parents first, without recursion."""
        waiting = [(node, None) for node in reversed(objects(roots))]
        stack: list[tuple[Plain, int | None]] = list(waiting)
        while stack:
            node, parent = stack.pop()
            name = text(node.get("name")) or ""
            procid = self._add(name, node.get("process_id"), parent, node.get("time_offset"))
            stack += [(child, procid) for child in reversed(objects(node.get("children")))]

    def _add(self, name: str, pid: Any, parent: int | None, seconds: Any) -> int:
        """One process; listed again (by pid and name), it is the same one."""
        key = (text(pid) or "", name)
        known = self._known.get(key)
        draft = self.out.draft
        if known is not None and key[0] != "":
            self.out.count.carry()
            if parent is not None and parent < known and draft.processes[known - 1].procid_parent is None:
                draft.update(known, procid_parent=parent, ppid=draft.processes[parent - 1].pid)
            return known
        image, cmd = split(name)
        after = natural(seconds)
        procid = self.out.process(
            pid=pid,
            image=image,
            cmd=cmd,
            procid_parent=parent,
            ppid=None if parent is None else draft.processes[parent - 1].pid,
            started_ms=None if after is None or after > 10**9 else after * 1000,
        )
        self._known[key] = procid
        alike = self._by_name.setdefault(_plain(image), [])
        if len(alike) < MAX_ALIKE:
            alike.append(procid)
        return procid

    def _is_known(self, name: str) -> bool:
        image, cmd = split(name)
        found = self._by_name.get(_plain(image), [])
        for procid in found:
            old = self.out.draft.processes[procid - 1]
            if old.image is not None and "\\" not in old.image and "/" not in old.image:
                self.out.draft.update(procid, image=image)
            if cmd is not None and old.cmd is None:
                self.out.draft.update(procid, cmd=cmd)
                break
        return bool(found)

    def _command(self, command: str) -> bool:
        """Whether `command` is that of a process known: gives it to the first of its program that has none."""
        self.out.count.carry()
        image, _ = split(command)
        for procid in self._by_name.get(_plain(image), []):
            old = self.out.draft.processes[procid - 1]
            if old.cmd == command:
                return True
            if old.cmd is None:
                self.out.draft.update(procid, cmd=command)
                return True
        return False

    def _ends(self, a: Plain) -> None:
        ended: set[int] = set()
        listed = [*texts(entries(a.get("processes_terminated"))), *texts(entries(a.get("processes_killed")))]
        for name in listed:
            found = [one for one in self._by_name.get(_plain(split(name)[0]), []) if one not in ended]
            if found:
                ended.add(found[0])
                self.out.count.carry()
                self.out.draft.end_process(found[0], None, 0)
            else:
                self.out.count.leave("processes_terminated")
        for name in texts(entries(a.get("processes_injected"))):
            self.out.count.carry()
            found = self._by_name.get(_plain(split(name)[0]), [])
            for procid in found:
                self.out.draft.update(procid, injected=True)
            self.out.draft.add(Suspicious(act="InjectsProcess", detail=name, procid_target=found[0] if found else None))


def split(name: str) -> tuple[str | None, str | None]:
    """Program and command line of `name`, which is a path or a command line."""
    if name.startswith('"') and '"' in name[1:]:
        return name[1:].partition('"')[0] or None, name
    lower = name.lower()
    place = lower.find(".exe ")
    if place > 0:
        return name[: place + 4], name
    is_path = "\\" in name or "/" in name[:1] or " " not in name
    return (name or None, None) if is_path else (name.partition(" ")[0] or None, name)


def _plain(image: str | None) -> str:
    """What processes of one program share: its base name, without `.exe`."""
    return base_name(image or "").lower().removesuffix(".exe").strip()
