"""Processes: the flat list, then what only the tree knows."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from fulgurite.importers import lenient
from fulgurite.importers.clocks import Stamps
from fulgurite.importers.cuckoo.shapes import Behavior, ProcessNode
from fulgurite.importers.draft import Draft
from fulgurite.model.process import Process

MAX_NODES = 100_000
_FIELDS = tuple(name for name in ProcessNode.__struct_fields__ if name not in {"calls", "file_activities"})


def read(behavior: Behavior, draft: Draft, stamps: Stamps) -> list[tuple[int, ProcessNode]]:
    """Takes up all processes; returns those of the flat list, by procid, for their calls."""
    listed = []
    for node in lenient.many(behavior.processes, ProcessNode, "processes", draft.count):
        procid = draft.add_process(_process(node, stamps))
        draft.count.carry()
        listed.append((procid, node))
    _read_tree(behavior, draft, stamps)
    draft.link_parents()
    return listed


def _process(node: ProcessNode, stamps: Stamps) -> Process:
    return Process(
        procid=0,
        pid=node.own_pid,
        ppid=node.parent_pid,
        image=node.image,
        cmd=node.command,
        started_ms=stamps.ms(node.first_seen),
    )


def _read_tree(behavior: Behavior, draft: Draft, stamps: Stamps) -> None:
    met: dict[int, int] = defaultdict(int)
    for node in _nodes(lenient.anything(behavior.processtree), draft):
        pid = node.own_pid
        known = [] if pid is None else draft.procids_of(pid)
        place = 0 if pid is None else met[pid]
        if pid is not None:
            met[pid] += 1
        if place < len(known):
            _complete(draft, known[place], node)
        else:
            draft.add_process(_process(node, stamps))
            draft.count.carry()


def _nodes(tree: Any, draft: Draft) -> Iterator[ProcessNode]:
    """The nodes of `tree`, parents before children. Uses no recursion, however deep it is."""
    waiting = list(reversed(tree)) if isinstance(tree, list) else []
    seen = 0
    while waiting and seen < MAX_NODES:
        plain = waiting.pop()
        seen += 1
        if not isinstance(plain, dict):
            draft.count.unreadable("processtree")
            continue
        fields: dict[str, Any] = {name: plain.get(name) for name in _FIELDS}
        yield ProcessNode(**fields)
        children = plain.get("children")
        waiting.extend(reversed(children) if isinstance(children, list) else [])


def _complete(draft: Draft, procid: int, node: ProcessNode) -> None:
    """What the tree says more than the list: mostly the command line."""
    process = draft.processes[procid - 1]
    if process.cmd is None and node.command is not None:
        draft.update(procid, cmd=node.command)
    if process.ppid is None and node.parent_pid is not None:
        draft.update(procid, ppid=node.parent_pid)
