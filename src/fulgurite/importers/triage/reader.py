"""report_triage.json and overview.json, section by section."""

from collections.abc import Iterable, Iterator
from typing import Any

from fulgurite.importers import lenient
from fulgurite.importers.clocks import moment
from fulgurite.importers.counting import Count
from fulgurite.importers.machines import os_of, system_of
from fulgurite.importers.triage import findings, traffic
from fulgurite.importers.triage.shapes import (
    Analysis,
    Iocs,
    Network,
    OverviewTarget,
    OverviewTask,
    Target,
    TriageProcess,
)
from fulgurite.importers.values import cut, digest, number, text, texts
from fulgurite.model.config import MalwareConfig
from fulgurite.model.events import (
    DnsQuery,
    Event,
    FlowStart,
    HttpRequest,
    ProcessCreate,
    ProcessTerminate,
)
from fulgurite.model.process import Process
from fulgurite.model.report import Machine, Report, Source, checked
from fulgurite.model.sample import Sample
from fulgurite.model.signature import Signature
from fulgurite.model.verdict import clamped

_FAMILY = "family:"
_READ = frozenset(
    {
        "version",
        "build",
        "sample",
        "task",
        "errors",
        "analysis",
        "processes",
        "signatures",
        "network",
        "dumped",
        "extracted",
        "tags",
        "tasks",
        "targets",
    }
)
MAX_REASON = 300


def read(sections: lenient.Members, name: str) -> Report:
    """The report in `sections`. Raises MalformedReport for what no report may hold."""
    count = Count()
    analysis = lenient.one(sections.get("analysis"), Analysis, "analysis", count) or Analysis()
    sample = lenient.one(sections.get("sample"), Target, "sample", count) or Target()
    tasks = lenient.many(sections.get("tasks"), OverviewTask, "tasks", count)
    task = next((one for one in tasks if text(one.kind) == "behavioral"), OverviewTask())
    count.carry(len(tasks))
    processes, events = _processes(sections, count)
    signatures, told = findings.signatures(sections.get("signatures"), count)
    network = lenient.one(sections.get("network"), Network, "network", count) or Network()
    flows, traced = traffic.read(network, count)
    targets = lenient.many(sections.get("targets"), OverviewTarget, "targets", count)
    signatures, seen = _with_targets(targets, signatures, count)
    configs = findings.configs(sections.get("extracted"), count)
    kept = findings.artifacts(sections.get("dumped"), count)
    for key, raw in sections.items():
        if key not in _READ:
            count.leave(key[:60], lenient.size(raw))
    reasons = (*_errors(sections), *count.faults())
    score = number(analysis.score) or number(sample.score)
    platform = text(analysis.platform) or text(task.os)
    resource = text(analysis.resource) or text(task.resource)
    report = Report(
        source=Source(
            name=name,
            version=text(lenient.anything(sections.get("version"))),
            backend=text(analysis.backend) or text(task.backend),
            task=text(task.name),
            sample=text(sample.id),
        ),
        sample=_sample(sample),
        os=os_of(platform, resource),
        machine=Machine(system=system_of(platform, resource), platform=platform, resource=resource),
        outcome="partial" if reasons else "completed",
        reasons=reasons,
        requested_at=moment(analysis.submitted) or moment(sample.submitted) or moment(sample.created),
        processes=processes,
        events=tuple(_ordered((*events, *told, *traced, *seen))),
        flows=flows,
        artifacts=kept,
        signatures=tuple(signatures),
        ttps=_techniques(analysis, signatures),
        families=_families(analysis, configs),
        configs=configs,
        tags=texts(analysis.tags),
        score=None if score is None or score <= 0 else clamped(score),
        tally=count.tally(),
    )
    return checked(report, where=name)


