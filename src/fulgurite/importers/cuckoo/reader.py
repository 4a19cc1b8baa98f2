"""One report of the Cuckoo family, section by section."""

from typing import Any

from fulgurite.importers import lenient
from fulgurite.importers.clocks import Stamps, moment
from fulgurite.importers.cuckoo import droid, findings, remains, static, summary, tree
from fulgurite.importers.cuckoo.log import Log
from fulgurite.importers.cuckoo.shapes import Behavior, Information, Target, TargetFile
from fulgurite.importers.cuckoo.traffic import Traffic
from fulgurite.importers.draft import Draft
from fulgurite.importers.flows import Flows
from fulgurite.importers.machines import machine, os_of
from fulgurite.importers.values import digest, fraction, number, text
from fulgurite.model.config import MalwareConfig
from fulgurite.model.report import Report, Source, checked
from fulgurite.model.sample import Sample
from fulgurite.model.verdict import clamped

_READ = frozenset(
    {
        "info",
        "target",
        "behavior",
        "network",
        "suricata",
        "signatures",
        "dropped",
        "procdump",
        "procmemory",
        "extracted",
        "buffer",
        "CAPE",
        "ttps",
        "mitre_attck",
        "detections",
        "detetions",
        "malfamily",
        "malfamily_tag",
        "malscore",
        "malstatus",
        "droidmon",
        "apkinfo",
    }
)
_OF_FILE = frozenset({"name", "path", "guest_paths", "size", "type", "md5", "sha1", "sha256", "sha512"})
"""What is the sample's own; the rest of its section are findings on the file, not on what it did."""


def read(sections: lenient.Members, name: str, beside: dict[str, int]) -> Report:
    """The report in `sections`, of the format `name`; `beside` counts what its wrapper holds besides.

    Raises MalformedReport for what no report may hold.
    """
    draft, stamps, flows = Draft(), Stamps(), Flows()
    count = draft.count
    for kind, items in beside.items():
        count.leave(kind, items)
    information = lenient.one(sections.get("info"), Information, "info", count) or Information()
    behavior = lenient.one(sections.get("behavior"), Behavior, "behavior", count) or Behavior()
    found = findings.Findings(sections.get("signatures"), count)
    listed = tree.read(behavior, draft, stamps)
    draft.add_births()
    log = Log(draft, stamps, found.wanted())
    for procid, node in listed:
        log.read(procid, node)
    is_android = droid.read(sections, draft)
    summary.read(behavior, draft, stamps, listed)
    draft.add_deaths()
    draft.settle_clock(log.began_ms)
    Traffic(draft, flows).read(
        lenient.one(sections.get("network"), lenient.Members, "network", count) or {},
        lenient.one(sections.get("suricata"), lenient.Members, "suricata", count) or {},
    )
    events, order = draft.placed()
    ttps, by_name = findings.listed_techniques(
        lenient.anything(sections.get("ttps")), lenient.anything(sections.get("mitre_attck"))
    )
    cape = lenient.one(_cape(sections), lenient.Members, "CAPE", count) or {}
    kept = remains.artifacts({**sections, "payloads": _payloads(sections, cape)}, draft)
    configs = (*remains.configs(cape.get("configs"), draft), *remains.beside(_payloads(sections, cape), draft))
    signatures = found.signatures(draft, log.places, order, by_name)
    _leave(sections, behavior, cape, draft)
    guest = _guest(information)
    report = Report(
        source=Source(name=name, version=text(information.version), task=text(information.id)),
        sample=_sample(sections, draft),
        os="android" if is_android else os_of(information.platform, guest.platform),
        machine=guest,
        requested_at=moment(information.started),
        processes=tuple(draft.processes),
        events=events,
        flows=tuple(flows.flows),
        artifacts=kept,
        static=static.facts(sections),
        signatures=signatures,
        ttps=_techniques(ttps, found),
        families=_families(sections, found, configs),
        configs=configs,
        score=_score(sections, information),
        outcome="partial" if count.faults() else "completed",
        reasons=count.faults(),
        tally=count.tally(),
    )
    return checked(report, where=name)


def _guest(information: Information) -> Any:
    told = information.machine
    if isinstance(told, dict):
        platform = told.get("platform") or information.platform
        return machine(platform=platform, name=told.get("name"), label=told.get("label"))
    return machine(platform=information.platform, name=told)


def _sample(sections: lenient.Members, draft: Draft) -> Sample:
    target = lenient.one(sections.get("target"), Target, "target", draft.count) or Target()
    file = lenient.one(target.file, TargetFile, "target file", draft.count)
    if file is None:
        return Sample(name=text(target.url))
    for name, raw in (lenient.tried(target.file, lenient.Members) or {}).items():
        if name not in _OF_FILE:
            draft.count.leave(f"target file {name[:40]}", lenient.size(raw))
    size = number(file.size)
    return Sample(
        sha256=digest(file.sha256, "sha256"),
        sha1=digest(file.sha1, "sha1"),
        md5=digest(file.md5, "md5"),
        sha512=digest(file.sha512, "sha512"),
        size_bytes=size if size is None or size >= 0 else None,
        name=text(file.name),
    )


def _cape(sections: lenient.Members) -> Any:
    """The section CAPE where it is an object; older reports have the list of payloads in its place."""
    raw = sections.get("CAPE")
    return None if raw is None or lenient.head(raw)[:1] == b"[" else raw


def _payloads(sections: lenient.Members, cape: lenient.Members) -> Any:
    raw = sections.get("CAPE")
    if raw is not None and lenient.head(raw)[:1] == b"[":
        return raw
    return cape.get("payloads", lenient.EMPTY)


def _families(
    sections: lenient.Members, found: findings.Findings, configs: tuple[MalwareConfig, ...]
) -> tuple[str, ...]:
    """What the sample was recognised as: CAPE's detections (text, or a list of {family}), then the signatures'."""
    detections = lenient.anything(sections.get("detections"))
    listed = detections if isinstance(detections, list) else [detections]
    told = [text(one.get("family")) if isinstance(one, dict) else text(one) for one in listed]
    # PolySwarm repeats detections under a misspelt name.
    told.extend(text(lenient.anything(sections.get(name))) for name in ("malfamily", "detetions"))
    told.extend(config.family for config in configs)
    named = [family for family in (*told, *found.families()) if family is not None]
    return tuple(dict.fromkeys(named))


def _techniques(listed: tuple[str, ...] | None, found: findings.Findings) -> tuple[str, ...] | None:
    """Those that the report lists and those of its signatures; None where it tells of none at all."""
    named = found.techniques()
    return listed if not named else tuple(sorted(named.union(listed or ())))


def _score(sections: lenient.Members, information: Information) -> int | None:
    """CAPE's malscore, Cuckoo's score: 0-10, and in real reports above. None where there is none."""
    for told in (lenient.anything(sections.get("malscore")), information.score):
        score = fraction(told)
        if score is not None:
            return clamped(score)
    return None


def _leave(sections: lenient.Members, behavior: Behavior, cape: lenient.Members, draft: Draft) -> None:
    """Counts what has no place in the model."""
    for name, raw in sections.items():
        if name not in _READ:
            draft.count.leave(name[:60], lenient.size(raw))
    for name, raw in cape.items():
        if name not in {"payloads", "configs"}:
            draft.count.leave(f"CAPE {name[:40]}", lenient.size(raw))
    for name in ("anomaly", "encryptedbuffers", "apistats"):
        draft.count.leave(f"behavior {name}", lenient.size(getattr(behavior, name)))
