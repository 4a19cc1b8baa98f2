"""post.json of one task, section by section. Its events lie beside it, in threemon.pb."""

import re
from typing import Any

from fulgurite.importers import lenient
from fulgurite.importers.clocks import moment
from fulgurite.importers.counting import Count
from fulgurite.importers.cuckoo3.shapes import Network, PostProcess, PostSignature
from fulgurite.importers.cuckoo3.traffic import Traffic
from fulgurite.importers.draft import Draft
from fulgurite.importers.flows import Flows
from fulgurite.importers.values import cut, number, text, texts
from fulgurite.model.process import Process
from fulgurite.model.report import Report, Source, checked
from fulgurite.model.sample import Sample
from fulgurite.model.signature import Indicator, Signature
from fulgurite.model.verdict import clamped

_READ = frozenset({"task_id", "score", "processes", "signatures", "ttps", "families", "tags", "network"})
_TECHNIQUE = re.compile(r"T\d{4}(\.\d{3})?", re.ASCII)
_DAY = re.compile(r"(\d{8})-")
MAX_INDICATORS = 2000
MAX_TEXT = 4096


def read(sections: lenient.Members, name: str) -> Report:
    """The report in `sections`. Raises MalformedReport for what no report may hold."""
    draft, flows = Draft(), Flows()
    count = draft.count
    procids = _processes(sections, draft)
    draft.add_births()
    draft.add_deaths()
    draft.settle_clock(0)
    network = lenient.one(sections.get("network"), Network, "network", count) or Network()
    Traffic(network, draft, flows).read()
    signatures = _signatures(sections, procids, count)
    for key, raw in sections.items():
        if key not in _READ:
            count.leave(key[:60], lenient.size(raw))
    events, _ = draft.placed()
    faults = count.faults()
    task = text(lenient.anything(sections.get("task_id")))
    score = number(lenient.anything(sections.get("score")))
    listed = lenient.anything(sections.get("ttps"))
    report = Report(
        source=Source(name=name, task=task, sample=None if task is None else task.rpartition("_")[0] or None),
        sample=Sample(),
        requested_at=_day(task),
        outcome="partial" if faults else "completed",
        reasons=faults,
        processes=tuple(draft.processes),
        events=events,
        flows=tuple(flows.flows),
        signatures=signatures,
        ttps=None if listed is None else _all_techniques(listed, signatures),
        families=texts(lenient.anything(sections.get("families"))),
        tags=texts(lenient.anything(sections.get("tags"))),
        score=None if score is None else clamped(score),
        tally=count.tally(),
    )
    return checked(report, where=name)


def _day(task: str | None) -> Any:
    """The day in the task's name, `20210707-6UZJTX_1`: all that post.json says of when it ran."""
    found = None if task is None else _DAY.match(task)
    if found is None:
        return None
    day = found[1]
    return moment(f"{day[:4]}-{day[4:6]}-{day[6:]}")


def _processes(sections: lenient.Members, draft: Draft) -> dict[int, int]:
    """Takes up the processes; returns ours by the source's procids."""
    procids: dict[int, int] = {}
    parents: list[tuple[int, int | None]] = []
    for entry in lenient.many(sections.get("processes"), PostProcess, "processes", draft.count):
        draft.count.carry()
        procid = draft.add_process(
            Process(
                procid=0,
                pid=number(entry.pid),
                ppid=number(entry.ppid),
                image=text(entry.image) or text(entry.name),
                cmd=text(entry.commandline),
                injected=entry.injected is True,
                started_ms=number(entry.start_ts),
                terminated_ms=number(entry.end_ts),
            )
        )
        theirs = number(entry.procid)
        if theirs is not None:
            procids.setdefault(theirs, procid)
        parents.append((procid, number(entry.parent_procid)))
    for procid, parent in parents:
        ours = None if parent is None else procids.get(parent)
        if ours is not None and ours < procid:
            draft.update(procid, procid_parent=ours)
    return procids


def techniques(value: Any) -> tuple[str, ...]:
    """The ATT&CK ids in `value`: texts, or objects with an `id`."""
    listed = value if isinstance(value, list) else [value]
    told = [text(one.get("id") or one.get("reference")) if isinstance(one, dict) else text(one) for one in listed]
    return tuple(dict.fromkeys(one for one in told if one is not None and _TECHNIQUE.fullmatch(one) is not None))


def _all_techniques(listed: Any, signatures: tuple[Signature, ...]) -> tuple[str, ...]:
    return tuple(sorted({*techniques(listed), *(one for signature in signatures for one in signature.ttps)}))


def _signatures(sections: lenient.Members, procids: dict[int, int], count: Count) -> tuple[Signature, ...]:
    found = []
    for entry in lenient.many(sections.get("signatures"), PostSignature, "signatures", count):
        count.carry()
        iocs = lenient.many(entry.iocs, Any, "iocs", count)
        kept = list(dict.fromkeys(_indicator(ioc, procids) for ioc in iocs[:MAX_INDICATORS]))
        count.carry(min(len(iocs), MAX_INDICATORS))
        count.leave("iocs beyond the first of a signature", max(0, len(iocs) - MAX_INDICATORS))
        score = number(entry.score)
        family = text(entry.family)
        found.append(
            Signature(
                name=text(entry.name) or text(entry.short_description) or "unnamed",
                label=text(entry.name),
                score=None if score is None or score <= 0 else clamped(score),
                ttps=techniques(entry.ttps),
                tags=(*texts(entry.tags), *(() if family is None else (f"family:{family}",))),
                indicators=tuple(kept),
                description=text(entry.description) or text(entry.short_description),
            )
        )
    return tuple(sorted(found, key=lambda one: -(one.score or 0)))


def _indicator(ioc: Any, procids: dict[int, int]) -> Indicator:
    """One ioc: a value, what was done with it, by which process to which."""
    if not isinstance(ioc, dict):
        return Indicator(ioc=cut(text(ioc) or "", MAX_TEXT))
    actor, target = number(ioc.get("process_id")), number(ioc.get("target_process_id"))
    value = text(ioc.get("value")) or text(ioc.get("ioc")) or text(ioc.get("target_process"))
    description = text(ioc.get("description"))
    return Indicator(
        ioc=None if value is None else cut(value, MAX_TEXT),
        description=None if description is None else cut(description, MAX_TEXT),
        procid=None if actor is None else procids.get(actor),
        procid_target=None if target is None else procids.get(target),
        at_ms=number(ioc.get("ts")),
    )