def _processes(sections: lenient.Members, count: Count) -> tuple[tuple[Process, ...], list[Event]]:
    """The processes under the procids that the source gives them, and their coming up and ending."""
    found: dict[int, Process] = {}
    highest = 0
    for entry in lenient.many(sections.get("processes"), TriageProcess, "processes", count):
        count.carry()
        given = number(entry.procid)
        procid = given if given is not None and given not in found else highest + 1
        highest = max(highest, procid)
        found[procid] = Process(
            procid=procid,
            pid=number(entry.pid),
            ppid=number(entry.ppid),
            procid_parent=number(entry.procid_parent),
            image=text(entry.image),
            cmd=texts_in_order(entry.cmd) if isinstance(entry.cmd, list) else text(entry.cmd),
            orig=entry.orig if isinstance(entry.orig, bool) else None,
            started_ms=number(entry.started),
            terminated_ms=number(entry.terminated),
        )
    events: list[Event] = []
    for process in found.values():
        events.append(ProcessCreate(procid=process.procid, at_ms=process.started_ms))
        if process.terminated_ms is not None:
            events.append(ProcessTerminate(procid=process.procid, at_ms=process.terminated_ms))
    return tuple(found.values()), events


def texts_in_order(listed: list[Any]) -> tuple[str, ...]:
    """The texts of a command's argument list; the same argument may come twice."""
    return tuple(told for told in map(text, listed) if told is not None)


def _ordered(events: Iterable[Event]) -> list[Event]:
    """`events` by time; those without one last."""
    return sorted(events, key=lambda event: (event.at_ms is None, event.at_ms or 0))


def _with_targets(
    targets: list[OverviewTarget], signatures: list[Signature], count: Count
) -> tuple[list[Signature], list[Event]]:
    """`signatures` with those that an overview tells of its targets only, and what its iocs tell."""
    known = {signature.name for signature in signatures}
    events: list[Event] = []
    for target in targets:
        count.carry()
        more, told = findings.signatures(target.signatures, count)
        fresh = [signature for signature in more if signature.name not in known]
        known.update(signature.name for signature in fresh)
        signatures.extend(fresh)
        events.extend(told)
        iocs = lenient.one(target.iocs, Iocs, "iocs", count)
        if iocs is not None:
            found = list(_contacted(iocs, len(events)))
            count.carry(len(found))
            events.extend(found)
    return sorted(signatures, key=lambda one: -(one.score or 0)), list(dict.fromkeys(events))


def _contacted(iocs: Iocs, start: int) -> Iterator[Event]:
    """Names, addresses and URLs that an overview lists without saying which request they were in."""
    for name in texts(iocs.domains):
        yield DnsQuery(name=name)
    for url in texts(iocs.urls):
        yield HttpRequest(method="", url=url)
    for place, address in enumerate(texts(iocs.ips)):
        yield FlowStart(flow=start + place + 1, proto="ip", remote_addr=address)


def _errors(sections: lenient.Members) -> tuple[str, ...]:
    found = lenient.anything(sections.get("errors"))
    listed = found if isinstance(found, list) else []
    told = [text(one.get("reason") or one.get("error")) if isinstance(one, dict) else text(one) for one in listed]
    return tuple(f"the source says: {cut(one, MAX_REASON)}" for one in told if one is not None)


def _sample(sample: Target) -> Sample:
    size = number(sample.size)
    return Sample(
        sha256=digest(sample.sha256, "sha256"),
        sha1=digest(sample.sha1, "sha1"),
        md5=digest(sample.md5, "md5"),
        sha512=digest(sample.sha512, "sha512"),
        size_bytes=size,
        name=text(sample.target),
    )


def _techniques(analysis: Analysis, signatures: list[Signature]) -> tuple[str, ...] | None:
    """The analysis's own list with what its signatures name; None where there is neither."""
    named = {technique for signature in signatures for technique in signature.ttps}
    if analysis.ttp is None and not named:
        return None
    return tuple(sorted(named.union(texts(analysis.ttp))))


def _families(analysis: Analysis, configs: tuple[MalwareConfig, ...]) -> tuple[str, ...]:
    tagged = [tag.removeprefix(_FAMILY) for tag in texts(analysis.tags) if tag.startswith(_FAMILY)]
    configured = [config.family for config in configs if config.family is not None]
    return tuple(dict.fromkeys((*texts(analysis.family), *tagged, *configured)))
