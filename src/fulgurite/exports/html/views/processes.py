"""The process tree: who started whom, who put code into whom, and what each did."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from fulgurite.exports.html.views.signatures import Finding
from fulgurite.exports.html.views.who import Cast, Who, name_of
from fulgurite.model.base import Model
from fulgurite.model.digest import Deed, Digest
from fulgurite.model.process import Process
from fulgurite.model.report import Report
from fulgurite.model.verdict import Verdict, verdict

MAX_PROCESSES = 250
"""Nodes that a page shows."""
MAX_DEPTH = 10
"""Levels that are drawn; what is deeper stands at the last."""
MAX_DEEDS = 8
"""Files, requests, injections that the view of one process names."""
_TOLD = ("requests", "names", "files", "registry", "services", "tasks", "objects")
"""Lists of the digest that it takes from."""


class Node(Model, frozen=True, kw_only=True):
    """One process, with what it did."""

    said: Process
    name: str
    depth: int
    """0 for a root."""
    parent: Who | None = None
    command: str | None = None
    """One line, also where the report has a list of arguments."""
    is_dropped: bool = False
    """Whether its program was written during the run."""
    counts: tuple[tuple[str, int], ...] = ()
    """Events by kind, most first."""
    events: int | None = None
    """All of them; None: not counted for this process."""
    signatures: tuple[tuple[str, str], ...] = ()
    """Names of the signatures (hostile text) whose evidence names it, with their anchors."""
    signatures_total: int = 0
    level: Verdict = Verdict.UNKNOWN
    """Of the gravest of them."""
    injected_by: tuple[Who, ...] = ()
    injected_into: tuple[Who, ...] = ()
    deeds: tuple[tuple[str, Deed], ...] = ()
    """Some of the files and registry values it changed, names it asked for, requests it sent: list and line."""
    flows: tuple[int, ...] = ()
    """Its flows, the first ones."""


class Tree(Model, frozen=True, kw_only=True):
    """All that are shown, parents before their children."""

    nodes: tuple[Node, ...] = ()
    total: int = 0
    """Processes in the report."""
    idle: int = 0
    """Those that ran before the sample and of which nothing was seen; left out."""

    @property
    def left(self) -> int:
        """How many more the page does not show."""
        return self.total - self.idle - len(self.nodes)


class _Seen(NamedTuple):
    """What is known of processes, by procid."""

    counts: dict[int, dict[str, int]]
    findings: dict[int, list[Finding]]
    injected_by: dict[int, dict[int, None]]
    injected_into: dict[int, dict[int, None]]
    deeds: dict[int, list[tuple[str, Deed]]]
    flows: dict[int, list[int]]
    written: frozenset[str]


def chosen(report: Report, digest: Digest) -> tuple[Process, ...]:
    """The processes that a page shows: those in which something was seen, with who started them, MAX_PROCESSES at most.

    Where there are more, the ones that signatures name and that did most come before others.
    """
    known = {process.procid: process for process in report.processes}
    named = {one.procid for signature in report.signatures for one in signature.indicators}
    named |= {one.procid_target for signature in report.signatures for one in signature.indicators}

    def weight(process: Process) -> tuple[bool, bool, int]:
        counts = digest.processes.get(process.procid, {})
        return (process.procid in named or process.injected, not process.existing, sum(counts.values()))

    # What only came up with the guest's own system, and did nothing, tells nothing.
    active = [process for process in report.processes if weight(process) > (False, False, 1)]
    kept: dict[int, Process] = {}
    for process in sorted(active, key=weight, reverse=True):
        line = list(_line_of(process, known))
        if len(kept) + sum(one.procid not in kept for one in line) > MAX_PROCESSES:
            line = [process]
        if len(kept) >= MAX_PROCESSES:
            break
        kept.update((one.procid, one) for one in line)
    return tuple(process for process in report.processes if process.procid in kept)


def tree(
    report: Report,
    digest: Digest,
    shown: Iterable[Process],
    cast: Cast,
    found: Iterable[Finding],
    total: int | None = None,
) -> Tree:
    """The tree of the processes `shown`; `found`: the signatures of the page.

    `total`: how many there are where the report does not hold all of them.
    """
    kept = {process.procid: process for process in shown}
    seen = _seen(report, digest, found)
    nodes = tuple(_node(kept[procid], depth, report.os, seen, cast) for procid, depth in _walk(kept))
    idle = sum(_is_idle(process, digest) and process.procid not in kept for process in report.processes)
    return Tree(nodes=nodes, total=len(report.processes) if total is None else total, idle=idle)


def _is_idle(process: Process, digest: Digest) -> bool:
    return process.existing and not process.injected and sum(digest.processes.get(process.procid, {}).values()) <= 1


def _line_of(process: Process, known: dict[int, Process]) -> Iterator[Process]:
    """The process and those above it, up to MAX_DEPTH."""
    passed: set[int] = set()
    at: Process | None = process
    while at is not None and at.procid not in passed and len(passed) < MAX_DEPTH:
        yield at
        passed.add(at.procid)
        at = None if at.procid_parent is None else known.get(at.procid_parent)


def _walk(kept: dict[int, Process]) -> Iterator[tuple[int, int]]:
    """Each procid once with its depth, parents first; a ring of parents begins at its first process."""
    children: dict[int | None, list[int]] = {}
    for procid, process in kept.items():
        parent = process.procid_parent
        children.setdefault(parent if parent in kept and parent != procid else None, []).append(procid)
    done: set[int] = set()
    for root in [*children.get(None, ()), *kept]:
        pending = [(root, 0)]
        while pending:
            procid, depth = pending.pop()
            if procid in done:
                continue
            done.add(procid)
            yield procid, min(depth, MAX_DEPTH)
            pending.extend((child, depth + 1) for child in reversed(children.get(procid, [])))


def _seen(report: Report, digest: Digest, found: Iterable[Finding]) -> _Seen:
    seen = _Seen(digest.processes, {}, {}, {}, _deeds(digest), {}, _written(report, digest))
    for finding in found:
        for procid in {one.procid for one in finding.said.indicators if one.procid is not None}:
            seen.findings.setdefault(procid, []).append(finding)
    for line in digest.of("injections").lines:
        _add_injection(line, seen)
    for flow in report.flows:
        if flow.procid is not None:
            seen.flows.setdefault(flow.procid, []).append(flow.flow)
    return seen


def _add_injection(line: Deed, seen: _Seen) -> None:
    target = line.procid_target
    for procid in line.procids:
        if target is not None and target != procid:
            seen.injected_into.setdefault(procid, {})[target] = None
            seen.injected_by.setdefault(target, {})[procid] = None


def _deeds(digest: Digest) -> dict[int, list[tuple[str, Deed]]]:
    deeds: dict[int, list[tuple[str, Deed]]] = {}
    for name in _TOLD:
        told: dict[int, int] = {}
        for line in digest.of(name).lines:
            for procid in line.procids:
                told[procid] = told.get(procid, 0) + 1
                if told[procid] <= MAX_DEEDS:
                    deeds.setdefault(procid, []).append((name, line))
    return deeds


def _written(report: Report, digest: Digest) -> frozenset[str]:
    """Paths, folded, of files that came to be during the run."""
    paths = [artifact.path for artifact in report.artifacts if artifact.origin in (None, "dropped", "written")]
    lines = [line for line in digest.of("files").lines if not line.has_failed]
    paths += [line.what for line in lines if line.verb == "write"]
    paths += [line.note for line in lines if line.verb == "rename"]
    return frozenset(path.casefold() for path in paths if path)


def _node(process: Process, depth: int, os: str, seen: _Seen, cast: Cast) -> Node:
    procid = process.procid
    counts = seen.counts.get(procid)
    findings = seen.findings.get(procid, [])
    return Node(
        said=process,
        name=name_of(process, os),
        depth=depth,
        parent=cast.who(process.procid_parent),
        command=" ".join(process.cmd) if isinstance(process.cmd, tuple) else process.cmd,
        is_dropped=process.image is not None and not process.orig and process.image.casefold() in seen.written,
        counts=tuple(sorted((counts or {}).items(), key=lambda item: (-item[1], item[0]))),
        events=None if counts is None else sum(counts.values()),
        signatures=tuple((one.said.name, one.anchor) for one in findings[:MAX_DEEDS]),
        signatures_total=len(findings),
        level=verdict(max((one.said.score for one in findings if one.said.score is not None), default=None)),
        injected_by=cast.all_of(list(seen.injected_by.get(procid, {}))[:MAX_DEEDS]),
        injected_into=cast.all_of(list(seen.injected_into.get(procid, {}))[:MAX_DEEDS]),
        deeds=tuple(seen.deeds.get(procid, ())),
        flows=tuple(seen.flows.get(procid, ())[:MAX_DEEDS]),
    )
